"""Whether a sentence says that a drug was ended, held or declined: by the rules of `ingest.meaning`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casefolio.indexes.meanings import drug_groups
from casefolio.ingest.document import Span
from casefolio.ingest.meaning.annotating import annotate
from casefolio.ingest.meaning.states import GONE, state_of
from casefolio.reader.reading import Candidate


def ends(candidate: Candidate, drugs: frozenset[str]) -> bool:
    """Whether a candidate says of one of the drugs that it is no longer given.

    Args:
        candidate: a sentence or row.
        drugs: first names of substances, as `guards.drugs_in` gives them.
    """
    places = list(_places(candidate.text, drugs))
    said = annotate(candidate.text, candidate.hit.chunk.language, places) if places else ()
    return any(state_of(assertion) in GONE for assertion in said)


def _places(text: str, drugs: frozenset[str]) -> Iterator[Span]:
    folded = text.casefold()
    if len(folded) != len(text):
        return  # places would not be those of the text
    for name in _names(drugs):
        at = folded.find(name)
        if at >= 0:
            yield Span(at, at + len(name))


def _names(drugs: frozenset[str]) -> Iterable[str]:
    return (name.casefold() for names in drug_groups() if names[0] in drugs for name in names)
