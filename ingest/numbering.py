"""Headings that carry a number: articles, clauses, `§`, `제3조`, `II.`, `4.2`, `(a)`."""

from __future__ import annotations

import re
from functools import cache

from casefolio.ingest.data import alternation
from casefolio.ingest.headings import Headings, structure_words
from casefolio.ingest.headlines import DECIMAL, ITEM, LETTER, PAGE_NUMBER, RANK, ROMAN, SYLLABLE, Head, Line, title_end
from casefolio.ingest.languages import all_of, any_of

_ROMANS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{1,2}){0,4})([.)]?)(?:[ \t]+|$)")
_ROMAN = re.compile(r"([IVXLC]{1,6})[.)](?:[ \t]+|$)")
_LETTER = re.compile(r"([A-Z])[.)][ \t]+")
_SYLLABLE = re.compile(rf"([{''.join(all_of('headings', 'letters'))}])\.[ \t]+")
_PAREN = re.compile(r"(?:\(([a-z]{1,4}|[A-Z]|\d{1,2})\)|[a-z]{1,4}[.)])[ \t]+")
_BEHIND = r"(?=$|[\s(\[【:.])"
_ORDINAL, _INSERTED, _ITEM = (alternation(all_of("headings", key)) for key in ("ordinal", "inserted", "item"))
# `제3조의2`, `별지 제2호`: where the word stands behind the number, and where it stands alone.
_AFTER = re.compile(
    rf"(?:{_ORDINAL})\s?(\d{{1,4}})\s?({alternation(structure_words(numbered_before=True))})"
    rf"(?:(?:{_INSERTED})\s?\d{{1,2}})?{_BEHIND}"
)
_ATTACHED = re.compile(
    rf"({alternation(structure_words(numbered_before=False))})\s*"
    rf"(?:(?:{_ORDINAL})?\s*\d{{1,3}}\s*(?:{_ITEM})?)?{_BEHIND}"
)
# What follows a number that is referred to: `§ 5 Abs. 2`, `제3조 제2항`, `Section 4 of`.
_REFERENCE = re.compile(rf"\s*(?:[,;)]|[a-zäöü]|{any_of('headings', 'referred')})")


def numbered(line: Line, rules: Headings) -> Head | None:
    """The numbered heading or clause that begins with this line, or None."""
    if PAGE_NUMBER.search(line.text):
        return None
    return _structural(line, rules) or _decimal(line, rules) or _outline(line, rules)


def _structural(line: Line, rules: Headings) -> Head | None:
    text = line.text
    if match := _AFTER.match(text):
        name, number = rules.structure.get(match[2], ""), int(match[1])
    elif match := _ATTACHED.match(text):
        name, number = "schedule", 0
    elif match := _latin(rules.latin).match(text):
        if match[1][0].islower():
            return None
        name, number = rules.structure[match[1].lower()], _value(match[2])
        if match[2].isalpha() and not number and name not in ("schedule", "part"):
            return None
    else:
        return None
    rest = text[match.end() :].lstrip(" \t\xa0.:–—-")
    offset = len(text) - len(rest)
    length = title_end(rest, line, rules) if rest else 0
    sure = line.ended_before or text[:offset].isupper() or length == len(rest) > 0
    sure = sure or bool(length and rest[0] in "([【")
    if not name or _REFERENCE.match(rest) or not sure:
        return None
    if length is None and not line.ended_before:
        return None
    depth = match[2].count(".") if name == "section" and match.lastindex and match.lastindex > 1 else 0
    rank = RANK[name] + min(depth, 1)
    return _head(line, offset, rest, length, rules, rank, name, (number,), match[0].rstrip(" .:"))


@cache
def _latin(words: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(
        r"("
        + "|".join(map(re.escape, longest))
        + r")\s{0,3}(\d{1,4}(?:\.\d{1,3})*[a-z]?|[IVXLC]+|[A-Z])(?![\w(])[.:)]?",
        re.IGNORECASE,
    )


def _value(number: str) -> int:
    if number[0].isdigit():
        return int(re.match(r"\d+", number)[0])  # type: ignore[index]
    return roman(number) if number.isupper() and set(number) <= set(_ROMANS) else 0


def roman(number: str) -> int:
    """Value of a Roman numeral."""
    values = [_ROMANS[letter] for letter in number]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def _decimal(line: Line, rules: Headings) -> Head | None:
    match = _DECIMAL.match(line.text)
    if not match:
        return None
    number = tuple(int(part) for part in match[1].split("."))
    while len(number) > 1 and number[-1] == 0:
        number = number[:-1]
    rest = line.text[match.end() :]
    if not rest and match[2] and line.next and title_end(line.next, line, rules) == len(line.next):
        return Head(
            line.start, line.start + len(match[0].rstrip()), match[1], DECIMAL + len(number), "", "decimal", number
        )
    plain = not match[2] and "." not in match[1]
    if not rest or rest[0].islower() or rest[0] in ",;)%/" or (plain and not rest.split("  ")[0].isupper()):
        return None
    length = title_end(rest, line, rules)
    label = match[1] + (match[2] if length is None and len(number) == 1 else "")
    return _head(line, match.end(), rest, length, rules, DECIMAL + len(number), "decimal", number, label)


def _outline(line: Line, rules: Headings) -> Head | None:
    """`II.`, `A.`, `가.` and `(a)`: only with a title, since a list of plain items is no outline."""
    for pattern, rank, style in (
        (_ROMAN, ROMAN, "roman"),
        (_LETTER, LETTER, "letter"),
        (_SYLLABLE, SYLLABLE, "syllable"),
        (_PAREN, ITEM, "item"),
    ):
        match = pattern.match(line.text)
        if not match:
            continue
        rest = line.text[match.end() :]
        length = title_end(rest, line, rules)
        number = ({"roman": roman, "letter": ord}.get(style, len)(match[1] or ""),)
        if length is None and (style != "roman" or not line.ended_before):
            return None
        if style == "item" and length == len(rest):
            return None  # an item of a list that is merely short
        return _head(line, match.end(), rest, length, rules, rank, style, number, match[0].strip())
    return None


def _head(
    line: Line, offset: int, rest: str, length: int | None, rules: Headings, rank: int, style: str,
    number: tuple[int, ...], label: str,
) -> Head:  # fmt: skip
    if length is None:
        return Head(line.start, line.start + len(line.text[:offset].rstrip()), label, rank, "", style, number, False)
    name = rest[:length].strip()
    title = re.sub(r"\s+", " ", f"{line.text[:offset]}{name}").strip(" .:–—-")
    end = line.start + len(line.text[: offset + length].rstrip())
    return Head(line.start, end, title, rank, rules.within(name.strip("()[]【】 ")), style, number)
