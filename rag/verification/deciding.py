"""What rules and reader say of a claim, made into one verdict: rules may contradict, both must agree to support.

A rule that contradicts by a value, or in the quote's own words, is final. Else the reader's probabilities and what
the rules found are weighed by a small model; its weights and thresholds are in `verdict.json`, chosen by
`benchmarks/fit_verdict.py` on claims that the reader has not seen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casefolio.answer import Reason, Verdict, VerdictLabel
from casefolio.ingest.meaning.exceptions import EXCEPTED
from casefolio.ingest.meaning.finding import Finding

if TYPE_CHECKING:
    from casefolio.reader.model import Relation

_DATA = Path(__file__).with_name("verdict.json")
LABELS: tuple[VerdictLabel, VerdictLabel, VerdictLabel] = ("supported", "contradicted", "unsupported")
_VALUES = frozenset(("number", "dose", "date", "reference", "side"))
_WHO = frozenset(("party", "person"))
# Exact facts of the claim that the quote lacks: no reading makes up for them.
_NEEDED = frozenset(("number", "dose", "date", "reference"))
_DOUBTFUL = frozenset(("negation", "name"))
_BELOW = 0.49
_ONE_WORD = 0.34  # of three
_LEAST = 1e-4  # probability below which the reader's logarithm says no more


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules say: their verdict, what they found, the share of the claim's words that the quote lacks.

    Attributes:
        verdict: of the rules alone.
        findings: facts that agree, conflict, or are missing.
        missing: share of the claim's content words that the quote has in no form, 0 to 1.
        needed: whether the quote cannot support: the claim has a number in digits, a date or a reference that it lacks,
            or it only asks ("Pulmonary embolism?").
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    missing: float
    needed: bool = False

    def of(self, status: str) -> list[Finding]:
        """The findings in one relation."""
        return [f for f in self.findings if f.status == status]

    @property
    def settled(self) -> bool:
        """Whether rules alone contradict: by a value, or in the quote's own words.

        What reaches over words may be found by chance in a claim of other words than its quote, some of it sooner.
        """
        return bool(self._final())

    @property
    def doubtful(self) -> bool:
        """Whether what settles it is a negation or a name alone: where the reader sees nothing of it, nothing is said.

        A word may be denied of something else ("no shift to the left"), a name stand beside another one.
        """
        return self.settled and self._final() <= _DOUBTFUL

    def _final(self) -> frozenset[str]:
        """Kinds of the conflicts that are final."""
        final = final_up_to()
        kinds = ("exchanged" if f.detail else f.kind for f in self.of("conflict"))
        return frozenset(kind for kind in kinds if self.missing <= final.get(kind, -1.0))

    @property
    def only_exchanged(self) -> bool:
        """Whether nothing is missing, and rules object at most that a value is another thing's."""
        objections = [f for f in self.findings if f.status != "agree"]
        return not self.needed and all(f.status == "conflict" and f.detail and f.kind in _VALUES for f in objections)

    @property
    def clean(self) -> bool:
        """Whether the quote has each word and each value of the claim, and no rule objects."""
        return not self.missing and not self.needed and all(f.status == "agree" for f in self.findings)

    @property
    def excepted(self) -> bool:
        """Whether a claim says of what the quote excepts the reverse of what it says of the rest, and no rule objects.

        A word may differ, as the verb of a Korean negation does.
        """
        agreeing = not self.needed and all(f.status == "agree" for f in self.findings)
        return agreeing and self.missing <= _ONE_WORD and any(f.detail == EXCEPTED for f in self.findings)


def needed_missing(findings: Sequence[Finding], claim: str) -> bool:
    """Whether a claim has an exact fact that the quote lacks: written in digits, since "two of them" may be counted."""
    return any(
        f.status == "missing" and f.kind in _NEEDED and (f.claim is None or any(c.isdigit() for c in f.claim.of(claim)))
        for f in findings
    )


def measures(ruled: Ruled, view: Relation) -> dict[str, float]:
    """What is weighed, by name: the reader's log-odds, then what the rules found, 0 or 1 but for shares.

    Args:
        ruled: what the rules say.
        view: the reader's probabilities of supports, contradicts, neither.
    """
    supports, contradicts, neither = (math.log(max(p, _LEAST)) for p in view)
    conflicts, missing = ruled.of("conflict"), ruled.of("missing")

    def has(found: Sequence[Finding], kinds: frozenset[str]) -> float:
        return float(any(f.kind in kinds for f in found))

    named = _VALUES | _WHO | {"negation", "state", "time"}
    return {
        "supports": supports - neither,
        "contradicts": contradicts - neither,
        "value_conflicts": has(conflicts, _VALUES),
        "negation_conflicts": has(conflicts, frozenset(("negation",))),
        "state_conflicts": has(conflicts, frozenset(("state",))),
        "who_conflicts": has(conflicts, _WHO),
        "time_conflicts": has(conflicts, frozenset(("time",))),
        "scope_conflicts": float(any(f.kind not in named for f in conflicts)),
        "value_missing": has(missing, _NEEDED),
        "name_missing": has(missing, frozenset(("name",))),
        "party_missing": has(missing, frozenset(("party",))),
        "words_missing": ruled.missing,
        "all_said": float(ruled.clean),
        "values_bound": float(any(f.detail for f in ruled.of("agree"))),
        "state_agrees": has(ruled.of("agree"), frozenset(("state",))),
    }


