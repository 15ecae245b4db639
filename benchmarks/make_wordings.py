"""Five wordings of each case of `cuad` or `grascco`: the set's own (`#w1`), and w2 to w5 of `wordings.toml`.

    python benchmarks/make_wordings.py SET OUT.jsonl [--cases 150]
    python benchmarks/asked.py SET --cases OUT.jsonl

Cases are taken at equal steps through the set, all kinds in their shares; wordings of one case stand together.
"""

from __future__ import annotations

import argparse
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_WORDINGS = Path(__file__).with_name("wordings.toml")
_OWN = "#w1"
# "Consider the Supply Agreement between A and B; what …"
_NAMING = re.compile(r"(?P<naming>Consider .*?; )(?=[a-z])(?!.*; [a-z])", re.DOTALL)


def concept(case: Mapping[str, Any]) -> str:
    return str(case["id"]).rsplit("-", 1)[-1]


def name_in(question: str, others: Sequence[str]) -> str:
    """The name in a question: what it does not share with the likest other of its concept, by word from the ends."""
    best = (0, "")
    words = question.split()
    for other in (other.split() for other in others if other != question):
        head = next((n for n, (a, b) in enumerate(zip(words, other, strict=False)) if a != b), 0)
        tail = next((n for n, (a, b) in enumerate(zip(words[::-1], other[::-1], strict=False)) if a != b), 0)
        if head + tail < len(words):
            best = max(best, (head + tail, " ".join(words[head : len(words) - tail]).rstrip("?,.")))
    return best[1]


def worded(
    chosen: Sequence[Mapping[str, Any]], cases: Sequence[Mapping[str, Any]], wordings: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    """Each chosen case in its own wording and in the others of its concept."""
    alike: dict[str, list[str]] = {}
    for case in cases:
        alike.setdefault(concept(case), []).append(case["question"])
    for case in chosen:
        yield {**case, "id": case["id"] + _OWN}
        naming = found["naming"] if (found := _NAMING.match(case["question"])) else ""
        name = "" if naming else name_in(case["question"], alike[concept(case)])
        for n, wording in enumerate(wordings[concept(case)], 2):
            question = naming + wording if naming else wording.replace("{name}", name)
            yield {**case, "id": f"{case['id']}#w{n}", "question": question}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cases", type=int, default=150, help="at most so many cases")
    args = parser.parse_args()
    wordings = tomllib.loads(_WORDINGS.read_text("utf-8"))[args.set.name]
    cases = [json.loads(line) for line in (args.set / "cases.jsonl").read_text("utf-8").splitlines()]
    steps = min(args.cases, len(cases))
    chosen = [cases[i * len(cases) // steps] for i in range(steps)]
    lines = [json.dumps(case, ensure_ascii=False) for case in worded(chosen, cases, wordings)]
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
