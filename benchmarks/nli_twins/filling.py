"""Templates filled, laid among other sentences, and wrapped as letters are."""

from __future__ import annotations

import random
import re
import textwrap

_SLOT = re.compile(r"\{(\w)(?::(은|이|을|과|으로))?\}")
_AFTER_VOWEL = {"은": "는", "이": "가", "을": "를", "과": "와", "으로": "로"}
_FINALS, _FIRST_SYLLABLE, _RIEUL = 28, 0xAC00, 8


def fill(template: str, **values: str) -> str:
    """`{x}` by its value, `{X}` by the same with a capital, `{x:은}` with the particle that fits its last sound."""

    def put(slot: re.Match[str]) -> str:
        value = values[slot[1].lower()]
        if slot[1].isupper():
            value = value[0].upper() + value[1:]
        return value + particle(value, slot[2]) if slot[2] else value

    said = _SLOT.sub(put, template)
    return said[0].upper() + said[1:] if template.startswith("{") and template[1].isupper() else said


def particle(word: str, after_consonant: str) -> str:
    """The form of a particle after `word`; letters and digits that are no Hangul are taken to end in a vowel."""
    final = (ord(word[-1]) - _FIRST_SYLLABLE) % _FINALS if "가" <= word[-1] <= "힣" else 0
    if not final or (final == _RIEUL and after_consonant == "으로"):
        return _AFTER_VOWEL[after_consonant]
    return after_consonant


def laid(quote: str, fillers: list[str], rng: random.Random) -> str:
    """The quote alone, or among up to three sentences of other documents."""
    before = rng.sample(fillers, rng.choice((0, 0, 0, 1, 1, 2)))
    after = rng.sample(fillers, rng.choice((0, 0, 0, 1, 1)))
    return rng.choice((" ", "\n")).join([*before, quote, *after])


def wrapped(text: str, rng: random.Random) -> str:
    """Half of the texts broken into lines as a mail or letter is, at any width."""
    if rng.random() < 0.5:
        return text
    return "\n".join(textwrap.fill(line, rng.randint(38, 92)) for line in text.split("\n"))
