"""How well assertions agree with a labelled set, and how fast they are made.

    python benchmarks/assertions.py SET.jsonl [SET.jsonl …]

Lines of a set: `{"text" or "sentence", "start", "end", "negated", "temporality", "experiencer", "language", …}`; fields
that a set does not label are left out of its table. Labels are one value or another: F1 is that of the named value.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from casefolio.ingest.document import Span
from casefolio.ingest.meaning import Assertion, annotate

Case = dict[str, Any]
PASSAGE = 900  # characters of about 194 tokens of English
# Name of the row, the gold's answer, our answer.
ROWS: dict[str, tuple[str, Callable[[Any], bool], Callable[[Assertion], bool]]] = {
    "negated": ("negated", lambda v: bool(v), lambda a: a.negated),
    "historical": ("temporality", lambda v: v == "historical", lambda a: a.temporality == "historical"),
    "planned": ("temporality", lambda v: v == "planned", lambda a: a.temporality == "planned"),
    "not particular": (
        "temporality",
        lambda v: v == "not particular",
        lambda a: a.certainty == "hypothetical" or a.temporality == "planned",
    ),
    "family": ("experiencer", lambda v: str(v).startswith("family"), lambda a: a.experiencer == "family"),
    **{c: ("certainty", lambda v, c=c: v == c, lambda a, c=c: a.certainty == c) for c in ("possible", "hypothetical")},
    **{s: ("side", lambda v, s=s: v == s, lambda a, s=s: a.side == s) for s in ("left", "right", "both")},
    **{s: ("severity", lambda v, s=s: v == s, lambda a, s=s: a.severity == s) for s in ("mild", "moderate", "severe")},
    **{m: ("modality", lambda v, m=m: v == m, lambda a, m=m: a.modality == m)
       for m in ("must", "may", "must_not", "need_not")},
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--errors", action="store_true", help="print what disagrees")
    args = parser.parse_args()
    for path in args.sets:
        cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        report(str(path), cases, args.errors)


def report(name: str, cases: list[Case], errors: bool) -> None:
    found = [_judge(case) for case in cases]
    print(f"\n{name}: {len(cases)} mentions; {_speed(cases):,.0f} passages of {PASSAGE} characters/s on one core\n")
    print(f"| {'value':14} | gold | found | precision | recall |    F1 |")
    print(f"|{'-' * 16}|-----:|------:|----------:|-------:|------:|")
    for row, (field, gold, ours) in ROWS.items():
        wanted = [field in c and gold(c[field]) for c in cases]
        if any(wanted):
            print(_line(row, wanted, [ours(a) for a in found]))
            if errors:
                _show(cases, wanted, [ours(a) for a in found])


def _speed(cases: list[Case]) -> float:
    """Passages a second, the best of three runs; the sentences of the set joined and cut to one length."""
    joined = " ".join(_text(case) for case in cases)
    passages = [joined[i : i + PASSAGE] for i in range(0, len(joined), PASSAGE)]
    language = cases[0].get("language")
    times = []
    for _ in range(3):
        began = time.process_time()
        for passage in passages:
            annotate(passage, language)
        times.append(time.process_time() - began)
    return len(passages) / min(times)


def _judge(case: Case) -> Assertion:
    return annotate(_text(case), case.get("language"), [Span(case["start"], case["end"])])[0]


def _text(case: Case) -> str:
    return str(case.get("text") or case["sentence"])


def _line(row: str, wanted: list[bool], got: list[bool]) -> str:
    true = sum(w and g for w, g in zip(wanted, got, strict=True))
    precision, recall = true / max(1, sum(got)), true / max(1, sum(wanted))
    f1 = 2 * true / (sum(got) + sum(wanted))
    return f"| {row:14} | {sum(wanted):4} | {sum(got):5} | {precision:9.3f} | {recall:6.3f} | {f1:.3f} |"


def _show(cases: list[Case], wanted: list[bool], got: list[bool]) -> None:
    for case, w, g in zip(cases, wanted, got, strict=True):
        if w != g:
            text, start, end = _text(case), case["start"], case["end"]
            print(f"    {'missed' if w else 'wrong '} {text[:start]}[{text[start:end]}]{text[end:]}")


if __name__ == "__main__":
    main()
