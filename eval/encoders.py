"""Encoders side by side on case sets, by vectors alone: mAP@100, recall@k, nDCG@10, across patients and within one.

A question has as many right passages as hold gold of it. Every figure of another encoder stands beside the first one's
with the ratio of the two; whole groups are drawn for its interval, so cases of one patient count as one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from casefolio.eval.cases import CaseSet
from casefolio.eval.statistics import interval, ratio
from casefolio.indexes.encoders import load_encoder
from casefolio.indexes.encoders.text_encoder import TextEncoder
from casefolio.ingest.errors import UsageError
from casefolio.training.making import documents_in, passages_of
from casefolio.training.ranking import SETTINGS, RetrievalSet, measure_all

MEASURES = ("mAP@100", "nDCG@10", "recall@1", "recall@10", "recall@100")


@dataclass(frozen=True, slots=True)
class Line:
    """A measure of one encoder in one setting, and its ratio to the first encoder's with a 95 % interval."""

    set: str
    setting: str
    measure: str
    encoder: str
    value: float
    n: int
    ratio: float
    low: float
    high: float


def compare_encoders(sets: Sequence[CaseSet], names: Sequence[str]) -> list[Line]:
    """All measures of all encoders on all sets; the first encoder is the one that others are held against.

    Raises:
        UsageError: fewer than two encoders, or a set without an answerable question.
        EncoderError: an encoder cannot be loaded.
    """
    if len(names) < 2:
        raise UsageError("two encoders at least are compared", "name --encoder twice")
    encoders = [load_encoder(name) for name in names]
    out: list[Line] = []
    for case_set in sets:
        data = retrieval_set(case_set, encoders[0])
        if not data.queries:
            raise UsageError(f"{case_set.name} has no question whose gold a passage holds")
        found = [_figures(data, encoder) for encoder in encoders]
        groups = list(data.query_groups)
        for setting in SETTINGS:
            for measure in MEASURES:
                first = [v.get(measure, math.nan) for v in found[0][setting]]
                for name, values in zip(names, found, strict=True):
                    own = [v.get(measure, math.nan) for v in values[setting]]
                    out.append(_line(case_set.name, setting, measure, name, own, first, groups))
    return out


def retrieval_set(case_set: CaseSet, encoder: TextEncoder) -> RetrievalSet:
    """The answerable cases of a set over the passages that an index makes of its documents."""
    passages = passages_of(documents_in(case_set.root), encoder.token_spans, encoder.max_tokens)
    group_of = {g.document: case.group for case in case_set.cases for g in case.gold}
    queries, relevant, groups = [], [], []
    for case in case_set.cases:
        held = frozenset(
            i
            for i, p in enumerate(passages)
            if any(p.document.path == g.document and p.chunk.span.overlaps(g.span) for g in case.gold)
        )
        if held:
            queries.append(case.question)
            relevant.append(held)
            groups.append(case.group)
    own = tuple(group_of.get(p.document.path, p.document.path) for p in passages)
    titles = tuple(p.document.title for p in passages)
    return RetrievalSet(
        tuple(queries), tuple(p.embedded for p in passages), titles, tuple(relevant), tuple(groups), own
    )


def _figures(data: RetrievalSet, encoder: TextEncoder) -> dict[str, list[dict[str, float]]]:
    spans = encoder.token_spans
    # another tokenizer may count more tokens than its window holds
    texts = [
        t if len(s := spans(t)) <= encoder.max_tokens else t[: s[encoder.max_tokens - 1][1]] for t in data.passages
    ]
    return measure_all(data, encoder.encode_queries(data.queries), encoder.encode_passages(texts, data.titles))


def _line(
    name: str, setting: str, measure: str, encoder: str, own: list[float], first: list[float], groups: list[str]
) -> Line:
    kept = [(a, b, g) for a, b, g in zip(own, first, groups, strict=True) if not math.isnan(a + b)]
    counts = np.array([(a, b) for a, b, _ in kept], dtype=np.float64).reshape(-1, 2)
    low, high = interval(counts, [g for *_, g in kept], ratio)
    value = float(counts[:, 0].mean()) if kept else math.nan
    return Line(name, setting, measure, encoder, value, len(kept), float(ratio(counts.sum(axis=0))), low, high)


def as_text(lines: Sequence[Line]) -> str:
    """A table for the terminal."""
    rows = [f"{'set':24}{'setting':17}{'measure':12}{'encoder':26}{'value':>7}{'n':>6}  ratio to the first"]
    for line in lines:
        told = f"{line.ratio:.3f} [{line.low:.3f}, {line.high:.3f}]"
        start = f"{line.set[:23]:24}{line.setting:17}{line.measure:12}{line.encoder[-25:]:26}"
        rows.append(f"{start}{line.value:7.3f}{line.n:6}  {told}")
    return "\n".join(rows)


def as_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Plain values; null where there is none."""
    return [
        {k: None if isinstance(v := getattr(line, k), float) and math.isnan(v) else v for k in Line.__slots__}
        for line in lines
    ]
