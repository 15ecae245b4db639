"""Questions about somebody, and passages of somebody: rows in which only the header tells whether the two fit.

A set of the public has no headers, so a reader would never learn that a question about one person is not answered by
another one's letter. Names are surrogates; a namesake of the other given name is the hardest of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from casefolio.ingest.languages import known
from casefolio.training.reader_rows import Row
from casefolio.training.surrogates import bank

_SEPARATOR = " · "
_NAMED, _OTHER = 0.40, 0.75  # of rows with a header: asked of its person, of another; the rest names nobody


def with_person(row: Row, rng: np.random.Generator) -> Row:
    """A row whose header names a person, asked of that person, of another one (then nothing answers), or of nobody.

    Args:
        row: of a question, without a header of its own.
        rng: decides.
    """
    language = known(row.language)
    given, family = _person(language, rng)
    head = header_for(language, given, family, rng)
    drawn = rng.random()
    if drawn < _NAMED:
        return replace(row, header=head, asked=ask(language, row.asked, given, family, rng))
    if drawn < _OTHER and (given in head or family in head):
        other, name = _other(language, given, family, rng)
        asked = ask(language, row.asked, other, name, rng)
        said = asked.lower()
        # One who is called by a name that both have may be either.
        told_apart = (name != family or other.lower() in said) and (other != given or name.lower() in said)
        return replace(row, header=head, asked=asked, answers=() if told_apart else row.answers)
    return replace(row, header=head)


def header_for(language: str, given: str, family: str, rng: np.random.Generator) -> str:
    """A header as `casefolio.reader.framing.header` makes it: folders, kind, name, day, each there or not."""
    words = bank(language)
    kind, name = _one(words["kinds"], rng), _full(language, given, family, rng)
    folder = f"{family} {given}"
    small = [f"{folder.lower()}{_SEPARATOR}{kind}"] if folder != folder.lower() else []  # as far as letters have cases
    path = _one([f"{name}{_SEPARATOR}{kind}", *small, f"{kind} {name}", kind], rng)
    parts = [path]
    parts += [kind] if rng.random() < 0.4 and kind not in path else []
    parts += [name] if rng.random() < 0.8 and (name not in path) else []
    parts += [_day(rng)] if rng.random() < 0.6 else []
    return _SEPARATOR.join(parts)


def ask(language: str, question: str, given: str, family: str, rng: np.random.Generator) -> str:
    """A question that names its person, as people do."""
    words = bank(language)
    name = _one(words["called"], rng).format(g=given, f=family)
    if name != name.lower() and rng.random() < 0.4:
        name = name.lower()
    return _one(words["ask"], rng).format(n=name, q=question)


def _other(language: str, given: str, family: str, rng: np.random.Generator) -> tuple[str, str]:
    """Another person: often of the same family, sometimes of the same given name."""
    drawn = rng.random()
    while True:
        g, f = _person(language, rng)
        f = family if drawn < 0.4 else f
        g = given if 0.4 <= drawn < 0.55 else g
        if (g, f) != (given, family):
            return g, f


def _person(language: str, rng: np.random.Generator) -> tuple[str, str]:
    return _one(bank(language)["given"], rng), _one(bank(language)["family"], rng)


def _full(language: str, given: str, family: str, rng: np.random.Generator) -> str:
    return _one(bank(language)["full"], rng).format(g=given, f=family)


def _day(rng: np.random.Generator) -> str:
    return f"{rng.integers(2008, 2027)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"


def _one(choices: list[str], rng: np.random.Generator) -> str:
    return str(choices[int(rng.integers(len(choices)))])
