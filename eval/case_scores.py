"""From records to scores: retrieval and answers of case sets, ranked documents of BEIR folders."""

from __future__ import annotations

import math
from collections.abc import Sequence

from casefolio.eval import answers, beir, retrieval
from casefolio.eval.retrieval import Place
from casefolio.eval.scores import WORST, Curve, Passage, Record, Scores, Worst


def score_cases(records: Sequence[Record]) -> Scores:
    """Scores of a case set: retrieval over its answerable cases, answers over all."""
    primary = f"recall@{retrieval.BUDGETS[-1]}c"
    scores = Scores(primary, groups={r["id"]: r["group"] for r in records}, failed=_failed(records))
    rows = {r["id"]: _retrieval_row(r) for r in records if r["answerable"] and r["gold"]}
    scores.add_means(rows)
    if primary in scores.figures:
        scores.figures = {primary: scores.figures[primary], **scores.figures}
    scores.curves["recall-k"] = _recall_curve(records)
    answers.add_scores(scores, records)
    scores.break_down("group", scores.groups)
    scores.break_down("language", {r["id"]: r["language"] for r in records})
    scores.worst = tuple(_worst_case(r, scores) for r in _worst_first(records, scores))
    return scores


def _failed(records: Sequence[Record]) -> dict[str, str]:
    return {r["id"]: r.get("error") or r["unscored"] for r in records if "error" in r or "unscored" in r}


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


def _worst_first(records: Sequence[Record], scores: Scores) -> list[Record]:
    values = scores.cases.get(scores.primary, {})
    kept = [r for r in records if not math.isnan(values.get(r["id"], math.nan))]
    return sorted(kept, key=lambda r: (values[r["id"]], r["id"]))[:WORST]


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


def score_beir(records: Sequence[Record]) -> Scores:
    """Scores of a BEIR folder, by the measures of ir-measures."""
    scores = Scores("nDCG@10", groups={r["id"]: r["id"] for r in records}, failed=_failed(records))
    relevant = {r["id"]: [(d, rel) for d, rel in r["relevant"]] for r in records}
    ranked = {r["id"]: r.get("ranked", []) for r in records}
    scores.add_means(beir.score(ranked, relevant))
    scores.curves["recall-k"] = _document_recall(records)
    scores.worst = tuple(_worst_query(r, scores) for r in _worst_first(records, scores))
    return scores


def _document_recall(records: Sequence[Record]) -> Curve:
    ks = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100)
    points = []
    for k in ks:
        tops = [(set(r.get("ranked", [])[:k]), {d for d, _ in r["relevant"]}) for r in records]
        found = [len(top & relevant) / len(relevant) for top, relevant in tops]
        points.append((float(k), math.fsum(found) / len(found)))
    return tuple(points)


def _worst_query(record: Record, scores: Scores) -> Worst:
    relevant = {d for d, _ in record["relevant"]}
    found = tuple(
        Passage(f"{rank}. {document}", text, ((0, len(text)),) if document in relevant else ())
        for rank, (document, text) in enumerate(
            zip(record.get("ranked", []), record.get("texts", []), strict=False), start=1
        )
    )
    gold = tuple(
        Passage(d, text, ((0, len(text)),))
        for (d, _), text in zip(record["relevant"], record.get("gold", []), strict=False)
    )
    value = scores.cases[scores.primary][record["id"]]
    return Worst(record["id"], record["question"], value, record.get("error", ""), gold, found)
