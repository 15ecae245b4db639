"""Twins: the share of questions whose right passage came first."""

from __future__ import annotations

from collections.abc import Sequence

from casefolio.eval.measures.score_tables import WORST, Passage, Record, Scores, Worst


def score_twins(records: Sequence[Record]) -> Scores:
    """Share of questions whose right passage came first; a question on which the system broke off is lost."""
    scores = Scores("right twin first", groups={r["id"]: r["group"] for r in records})
    scores.failed = {r["id"]: r["error"] for r in records if "error" in r}
    scores.add_means({r["id"]: {"right twin first": float(r.get("first") == "right")} for r in records})
    for by in ("kind", "language"):
        scores.break_down(by, {r["id"]: r[by] or "–" for r in records})
    lost = sorted((r for r in records if r.get("first") != "right"), key=lambda r: str(r["id"]))[:WORST]
    scores.worst = tuple(
        Worst(
            r["id"],
            r["question"],
            0.0,
            f"first: {r.get('first', r.get('error', 'none'))}",
            (Passage("right", r["right"], _differs(r["right"], r["wrong"])),),
            (Passage("wrong", r["wrong"], _differs(r["wrong"], r["right"])),),
        )
        for r in lost
    )
    return scores


def _differs(text: str, other: str) -> tuple[tuple[int, int], ...]:
    """The stretch of a text that its twin does not share: between what both begin and end with."""
    shortest = min(len(text), len(other))
    head = next((i for i in range(shortest) if text[i] != other[i]), shortest)
    tail = next((i for i in range(shortest - head) if text[-1 - i] != other[-1 - i]), shortest - head)
    return ((head, len(text) - tail),) if head < len(text) - tail else ()
