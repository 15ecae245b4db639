"""What is left of people in pseudonymised pairs: the names, numbers and addresses of a folder's documents.

    python benchmarks/pseudonyms.py FOLDER [--names FILE.jsonl]

Names are those of the documents' identities and, where a case set is given, of its questions' groups and answers to
who-questions; numbers and addresses those that the identity's rules and the patterns of addresses find.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from casefolio.indexes.encoders.table import open_table
from casefolio.indexes.encoders.tokens import TextTokenizer
from casefolio.ingest.identity import identify
from casefolio.training.making import documents_in, pairs_by_rule, passages_of, patient_of
from casefolio.training.surrogates import Surrogates, patterns, without_titles


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--names", type=Path, help="JSON lines with a field `answer`: further names that must be gone")
    args = parser.parse_args()
    documents = documents_in(args.folder)
    table = open_table()
    tokenizer = TextTokenizer(table.file.path, (table.tokenizer, table.sha256))
    pairs = pairs_by_rule(passages_of(documents, tokenizer.spans, 500), 24, 0)
    stand_ins = Surrogates(documents, "a secret")
    new = [stand_ins.pair(p) for p in pairs]
    told = "\n".join(t for p in new for t in (p.query, *p.positive, p.answer, p.passage, p.group, p.document))
    secrets = set()
    for document in documents:
        identity = identify(document)
        secrets |= {without_titles(v) for v in (patient_of(identity), *identity.values("physician")) if v}
        secrets |= {v for v in identity.values("number") if sum(c.isdigit() for c in v) > 3}
        secrets |= {m[0] for rule in patterns() for m in rule.pattern.finditer(document.text)}
    if args.names:
        rows = [json.loads(line) for line in args.names.read_text("utf-8").splitlines()]
        secrets |= {r["answer"] for r in rows if r.get("answer") and re.search(r"arzt$|who$", r["id"])}
    left = sorted(s for s in secrets if len(s) > 3 and re.search(rf"(?<!\w){re.escape(s)}(?!\w)", told))
    print(
        json.dumps(
            {"documents": len(documents), "pairs": len(new), "secrets": len(secrets), "left": left}, ensure_ascii=False
        )
    )


if __name__ == "__main__":
    main()
