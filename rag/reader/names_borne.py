"""How a text bears somebody's name: in full, in any order, by initial, at the head of a report."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from itertools import pairwise

from casefolio.indexes.persons import KOREAN_NAME
from casefolio.ingest.languages import any_of
from casefolio.reader.names_meant import HANGUL, clings, is_given, spelled, titles_and_particles, words_of
from casefolio.stems import words

_SHORT_NAME = 2  # syllables of a Korean name that a longer one may begin with
OPENING = 300  # characters with which a document opens
NEAR = 3  # words within which given name and surname stand together
_INDENT = 50  # characters before a name that still opens its line
# A line that heads somebody's report: a name in capitals before a number of the hospital's or a birthday
# ("BRANDVOLD, WALTER E   448-20913", no "Protein, Total  7.1", no telephone), or what heads one in a language.
_CAPITALS = r"([A-ZÄÖÜ][A-ZÄÖÜ'’-]+)"
_FILE_NUMBER = r"(?!0\d\d)(?:\d{5,}|\d+[-/]\d[\d/-]+|\d\d?\.\d\d?\.\d\d)"
_HEADING = re.compile(
    rf"(?m)^\W{{0,4}}(?:{_CAPITALS},\s?{_CAPITALS}[ \t,;]+"
    rf"(?:[A-Z][ \t.]+)?\(?\*?(?:[A-Za-z.]{{1,5}}[ \t:]*)?{_FILE_NUMBER}|{any_of('names', 'heads_report')})"
)


def holds(name: str, found: Sequence[str]) -> bool:
    """Whether a name is among words, in Korean also with what clings to it."""
    return name in found or (HANGUL.match(name) is not None and any(_begins_with(w, name) for w in found))


def _begins_with(word: str, name: str) -> bool:
    """Whether a Korean word is a name with what clings to it; "김철수" is not "김철", whom it begins like."""
    if not word.startswith(name):
        return False
    longer = len(name) == _SHORT_NAME and KOREAN_NAME.match(word) is not None
    return not longer or clings(word, len(name))


def together(person: Sequence[str], found: Sequence[str]) -> bool:
    """Whether all words of a name stand close together somewhere, in any order."""
    for at, word in enumerate(found):
        if word.startswith(person[0]):
            near = found[max(0, at - NEAR) : at + NEAR + 1]
            if all(any(w.startswith(part) for w in near) for part in person[1:]):
                return True
    return False


def has_initial_of(person: Sequence[str], head: str) -> bool:
    """Whether a line opens with the name and an initial, near enough: "Zi. 14  TORN E. *02.09.78", "E. Torn"."""
    if len(person) < 2 or HANGUL.match(person[0]):
        return False
    last, initial = rf"(?i:{re.escape(person[-1])})", re.escape(_initial(person[0]).capitalize())
    behind = rf"{last},?[ \t]+{initial}\b(?!['’-])\.?(?=[ \t]*(?:$|[*(,\d]))"
    opens = rf"^[^\n]{{0,{_INDENT}}}(?<![\w.])(?<!Dr[ ])(?<!Dr\.[ ])(?:{behind}|{initial}\.[ \t]*{last}\b)"
    return re.search(opens, head, re.MULTILINE) is not None


def file_has_initial_of(person: Sequence[str], path: str) -> bool:
    """Whether a file is named with surname and initial: "Rowe_P_echo.txt"."""
    if len(person) < 2 or HANGUL.match(person[0]):
        return False
    last, initial = person[-1], _initial(person[0])
    parts = words(spelled(path).replace("_", " "))
    return any({a, b} == {last, initial} for a, b in pairwise(parts))


def initial_is_shared(person: Sequence[str], persons: Sequence[frozenset[str]]) -> bool:
    """Whether somebody else of the folder has the same surname and initial."""
    given, last = person[0], person[-1]
    own = _initial(given)
    return any(last in o and given not in o and any(_initial(w) == own for w in o - {last}) for o in persons)


def _initial(name: str) -> str:
    """With what a name is shortened: one letter, or the two of an umlaut that is written out."""
    return name[: 2 if name[:2] in ("ae", "oe", "ue") else 1]


def has_other_initial(person: Sequence[str], head: str) -> bool:
    """Whether a text gives the surname to another initial."""
    last, own = rf"(?i:{re.escape(person[-1])})", _initial(person[0])
    found = (m[1].lower() for m in re.finditer(rf"\b([A-Z][a-z]?)\.[ \t]*{last}\b", head))
    return any(initial != own and initial not in titles_and_particles() for initial in found)


def names_another(person: Sequence[str], head: str, counted: Set[str] | None = None) -> bool:
    """Whether a text gives the surname to another given name.

    Args:
        person: words of a full name, the surname last.
        head: the text's beginning.
        counted: where nouns have capitals ("Rechtsstreit Torn"), names of the folder: no others are given names but
            those that are on the list of them.
    """
    if len(person) < 2:
        return False
    last, first = rf"\b(?i:{re.escape(person[-1])})", r"([A-ZÄÖÜÀ-Ý][\w'’-]+)"
    given = {(m[1] or m[2]).lower() for m in re.finditer(rf"\b{first}\s+{last}\b|{last},\s+{first}", head)}
    given -= titles_and_particles() | set(person)
    return bool(given if counted is None else {w for w in given if is_given(w) or w in counted})


def own_names(names: set[str], persons: Sequence[frozenset[str]]) -> frozenset[str]:
    """All names of the one person of the folder who is meant that nobody else bears; none where several may be."""
    borne = names & {w for person in persons for w in person}
    meant = [person for person in persons if borne and borne <= person]
    if not meant or any(len(person & max(meant, key=len)) < min(2, len(person)) for person in meant):
        return frozenset()
    one = frozenset().union(*meant)
    others = [person for person in persons if not person <= one and not one <= person]
    return one - frozenset(w for person in others for w in person)


def as_written(name: str) -> str:
    """A name without the small words at its ends, where it has capitals: no "Joan take", if the folder bears "take"."""
    parts = name.split()
    capital = [at for at, part in enumerate(parts) if part[:1].isupper()]
    return " ".join(parts[capital[0] : capital[-1] + 1]) if capital else name


def headings(text: str) -> list[tuple[int, list[str]]]:
    """Where lines head a report of somebody, and the words of the name."""
    return [(m.start(), words_of(" ".join(filter(None, m.groups())))) for m in _HEADING.finditer(text)]
