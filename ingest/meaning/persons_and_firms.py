"""Names of persons and companies, found by titles, legal forms, honorifics, and capitals in English."""

from __future__ import annotations

import re
from functools import cache

from casefolio.ingest.document import Span
from casefolio.ingest.languages import about, all_of, own
from casefolio.ingest.meaning.compared_words import Word, stop_words
from casefolio.ingest.words import bare

_KOREAN_NAME = re.compile(r"^[가-힣]{2,4}$")


@cache
def _marks(name: str) -> frozenset[str]:
    """What marks a word as a name, in any language: `titles`, `forms`, `companies`, `honorifics`."""
    return frozenset(all_of("names", name))


@cache
def _days_and_months() -> frozenset[str]:
    """English names of days and months, which have capitals; an abbreviation (Jan) may be a name."""
    dates = own("en", "dates")
    months: dict[str, int] = {name.lower(): number for name, number in dates["months"].items()}
    whole = (m for m in months if not any(o != m and o.startswith(m) and months[o] == months[m] for o in months))
    return frozenset((*whole, *dates["weekdays"]))


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“„(") if start < 200 else text[start - 200 : start].rstrip(" \t\"'“„(")
    return not before or before[-1] in ".!?:;\n•-–"


def _word_of(text: str, word: Word) -> str:
    return text[word.start : word.end].lower().replace("’", "'").removesuffix("'s")


def _by_capital(text: str, found: list[Word], i: int, language: str) -> bool:
    """A capital within a sentence, where not every word has one."""
    word, lower = found[i], _word_of(text, found[i])
    if not word.capital or not word.content or len(lower) < 2 or lower in _days_and_months():
        return False
    raw = text[word.start : word.end]
    if raw.isupper() and len(raw) <= 6:
        return False  # MRI, CT, USA: words like others
    if i and _word_of(text, found[i - 1]) in _marks("titles"):
        return True
    if not _starts_sentence(text, word.start):
        return True
    following = found[i + 1] if i + 1 < len(found) else None
    return following is not None and following.capital and _word_of(text, following) in _marks("forms")


def _by_title(text: str, found: list[Word], i: int, language: str) -> bool:
    """Where every noun has a capital only a title before or a legal form behind makes a name."""
    word = found[i]
    if not word.capital:
        return False
    after = [_word_of(text, w) for w in found[i + 1 : i + 3]]
    before = [_word_of(text, w) for w in found[max(0, i - 1) : i]]
    lower = _word_of(text, word)
    if lower in _marks("titles") or lower in _marks("forms"):
        return False
    return any(w in _marks("titles") for w in before) or bool(after and after[0] in _marks("forms"))


def _by_honorific(text: str, found: list[Word], i: int, language: str) -> bool:
    token = text[found[i].start : found[i].end]
    before = text[found[i - 1].start : found[i - 1].end] if i else ""
    if before in _marks("companies"):
        return True
    after = text[found[i + 1].start : found[i + 1].end] if i + 1 < len(found) else ""
    if not _KOREAN_NAME.match(token) or bare(token) != token or token in stop_words(language):
        return False
    called = any(after.startswith(honorific) for honorific in _marks("honorifics"))
    return called and len(token) <= 3 and text[found[i].end : found[i].end + 1] == " "


_RULES = {"capitals": _by_capital, "titles": _by_title, "honorifics": _by_honorific}


def names(text: str, found: list[Word], language: str) -> list[tuple[str, Span, int]]:
    """Names in order: what it is compared by, its span, and its first word's number in `found`."""
    rule = _RULES[about(language)["names"]]
    out: list[tuple[str, Span, int]] = []
    last = -2
    for i, word in enumerate(found):
        if not rule(text, found, i, language) or _word_of(text, word) in _marks("titles"):
            continue
        name = bare(_word_of(text, word)) if about(language).get("particles") else _word_of(text, word)
        if last == i - 1 and out and text[found[i - 1].end : word.start].strip(" .") == "":
            previous = out.pop()
            if name in _marks("forms"):
                out.append(previous)
            else:
                out.append((f"{previous[0]} {name}", Span(previous[1].start, word.end), previous[2]))
        elif name not in _marks("forms"):
            out.append((name, Span(word.start, word.end), i))
        last = i
    return out
