"""Who is taken out of "all": "all employees except trainees" says that trainees do not.

Where a claim speaks of what a quote excepts, it must deny what the quote affirms of the others, or the reverse. What
excepts stands in words.toml (`excepting`; `excepted_before` where the one who is taken out stands before it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from casefolio.ingest.document import Span
from casefolio.ingest.languages import table
from casefolio.ingest.meaning.facts import Profile
from casefolio.ingest.meaning.finding import LONG, Finding
from casefolio.ingest.meaning.states import denied

EXCEPTED = "the reverse of what is said of the others"
_STRENGTH = 0.9
_REACH = 3  # words in which the one who is taken out is looked for


def told_of_exceptions(claim: Profile, quote: Profile) -> list[Finding]:
    """That a claim about what the quote excepts agrees with it, or contradicts it; empty where it speaks of none."""
    if len(quote.content) > LONG or any(_excepted(claim)):
        return []
    out = []
    for cue, taken in _excepted(quote):
        sentence, key = quote.words[taken].sentence, quote.keys[taken]
        end = _end_of_the_rest(quote, cue, taken)
        others = {
            quote.keys[j]: a.negated
            for j, a in zip(quote.content, quote.asserted(), strict=True)
            if j != taken and quote.words[j].sentence == sentence and not end <= quote.words[j].start
        }
        mine = {claim.keys[i]: a for i, a in zip(claim.content, claim.asserted(), strict=True)}
        shared = mine.keys() & others.keys()
        if key not in mine or key in others or len(shared) < max(1, (len(mine) - 1) / 2):
            continue
        ours = any(denied(mine[k]) for k in (*shared, key))
        span = next(Span(claim.words[i].start, claim.words[i].end) for i in claim.content if claim.keys[i] == key)
        same = ours == any(others.values())
        out.append(
            Finding("negation", "conflict", span, cue, _STRENGTH)
            if same
            else Finding("negation", "agree", span, cue, _STRENGTH, EXCEPTED)
        )
    return out


def _end_of_the_rest(quote: Profile, cue: Span, taken: int) -> int:
    """Where what is said of the others ends: "except on stairs, where …" goes on about the stairs."""
    comma = quote.text.find(",", quote.words[taken].end)
    opened = quote.text[: cue.start].rstrip().endswith(",")  # ", except trainees, " is set in
    return len(quote.text) if opened or comma < 0 else max(comma, cue.end)


@cache
def _pattern(language: str, name: str) -> re.Pattern[str]:
    return re.compile(table(language, "words").get(name, "(?!)"))


def _excepted(profiled: Profile) -> Iterator[tuple[Span, int]]:
    """What excepts, and the number of the word for who is taken out."""
    for match in _pattern(profiled.language, "excepting").finditer(profiled.text):
        behind = [i for i in profiled.content if profiled.words[i].start >= match.end()][:1]
        if behind and len(profiled.text[match.end() : profiled.words[behind[0]].start].split()) < _REACH:
            yield Span(match.start(), match.end()), behind[0]
    for match in _pattern(profiled.language, "excepted_before").finditer(profiled.text):
        before = [i for i in profiled.content if profiled.words[i].start < match.start()][-1:]
        if before and profiled.words[before[0]].end >= match.start():
            yield Span(match.start(), match.end()), before[0]
