"""Who is taken out of "all", and who alone is meant: "all employees except trainees", "only the executor".

Where a claim speaks of what a quote excepts, it must deny what the quote affirms of the others, or the reverse; where a
quote speaks of one alone, it says nothing of another. The words stand in words.toml (`excepting` and `only`, and
`excepted_before` and `only_behind` where the one who is meant stands before them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from casefolio.ingest.document import Span
from casefolio.ingest.languages import all_of, table
from casefolio.ingest.meaning.annotating import cues
from casefolio.ingest.meaning.compared_words import pattern_of
from casefolio.ingest.meaning.facts import Profile
from casefolio.ingest.meaning.finding import LONG, Finding

EXCEPTED = "the reverse of what is said of the others"
_STRENGTH = 0.9
_FORBIDS = ("must_not", "no_right")  # values of modality
_REACH = 3  # words in which the one who is taken out is looked for


def told_of_exceptions(claim: Profile, quote: Profile) -> list[Finding]:
    """That a claim about what the quote excepts agrees or contradicts, or says of all what the quote says of the rest.

    Empty where the claim speaks of no exception of the quote's.
    """
    if len(quote.content) > LONG or any(_excepted(claim)):
        return []
    out = []
    for cue, taken in _excepted(quote):
        sentence, key, end = quote.words[taken].sentence, quote.keys[taken], _end_of_the_rest(quote, cue, taken)
        rest = [j for j in quote.content if quote.words[j].sentence == sentence and quote.words[j].start < end]
        others = {quote.keys[j] for j in rest if j != taken and not cue.start <= quote.words[j].start < cue.end}
        at = {claim.keys[i]: i for i in claim.content}
        shared = at.keys() & others
        about = key in at and key not in others
        if len(shared) < max(1, (len(at) - about) / 2) or not (about or (_of_all(claim) and _of_all(quote))):
            continue
        span = Span(claim.words[at[key]].start, claim.words[at[key]].end) if about else None
        same = _denies(claim.text, claim.language) == _denies(_without(quote, cue, taken), quote.language)
        if same:
            out.append(Finding("exception", "conflict", span, cue, _STRENGTH))
        elif about:
            out.append(Finding("exception", "agree", span, cue, _STRENGTH, EXCEPTED))
    return out


def _of_all(profiled: Profile) -> bool:
    words = frozenset(table(profiled.language, "words").get("all_words", "").split())
    return not words.isdisjoint(re.findall(r"\w+", profiled.text.lower()))


def _without(quote: Profile, cue: Span, taken: int) -> str:
    """The sentence of an exception without what is excepted."""
    places = [w for w in quote.words if w.sentence == quote.words[taken].sentence]
    after = max(cue.end, quote.words[taken].end)
    end = min(places[-1].end, _end_of_the_rest(quote, cue, taken))
    return quote.text[places[0].start : cue.start] + " " + quote.text[after : max(after, end)]


def _denies(text: str, language: str) -> bool:
    """Whether anything in a text is denied or forbidden."""
    return any(c.kind == "negated" or (c.kind == "modality" and c.value in _FORBIDS) for c in cues(text, language))


def told_of_another(claim: Profile, quote: Profile) -> list[Finding]:
    """That a claim says of another what the quote says of one alone: "only the executor may", "the heirs may"."""
    all_said = all(claim.keys[i] in quote.by_key for i in claim.content)
    if len(quote.content) > LONG or all_said or any(_alone(claim)):
        return []
    for cue, head in _alone(quote):
        sentence = quote.words[head].sentence
        rest = {quote.keys[j] for j in quote.content if j != head and quote.words[j].sentence == sentence}
        mine = {claim.keys[i] for i in claim.content}
        denying = _denies(claim.text, claim.language)
        if quote.keys[head] not in mine and not denying and rest and len(rest & mine) >= len(rest) / 2:
            return [Finding("exception", "conflict", None, cue, _STRENGTH)]
    return []


def _alone(profiled: Profile) -> Iterator[tuple[Span, int]]:
    """What says that it is one alone, and the number of the word for that one."""
    for match in pattern_of(profiled.language, "only").finditer(profiled.text):
        for i in [i for i in profiled.content if profiled.words[i].start >= match.end()][:1]:
            yield Span(match.start(), match.end()), i
    first: dict[int, int] = {}
    for i in profiled.content:
        first.setdefault(profiled.words[i].sentence, i)
    for match in pattern_of(profiled.language, "only_behind").finditer(profiled.text):
        for i in first.values():
            if profiled.words[i].start < match.start() <= profiled.words[i].end:
                yield Span(match.start(), match.end()), i


def _end_of_the_rest(quote: Profile, cue: Span, taken: int) -> int:
    """Where what is said of the others ends: "except on stairs, where …" goes on about the stairs."""
    comma = quote.text.find(",", quote.words[taken].end)
    before = quote.text[: cue.start].rstrip()
    set_in = not before or before[-1] in ",.;:\n"  # "Except for trainees, all …"; ", except trainees, "
    return len(quote.text) if set_in or comma < 0 else max(comma, cue.end)


def excepts(text: str, language: str) -> bool:
    """Whether a text makes an exception of anybody or anything."""
    return any(pattern_of(language, name).search(text) for name in ("excepting", "excepted_before"))


def _excepted(profiled: Profile) -> Iterator[tuple[Span, int]]:
    """What excepts, and the number of the word for who is taken out."""
    titles = frozenset(all_of("names", "titles"))
    named = [i for i in profiled.content if _said(profiled, i) not in titles]
    for match in pattern_of(profiled.language, "excepting").finditer(profiled.text):
        behind = [i for i in named if profiled.words[i].start >= match.end()][:1]
        if behind and len(profiled.text[match.end() : profiled.words[behind[0]].start].split()) < _REACH:
            yield Span(match.start(), match.end()), behind[0]
    for match in pattern_of(profiled.language, "excepted_before").finditer(profiled.text):
        before = [i for i in named if profiled.words[i].start < match.start()][-1:]
        if before and profiled.words[before[0]].end >= match.start():
            yield Span(match.start(), match.end()), before[0]


def _said(profiled: Profile, i: int) -> str:
    return profiled.text[profiled.words[i].start : profiled.words[i].end].lower().rstrip(".")
