"""The guards of namesakes and of lines: "Mr Whitcombe" is not Margaret Whitcombe, nor is her line of a list his."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from casefolio.indexes.persons import KOREAN_NAME
from casefolio.ingest.identity import Identity
from casefolio.names_in_questions import names_in
from casefolio.reader.names_borne import holds
from casefolio.reader.names_meant import is_given, persons_named, sex_of, sex_titles, spelled, words_of
from casefolio.reader.other_persons import OF_PARTIES
from casefolio.reader.reading import Candidate

_OTHER = {"m": "f", "f": "m"}
_FULL = 2  # words of a name that is given in full
# A name at the start of a line, before a colon or the end of a cell: "Mary Poole: ", "| Poole, Mary | ".
_OPENING = re.compile(r"[\s|*#-]*((?:[^\W\d_][\w'’-]*,? ){1,2}?[^\W\d_][\w'’-]*|[가-힣]{2,4})\s*[:|;\t]")
_BETWEEN = 2  # words of a given name between title and surname


def without_the_other_sex(
    question: str,
    candidates: Sequence[Candidate],
    identities: Mapping[str, Identity],
    text_of: Callable[[str], str],
) -> list[Candidate]:
    """Candidates without what papers, or rows, of a namesake of the other sex than the question's title say.

    What names the one who is asked for by title and surname stays, wherever it stands: "Mrs Whitcombe reports" in the
    husband's letter.

    Args:
        question: as it was put.
        candidates: of all documents that were read.
        identities: what the documents say they are, by path.
        text_of: text of a document by its path, empty where it is not known.
    """
    said = words_of(question)
    if sex_titles().keys().isdisjoint(said):
        return list(candidates)
    borne = frozenset(
        w for identity in identities.values() for name in identity.values("patient") for w in words_of(name)
    )
    meant = {name: sex for sex, name in _titled(said, borne)}
    if not meant:
        return list(candidates)
    others = {
        path
        for path in {c.hit.document for c in candidates}
        if any(_is_of(identities.get(path), name, _OTHER[sex], text_of(path)) for name, sex in meant.items())
    }

    def kept(c: Candidate) -> bool:
        said = words_of(c.text)
        if any((sex, name) in _titled(said, frozenset(meant)) for name, sex in meant.items()):
            return True
        return c.hit.document not in others and not any(
            _beside(c.text, name) == {_OTHER[sex]} for name, sex in meant.items()
        )

    return [c for c in candidates if kept(c)]


def _titled(said: Sequence[str], surnames: frozenset[str]) -> list[tuple[str, str]]:
    """Sex and surname where a title of one sex stands before a surname, with or without a given name between."""
    titles = sex_titles()
    found = []
    for at, word in enumerate(said):
        if word in titles:
            behind = said[at + 1 : at + 2 + _BETWEEN]
            surname = next((w for w in behind if w in surnames and not sex_of(w)), None) or next(
                (w for w in behind[:1] if w in surnames), None
            )
            if surname:
                found.append((titles[word], surname))
    return found


def _is_of(identity: Identity | None, surname: str, sex: str, text: str) -> bool:
    """Whether a document is about bearers of a surname of one sex: by its patients, else by all it says of them."""
    if identity is not None and identity.kind in OF_PARTIES:
        return False
    named = identity.values("patient") if identity is not None else ()
    given = {sex_of(w) for name in map(words_of, named) if surname in name for w in name if w != surname} - {""}
    titles = {found for found, _ in _titled(words_of(text), frozenset((surname,)))}
    return (given or titles | _beside(text, surname)) == {sex}


def _beside(text: str, surname: str) -> set[str]:
    """Sexes of the given names that stand with a surname in a text: "Hermann Brandl", "Brandl, Hermann"."""
    said = spelled(text).lower()
    name = re.escape(surname)
    found = re.findall(rf"(\w+)[ \t]+{name}(?![\w-])|(?<![\w-]){name}[ \t]?[,;|\t][ \t]?(\w+)", said)
    return {sex_of(before or behind) for before, behind in found} - {""}


def without_lines_of_others(
    question: str,
    names: Sequence[str],
    candidates: Sequence[Candidate],
    identities: Mapping[str, Identity],
    text_of: Callable[[str], str],
) -> list[Candidate]:
    """Candidates without those whose line, or row, opens with the full name of somebody else than the one asked for.

    "Mary Poole: digoxin 0.125 mg. Allergic to latex." says nothing of John Carter. Who writes in his paper ("Mary
    Poole: wound clean") is no patient of the folder, and stays.

    Args:
        question: as it was put.
        names: in the question, as retrieval knows them.
        candidates: of all documents that were read.
        identities: what the documents say they are, by path.
        text_of: text of a document by its path, empty where it is not known.
    """
    names = (*names, *names_in(question))
    if not names:
        return list(candidates)
    asked = [w for name in names for w in words_of(name)]
    patients = {path: persons_named(identity.values("patient")) for path, identity in identities.items()}
    everybody = [person for named in patients.values() for person in named]
    full = any(_in_full(words_of(name)) for name in names)
    if not full and not any(len(person.intersection(asked)) > 1 for person in everybody):
        return list(candidates)

    text = cache(text_of)

    def of_another(c: Candidate) -> bool:
        identity = identities.get(c.hit.document)
        if identity is not None and identity.kind in OF_PARTIES:
            return False
        opening = _opens_with(_line(c, text(c.hit.document)), everybody)
        if not opening or not _is_another(opening, asked):
            return False
        theirs = any(holds(w, asked) for person in patients.get(c.hit.document, ()) for w in person)
        return not theirs or any(opening <= person for person in everybody)

    return [c for c in candidates if not of_another(c)]


def _is_another(opening: frozenset[str], asked: Sequence[str]) -> bool:
    """Whether a full name is nobody's who is asked for: no word of it is, or another given name of that surname."""
    shared = {w for w in opening if holds(w, asked)}
    given = {w for w in opening if is_given(w)}
    return not shared or bool(given and given.isdisjoint(shared) and any(is_given(w) for w in asked if w not in shared))


def _in_full(name: Sequence[str]) -> bool:
    """Whether a name has a given name and a surname."""
    return (len(name) >= _FULL and any(map(is_given, name))) or any(map(KOREAN_NAME.match, name))


def _line(candidate: Candidate, text: str) -> str:
    """The line that a candidate begins in."""
    start = candidate.span.start
    if not text:
        return candidate.text
    return text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0]


def _opens_with(line: str, everybody: Sequence[frozenset[str]]) -> frozenset[str]:
    """Words of the full name that a line begins with, before a colon or the end of a cell; none where it is no name."""
    found = _OPENING.match(line)
    if found is None:
        return frozenset()
    said = frozenset(words_of(found[1]))
    known = any(said <= person for person in everybody)
    return said if known or (len(said) == _FULL and any(map(is_given, said))) else frozenset()
