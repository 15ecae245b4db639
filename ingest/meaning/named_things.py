"""What is named is named: a drug, disease, organism, procedure, device or sum that a quote does not name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from casefolio.ingest.document import Span
from casefolio.ingest.languages import common, common_lines
from casefolio.ingest.meaning.compared_words import alike
from casefolio.ingest.meaning.facts import Profile, likeness
from casefolio.ingest.meaning.finding import LONG, Finding
from casefolio.ingest.words import bare

# How alike the surroundings of two names of one class must be for one to stand in the other's place.
_IN_ITS_PLACE = 0.4
_SHORTEST = 5  # letters of a word whose ending is looked at; Hangul words may have two
_STRENGTH = 0.85


@dataclass(frozen=True, slots=True)
class Named:
    """A word that names something of a class."""

    place: int
    word: str
    sort: str


@cache
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    raw = common("namings")
    keys = ("endings", "beginnings", "words")
    return {sort: {k: tuple(table.get(k, ())) for k in keys} for sort, table in raw.items()}


@cache
def _same() -> dict[str, int]:
    """Words that name one thing have one number: those of `drugs.tsv`, and of the groups that may go on with them."""
    rows = (*common_lines("drugs.tsv"), *common_lines("claim_synonyms.tsv"))
    numbers: dict[str, int] = {}
    for new, group in enumerate([name.strip().lower() for name in row.split(";")] for row in rows):
        number = next((numbers[word] for word in group if word in numbers), new)
        numbers |= dict.fromkeys(group, number)
    return numbers


@cache
def _phrases() -> tuple[tuple[str, int], ...]:
    """Names of more than one word ("insulin glargine"), and their numbers."""
    return tuple((name, number) for name, number in _same().items() if not name.isalnum())


@cache
def _drugs() -> frozenset[str]:
    """Names of `drugs.tsv` that are one word; abbreviations (ASS, MST) may mean anything."""
    names = (name.strip().lower() for row in common_lines("drugs.tsv") for name in row.split(";"))
    return frozenset(name for name in names if name.isalnum() and len(name) >= (2 if _is_hangul(name) else _SHORTEST))


def _is_hangul(word: str) -> bool:
    return "가" <= word[-1:] <= "힣"


@lru_cache(maxsize=50_000)
def sort_of(word: str) -> str:
    """The class of a word in lower case, without its particle; empty where it names nothing that is known."""
    singular = word[:-1] if word.endswith("s") and len(word) > _SHORTEST else word
    hangul = _is_hangul(word)
    if word in _tables()["none"]["words"]:
        return ""
    if word in _drugs():
        return "drug"
    for sort, table in _tables().items():
        if word in table["words"] or singular in table["words"]:
            return sort
        if len(word) < (2 if hangul else _SHORTEST):
            continue
        ends = tuple(e for e in table["endings"] if ("가" <= e[0] <= "힣") == hangul and len(e) < len(word))
        if (ends and (word.endswith(ends) or singular.endswith(ends))) or (
            table["beginnings"] and word.startswith(table["beginnings"])
        ):
            return sort
    return ""


def named_things(profiled: Profile) -> list[Named]:
    """Words of a text that name something of a class, in order."""
    out = []
    for i in profiled.content:
        word = profiled.words[i]
        said = profiled.text[word.start : word.end].lower()
        said = bare(said) if _is_hangul(said) else said.removesuffix("'s").removesuffix("’s")
        sort = sort_of(said)
        if sort:
            out.append(Named(i, said, sort))
    return out


def unnamed(claim: Profile, quote: Profile, agreed: bool) -> list[Finding]:
    """Names of the claim that the quote lacks: contradicted where it has another in that place, else missing.

    Args:
        claim, quote: what is laid against what.
        agreed: whether a value of the claim (a dose, a date, a sum) is the quote's: then another name is in its place.
    """
    mine = named_things(claim)
    if not mine:
        return []
    theirs = named_things(quote)
    ours, its = _text(claim), _text(quote)
    lacking = {word: not _stands(o, its, ours) for word, o in {o.word: o for o in theirs}.items()}
    out = []
    for name in mine:
        if _stands(name, ours, its):
            continue
        rivals = [o for o in theirs if o.sort == name.sort and lacking[o.word]]
        around = claim.about(name.place)
        best = max(((likeness(around, quote.about(o.place)), -o.place) for o in rivals), default=(0.0, 0))
        span = claim.span(name.place)
        replaced = rivals and (best[0] >= _IN_ITS_PLACE or (agreed and len(rivals) == 1))
        if replaced and len(quote.content) <= LONG:
            out.append(Finding("name", "conflict", span, quote.span(-best[1]), _STRENGTH))
        else:
            out.append(Finding("name", "missing", span, None, best[0]))
    return out


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in small letters, the names of more than one word that it holds, and the numbers of things it names."""

    profiled: Profile
    lowered: str
    phrases: list[tuple[str, int]]
    numbers: frozenset[int]


def _text(profiled: Profile) -> _Text:
    lowered = profiled.text.lower()
    phrases = [(phrase, number) for phrase, number in _phrases() if phrase in lowered]
    single = (_same().get(word) for word in _words(profiled))
    numbers = {number for number in single if number is not None} | {number for _, number in phrases}
    return _Text(profiled, lowered, phrases, frozenset(numbers))


def _stands(name: Named, here: _Text, there: _Text) -> bool:
    """Whether a text names a thing: by its word, a part of a compound, or another name of it."""
    key, keys = here.profiled.keys[name.place], there.profiled.by_key
    if key in keys or any(alike(key, other) for other in keys):
        return True
    stem = name.word[: max(4, len(name.word) - 2)] if len(name.word) > 3 else name.word
    if stem in there.lowered:
        return True
    numbers = {_same()[name.word]} if name.word in _same() else set()
    numbers |= {number for phrase, number in here.phrases if name.word in phrase}
    return not numbers.isdisjoint(there.numbers)


def called_otherwise(claim: Profile, quote: Profile) -> list[tuple[Span, str]]:
    """Names of the claim that the quote has by another name alone, and that name as it stands there."""
    mine, theirs = _spans_by_number(claim), _spans_by_number(quote)
    out = []
    for number, spans in mine.items():
        if number in theirs:
            said = {span.of(claim.text).lower() for span in spans}
            names = [span.of(quote.text) for span in theirs[number]]
            if said.isdisjoint(name.lower() for name in names):
                out += [(span, names[0]) for span in spans]
    return out


def _spans_by_number(profiled: Profile) -> dict[int, list[Span]]:
    """Where a text names the things that have several names; the longer name where two begin alike."""
    text = _text(profiled)
    found: dict[int, tuple[str, int]] = {}
    for phrase, number in text.phrases:
        if text.lowered.count(phrase) == 1 and len(text.lowered) == len(profiled.text):
            start = text.lowered.index(phrase)
            found[start] = max((phrase, number), found.get(start, ("", 0)), key=lambda p: len(p[0]))
    for word, said in zip(profiled.words, _words(profiled), strict=True):
        if said in _same() and not any(s <= word.start < s + len(p) for s, (p, _) in found.items()):
            found[word.start] = said, _same()[said]
    out: dict[int, list[Span]] = {}
    for start, (name, number) in sorted(found.items()):
        out.setdefault(number, []).append(Span(start, start + len(name)))
    return out


def _words(profiled: Profile) -> list[str]:
    out = []
    for word in profiled.words:
        said = profiled.text[word.start : word.end].lower()
        out.append(bare(said) if _is_hangul(said) else said)
    return out
