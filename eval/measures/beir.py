"""Ranked documents of BEIR folders, by the measures of ir-measures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from casefolio.eval.measures.score_tables import Curve, Passage, Record, Scores, Worst, failed_of, worst_first

DEPTH = 100  # documents ranked for a query
MEASURES = ("nDCG@10", "R@10", "R@100", "RR@10", "RR", "AP@100")


def score_beir(records: Sequence[Record]) -> Scores:
    """Scores of a BEIR folder, by the measures of ir-measures."""
    scores = Scores("nDCG@10", groups={r["id"]: r["id"] for r in records}, failed=failed_of(records))
    relevant = {r["id"]: [(d, rel) for d, rel in r["relevant"]] for r in records}
    ranked = {r["id"]: r.get("ranked", []) for r in records}
    scores.add_means(score(ranked, relevant))
    scores.curves["recall-k"] = _document_recall(records)
    scores.worst = tuple(_worst_query(r, scores) for r in worst_first(records, scores))
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


def fold(found: Iterable[str], depth: int = DEPTH) -> list[str]:
    """Documents of a ranking of passages, each at the rank of its best passage, at most `depth`."""
    return list(dict.fromkeys(found))[:depth]


def score(
    ranked: Mapping[str, Sequence[str]], relevant: Mapping[str, Sequence[tuple[str, int]]]
) -> dict[str, dict[str, float]]:
    """Measures of each query by id. A query without a ranking counts as 0 in all of them.

    Args:
        ranked: documents of each query, best first.
        relevant: judged documents of each query, with relevance above 0.
    """
    import ir_measures

    qrels = [ir_measures.Qrel(q, d, r) for q, pairs in relevant.items() for d, r in pairs]
    out: dict[str, dict[str, float]] = {q: dict.fromkeys(MEASURES, 0.0) for q in relevant}
    # pytrec_eval cuts no RR: the ranking is cut instead. Ties are broken by name there, so the rank is the score.
    for names, depth in ((("nDCG@10", "R@10", "R@100", "RR", "AP@100"), DEPTH), (("RR@10",), 10)):
        measures = [ir_measures.parse_measure("RR" if n == "RR@10" else n) for n in names]
        run = [
            ir_measures.ScoredDoc(q, d, float(-i)) for q in relevant for i, d in enumerate(ranked.get(q, ())[:depth])
        ]
        if not run:
            continue
        for got in ir_measures.pytrec_eval.iter_calc(measures, qrels, run):
            name = names[measures.index(got.measure)]
            out[got.query_id][name] = float(got.value)
    return out
