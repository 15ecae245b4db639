"""The verifier on claims that others wrote, and the gate on sentences that a scripted model exchanges.

    python benchmarks/claims.py examples/corpus [--held] [--no-reader]
    python benchmarks/claims.py examples/excerpts --held         # the held lines, else the others
    python benchmarks/claims.py examples/corpus --scripted [--held]

Claims: `claims.tsv` of the corpus (label, file|quote, claim), or `claimed_*.jsonl` of `examples/excerpts`. Scripted: a
model writes sentences of 40 documents a language as they stand, and with one thing changed by rule; the gate lets the
true ones pass and drops the others.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Container, Iterator
from pathlib import Path

from make_nli_twins import LANGUAGES
from nli_twins.edits import edited

import casefolio.verification.reading as reading
from casefolio.citing import drafts
from casefolio.claim_gate import judge
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span
from casefolio.ingest.sentences import sentence_spans
from casefolio.training.corpus import LABELS
from casefolio.training.reader_rows import read_rows
from casefolio.verifying import verify

_FITS = {"supports": "supported", "contradicts": "contradicted", "neither": "unsupported"}
_PASSAGE = 900
_DOCUMENTS, _SENTENCES = 40, 6


def claims(
    root: Path, language: str, held: bool, folders: Container[str] | None = None
) -> Iterator[tuple[str, str, str]]:
    """Label, quote and claim of every line of a language's folders, or of those that are named."""
    for path in sorted(root.glob(f"{language}_*/*/claims.tsv")):
        if path.parent.name.endswith("_held") != held or (folders is not None and path.parent.name not in folders):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if len(cells) != 3 or line.startswith("#") or "|" not in cells[1]:
                continue
            places = [place.partition("|")[2] for place in cells[1].split(" || ")]
            quote = re.sub(r"\{([^}]*)\}", r"\1", "\n".join(places)).replace("\\n", "\n")
            yield cells[0], quote, cells[2]
    if folders is None:
        for path in sorted(root.glob(f"claimed_{language}*.jsonl")):
            for row in read_rows(path):
                if row.label >= 0 and row.held == held:
                    yield LABELS[row.label], row.passage, row.asked


def judge_claims(root: Path, held: bool, read: bool) -> None:
    for language in LANGUAGES:
        counts: Counter[tuple[str, str]] = Counter()
        began = time.perf_counter()
        for label, quote, claim in claims(root, language, held):
            counts[label, verify(claim, quote, language, read=read).label] += 1
        seconds = time.perf_counter() - began
        n = {label: sum(c for (x, _), c in counts.items() if x == label) for label in _FITS}
        if not sum(n.values()):
            continue
        right = sum(counts[label, said] for label, said in _FITS.items())
        print(
            f"{language} n={sum(n.values())}: accuracy {right / sum(n.values()):.3f}; "
            f"true ones supported {_share(counts, n, 'supports', 'supported')}, "
            f"called contradicted {_share(counts, n, 'supports', 'contradicted')}; "
            f"contradictions found {_share(counts, n, 'contradicts', 'contradicted')}, "
            f"shown {_share(counts, n, 'contradicts', 'supported')}; "
            f"unstated shown {_share(counts, n, 'neither', 'supported')}; "
            f"{1000 * seconds / sum(n.values()):.1f} ms a pair"
        )


def _share(counts: Counter[tuple[str, str]], n: dict[str, int], label: str, said: str) -> str:
    return f"{counts[label, said] / max(n[label], 1):.3f}"


def scripted(root: Path, held: bool) -> None:
    rng = random.Random(4)
    for language in LANGUAGES:
        shown: defaultdict[str, list[bool]] = defaultdict(list)
        paths = [p for p in sorted(root.glob(f"{language}_*/*/*")) if p.suffix in (".txt", ".md", ".eml")]
        paths = [p for p in paths if p.parent.name.endswith("_held") == held]
        for path in rng.sample(paths, min(_DOCUMENTS, len(paths))):
            for kind, sentence, hit in _sentences(path, language, rng):
                draft = drafts(f"{sentence} [1]", 1, language)
                if draft:
                    judged = judge(draft[0], [hit], language, about=lambda _, text=hit.text: text)
                    shown[kind].append(judged.stands)
        for kind, stood in sorted(shown.items(), key=lambda item: item[0] != "true"):
            print(f"{language} {kind}: {len(stood)} written, shown {sum(stood) / len(stood):.3f}")
        false = [s for kind, stood in shown.items() if kind != "true" for s in stood]
        hidden = 1 - sum(false) / max(len(false), 1)
        print(f"{language} all that is false: {len(false)} written, not shown {hidden:.3f}")


def _sentences(path: Path, language: str, rng: random.Random) -> Iterator[tuple[str, str, Hit]]:
    """Kind, sentence and the passage that it was taken from: true ones, and changed ones beside them."""
    text = path.read_text(encoding="utf-8", errors="replace")
    spans = [s for s in sentence_spans(text, language) if 40 <= len(s) <= 300]
    for span in rng.sample(spans, min(_SENTENCES, len(spans))):
        start = max(0, span.start - _PASSAGE // 2)
        around = Span(start, min(len(text), start + _PASSAGE))
        chunk = Chunk(f"{path.name}:{start}", path.name, around, (1,), (), language)
        hit = Hit(chunk, path.name, "0" * 64, around.of(text), 1.0, 1)
        said = " ".join(span.of(text).split())
        others = [" ".join(s.of(text).split()) for s in spans if s != span]
        yield "true", said, hit
        for kind, changed in edited(said, others, language, rng):
            if kind.startswith(("exchanged", "opposite", "negation")):
                yield kind, changed, hit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--held", action="store_true", help="the folders that were held out from training")
    parser.add_argument("--no-reader", action="store_true", help="the rules alone")
    parser.add_argument("--scripted", action="store_true", help="sentences through the gate")
    args = parser.parse_args()
    if reading.reader() is None:
        print(reading.MISSING)
    if args.scripted:
        scripted(args.corpus, args.held)
    else:
        judge_claims(args.corpus, args.held, not args.no_reader)


if __name__ == "__main__":
    main()
