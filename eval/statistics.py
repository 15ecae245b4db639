"""How sure a figure is: means that count what is missing, intervals over groups, and a paired test.

Cases of one patient or one contract fail together, so whole groups are drawn (cluster bootstrap, Field and Welsh 2007)
and whole groups change sign (paired permutation test). Every draw comes from one seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
PERMUTATIONS = 10_000
EXACT_GROUPS = 12  # 2**12 sign patterns are fewer than the draws, so all of them are tried
SEED = 0
CHUNK = 250  # draws made at once: quick, and small in memory for thousands of groups

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval: `n` cases were scored, `unscored` could not be. NaN where there is nothing."""

    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    unscored: int = 0

    def __str__(self) -> str:
        if math.isnan(self.value):
            return "–"
        interval = "" if math.isnan(self.low) else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f}{interval}"


def mean(values: Sequence[float]) -> float:
    """Mean of the values that are numbers; NaN of none. Summed exactly, so the order of cases changes no digit."""
    kept = [v for v in values if not math.isnan(v)]
    return math.fsum(kept) / len(kept) if kept else math.nan


def mean_figure(values: Sequence[float], groups: Sequence[Hashable], seed: int = SEED) -> Figure:
    """Mean with its interval; NaN values are counted as unscored."""
    kept = [(v, g) for v, g in zip(values, groups, strict=True) if not math.isnan(v)]
    counts = np.array([(v, 1.0) for v, _ in kept], dtype=np.float64).reshape(-1, 2)
    low, high = interval(counts, [g for _, g in kept], ratio, seed)
    return Figure(mean(values), low, high, len(kept), len(values) - len(kept))


def ratio(sums: Floats) -> Floats:
    """First column over second; NaN over nothing. Shape (…, 2) to (…)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)


def f1_of(sums: Floats) -> Floats:
    """F1 from summed true positives, false positives, false negatives. Shape (…, 3) to (…); NaN without any of them."""
    tp, fp, fn = sums[..., 0], sums[..., 1], sums[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(tp + fp + fn > 0, 2 * tp / (2 * tp + fp + fn), np.nan)


def kappa_of(sums: Floats) -> Floats:
    """Cohen's kappa (1960) of summed counts, shape (…, 4) to (…): both yes, only the first, only the second, neither.

    NaN where chance alone explains all.
    """
    both, first, second, neither = (sums[..., i] for i in range(4))
    n = sums.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        agree = (both + neither) / n
        chance = ((both + first) * (both + second) + (second + neither) * (first + neither)) / n**2
        return np.where(chance < 1, (agree - chance) / (1 - chance), np.nan)


def figure_of(counts: Floats, groups: Sequence[Hashable], statistic: Statistic, seed: int = SEED) -> Figure:
    """A statistic of summed counts, one row a case: F1, a micro average, balanced accuracy."""
    if not len(counts):
        return Figure(math.nan)
    low, high = interval(counts, groups, statistic, seed)
    return Figure(float(statistic(counts.sum(axis=0))), low, high, len(counts))


def interval(
    counts: Floats, groups: Sequence[Hashable], statistic: Statistic, seed: int = SEED, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """95 % percentile interval of a statistic of column sums, whole groups drawn with replacement.

    Args:
        counts: shape (cases, columns).
        groups: one for each case.
        statistic: column sums (draws, columns) to (draws,).

    Returns:
        Both ends; NaN where fewer than two groups leave nothing to draw.
    """
    names = sorted(set(groups), key=str)
    if len(names) < 2:
        return math.nan, math.nan
    place = {g: i for i, g in enumerate(names)}
    sums = np.zeros((len(names), counts.shape[1]))
    np.add.at(sums, [place[g] for g in groups], counts)
    rng = np.random.default_rng(seed)
    parts = []
    for at in range(0, resamples, CHUNK):
        drawn = rng.integers(0, len(names), (min(CHUNK, resamples - at), len(names)))
        parts.append(sums[drawn].sum(axis=1))
    return _ends(statistic(np.concatenate(parts)))


def _ends(draws: Floats) -> tuple[float, float]:
    kept = draws[~np.isnan(draws)]
    if not len(kept):
        return math.nan, math.nan
    low, high = np.quantile(kept, [0.025, 0.975])
    return float(low), float(high)


def drawn_cases(groups: Sequence[Hashable], seed: int = SEED, resamples: int = RESAMPLES) -> Iterator[NDArray[np.intp]]:
    """Indices of the cases of each draw, for statistics that are no function of sums (AUC, area under a curve)."""
    members: dict[Hashable, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    parts = [np.array(members[g], dtype=np.intp) for g in sorted(members, key=str)]
    rng = np.random.default_rng(seed)
    for _ in range(resamples if len(parts) > 1 else 0):
        yield np.concatenate([parts[i] for i in rng.integers(0, len(parts), len(parts))])


def figure_over_cases(
    statistic: Callable[[NDArray[np.intp]], float], groups: Sequence[Hashable], seed: int = SEED, resamples: int = 500
) -> Figure:
    """A statistic of a list of case indices, with its interval."""
    if not len(groups):
        return Figure(math.nan)
    whole = statistic(np.arange(len(groups), dtype=np.intp))
    low, high = _ends(np.array([statistic(d) for d in drawn_cases(groups, seed, resamples)], dtype=np.float64))
    return Figure(whole, low, high, len(groups))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems on the same cases, `b` minus `a`.

    `p` is two-sided. `wins` are the cases where `b` is better, `losses` where it is worse, both by id.
    `unpaired` cases were scored by one of them only, and stand in no figure.
    """

    difference: float
    low: float
    high: float
    p: float
    n: int
    wins: tuple[str, ...]
    losses: tuple[str, ...]
    unpaired: int = 0


