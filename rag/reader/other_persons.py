"""The guard of persons: a fact of somebody else is no answer.

A question names people or parties; a document says whom it is about. Candidates from documents about others are
dropped, whatever the reader thinks of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import cache
from itertools import pairwise

from casefolio.indexes.persons import KOREAN_NAME
from casefolio.ingest.identity import Identity
from casefolio.ingest.languages import about, all_of, any_of
from casefolio.names_in_questions import names_in
from casefolio.reader.names_meant import (
    borne_as,
    clings,
    is_given,
    names_and_full_names,
    names_somebody,
    persons_of,
    spelled,
    titles_and_particles,
    words_of,
)
from casefolio.reader.reading import Candidate
from casefolio.stems import words

_HEAD = 2500  # characters in which a document says whom it is about
_HANGUL = re.compile(r"[가-힣]")
_SHORT_NAME = 2  # syllables of a Korean name that a longer one may begin with
_NEAR = 3  # words within which given name and surname stand together
_APART = ("",) * _NEAR  # between texts that do not follow each other
_INDENT = 50  # characters before a name that still opens its line
_OPENING, _OPENING_LINES = 300, 3  # characters and lines with which a document opens
# A line that heads somebody's report: a name in capitals before a number of the hospital's or a birthday
# ("BRANDVOLD, WALTER E   448-20913", no "Protein, Total  7.1", no telephone), or what heads one in a language.
_CAPITALS = r"([A-ZÄÖÜ][A-ZÄÖÜ'’-]+)"
_FILE_NUMBER = r"(?!0\d\d)(?:\d{5,}|\d+[-/]\d[\d/-]+|\d\d?\.\d\d?\.\d\d)"
_HEADING = re.compile(
    rf"(?m)^\W{{0,4}}(?:{_CAPITALS},\s?{_CAPITALS}[ \t,;]+"
    rf"(?:[A-Z][ \t.]+)?\(?\*?(?:[A-Za-z.]{{1,5}}[ \t:]*)?{_FILE_NUMBER}|{any_of('names', 'heads_report')})"
)
_OF_PARTIES = ("agreement", "amendment", "judgment", "order", "pleading", "statute", "notice", "invoice")


def about_the_named(
    question: str,
    known: Sequence[str],
    candidates: Sequence[Candidate],
    people_known: Iterable[str] = (),
    text_of: Callable[[str], str] = lambda _: "",
    language: str = "en",
    of_law: Set[str] = frozenset(),
) -> list[Candidate]:
    """Candidates of the documents that the names in a question mean; all of them where it names nobody.

    A document that holds fewer than three quarters of the names that the best one holds is about somebody else, unless
    it names the one bearer of those names otherwise ("L. Ordaz" where Luis is asked about), or is of the law and has a
    surname that nobody else of the folder bears. So is one that gives the
    surname of a person asked about to another given name and never to this one. Where a person is asked about by full
    name whom no document knows, none answers.

    Args:
        question: as it was put.
        known: names in it that the folder bears, as they stand in the question; a word may cling to them.
        candidates: of all documents that were read.
        people_known: people and parties of the folder, as its documents write them.
        text_of: text of a document by its path, empty where it is not known.
        language: of the question.
        of_law: paths of contracts and of courts' papers, which name a party by surname alone.
    """
    said, heads = _words_by_document(candidates, text_of)
    persons = persons_of(tuple(people_known))
    borne = frozenset(w for person in persons for w in person)
    written = [name for name in (*names_in(question), *map(_as_written, known)) if not _is_date(name, persons)]
    nouns = bool(about(language).get("capital_nouns"))
    names, full = names_and_full_names(written, persons, frozenset(w for found in said.values() for w in found), nouns)
    if not names:
        return list(candidates)
    share = {d: sum(_holds(n, found) for n in names) for d, found in said.items()}
    best = max(share.values(), default=0)
    own = _own_names(names, persons).union(*(_own_names(set(person), persons) for person in full))
    if not best and not own:
        return [] if full else list(candidates)
    kept = {d for d, n in share.items() if (n and n * 4 >= 3 * best) or _named_otherwise(names, own, said[d], heads[d])}
    counted = borne if nouns else None
    elsewhere = {person: {d for d in said if _somebody_else(person, heads[d], counted)} for person in full}
    strangers = {d for p in full for d in said if d in elsewhere[p] or _other_initial(p, heads[d])}
    kept |= {d for d in of_law & said.keys() - strangers if _has_the_surname(own & names, said[d])}
    short = [person for person in full if not _initial_is_shared(person, persons)]
    by_initial = {d for p in short for d in said if _has_initial_of(p, heads[d]) or _file_has_initial_of(p, d)}
    for person in full:
        kept -= {d for d in kept & elsewhere[person] if not _together(person, said[d])}
    kept |= by_initial
    for name in () if _one_is_meant(full, people_known) else _spelled_apart(written, people_known):
        kept &= {c.hit.document for c in candidates if name in words(f"{c.header} {c.hit.text}")}
    return [c for c in candidates if c.hit.document in kept]


def _spelled_apart(written: Sequence[str], people_known: Iterable[str]) -> frozenset[str]:
    """Names of the question that somebody else of the folder bears in the other spelling: Mueller beside Müller.

    A name in capitals ("BRUECKMANN") may be either.
    """
    borne = {word for name in people_known for part in name.split() if not part.isupper() for word in words(part)}
    return frozenset(
        word
        for word in (w for name in written for w in words(name) if w in borne)
        if any(other != word and spelled(other) == spelled(word) for other in borne)
    )


def _one_is_meant(full: Iterable[Sequence[str]], people_known: Iterable[str]) -> bool:
    """Whether a full name of the question is that of one person of the folder, in one spelling."""
    known = {(frozenset(words(name)), frozenset(words_of(name))) for name in people_known if not name.isupper()}
    return any(len({plain for plain, folded in known if folded.issuperset(person)}) == 1 for person in full)


def _own_names(names: set[str], persons: Sequence[frozenset[str]]) -> frozenset[str]:
    """All names of the one person of the folder who is meant that nobody else bears; none where several may be."""
    borne = names & {w for person in persons for w in person}
    meant = [person for person in persons if borne and borne <= person]
    if not meant or any(len(person & max(meant, key=len)) < min(2, len(person)) for person in meant):
        return frozenset()
    one = frozenset().union(*meant)
    others = [person for person in persons if not person <= one and not one <= person]
    return one - frozenset(w for person in others for w in person)


def _named_otherwise(names: set[str], own: frozenset[str], said: Sequence[str], head: str) -> bool:
    """Whether a document names the one who is meant by initial and surname, or in Korean by the whole name."""
    if any(KOREAN_NAME.fullmatch(w) and _holds(w, said) for w in own):
        return True
    return any(_has_initial_of((given, last), head) for given in names for last in own - names)


def _has_the_surname(own: frozenset[str], said: Sequence[str]) -> bool:
    """Whether a document has a surname that one person of the folder bears, as courts write ("Torn v Aske")."""
    return any(not is_given(w) and not _HANGUL.match(w) and w in said for w in own)


def _initial_is_shared(person: Sequence[str], persons: Sequence[frozenset[str]]) -> bool:
    """Whether somebody else of the folder has the same surname and initial."""
    given, last = person[0], person[-1]
    own = _initial(given)
    return any(last in o and given not in o and any(_initial(w) == own for w in o - {last}) for o in persons)


def _initial(name: str) -> str:
    """With what a name is shortened: one letter, or the two of an umlaut that is written out."""
    return name[: 2 if name[:2] in ("ae", "oe", "ue") else 1]


def _is_date(name: str, persons: Sequence[frozenset[str]]) -> bool:
    """Whether a name is a month or a day of the week, which are written like names, and nobody's full name."""
    found = words_of(name)
    somebody = len(found) > 1 and any(person.issuperset(found) for person in persons)
    return not somebody and all(w in _calendar() for w in found)


