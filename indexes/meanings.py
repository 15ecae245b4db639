"""Other words for the same thing, from data files: lay and technical words, abbreviations, brands, classes of drugs.

`same_LANGUAGE.tsv` and `drugs.tsv` hold one group a line, names separated by `;`: whoever asks with one finds the
others. In `drug_classes.tsv` the names before `>` find the members after it, under all their names, and not the other
way.
Only the question is expanded, never a passage, so the data can change without indexing anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from indexes.analyzers import terms


@dataclass(frozen=True, slots=True)
class Group:
    """Names of one thing: whoever asks with one of `asked` finds all of `found`."""

    asked: tuple[str, ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A phrase as terms, all of which a question must hold, and what is then looked for too."""

    phrase: frozenset[str]
    others: tuple[tuple[str, ...], ...]


def other_words(asked: Sequence[str], language: str) -> dict[str, float]:
    """Terms that mean the same as something in the question, and their share: 1, less for each of a longer phrase.

    Args:
        asked: terms of the question.
        language: of the question.
    """
    held, known = set(asked), _meanings(language)
    shares: dict[str, float] = {}
    for term in held:
        for meaning in known.get(term, ()):
            if meaning.phrase <= held:
                for other in meaning.others:
                    for part in other:
                        shares[part] = max(shares.get(part, 0.0), 1 / len(other))
    return {term: share for term, share in shares.items() if term not in held}


@lru_cache(maxsize=8)
def _meanings(language: str) -> dict[str, tuple[Meaning, ...]]:
    """Meanings by one of the terms of their phrase, the longest, which is likely the rarest."""
    table: dict[str, list[Meaning]] = {}
    for group in groups(language):
        phrases = {name: tuple(dict.fromkeys(terms(name, language))) for name in {*group.asked, *group.found}}
        for name in group.asked:
            others = tuple(phrases[n] for n in group.found if phrases[n] and phrases[n] != phrases[name])
            if phrases[name] and others:
                table.setdefault(max(phrases[name], key=len), []).append(Meaning(frozenset(phrases[name]), others))
    return {term: tuple(found) for term, found in table.items()}


def groups(language: str) -> Iterator[Group]:
    """All groups that serve a language: its own, and those of drugs, which have their names in all of them."""
    for _, right in _lines(f"same_{language}.tsv"):
        yield Group(right, right)
    drugs = {names[0]: names for _, names in _lines("drugs.tsv")}
    yield from (Group(names, names) for names in drugs.values())
    for left, members in _lines("drug_classes.tsv"):
        yield Group(left, (*left, *(name for member in members for name in drugs[member])))


def _lines(name: str) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Names before and after the arrow of each line of a data file; none before where there is no arrow."""
    path = resources.files("indexes") / "data" / name
    if not path.is_file():
        return
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            left, arrow, right = line.partition(" > ")
            sides = [tuple(part.strip() for part in side.split(";")) for side in (left, right)]
            yield (sides[0], sides[1]) if arrow else ((), sides[0])