def compare(
    a: dict[str, float], b: dict[str, float], groups: dict[str, str], *, lower_is_better: bool = False, seed: int = SEED
) -> Comparison:
    """Compares two systems case by case.

    Args:
        a: value of each case by id.
        b: likewise.
        groups: group of each case by id.
        lower_is_better: of what wins and losses are.
    """
    scored_a = {i for i, v in a.items() if not math.isnan(v)}
    scored_b = {i for i, v in b.items() if not math.isnan(v)}
    ids = sorted(scored_a & scored_b)
    change = [b[i] - a[i] for i in ids]
    better = [i for i, d in zip(ids, change, strict=True) if d > 0]
    worse = [i for i, d in zip(ids, change, strict=True) if d < 0]
    if lower_is_better:
        better, worse = worse, better
    names = [groups[i] for i in ids]
    figure = mean_figure(change, names, seed)
    p = permutation_p(change, names, seed)
    unpaired = len(scored_a ^ scored_b)
    return Comparison(figure.value, figure.low, figure.high, p, len(ids), tuple(better), tuple(worse), unpaired)


def permutation_p(change: Sequence[float], groups: Sequence[Hashable], seed: int = SEED) -> float:
    """Two-sided p of a paired permutation test: were the names of the two systems exchangeable in every group?

    Exact for up to `EXACT_GROUPS` groups; otherwise of seeded draws, with the observed one counted (Phipson and
    Smyth 2010), so never 0. NaN of no case.
    """
    if not change:
        return math.nan
    sums: dict[Hashable, list[float]] = {}
    for value, group in zip(change, groups, strict=True):
        sums.setdefault(group, []).append(value)
    totals = np.array([math.fsum(sums[g]) for g in sorted(sums, key=str)])
    observed = abs(math.fsum(totals)) - 1e-12  # sums in another order differ in the last bits
    if len(totals) <= EXACT_GROUPS:
        patterns = np.arange(2 ** len(totals))
        signs = 1.0 - 2.0 * ((patterns[:, None] >> np.arange(len(totals))) & 1)
        return float(np.mean(np.abs((signs * totals).sum(axis=1)) >= observed))
    rng = np.random.default_rng(seed)
    reached = 0
    for _ in range(PERMUTATIONS // 500):
        signs = 1.0 - 2.0 * rng.integers(0, 2, (500, len(totals)))
        reached += int(np.sum(np.abs((signs * totals).sum(axis=1)) >= observed))
    return (reached + 1) / (PERMUTATIONS + 1)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; NaN of none."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]