@cache
def _calendar() -> frozenset[str]:
    return frozenset(spelled(word.lower()) for key in ("months", "weekdays") for word in all_of("dates", key))


def papers_of_law(identities: Mapping[str, Identity]) -> frozenset[str]:
    """Paths of the documents that have parties and no patient."""
    return frozenset(path for path, identity in identities.items() if identity.kind in _OF_PARTIES)


def people_in(identities: Mapping[str, Identity]) -> tuple[str, ...]:
    """Patients and parties of all documents, as they write them."""
    return tuple(name for identity in identities.values() for name in identity.values("patient", "party"))


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
    called = [
        name for name in names_in(question) if _HANGUL.match(name)
    ]  # "정해문님의" is no word that retrieval knows
    found = (w for name in (*names, *called) for w in words_of(_as_written(name)))
    asked = {borne_as(w, everybody) for w in found if names_somebody(w) or w in everybody}
    patients = {
        path: identity.values("patient")
        for path in {c.hit.document for c in candidates}
        if (identity := identities.get(path)) is not None
        and identity.kind not in _OF_PARTIES
        and identity.values("patient")
    }
    borne = {
        path: sum(_holds(name, words_of(" ".join((path, *said)))) for name in asked) for path, said in patients.items()
    }
    theirs = {path for path, said in patients.items() if _all_are_others(said, asked, persons)}
    borne |= dict.fromkeys(theirs, 0)
    pairs = [(given, last) for given in asked for last in (asked | _own_names(asked, persons)) - {given}]
    pairs = [pair for pair in pairs if not _initial_is_shared(pair, persons)]
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


