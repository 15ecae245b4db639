"""A claim that says the parts of a sentence in another order: "A 5 mg and B 10 mg", "B 10 mg and A 5 mg".

Both texts are cut at "and", commas and the like. Where each part of the claim is a part of the quote, with no word
exchanged between two of them, nothing was said otherwise. What is said once for all of them, in the first part or in
the last ("were prescribed"), may stand with another one, unless it is a value, a side, a state or a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

from casefolio.ingest.languages import table
from casefolio.ingest.meaning.compared_words import copula, generic_keys, joining_ending, joining_words, key_of
from casefolio.ingest.meaning.facts import VALUES, Profile
from casefolio.ingest.meaning.lexicon import counted_words

_FEWEST, _LONGEST = 2, 60  # parts of a claim, and words of a text
_DENIED = "!"  # stands in a part of which something is denied
_CUT = re.compile(r"[,;]|\n\s*[-*•]")
Part = tuple[str, ...]


def compared_parts(claim: Profile, quote: Profile) -> Literal["same", "crossed", ""]:
    """Whether a claim has the parts of the whole quote, each as it is there, in any order; or has crossed them.

    Crossed are two parts that have each lost a word to the other and kept another one: "A stopped and B continued" of
    "B stopped and A continued". Empty where the texts do not have the same words in as many parts, or where it is not
    sure: in "Paul thanked Jane" the order of the words tells who did it.
    """
    if max(len(claim.words), len(quote.words)) > _LONGEST or _alternatives(claim) != _alternatives(quote):
        return ""
    mine, theirs = _parts(claim), _parts(quote)
    if not _FEWEST <= len(mine) == len(theirs):
        return ""
    if len({_denies(part, claim.language) for part in (*mine, *theirs)}) > 1:
        return ""  # over how many parts a "no" reaches is told by their order
    shared = _in_several(mine) | _in_several(theirs)
    values = _values(claim) | _values(quote)
    mine, theirs = [_without(part, shared) for part in mine], [_without(part, shared) for part in theirs]
    if not all(set(part) - values for part in (*mine, *theirs)) or _counted(mine) != _counted(theirs):
        return ""  # "5 and 10 mg respectively" belong to what stands in other parts
    fixed = values | _named(claim) | _named(quote)
    pairs = list(_matched(mine, theirs))
    moved = frozenset(word for a, b in pairs for word in set(a) ^ set(b))
    crossed = [set(a) & set(b) for a, b in pairs if set(a) - set(b) and set(b) - set(a)]
    if crossed:
        return "crossed" if len(crossed) > 1 and all(crossed) else ""
    in_order = all(a == b or (len(kept := _without(a, moved)) > 1 and kept == _without(b, moved)) for a, b in pairs)
    said_once = all(
        all(word in parts[0] for parts in (mine, theirs)) or all(word in parts[-1] for parts in (mine, theirs))
        for word in moved
    )
    return "same" if in_order and said_once and not moved & fixed else ""


def _matched(mine: Sequence[Part], theirs: Sequence[Part]) -> Iterator[tuple[Part, Part]]:
    """Each part of the claim with the part of the quote that it has most words of."""
    left = list(theirs)
    for part in sorted(mine, key=len, reverse=True):
        own = set(part)
        other = max(left, key=lambda o: (len(own & set(o)), -len(own ^ set(o))))
        left.remove(other)
        yield part, other


def _without(part: Part, words: frozenset[str]) -> Part:
    return tuple(word for word in part if word not in words)


def _parts(profiled: Profile) -> list[Part]:
    """Keys of the words of each part, in order; generic words are left out."""
    ignored, joining = generic_keys(profiled.language), joining_words(profiled.language)
    clinging, only_is = joining_ending(profiled.language), copula(profiled.language)
    denying = counted_words(profiled.language)
    facts = _places(profiled, values=True) | _places(profiled, values=False)
    denied = {i for i, said in zip(profiled.content, profiled.asserted(), strict=True) if said.negated}
    parts: list[list[str]] = [[]]
    end, joined, sentence = 0, False, 0
    for i, word in enumerate(profiled.words):
        said = profiled.text[word.start : word.end].lower()
        if joined or said in joining or word.sentence != sentence or _CUT.search(profiled.text, end, word.start):
            parts.append([])
        cling = clinging.search(said)
        end, joined, sentence = word.end, cling is not None, word.sentence
        if i in denied and _DENIED not in parts[-1]:
            parts[-1].append(_DENIED)
        if i in facts or said in denying or (word.content and profiled.keys[i] not in ignored and said not in joining):
            bare = said[: cling.start() + 1] if cling else only_is.sub("", said)
            folded = bare == said or profiled.keys[i].startswith("=")
            parts[-1].append(profiled.keys[i] if folded else key_of(bare, profiled.language))
    return [tuple(part) for part in parts if part]


def _denies(part: Part, language: str) -> bool:
    return any(word == _DENIED or word in _negations(language) for word in part)


@cache
def _negations(language: str) -> frozenset[str]:
    return frozenset(key_of(word, language) for word in counted_words(language))


def _counted(parts: Sequence[Part]) -> Counter[str]:
    return Counter(word for part in parts for word in part)


def _in_several(parts: Sequence[Part]) -> frozenset[str]:
    """Words that more than one part has."""
    return frozenset(word for word, n in _counted(parts).items() if n > 1)


def _alternatives(profiled: Profile) -> int:
    """How often a text says "or"."""
    either = frozenset(str(table(profiled.language, "words").get("either", "")).split())
    return sum(profiled.text[w.start : w.end].lower() in either for w in profiled.words)


def _values(profiled: Profile) -> frozenset[str]:
    return frozenset(profiled.keys[i] for i in _places(profiled, values=True))


def _named(profiled: Profile) -> frozenset[str]:
    """Keys of sides, names and the like: what must not stand with another part."""
    return frozenset(profiled.keys[i] for i in _places(profiled, values=False))


def _places(profiled: Profile, values: bool) -> frozenset[int]:
    """Numbers of the words of values, or of all other facts."""
    spans = [fact.span for fact in profiled.facts if (fact.kind in VALUES) == values]
    return frozenset(
        i for i, word in enumerate(profiled.words) if any(s.start < word.end and word.start < s.end for s in spans)
    )
