"""What rules and reader say of a claim, made into one verdict: rules may contradict, both must agree to support."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.meaning.finding import Finding
from rag.answer import Reason, Verdict, VerdictLabel
from rag.verification.pairs import EXACT
from rag.verification.reading import Relation

# Probability of the reader from which it supports, and from which it contradicts.
SUPPORTS = 0.5
CONTRADICTS = 0.5
# A claim in other words than its quote may set off a rule of scope (negation, tense, person) by chance: where so large
# a share of its words is missing, such a rule contradicts only where the reader sees a contradiction at all.
_OTHER_WORDS = 0.5
_SEEN = 0.1
_SCOPES = frozenset(
    (
        "negation",
        "time",
        "certainty",
        "person",
        "party",
        "modality",
        "act",
        "direction",
        "severity",
        "condition",
        "result",
    )
)
# Exact facts of the claim that the quote lacks: no reading makes up for them.
_NEEDED = frozenset(("number", "dose", "date", "reference"))
_BELOW = 0.49


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules say: their verdict, what they found, and the share of the claim's words that the quote lacks."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    missing: float

    def has(self, status: str, kinds: frozenset[str]) -> bool:
        """Whether a fact of one of the kinds was found in this relation."""
        return any(f.status == status and f.kind in kinds for f in self.findings)

    @property
    def settled(self) -> bool:
        """Whether no reading changes the verdict: a rule contradicts by a value, or in the quote's own words."""
        conflicts = [f for f in self.findings if f.status == "conflict"]
        by_scope = all(f.kind in _SCOPES and not f.detail for f in conflicts)
        return bool(conflicts) and not (by_scope and self.missing > _OTHER_WORDS)


def judged(ruled: Ruled, view: Relation) -> Verdict:
    """The verdict of rules and reader together."""
    supports, contradicts, _ = view
    by_rule = ruled.verdict
    if ruled.settled:
        return by_rule
    if by_rule.label == "contradicted":
        if contradicts >= _SEEN:
            return by_rule
        return _verdict("unsupported", min(supports, _BELOW), by_rule, "the reader sees no contradiction")
    if supports >= SUPPORTS:
        if ruled.has("missing", _NEEDED):
            return _verdict("unsupported", min(supports, _BELOW), by_rule, "")
        return _verdict("supported", supports, by_rule, "")
    # Where the quote has all of a claim's words or an exact fact of it, the reader may doubt, but not contradict.
    if contradicts >= CONTRADICTS and ruled.missing and not ruled.has("agree", EXACT):
        return _verdict("contradicted", supports, by_rule, "the reader reads the opposite")
    return _verdict("unsupported", min(supports, _BELOW), by_rule, "the reader does not read it there")


def _verdict(label: VerdictLabel, score: float, by_rule: Verdict, told: str) -> Verdict:
    said = (Reason("reading", None, None, told),) if told else ()
    return Verdict(label, round(score, 4), (*by_rule.reasons, *said))
