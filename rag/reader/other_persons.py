"""The guard of persons: a fact of somebody else is no answer.

A question names people or parties; a document says whom it is about. Candidates from documents about others are
dropped, whatever the reader thinks of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import cache

from casefolio.indexes.persons import KOREAN_NAME
from casefolio.ingest.identity import Identity
from casefolio.ingest.languages import about, all_of
from casefolio.names_in_questions import names_in
from casefolio.reader.names_borne import (
    NEAR,
    OPENING,
    as_written,
    file_has_initial_of,
    has_initial_of,
    has_other_initial,
    headings,
    holds,
    initial_is_shared,
    names_another,
    own_names,
    together,
)
from casefolio.reader.names_meant import HANGUL, is_given, names_and_full_names, persons_of, spelled, words_of
from casefolio.reader.reading import Candidate
from casefolio.reader.strangers import names_a_stranger
from casefolio.stems import words

OF_PARTIES = ("agreement", "amendment", "judgment", "order", "pleading", "statute", "notice", "invoice")
_HEAD = 2500  # characters in which a document says whom it is about
_APART = ("",) * NEAR  # between texts that do not follow each other


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
    surname that nobody else of the folder bears. So is one that gives the surname of a person asked about to another
    given name and never to this one. Where a person is asked about whom no document knows, none answers.

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
    nouns = bool(about(language).get("capital_nouns"))
    everywhere = borne.union(*said.values())
    if names_a_stranger(question, everywhere.__contains__, nouns, borne, language):
        return []
    written = [name for name in (*names_in(question), *map(as_written, known)) if not _is_date(name, persons)]
    names, full = names_and_full_names(written, persons, frozenset(w for found in said.values() for w in found), nouns)
    if not names:
        return list(candidates)
    share = {d: sum(holds(n, found) for n in names) for d, found in said.items()}
    best = max(share.values(), default=0)
    own = own_names(names, persons).union(*(own_names(set(person), persons) for person in full))
    if not best and not own:
        return [] if full else list(candidates)
    kept = {d for d, n in share.items() if (n and n * 4 >= 3 * best) or _named_otherwise(names, own, said[d], heads[d])}
    counted = borne if nouns else None
    elsewhere = {person: {d for d in said if names_another(person, heads[d], counted)} for person in full}
    strangers = {d for p in full for d in said if d in elsewhere[p] or has_other_initial(p, heads[d])}
    kept |= {d for d in of_law & said.keys() - strangers if _has_the_surname(own & names, said[d])}
    short = [person for person in full if not initial_is_shared(person, persons)]
    by_initial = {d for p in short for d in said if has_initial_of(p, heads[d]) or file_has_initial_of(p, d)}
    for person in full:
        kept -= {d for d in kept & elsewhere[person] if not together(person, said[d])}
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


def _named_otherwise(names: set[str], own: frozenset[str], said: Sequence[str], head: str) -> bool:
    """Whether a document names the one who is meant by initial and surname, or in Korean by the whole name."""
    if any(KOREAN_NAME.fullmatch(w) and holds(w, said) for w in own):
        return True
    return any(has_initial_of((given, last), head) for given in names for last in own - names)


def _has_the_surname(own: frozenset[str], said: Sequence[str]) -> bool:
    """Whether a document has a surname that one person of the folder bears, as courts write ("Torn v Aske")."""
    return any(not is_given(w) and not HANGUL.match(w) and w in said for w in own)


def _is_date(name: str, persons: Sequence[frozenset[str]]) -> bool:
    """Whether a name is a month or a day of the week, which are written like names, and nobody's full name."""
    found = words_of(name)
    somebody = len(found) > 1 and any(person.issuperset(found) for person in persons)
    return not somebody and all(w in _calendar() for w in found)


@cache
def _calendar() -> frozenset[str]:
    return frozenset(spelled(word.lower()) for key in ("months", "weekdays") for word in all_of("dates", key))


def papers_of_law(identities: Mapping[str, Identity]) -> frozenset[str]:
    """Paths of contracts and of courts' papers, which have parties."""
    return frozenset(path for path, identity in identities.items() if identity.kind in OF_PARTIES)


def people_in(identities: Mapping[str, Identity]) -> tuple[str, ...]:
    """Patients and parties of all documents, as they write them."""
    return tuple(name for identity in identities.values() for name in identity.values("patient", "party"))


def under_their_names(question: str, candidates: Sequence[Candidate], text_of: Callable[[str], str]) -> list[Candidate]:
    """Candidates without those of another's report on one sheet: below a line that is headed by somebody else.

    Args:
        question: as it was put; a sheet none of whose headings it names keeps all.
        candidates: of all documents that were read.
        text_of: text of a document by its path, empty where it is not known.
    """
    asked = words_of(question)
    heads: dict[str, tuple[list[int], list[int]]] = {}  # where they stand, and how many words of each are asked for
    for path in dict.fromkeys(c.hit.document for c in candidates):
        found = headings(text_of(path))
        heads[path] = [at for at, _ in found], [sum(holds(n, asked) for n in person) for _, person in found]
    most = {path: max(borne, default=0) for path, (_, borne) in heads.items()}

    def theirs(c: Candidate) -> bool:
        places, borne = heads[c.hit.document]
        above = bisect_right(places, c.span.start)
        return not above or borne[above - 1] == most[c.hit.document]

    return [c for c in candidates if theirs(c)]


def _words_by_document(
    candidates: Sequence[Candidate], text_of: Callable[[str], str]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Words of what was read of each document and of its opening, and the beginning of what was read."""
    paths = dict.fromkeys(c.hit.document for c in candidates)
    heads = {path: spelled(text_of(path)[:OPENING]) for path in paths}
    said = {path: [*words_of(path), *_APART, *words(opening)] for path, opening in heads.items()}
    for c in {(c.hit.document, c.hit.chunk.span): c for c in candidates}.values():
        text = spelled(f"{c.header}\n{c.hit.text}")
        said[c.hit.document] += [*_APART, *words(text)]
        heads[c.hit.document] = f"{heads[c.hit.document]}\n{text}"[:_HEAD]
    return said, heads
