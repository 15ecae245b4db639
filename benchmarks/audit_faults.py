"""How many faults planted into sound pairs the audit finds, and how many pairs without one it flags.

    python benchmarks/audit_faults.py PAIRS.jsonl [--each 50]

Faults are planted by a seed: duplicates in other words of politeness, answers with another number, passages of another
group, questions that name nobody, negatives that are the positive with its sentences turned about.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from casefolio.training.auditing import audit
from casefolio.training.pairs import Pair, read_pairs

GENERIC = {
    "en": ["what happened then", "What was the outcome?", "and how is it now", "What was the result of the treatment?"],
    "de": ["was geschah dann", "Wie war das Ergebnis?", "und wie ist es jetzt", "Was kam bei der Behandlung heraus?"],
    "ko": ["그 뒤로 어떻게 되었나요", "결과는 어떤가요?", "지금은 어떤가요"],
}
POLITE = {"en": "please, {q}", "de": "bitte: {q}", "ko": "{q} 알려 주세요"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--each", type=int, default=50)
    args = parser.parse_args()
    pairs, planted = plant(read_pairs(args.pairs), args.each, np.random.default_rng(0))
    findings = audit(pairs).findings
    flagged = {f.pair for f in findings}
    right = {(f.pair, f.kind) for f in findings}
    found = Counter(kind for i, kind in planted.items() if (i, kind) in right)
    asked = Counter(planted.values())
    sound = [i for i in range(len(pairs)) if i not in planted]
    out = {kind: f"{found[kind]} of {n}" for kind, n in asked.items()}
    alarms = sum(i in flagged for i in sound) / len(sound)
    print(json.dumps({"found": out, "share": sum(found.values()) / len(planted), "false alarms": round(alarms, 4)}))


def plant(pairs: list[Pair], each: int, rng: np.random.Generator) -> tuple[list[Pair], dict[int, str]]:
    """The pairs with faults, and which kind stands where."""
    pairs = list(pairs)
    planted: dict[int, str] = {}
    order = rng.permutation(len(pairs)).tolist()
    for i in order[:each]:
        asked = POLITE.get(pairs[i].language, "{q}").format(q=pairs[i].query)
        planted[len(pairs)] = "duplicate"
        pairs.append(replace(pairs[i], query=asked))
    numbers = [i for i in order[each:] if re.search(r"\d", pairs[i].answer)]
    for i in numbers[: each // 2]:
        planted[i] = "unsupported"
        answer = re.sub(r"\d", lambda m: str((int(m[0]) + 3) % 10), pairs[i].answer)
        pairs[i] = replace(pairs[i], answer=answer)
    free = [i for i in order[each:] if i not in planted and pairs[i].answer]
    for i in free[: each - each // 2]:
        other = next(p for p in (pairs[int(k)] for k in rng.permutation(len(pairs))) if p.group != pairs[i].group)
        planted[i] = "unsupported"
        pairs[i] = replace(pairs[i], positive=other.positive, passage=other.passage)
    free = [i for i in order[each:] if i not in planted]
    for i in free[:each]:
        choices = GENERIC.get(pairs[i].language, GENERIC["en"])
        planted[i] = "nameless"
        pairs[i] = replace(pairs[i], query=choices[int(rng.integers(len(choices)))])
    for i in [i for i in free[each:] if len(pairs[i].positive[0]) > 120][:each]:
        sentences = re.split(r"(?<=[.!?])\s+", pairs[i].positive[0])
        planted[i] = "false negative"
        pairs[i] = replace(pairs[i], negative=(" ".join(sentences[::-1]),))
    return pairs, planted


if __name__ == "__main__":
    main()
