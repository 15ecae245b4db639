"""Which words of a question are somebody's name, and which are what is asked of them ("Hüfte Torn")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from casefolio.indexes.persons import KOREAN_NAME
from casefolio.ingest.data import alternation
from casefolio.ingest.languages import about, all_of, given_names
from casefolio.names_in_questions import no_names, people
from casefolio.reader.reading import Asked
from casefolio.stems import words

HANGUL = re.compile(r"[가-힣]")
_SHORTEST = 2
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def named_alone(asked: Asked, people_known: Iterable[str]) -> Asked:
    """A question whose names are people's alone, where nouns are written like names.

    Retrieval takes "Mammakarzinom Torn" for a name, since a paper opens so; the reader is told what is asked of Torn.

    Args:
        asked: the question, with the names that retrieval found in it.
        people_known: people and parties of the folder, as its documents write them.
    """
    if not about(asked.language).get("capital_nouns"):
        return asked
    borne = frozenset(w for person in persons_of(tuple(people_known)) for w in person)
    names: list[str] = []
    left: list[str] = []
    for name in asked.names:
        parts = name.split()
        own = [any(w in borne or is_given(w) or w in titles_and_particles() for w in words_of(part)) for part in parts]
        somebody = any(w in borne or is_given(w) for w in words_of(name))
        kept = [part for part, keep in zip(parts, own, strict=True) if keep or not somebody]
        names.append(" ".join(kept))
        left += [part for part in parts if part not in kept]
    if not left:
        return asked
    bare = asked.question
    for part in (part for name in names for part in name.split()):
        bare = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", " ", bare, count=1)
    return replace(asked, names=tuple(names), bare=" ".join(bare.split()) or asked.question)


def names_and_full_names(
    written: Sequence[str], persons: Sequence[frozenset[str]], said: frozenset[str], nouns: bool = False
) -> tuple[set[str], list[tuple[str, ...]]]:
    """Words of the names in a question, and the full names among them.

    Where somebody of the folder is named, a word beside the name that is nobody's name and that the documents use is
    what is asked ("LVEF Hannelore Brinkmeyer"); one that none of them knows may be a stranger's name. Where nouns have
    capitals (`nouns`), a word that is no given name is a noun ("Hüfte Brinkmeyer").
    """
    borne = frozenset(w for person in persons for w in person)
    names: set[str] = set()
    full: list[tuple[str, ...]] = []
    for name in written:
        order = [borne_as(w, borne) for w in words_of(name) if names_somebody(w) or w in borne]
        parts = set(order)
        parts -= {w for w in parts - borne if w.isdigit()}  # the number of a product: "HV-320"
        capital = {spelled(w.lower()) for w in name.split() if w[:1].isupper() and not w.isupper()}
        whole = any(len(person & parts) > 1 for person in persons)  # beside a known full name, nothing else is a name
        common = {w for w in parts - borne if w in said and (whole or w not in capital)} if parts & borne else set()
        if not _titled(name):
            common |= {w for w in parts - borne - common if _is_asked(w, order, borne, said, nouns)}
        names |= parts - common
        if nouns and not parts & borne and not _titled(name) and not any(map(is_given, parts)):
            continue  # "Frist Krähmer" is nobody's given name and surname
        pieces = ([w for p in person for w in words_of(p)] for person in people([name]))  # "o'brien" is two words
        whole_names = ([borne_as(w, borne) for w in parts if names_somebody(w)] for parts in pieces)
        full += [tuple(w for w in person if w not in common) for person in whole_names]
    return names, [p for p in dict.fromkeys(full) if len(p) > 1 or (p and HANGUL.match(p[0]))]


def _is_asked(word: str, order: Sequence[str], borne: frozenset[str], said: frozenset[str], nouns: bool) -> bool:
    """Whether a word of what is written like a name is no name, but what is asked.

    Args:
        word: one that nobody of the folder bears.
        order: all words of the name.
        borne: names of the folder's people.
        said: words of its documents.
        nouns: whether nouns have capitals.
    """
    if HANGUL.match(word) or is_given(word):
        return False
    anchors = [w for w in order if w in borne]
    if not anchors or not (nouns or word in said):
        return False
    before = order.index(word) < order.index(anchors[0])
    return before or not all(map(is_given, anchors))  # "Gerda Maier" may be a stranger, "Frist Torn" is not


def is_given(word: str) -> bool:
    """Whether a word, spelled as `spelled` does, is a given name."""
    return word in _given_names()


@cache
def sex_titles() -> Mapping[str, str]:
    """Titles that tell the sex of who bears them, spelled as `spelled` does."""
    listed = (("m", "male"), ("f", "female"))
    return {spelled(word): sex for sex, name in listed for word in all_of("names", name)}


def sex_asked(question: str) -> str:
    """`m` or `f` where titles and given names of a question are of one sex; else empty."""
    said = {sex_titles().get(word) or sex_of(word) for word in words_of(question)} - {""}
    return said.pop() if len(said) == 1 else ""


def sex_of(word: str) -> str:
    """`m` or `f` for a given name that is of one sex alone, spelled as `spelled` does; empty for any other word."""
    return _given_names().get(word, "")


@cache
def _given_names() -> Mapping[str, str]:
    """Given names, and the sex of those that are of one alone."""
    return {spelled(name): sex for name, sex in given_names().items()}


def _titled(name: str) -> bool:
    """Whether a name is led by a title, and so is somebody's."""
    first = words(name)[:1]
    return bool(first) and first[0] in no_names()


