"""Names of persons and companies, found by titles, legal forms, honorifics, and capitals in English."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from ingest.document import Span
from ingest.meaning.wording import Word, bare, stop_words

_DATA = Path(__file__).with_name("names.toml")
_KOREAN_NAME = re.compile(r"^[가-힣]{2,4}$")


@cache
def _tables() -> dict[str, frozenset[str]]:
    raw = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return {name: frozenset(values) for name, values in raw.items()}


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“„(") if start < 200 else text[start - 200 : start].rstrip(" \t\"'“„(")
    return not before or before[-1] in ".!?:;\n•-–"


def _word_of(text: str, word: Word) -> str:
    return text[word.start : word.end].lower().replace("’", "'").removesuffix("'s")


def _english(text: str, found: list[Word], i: int) -> bool:
    """A capital within a sentence, where not every word has one."""
    word, lower = found[i], _word_of(text, found[i])
    if not word.capital or not word.content or len(lower) < 2 or lower in _tables()["months"]:
        return False
    raw = text[word.start : word.end]
    if raw.isupper() and len(raw) <= 6:
        return False  # MRI, CT, USA: words like others
    if i and _word_of(text, found[i - 1]) in _tables()["titles"]:
        return True
    if not _starts_sentence(text, word.start):
        return True
    following = found[i + 1] if i + 1 < len(found) else None
    return following is not None and following.capital and _word_of(text, following) in _tables()["forms"]


def _german(text: str, found: list[Word], i: int) -> bool:
    """Every noun has a capital in German, so only a title before or a legal form behind makes a name."""
    word = found[i]
    if not word.capital:
        return False
    after = [_word_of(text, w) for w in found[i + 1 : i + 3]]
    before = [_word_of(text, w) for w in found[max(0, i - 1) : i]]
    lower = _word_of(text, word)
    if lower in _tables()["titles"] or lower in _tables()["forms"]:
        return False
    return any(w in _tables()["titles"] for w in before) or bool(after and after[0] in _tables()["forms"])


def _korean(text: str, found: list[Word], i: int) -> bool:
    token = text[found[i].start : found[i].end]
    before = text[found[i - 1].start : found[i - 1].end] if i else ""
    if before in _tables()["korean_before"]:
        return True
    after = text[found[i + 1].start : found[i + 1].end] if i + 1 < len(found) else ""
    if not _KOREAN_NAME.match(token) or bare(token) != token or token in stop_words("ko"):
        return False
    called = any(after.startswith(honorific) for honorific in _tables()["korean_after"])
    return called and len(token) <= 3 and text[found[i].end : found[i].end + 1] == " "


def names(text: str, found: list[Word], language: str) -> list[tuple[str, Span, int]]:
    """Names in order: what it is compared by, its span, and its first word's number in `found`."""
    rule = {"de": _german, "ko": _korean}.get(language, _english)
    out: list[tuple[str, Span, int]] = []
    last = -2
    for i, word in enumerate(found):
        if not rule(text, found, i) or _word_of(text, word) in _tables()["titles"]:
            continue
        name = bare(_word_of(text, word)) if language == "ko" else _word_of(text, word)
        if last == i - 1 and out and text[found[i - 1].end : word.start].strip(" .") == "":
            previous = out.pop()
            if name in _tables()["forms"]:
                out.append(previous)
            else:
                out.append((f"{previous[0]} {name}", Span(previous[1].start, word.end), previous[2]))
        elif name not in _tables()["forms"]:
            out.append((name, Span(word.start, word.end), i))
        last = i
    return out
