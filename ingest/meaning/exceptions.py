"""Who is taken out of "all", and who alone is meant: "all employees except trainees", "only the executor".

Where a claim speaks of what a quote excepts, it must deny what the quote affirms of the others, or the reverse; where a
quote speaks of one alone, it says nothing of another. The words stand in words.toml (`excepting` and `only`, and
`excepted_before` and `only_behind` where the one who is meant stands before them).
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
        ours = any(denied(a) or a.modality == "must_not" for a in mine.values())
        span = next(Span(claim.words[i].start, claim.words[i].end) for i in claim.content if claim.keys[i] == key)
        same = ours == any(others.values())
        out.append(
            Finding("exception", "conflict", span, cue, _STRENGTH)
            if same
            else Finding("exception", "agree", span, cue, _STRENGTH, EXCEPTED)
        )
    return out


def told_of_another(claim: Profile, quote: Profile) -> list[Finding]:
    """That a claim says of another what the quote says of one alone: "only the executor may", "the heirs may"."""
    all_said = all(claim.keys[i] in quote.by_key for i in claim.content)
    if len(quote.content) > LONG or all_said or any(_alone(claim)):
        return []
    for cue, head in _alone(quote):
        sentence = quote.words[head].sentence
        rest = {quote.keys[j] for j in quote.content if j != head and quote.words[j].sentence == sentence}
        mine = {claim.keys[i] for i in claim.content}
        denying = any(denied(a) or a.modality == "must_not" for a in claim.asserted())
        if quote.keys[head] not in mine and not denying and rest and len(rest & mine) >= len(rest) / 2:
            return [Finding("exception", "conflict", None, cue, _STRENGTH)]
    return []


def _alone(profiled: Profile) -> Iterator[tuple[Span, int]]:
    """What says that it is one alone, and the number of the word for that one."""
    for match in _pattern(profiled.language, "only").finditer(profiled.text):
        for i in [i for i in profiled.content if profiled.words[i].start >= match.end()][:1]:
            yield Span(match.start(), match.end()), i
    first: dict[int, int] = {}
    for i in profiled.content:
        first.setdefault(profiled.words[i].sentence, i)
    for match in _pattern(profiled.language, "only_behind").finditer(profiled.text):
        for i in first.values():
            if profiled.words[i].start < match.start() <= profiled.words[i].end:
                yield Span(match.start(), match.end()), i


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
