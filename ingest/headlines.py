"""Lines of a text as candidates for headings: what a line could head, judged by itself and its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from casefolio.ingest.data import alternation
from casefolio.ingest.headings import CLINICAL, Headings
from casefolio.ingest.languages import all_of

_LINE = re.compile(r"[^\n\f]+")
_SOFT_BREAK = re.compile(
    r"(?<=[ \t]{3})(?=(?:\d{1,2}\.(?:\d{1,2}\.?){0,3}|\([a-z]{1,4}\)|"
    r"(?:ARTICLE|Article|SECTION|Section)\s[\dIVX]+\.?)\s+[A-Z\"“])"
)
_LOOK = 240  # characters of a line that are looked at
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_DECORATION = re.compile(r"[■□◆◇●○▶▷※◎*=_<\[【\s]+")
_INLINE_TITLE = re.compile(r"([^.:;–—\n]{2,80}?)(?:[.:](?=\s+\S|\s*$)|\s[–—-](?=\s)|(?=\s{3}))")
# `SCOPE OF WORK The Provider shall …`: capitals end where the text begins.
_CAPITALS_RUN = re.compile(
    r"(?=[A-ZÄÖÜ]{4}|\S+\s+[A-ZÄÖÜ]{2})(?:[A-ZÄÖÜ][A-ZÄÖÜ'&/-]+[,;.:]?\s+(?:[–—-]+\s+)?){1,9}"
    r"(?=[\"“(]?[A-Z][a-z ])"
)
_TERMINATED = re.compile(rf"[.!?:;…。]['\"”’»)\]]*$|(?:{alternation(all_of('sentences', 'closing'))})$")
_NO_TITLE = tuple(all_of("headings", "no_title"))
# A line of a table of contents.
PAGE_NUMBER = re.compile(r"(?:\.{2,}|…|[ \t]{2,})\s*\d{1,3}$")
_HANGUL = re.compile("[가-힣]")

# The order in which headings nest: the lower rank is the outer one.
RANK = {"part": 10, "schedule": 10, "chapter": 20, "final": 20, "division": 25, "article": 30, "section": 40}
OWNER, ROMAN, LETTER, DECIMAL, INNER, SYLLABLE, ITEM = 42, 45, 47, 50, 57, 58, 60
# Kinds under which numbered items start anew: they stand above "1.".
_OWNERS = CLINICAL | {"facts", "reasons", "order", "remedy"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank, and what stands around it; `text` is cut at 240 characters, `start` is of it."""

    start: int
    end: int
    text: str
    free_before: bool  # a blank line or the start of the text stands before it
    ended_before: bool  # the line before is blank or ends a sentence
    next: str


@dataclass(frozen=True, slots=True)
class Head:
    """A candidate: its heading's span, what it is called, how it nests, and its number where it has one."""

    start: int
    end: int
    title: str
    rank: int
    kind: str
    style: str
    number: tuple[int, ...] = ()
    titled: bool = True
    line: int = 0


def lines_of(text: str) -> Iterator[Line]:
    """Every line of `text` that is not blank, in order."""
    full = (m.span() for m in _LINE.finditer(text) if not m[0].isspace())
    found = [piece for start, end in full for piece in _soft_lines(text, start, end)]
    stripped = []
    for start, end in found:
        cut = text[start : min(end, start + _LOOK + 60)]
        at = start + len(cut) - len(cut.lstrip())
        stripped.append((at, text[at : min(end, at + _LOOK)].rstrip()))
    for index, (start, line) in enumerate(stripped):
        before = text[found[index - 1][1] : found[index][0]] if index else "\n\n"
        free = before.count("\n") > 1 and "\f" not in before
        tail = text[max(0, found[index - 1][1] - 40) : found[index - 1][1]].rstrip() if index else ""
        yield Line(
            start,
            found[index][1],
            line,
            free or not index,
            free or not index or bool(_TERMINATED.search(tail)),
            stripped[index + 1][1] if index + 1 < len(stripped) else "",
        )


