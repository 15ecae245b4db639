"""The guard of patients: a paper about another patient answers nothing, though it names the one asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set

from casefolio.indexes.persons import KOREAN_NAME
from casefolio.ingest.identity import Identity
from casefolio.names_in_questions import names_in
from casefolio.reader.names_borne import (
    OPENING,
    as_written,
    has_initial_of,
    headings,
    holds,
    initial_is_shared,
    own_names,
)
from casefolio.reader.names_meant import HANGUL, borne_as, names_somebody, persons_named, persons_of, spelled, words_of
from casefolio.reader.other_persons import OF_PARTIES, people_in
from casefolio.reader.reading import Candidate
from casefolio.stems import words

_OPENING_LINES = 3  # with which a document opens, within `OPENING`


def of_other_patients(
    question: str,
    names: Sequence[str],
    candidates: Sequence[Candidate],
    identities: Mapping[str, Identity],
    text_of: Callable[[str], str] = lambda _: "",
) -> frozenset[str]:
    """Paths of the documents about patients who do not bear the names asked for, where others do.

    That a name stands somewhere in a letter does not make its bearer the patient: a wife is named in her husband's.
    A document that opens with the full name is not another one's, nor one in which a line does so as lists do (two
    reports on one sheet), nor is a paper of the law, which has no patient.

    Args:
        question: as it was put.
        names: in the question, as they stand in it.
        candidates: of all documents that were read.
        identities: what the documents say they are, by path.
        text_of: text of a document by its path, empty where it is not known.
    """
    persons = persons_of(people_in(identities))
    everybody = frozenset(w for person in persons for w in person)
    called = [n for n in names_in(question) if HANGUL.match(n)]  # "정해문님의" is no word that retrieval knows
    found = (w for name in (*names, *called) for w in words_of(as_written(name)))
    asked = {borne_as(w, everybody) for w in found if names_somebody(w) or w in everybody}
    if not asked:
        return frozenset()
    patients = {
        path: identity.values("patient")
        for path in {c.hit.document for c in candidates}
        if (identity := identities.get(path)) is not None
        and identity.kind not in OF_PARTIES
        and identity.values("patient")
    }
    borne = {
        path: sum(holds(name, words_of(" ".join((path, *said)))) for name in asked) for path, said in patients.items()
    }
    meant = [person for person in _whole_names(persons) if person <= asked]
    known = tuple(name for identity in identities.values() for name in identity.values("patient")) if meant else ()
    ill = [person for person in _whole_names(persons_of(known)) if person in meant]
    theirs = {path for path, said in patients.items() if meant and _all_are_others(said, asked, meant, ill)}
    borne |= dict.fromkeys(theirs, 0)
    pairs = [(given, last) for given in asked for last in (asked | own_names(asked, persons)) - {given}]
    pairs = [pair for pair in pairs if not initial_is_shared(pair, persons)]
    for path in (path for path, n in borne.items() if not n):
        borne[path] = int(_opens_or_lists(text_of(path), asked, pairs, patients[path] if path in theirs else ()))
    theirs = {path for path in theirs if not borne[path]}
    if not any(borne.values()):
        return frozenset(theirs)
    # "Mrs Pemberton" may be anybody of that name; a Korean name of three syllables is whole
    whole = {
        path
        for path, said in patients.items()
        if any(KOREAN_NAME.fullmatch(n) or sum(map(names_somebody, words_of(n))) > 1 for n in said)
    }
    return frozenset(path for path, n in borne.items() if not n and path in whole) | theirs


def _all_are_others(
    patients: Sequence[str], asked: Set[str], meant: Sequence[frozenset[str]], ill: Sequence[frozenset[str]]
) -> bool:
    """Whether a document's patients are all others than somebody of the folder who is asked for by the full name.

    A husband has the surname of his wife, and nothing else of her name. A doctor or a landlord who is no patient of
    the folder may be named in anybody's letter, unless he is of the patient's name.

    Args:
        patients: of the document, as it writes them.
        asked: words of the names in the question.
        meant: people and parties of the folder who are asked for by the full name.
        ill: those of them who are patients.
    """
    theirs = _whole_names(persons_named(patients))
    if not theirs or any(person <= asked for person in theirs):
        return False
    others = (p for p in meant if p in ill or any(p & q for q in theirs))
    return any(all(_lacks(p, q) and _lacks(q, p) for q in theirs) for p in others)


def _whole_names(persons: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Names of more than one word, and Korean ones of three syllables, which `persons_of` gives their given names."""
    plain = (person - {w[1:] for w in person if KOREAN_NAME.fullmatch(w)} for person in persons)
    return [person for person in plain if len(person) > 1 or any(map(KOREAN_NAME.fullmatch, person))]


def _lacks(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether one of some names begins like none of the others, nor one of them like it ("Jo" may be Joan)."""
    return any(not any(w.startswith(o) or o.startswith(w) for o in others) for w in some)


def _opens_or_lists(text: str, asked: Set[str], pairs: Sequence[tuple[str, str]], patients: Sequence[str]) -> bool:
    """Whether a text opens with the names asked for, and not with its patients' too, or lists a report under them."""
    opening = spelled("\n".join(text[:OPENING].splitlines()[:_OPENING_LINES]))
    found = words(opening)
    headed = {tuple(person) for _, person in headings(text)}
    if len(headed) > 1 and any(asked >= set(person) for person in headed):
        return True
    if any(all(holds(w, found) for w in words_of(name)) for name in patients):
        return False
    in_full = len(asked) > 1 and all(holds(name, found) for name in asked)
    return in_full or any(has_initial_of(pair, opening) for pair in pairs)