@dataclass(frozen=True, slots=True)
class Weighing:
    """The fitted model.

    Attributes:
        weights: label -> measure -> weight.
        bias: label -> constant.
        supports: probability from which a claim is supported.
        contradicts: probability from which one that is not supported is contradicted.
        contradicts_agreeing: the same where rules found a value or all words of the claim in the quote, and object to
            nothing.
    """

    weights: Mapping[str, Mapping[str, float]]
    bias: Mapping[str, float]
    supports: float
    contradicts: float
    contradicts_agreeing: float = 1.0

    def probabilities(self, row: Mapping[str, float]) -> tuple[float, float, float]:
        """Of the labels in the order of `LABELS`."""
        totals = [self.bias[x] + sum(w * row[name] for name, w in self.weights[x].items()) for x in LABELS]
        most = max(totals)
        odds = [math.exp(t - most) for t in totals]
        a, b, c = (o / sum(odds) for o in odds)
        return a, b, c

    def centred(self, probability: float) -> float:
        """A probability of support on a scale where one half is the threshold."""
        odds = probability * (1 - self.supports)
        return odds / (odds + self.supports * (1 - probability))


@cache
def final_up_to() -> Mapping[str, float]:
    """The share of a claim's words that may be missing for a conflict to be final, by its kind; negative for never.

    `exchanged` is that of a value which the quote has of another thing. How it was measured stands in `source`.
    """
    stored: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))["final_up_to"]
    return {kind: share for kind, share in stored.items() if kind != "source"}


@cache
def seen_from() -> float:
    """The reader's probability of a contradiction below which a doubtful conflict is none."""
    return float(json.loads(_DATA.read_text(encoding="utf-8"))["by_hand"]["seen_from"])


@cache
def weighing(path: Path = _DATA) -> Weighing:
    """The model in the box."""
    return read(json.loads(path.read_text(encoding="utf-8")))


def read(raw: Mapping[str, Any]) -> Weighing:
    """The model that a file's content describes."""
    agreeing = raw.get("by_hand", {}).get("contradicts_agreeing", 1.0)
    return Weighing(raw["weights"], raw["bias"], raw["supports"], raw["contradicts"], agreeing)


def judged(ruled: Ruled, view: Relation, model: Weighing | None = None) -> Verdict:
    """The verdict of rules and reader together, weighed by the model in the box unless another is given."""
    model = model or weighing()
    by_rule = ruled.verdict
    if ruled.settled:
        if ruled.doubtful and view[1] < seen_from():
            return _verdict("unsupported", min(by_rule.score, _BELOW), by_rule, "the reader sees no contradiction")
        return by_rule
    supports, contradicts, _ = model.probabilities(measures(ruled, view))
    score = model.centred(supports)
    if supports >= model.supports:
        # both must agree to support; what is denied alone may be said in other words ("not disputed": "accepted")
        if ruled.needed or any(f.kind != "negation" for f in ruled.of("conflict")):
            return _verdict("unsupported", min(score, _BELOW), by_rule, "")
        return _verdict("supported", score, by_rule, "")
    agreeing = ruled.clean or _values_agree(ruled)
    if contradicts >= (model.contradicts_agreeing if agreeing else model.contradicts):
        told = "" if by_rule.label == "contradicted" else "the reader reads the opposite"
        return _verdict("contradicted", min(score, _BELOW), by_rule, told)
    doubt = by_rule.label == "contradicted"
    told = "the reader sees no contradiction" if doubt else "the reader does not read it there"
    return _verdict("unsupported", min(score, _BELOW), by_rule, told)


def _values_agree(ruled: Ruled) -> bool:
    """Whether rules found an exact value of the claim in the quote, and no conflict: then the reader must be surer.

    It was taught contradictions on exchanged values and sees them where values merely stand in other words: of the
    true twins of `tests/twins` it calls 12 in 100 contradicted, with this rule 3.
    """
    return not ruled.of("conflict") and any(f.kind in _VALUES for f in ruled.of("agree"))


def _verdict(label: VerdictLabel, score: float, by_rule: Verdict, told: str) -> Verdict:
    said = (Reason("reading", None, None, told),) if told else ()
    return Verdict(label, round(score, 4), (*by_rule.reasons, *said))