def borne_as(word: str, borne: frozenset[str]) -> str:
    """A word, without the Korean particle that clings to a name of the folder ("윤가람이")."""
    if word in borne or not HANGUL.match(word):
        return word
    return max((name for name in borne if word.startswith(name) and clings(word, len(name))), key=len, default=word)


def clings(word: str, start: int) -> bool:
    """Whether what stands in a Korean word from a place on only clings to a name."""
    return _clinging().fullmatch(word, start) is not None


@cache
def _clinging() -> re.Pattern[str]:
    """What clings to a Korean name: what is said behind names, and particles."""
    behind, particles = (alternation(all_of(*key)) for key in (("names", "names_behind"), ("words", "particles")))
    return re.compile(rf"(?:{behind})?(?:{particles})*")


@lru_cache(maxsize=4)  # one folder is asked again and again, by two guards each time
def persons_of(people_known: tuple[str, ...]) -> list[frozenset[str]]:
    """Words of each name that the folder's documents give to somebody."""
    return persons_named(people_known)


def persons_named(people_known: Iterable[str]) -> list[frozenset[str]]:
    """Words of each of some names."""
    found = (_parts_of(name) for name in dict.fromkeys(people_known))
    return [person | {w[1:] for w in person if KOREAN_NAME.fullmatch(w)} for person in found if person]


def _parts_of(name: str) -> frozenset[str]:
    """Words of somebody's name; a short one is a surname where only one other word stands beside it ("Wei Li")."""
    found = words_of(name)
    pair = len(found) == 2 and all(w.isalpha() and len(w) >= _SHORTEST for w in found)
    short = pair and name.istitle() and not titles_and_particles() & set(found)
    return frozenset(w for w in found if short or names_somebody(w))


def spelled(text: str) -> str:
    """With umlauts written out: what is Brückmann in a letter is BRUECKMANN in a laboratory's export."""
    return text.translate(_UMLAUTS)


def words_of(text: str) -> list[str]:
    """Words of a text in small letters, spelled as `spelled` does."""
    return words(spelled(text))


def names_somebody(word: str) -> bool:
    """Whether a word may be of a name: neither short, nor a title or particle."""
    return (len(word) > _SHORTEST or not word.isascii()) and word not in titles_and_particles()


@cache
def titles_and_particles() -> frozenset[str]:
    """Words that stand beside names and are none, spelled as `spelled` does."""
    return frozenset(map(spelled, no_names()))