def _all_are_others(patients: Sequence[str], asked: Set[str], persons: Sequence[frozenset[str]]) -> bool:
    """Whether a document's patients are all others than somebody of the folder who is asked for by the full name.

    A husband has the surname of his wife, and nothing else of her name.
    """
    meant = [person for person in _whole_names(persons) if person <= asked]
    theirs = _whole_names(persons_of(tuple(patients)))
    if not meant or not theirs or any(person <= asked for person in theirs):
        return False
    return any(all(_lacks(p, q) and _lacks(q, p) for q in theirs) for p in meant)


def _whole_names(persons: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Names of more than one word, and Korean ones of three syllables, which `persons_of` gives their given names."""
    plain = (person - {w[1:] for w in person if KOREAN_NAME.fullmatch(w)} for person in persons)
    return [person for person in plain if len(person) > 1 or any(map(KOREAN_NAME.fullmatch, person))]


def _lacks(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether one of some names begins like none of the others, nor one of them like it ("Jo" may be Joan)."""
    return any(not any(w.startswith(o) or o.startswith(w) for o in others) for w in some)


def _opens_or_lists(text: str, asked: Set[str], pairs: Sequence[tuple[str, str]], patients: Sequence[str]) -> bool:
    """Whether a text opens with the names asked for, and not with its patients' too, or lists a report under them."""
    opening = spelled("\n".join(text[:_OPENING].splitlines()[:_OPENING_LINES]))
    found = words(opening)
    headed = {tuple(person) for _, person in _headings(text)}
    if len(headed) > 1 and any(asked >= set(person) for person in headed):
        return True
    if any(all(_holds(w, found) for w in words_of(name)) for name in patients):
        return False
    in_full = len(asked) > 1 and all(_holds(name, found) for name in asked)
    return in_full or any(_has_initial_of(pair, opening) for pair in pairs)


def _headings(text: str) -> list[tuple[int, list[str]]]:
    """Where lines head a report of somebody, and the words of the name."""
    return [(m.start(), words_of(" ".join(filter(None, m.groups())))) for m in _HEADING.finditer(text)]


def under_their_names(question: str, candidates: Sequence[Candidate], text_of: Callable[[str], str]) -> list[Candidate]:
    """Candidates without those of another's report on one sheet: below a line that is headed by somebody else.

    Args:
        question: as it was put; a sheet none of whose headings it names keeps all.
        candidates: of all documents that were read.
        text_of: text of a document by its path, empty where it is not known.
    """
    asked = words_of(question)
    headings: dict[str, tuple[list[int], list[int]]] = {}  # where they stand, and how many words of each are asked for
    for path in dict.fromkeys(c.hit.document for c in candidates):
        found = _headings(text_of(path))
        headings[path] = [at for at, _ in found], [sum(_holds(n, asked) for n in person) for _, person in found]
    most = {path: max(borne, default=0) for path, (_, borne) in headings.items()}

    def theirs(c: Candidate) -> bool:
        places, borne = headings[c.hit.document]
        above = bisect_right(places, c.span.start)
        return not above or borne[above - 1] == most[c.hit.document]

    return [c for c in candidates if theirs(c)]


def _words_by_document(
    candidates: Sequence[Candidate], text_of: Callable[[str], str]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Words of what was read of each document and of its opening, and the beginning of what was read."""
    paths = dict.fromkeys(c.hit.document for c in candidates)
    heads = {path: spelled(text_of(path)[:_OPENING]) for path in paths}
    said = {path: [*words_of(path), *_APART, *words(opening)] for path, opening in heads.items()}
    for c in {(c.hit.document, c.hit.chunk.span): c for c in candidates}.values():
        text = spelled(f"{c.header}\n{c.hit.text}")
        said[c.hit.document] += [*_APART, *words(text)]
        heads[c.hit.document] = f"{heads[c.hit.document]}\n{text}"[:_HEAD]
    return said, heads


def _as_written(name: str) -> str:
    """A name without the small words at its ends, where it has capitals: no "Joan take", if the folder bears "take"."""
    parts = name.split()
    capital = [at for at, part in enumerate(parts) if part[:1].isupper()]
    return " ".join(parts[capital[0] : capital[-1] + 1]) if capital else name


def _holds(name: str, found: Sequence[str]) -> bool:
    return name in found or (_HANGUL.match(name) is not None and any(_begins_with(w, name) for w in found))


def _begins_with(word: str, name: str) -> bool:
    """Whether a Korean word is a name with what clings to it; "김철수" is not "김철", whom it begins like."""
    if not word.startswith(name):
        return False
    longer = len(name) == _SHORT_NAME and KOREAN_NAME.match(word) is not None
    return not longer or clings(word, len(name))


def _together(person: Sequence[str], found: Sequence[str]) -> bool:
    """Whether all words of a name stand close together somewhere, in any order."""
    for at, word in enumerate(found):
        if word.startswith(person[0]):
            near = found[max(0, at - _NEAR) : at + _NEAR + 1]
            if all(any(w.startswith(part) for w in near) for part in person[1:]):
                return True
    return False


def _has_initial_of(person: Sequence[str], head: str) -> bool:
    """Whether a line opens with the name and an initial, near enough: "Zi. 14  TORN E. *02.09.78", "E. Torn"."""
    if len(person) < 2 or _HANGUL.match(person[0]):
        return False
    last, initial = rf"(?i:{re.escape(person[-1])})", re.escape(_initial(person[0]).capitalize())
    behind = rf"{last},?[ \t]+{initial}\b(?!['’-])\.?(?=[ \t]*(?:$|[*(,\d]))"
    opens = rf"^[^\n]{{0,{_INDENT}}}(?<![\w.])(?<!Dr[ ])(?<!Dr\.[ ])(?:{behind}|{initial}\.[ \t]*{last}\b)"
    return re.search(opens, head, re.MULTILINE) is not None


def _file_has_initial_of(person: Sequence[str], path: str) -> bool:
    """Whether a file is named with surname and initial: "Rowe_P_echo.txt"."""
    if len(person) < 2 or _HANGUL.match(person[0]):
        return False
    last, initial = person[-1], _initial(person[0])
    parts = words(spelled(path).replace("_", " "))
    return any({a, b} == {last, initial} for a, b in pairwise(parts))


def _somebody_else(person: Sequence[str], head: str, counted: Set[str] | None = None) -> bool:
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


def _other_initial(person: Sequence[str], head: str) -> bool:
    """Whether a text gives the surname to another initial."""
    last, own = rf"(?i:{re.escape(person[-1])})", _initial(person[0])
    found = (m[1].lower() for m in re.finditer(rf"\b([A-Z][a-z]?)\.[ \t]*{last}\b", head))
    return any(initial != own and initial not in titles_and_particles() for initial in found)
