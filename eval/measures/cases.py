"""Case sets: retrieval over their answerable cases, answers over all."""

from __future__ import annotations

import math
from collections.abc import Sequence

from casefolio.eval.measures import answers, retrieval
from casefolio.eval.measures.retrieval import Place
from casefolio.eval.measures.score_tables import Curve, Passage, Record, Scores, Worst, failed_of, worst_first


def score_cases(records: Sequence[Record]) -> Scores:
    """Scores of a case set: retrieval over its answerable cases, answers over all."""
    primary = f"recall@{retrieval.BUDGETS[-1]}c"
    scores = Scores(primary, groups={r["id"]: r["group"] for r in records}, failed=failed_of(records))
    rows = {r["id"]: _retrieval_row(r) for r in records if r["answerable"] and r["gold"]}
    scores.add_means(rows)
    if primary in scores.figures:
        scores.figures = {primary: scores.figures[primary], **scores.figures}
    scores.curves["recall-k"] = _recall_curve(records)
    answers.add_scores(scores, records)
    scores.break_down("group", scores.groups)
    scores.break_down("language", {r["id"]: r["language"] for r in records})
    scores.worst = tuple(_worst_case(r, scores) for r in worst_first(records, scores))
    return scores


def _retrieval_row(record: Record) -> dict[str, float]:
    gold = [Place(g["document"], g["start"], g["end"]) for g in record["gold"]]
    ranked = [Place(*p) for p in record.get("ranked", [])]
    row = retrieval.score(ranked, gold)
    # Outside the question that was put: neither found nor missed. A system that broke off has missed.
    return dict.fromkeys(row, math.nan) if "unscored" in record else row


def _recall_curve(records: Sequence[Record]) -> Curve:
    kept = [r for r in records if r["answerable"] and r["gold"] and "unscored" not in r]
    ks = tuple(range(1, max((len(r.get("ranked", [])) for r in kept), default=0) + 1))
    rows = [
        retrieval.score(
            [Place(*p) for p in r.get("ranked", [])],
            [Place(g["document"], g["start"], g["end"]) for g in r["gold"]],
            ks,
            (),
        )
        for r in kept
    ]
    return tuple((float(k), math.fsum(row[f"recall@{k}"] for row in rows) / len(rows)) for k in ks)


def _worst_case(record: Record, scores: Scores) -> Worst:
    gold = [Place(g["document"], g["start"], g["end"]) for g in record["gold"]]
    found = []
    for rank, (place, text) in enumerate(zip(record.get("ranked", []), record.get("texts", []), strict=False), start=1):
        marks = tuple(
            (max(g.start, place[1]) - place[1], min(g.end, place[2]) - place[1])
            for g in gold
            if g.document == place[0] and g.start < place[2] and g.end > place[1]
        )
        found.append(Passage(f"{rank}. {place[0]} {place[1]}–{place[2]}", text, marks))
    wanted = tuple(_gold_passage(g) for g in record["gold"])
    value = scores.cases[scores.primary][record["id"]]
    return Worst(record["id"], record["question"], value, _note(record), wanted, tuple(found))


def _gold_passage(gold: Record) -> Passage:
    before, quote = gold.get("before", ""), gold["quote"]
    mark = (len(before), len(before) + len(quote))
    title = f"{gold['document']} {gold['start']}–{gold['end']}"
    return Passage(title, before + quote + gold.get("after", ""), (mark,))


def _note(record: Record) -> str:
    if "error" in record:
        return str(record["error"])
    answer = record.get("answer")
    if not answer:
        return ""
    return f"answered: {answer['text']}" if answer["status"] == "supported" else f"status: {answer['status']}"
