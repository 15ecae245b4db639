"""Answers measured without a judge: against gold spans, against a reference answer, and claim against quote.

An answer is *right* where a citation shares a character with the gold; it is *wrong* where none does, or where the
question has no answer in the documents. A system that broke off on a case is unscored there, and counted.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from casefolio.eval.measures.retrieval import Place, common, merge
from casefolio.eval.measures.score_tables import Curve, Record, Scores
from casefolio.eval.statistics import Floats, f1_of, figure_of, figure_over_cases, kappa_of, ratio

_WORD = re.compile(r"\w+")
# Words of these scripts carry particles or no blanks: their characters are compared, as KorQuAD does.
_BY_CHARACTER = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def tokens(text: str) -> list[str]:
    """Words in lower case; of Korean, Chinese and Japanese words the characters."""
    out: list[str] = []
    for word in _WORD.findall(text.lower()):
        if _BY_CHARACTER.search(word):
            out.extend(word)
        else:
            out.append(word)
    return out


def token_f1(found: str, wanted: str) -> float:
    """F1 of the bags of tokens (Rajpurkar et al. 2016); NaN where nothing is wanted."""
    a, b = Counter(tokens(found)), Counter(tokens(wanted))
    shared = (a & b).total()
    if not b:
        return math.nan
    return 2 * shared / (a.total() + b.total()) if shared else 0.0


def exact_match(found: str, wanted: str) -> float:
    """1 where both are the same but for case, punctuation and blanks; NaN where nothing is wanted."""
    if not wanted.strip():
        return math.nan
    return float(_plain(found) == _plain(wanted))


def _plain(text: str) -> str:
    return " ".join(text.lower().translate(str.maketrans("", "", string.punctuation)).split())


def score_case(record: Record) -> dict[str, float]:
    """Measures of one answered or abstained case; measures that do not apply are absent.

    Args:
        record: with `answerable`, `gold`, `reference`, and `answer` (see `eval.tasks`).
    """
    answer = record["answer"]
    answered = answer["status"] == "supported"
    out: dict[str, float] = {}
    if record["answerable"] and record["gold"]:
        out |= _against_gold(answer, record["gold"], answered)
        if record["reference"]:
            text = answer["text"] if answered else ""
            out["exact match"] = exact_match(text, record["reference"])
            out["answer F1"] = token_f1(text, record["reference"])
    if answered:
        out |= _claims(answer)
    judged = answer.get("judged")
    if judged is not None:
        out["judged supported"] = float(judged)
    return out | _shown(record, answered)


def _shown(record: Record, answered: bool) -> dict[str, float]:
    """What the user sees: right, wrong or nothing; and what a model knew and was not let say."""
    from casefolio.eval.measures.saying import says

    right = is_right(record)
    if right is None:
        return {}
    out = {"shown wrong": float(answered and not right)}
    if record["answerable"]:
        out |= {"shown right": float(answered and right), "silent though answerable": float(not answered)}
    model = record["answer"].get("model_said")
    if not model:
        return out
    out |= {"prompt tokens": float(model["prompt_tokens"]), "answer tokens": float(model["answer_tokens"])}
    if record["answerable"] and record["reference"]:
        said = says(model["said"], record["reference"], [g["quote"] for g in record["gold"]])
        out["right but dropped"] = float(said and not (answered and right))
    return out


def is_right(record: Record) -> bool | None:
    """Whether the answer rests on gold; None where that cannot be told (answerable, but no gold is marked)."""
    if not record["answerable"]:
        return False
    if not record["gold"]:
        return None
    answered = record["answer"]["status"] == "supported"
    return _against_gold(record["answer"], record["gold"], answered)["cites gold"] == 1.0


def _against_gold(answer: dict[str, Any], gold: list[dict[str, Any]], answered: bool) -> dict[str, float]:
    cited = [Place(c["document"], c["start"], c["end"]) for c in answer["citations"]] if answered else []
    wanted = [Place(g["document"], g["start"], g["end"]) for g in gold]
    quotes = " ".join(c["quote"] for c in answer["citations"]) if answered else ""
    right = [common(merge([c]), merge(wanted)) > 0 for c in cited]
    out = {
        "cites gold": float(any(right)),
        "cites document": float(any(c.document in {g.document for g in wanted} for c in cited)),
        "citation F1": token_f1(quotes, " ".join(g["quote"] for g in gold)),
        "citation recall": sum(common(merge([g]), merge(cited)) > 0 for g in wanted) / len(wanted),
    }
    if cited:
        out["citation precision"] = sum(right) / len(right)
    return out


def _not_scored(record: Record) -> dict[str, float]:
    names = ("cites gold", "cites document", "citation F1", "citation recall")
    return dict.fromkeys(names, math.nan) if record["answerable"] and record["gold"] else {}


def _claims(answer: dict[str, Any]) -> dict[str, float]:
    labels = [claim["supported"] for claim in answer["claims"] if claim.get("supported") is not None]
    return {"claims supported": sum(labels) / len(labels)} if labels else {}


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool], total: int) -> Curve:
    """Share of wrong answers among the most confident ones, against the share of questions that they are.

    Args:
        confidences: of the answers given.
        wrong: whether each is.
        total: questions asked, abstentions included.

    Returns:
        One point (coverage, risk) for each distinct confidence.
    """
    points = []
    order = sorted(range(len(confidences)), key=lambda i: -confidences[i])
    errors = 0
    for rank, i in enumerate(order, start=1):
        errors += wrong[i]
        last = rank == len(order) or confidences[order[rank]] != confidences[i]
        if last:
            points.append((rank / total, errors / rank))
    return tuple(points)


def area_under_risk(confidences: Sequence[float], wrong: Sequence[bool]) -> float:
    """Mean risk over all coverages reached (Geifman and El-Yaniv 2019), ties in their expected order; NaN of none."""
    blocks: dict[float, list[bool]] = {}
    for confidence, bad in zip(confidences, wrong, strict=True):
        blocks.setdefault(confidence, []).append(bad)
    risks, seen, errors = [], 0, 0
    for confidence in sorted(blocks, reverse=True):
        block = blocks[confidence]
        share = sum(block) / len(block)
        risks += [(errors + share * j) / (seen + j) for j in range(1, len(block) + 1)]
        seen, errors = seen + len(block), errors + sum(block)
    return math.fsum(risks) / len(risks) if risks else math.nan


def add_scores(scores: Scores, records: Sequence[Record]) -> None:
    """Adds every measure of answers to the scores of a case set."""
    answered = [r for r in records if "answer" in r]
    if not answered:
        return
    scores.add_means({r["id"]: score_case(r) if "answer" in r else _not_scored(r) for r in records})
    groups = [scores.groups[r["id"]] for r in answered]
    scores.figures["unsupported claims"] = figure_of(_unsupported_counts(answered), groups, ratio)
    counts = _abstention_counts(answered)
    for name, (hit, other) in {"abstention precision": (0, 1), "abstention recall": (0, 2)}.items():
        pair = np.stack([counts[:, hit], counts[:, hit] + counts[:, other]], axis=1)
        scores.figures[name] = figure_of(pair, groups, ratio)
    scores.figures["abstention F1"] = figure_of(counts, groups, f1_of)
    _add_judge(scores, answered)
    _add_risk(scores, answered)


def _unsupported_counts(records: Sequence[Record]) -> Floats:
    """Unsupported claims and claims of each case; a claim without citation is unsupported."""
    rows = []
    for record in records:
        given = record["answer"]["claims"] if record["answer"]["status"] == "supported" else []
        labels = [c["supported"] for c in given if c.get("supported") is not None]
        rows.append((float(sum(not x for x in labels)), float(len(labels))))
    return np.array(rows, dtype=np.float64)


def _abstention_counts(records: Sequence[Record]) -> Floats:
    """Right abstentions, wrong ones, and unanswerable questions that were answered. An unread page is an abstention."""
    rows = []
    for record in records:
        held_back, possible = record["answer"]["status"] != "supported", record["answerable"]
        outcome = (held_back and not possible, held_back and possible, not held_back and not possible)
        rows.append([float(x) for x in outcome])
    return np.array(rows, dtype=np.float64)


def _add_judge(scores: Scores, records: Sequence[Record]) -> None:
    """How far a judge agrees with what gold says: the figure without which its own says nothing."""
    pairs = [(r, r["answer"].get("judged"), is_right(r)) for r in records]
    kept = [(r, bool(judged), bool(right)) for r, judged, right in pairs if judged is not None and right is not None]
    if not kept:
        return
    counts = np.array([(j and g, j and not g, not j and g, not j and not g) for _, j, g in kept], dtype=np.float64)
    groups = [scores.groups[r["id"]] for r, *_ in kept]
    agreed = np.stack([counts[:, 0] + counts[:, 3], np.ones(len(kept))], axis=1)
    scores.figures["judge agrees"] = figure_of(agreed, groups, ratio)
    scores.figures["judge kappa"] = figure_of(counts, groups, kappa_of)


def _add_risk(scores: Scores, records: Sequence[Record]) -> None:
    judged = [(r, right) for r in records if (right := is_right(r)) is not None]
    given = [(r, not right) for r, right in judged if r["answer"]["status"] == "supported"]
    confidences = [confidence_of(r["answer"]) for r, _ in given]
    wrong = [bad for _, bad in given]
    if any(math.isnan(c) for c in confidences) or not given:
        return
    scores.curves["risk-coverage"] = risk_coverage(confidences, wrong, len(judged))
    groups = [scores.groups[r["id"]] for r, _ in given]
    scores.figures["risk"] = figure_of(np.array([(float(w), 1.0) for w in wrong]), groups, ratio)
    scores.figures["AURC"] = figure_over_cases(
        lambda drawn: area_under_risk([confidences[i] for i in drawn], [wrong[i] for i in drawn]), groups, resamples=300
    )


def confidence_of(answer: dict[str, Any]) -> float:
    """How sure the system was; NaN where it did not say."""
    value = answer.get("confidence")
    return math.nan if value is None else float(value)
