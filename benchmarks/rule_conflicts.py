"""How often what the rules find in conflict is a contradiction, by kind and by the share of words that the quote lacks.

    python benchmarks/rule_conflicts.py examples/corpus [--held]

The table behind `final_up_to` of `rag/verification/verdict.json`: a conflict is final only where it was mostly right on
claims that the rules were not made for.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from claims import claims
from make_nli_twins import LANGUAGES

from casefolio.ingest.meaning.facts import profile
from casefolio.verifying import ruled_by

_EDGES = (0.0, 0.15, 0.25, 0.34, 0.45, 0.5, 0.6, 0.75, 1.0)


def counted(root: Path, held: bool) -> dict[str, dict[float, Counter[str]]]:
    """Labels of claims with a conflict, by its kind (`exchanged`: of another thing) and the share of missing words."""
    table: dict[str, dict[float, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for language in LANGUAGES:
        for label, quote, claim in claims(root, language, held):
            ruled = ruled_by(profile(claim, language), profile(quote, language))
            edge = next(e for e in _EDGES if ruled.missing <= e + 1e-9)
            for kind in {"exchanged" if f.detail else f.kind for f in ruled.of("conflict")}:
                table[kind][edge][label] += 1
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--held", action="store_true", help="the folders *_held instead of the others")
    asked = parser.parse_args()
    print("| conflict | " + " | ".join(f"≤ {edge:g}" for edge in _EDGES) + " |")
    print("|---" * (len(_EDGES) + 1) + "|")
    for kind, row in sorted(counted(asked.root, asked.held).items()):
        cells = (f"{row[e]['contradicts']} of {sum(row[e].values())} ({row[e]['supports']})" for e in _EDGES)
        print(f"| {kind} | " + " | ".join(cells) + " |")
    print("\nContradictions of all with such a conflict; in brackets the true claims among them.")


if __name__ == "__main__":
    main()