def _soft_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A line cut before each clause number that stands after a gap, as converters leave them."""
    for match in _SOFT_BREAK.finditer(text, start, end):
        if text[start : match.start()].strip():
            yield start, match.start()
            start = match.start()
    yield start, end


def is_title(text: str, rules: Headings, strict: bool = False) -> bool:
    """Whether words look like a title and not like a sentence or a piece of one."""
    text = text.strip(" .:\t")
    words = _WORD.findall(text)
    if not words or len(text) > 100 or text[-1] in ",;" or PAGE_NUMBER.search(text):
        return False
    if _HANGUL.search(text):
        return len(text) <= 24 and not text.endswith(_NO_TITLE)
    if len(words) > 12 or not (text[0].isupper() or text[0] in "\"“„'") or words[-1].lower() in rules.small:
        return False
    if any(word.lower() in rules.prose for word in words):
        return False
    large = [word for word in words if len(word) > 3 and word.lower() not in rules.small]
    capitals = sum(not word[0].islower() for word in large)
    if len(words) <= 4 or capitals == len(large):
        return True
    return not strict and len(words) <= 8 and capitals >= len(large) / 2


def title_end(rest: str, line: Line, rules: Headings) -> int | None:
    """Length of the title at the start of `rest`, the line after its number; None if `rest` is no title but text."""
    if _HANGUL.search(rest) and (match := re.match(r"\s*[(\[【][^)\]】]{1,40}[)\]】]", rest)):
        return match.end()
    inline = _inline_title(rest, rules)
    if inline and rest[inline:].strip():
        return inline
    whole = len(line.text) < _LOOK and not line.next[:1].islower()
    if whole and is_title(rest, rules) and not _is_short_sentence(rest, rules):
        return len(rest)
    return None if _is_short_sentence(rest, rules) else inline


def _is_short_sentence(rest: str, rules: Headings) -> bool:
    """`Flour costs ten crowns.` is one, `Other Provisions.` and `Other provisions.` are not."""
    words = _WORD.findall(rest)
    small = [word for word in words if len(word) > 3 and word[0].islower() and word not in rules.small]
    return rest.endswith(".") and len(words) > 2 and bool(small)


def _inline_title(rest: str, rules: Headings) -> int | None:
    """Length of a title that is parted from text on the same line by capitals, a dot, a colon, a dash or a gap."""
    if (capitals := _CAPITALS_RUN.match(rest)) and is_title(capitals[0].rstrip(" –—-,;"), rules):
        return len(capitals[0].rstrip(" –—-"))
    match = _INLINE_TITLE.match(rest)
    if match and is_title(match[1], rules, strict=True) and match[1].split()[-1].lower() not in rules.abbreviations:
        return len(match[0].rstrip(" –—-"))
    return None


def known(line: Line, rules: Headings) -> Head | None:
    """A heading from the lists, on a line of its own or before a colon."""
    skip = _DECORATION.match(line.text)
    offset = skip.end() if skip else 0
    label, colon, body = line.text[offset:].partition(":")
    if not colon and (fullwidth := line.text.find("：")) > 0:
        label, colon, body = line.text[offset:fullwidth], ":", line.text[fullwidth + 1 :]
    label = label.rstrip(" >]】=_\t")
    kind = rules.exactly(label.rstrip("."))
    if not label or len(label) > 60 or label[0].islower() or (not kind and len(label.split()) > 7):
        return None
    if not kind and not rules.names.isdisjoint(label.lower().split()):
        return None
    alone = not body.strip()
    large = sum(word.lower() not in rules.small for word in label.split())
    if not kind and large <= (5 if colon else 2) and is_title(label, rules):
        kind = rules.opens_or_closes(label)
        kind = kind if kind in CLINICAL else ""
    if not kind or not (colon or _stands_alone(line, label)) or (not alone and kind not in _OWNERS):
        return None
    end = line.start + offset + len(label) + (line.text[offset + len(label) :].find(colon) + 1 if colon else 0)
    if not colon:
        end = line.start + len(line.text)
    rank = RANK.get(kind, OWNER if kind in _OWNERS else DECIMAL + 1)
    return Head(line.start, end, _clean(label), rank, kind, "known")


def _stands_alone(line: Line, label: str) -> bool:
    if line.text.endswith((",", ";")) or not line.next:
        return False
    return line.ended_before or label.isupper() or not line.next[0].islower()


def unknown(line: Line, rules: Headings, legal: bool) -> Head | None:
    """A heading that no list knows: capitals, a short title over a paragraph, in letters a line with a colon."""
    text = line.text
    if not line.next or not line.ended_before or len(text) > 90 or len(text.split()) > 10 or PAGE_NUMBER.search(text):
        return None
    rank = DECIMAL + 1 if legal else OWNER
    if not rules.names.isdisjoint(_WORD.findall(text.lower())):
        return None
    letters = [c for c in text if c.isalpha()]
    capitals = len(letters) >= 4 and all(c.isupper() for c in letters) and text[-1] not in ",;&" and "   " not in text
    colon = not legal and text.endswith(":") and len(text.split()) <= 6 and is_title(text, rules)
    over = line.free_before and len(line.next) >= 60 and len(text.split()) <= 6 and not re.search(r"[\d.,:;@]", text)
    if capitals or colon or (over and is_title(text, rules, strict=True)):
        kind = rules.kind_of(text)  # a clinical word in it proves nothing, or the lists would have known the line
        kind = "" if kind in CLINICAL else kind
        return Head(line.start, line.start + len(text), _clean(text), rank, kind, "unknown")
    return None


def capitals_inline(line: Line, rules: Headings) -> Head | None:
    """A heading in capitals with its text on the same line: `NOTICES. All notices …`."""
    match = re.match(r"([A-ZÄÖÜ][A-ZÄÖÜ ,&/;'-]{3,70})[.:]\s+(?=[A-Z(\"“\d])", line.text)
    if not match or not line.ended_before or len(match[1].split()) > 9:
        return None
    end = line.start + len(match[0].rstrip())
    return Head(line.start, end, _clean(match[1]), DECIMAL + 1, rules.within(match[1]), "unknown")


def markdown(line: Line, rules: Headings) -> Head | None:
    """A Markdown heading: `## Plan`."""
    match = re.match(r"(#{1,6})\s+(?=\S)", line.text)
    if not match:
        return None
    title = _clean(line.text[match.end() :].rstrip("#"))
    return Head(line.start, line.start + len(line.text), title, len(match[1]), rules.within(title), "markdown")


def _clean(title: str) -> str:
    return re.sub(r"\s+", " ", title).strip(" .:=_*<>[]【】–—-■□◆◇●○▶▷※◎")
