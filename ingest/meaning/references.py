"""References to clauses and statutes: `Section 4.2(b)`, `§ 12 Abs. 3 Satz 2 BGB`, `제5조 제2항`.

The canonical form spells the parts in one way (`section 12 para 3 sentence 2 bgb`), so that two ways to write the
same place compare as equal, and a place inside another has the other's form as its beginning.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from casefolio.ingest.data import alternation
from casefolio.ingest.document import Span
from casefolio.ingest.languages import DEFAULT, every, own
from casefolio.ingest.meaning.assertion import Reference

# 4, 4.2, 4a, IV, A, 10.1, A-1; then (b)(ii).
_NUMBER = (
    r"(?:\d{1,4}(?:\.\d{1,3}){0,4}[a-z]?(?![\w])|[IVXLC]{1,6}(?!\w)|[A-Z](?:[.-]?\d{1,3})?(?!\w))"
    r"(?:\s?\([a-z0-9]{1,4}\)){0,4}"
)
# "Sections 4, 5 and 6", but not "Exhibit 10.1, 15 U.S.C.".
_NEXT = r"(?=\d{1,4}[\d.()a-z]{0,8}(?:[,;)]|\s[a-zä-ü]|\s[A-ZÄÖÜ][A-Za-z]{0,6}[A-Z](?!\w)|\.?$|\.\s))"
_CODE = r"(?:\s(?P<code>[A-ZÄÖÜ][A-Za-zÄÖÜäöü]{0,6}[A-Z]{1,4}(?:-[A-Z]{1,3})?|[A-Z]{2,7}))?(?!\w)"


@cache
def _western(language: str) -> re.Pattern[str]:
    heads, part = alternation(own(language, "references")["heads"]), _part(language)
    return re.compile(
        rf"(?<![\w§])(?P<head>(?i:{heads}))\s?(?P<first>{_NUMBER})(?P<parts>(?i:{part}))"
        rf"(?P<rest>(?:{_list()}{_NUMBER}(?i:{part})){{0,6}}){_CODE}"
    )


@cache
def _others(language: str) -> re.Pattern[str]:
    """The further ones of a list."""
    return re.compile(rf"{_list()}(?P<n>{_NUMBER})(?P<p>(?i:{_part(language)}))")


@cache
def _list() -> str:
    listed = alternation([",", "–", "-", *(word for _, found in every("references") for word in found.get("list", ()))])
    return rf"(?:\s?(?:{listed})\s?{_NEXT})"


def _part(language: str) -> str:
    names = f"(?:{alternation(own(language, 'references')['parts'])})"
    return rf"(?:[\s,]{{1,2}}{names}\s?\d{{1,3}}[a-z]?(?!\w)|\s{names}\s?[a-z](?!\w)\)?){{0,4}}"


@cache
def _by_number(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_JOIN = re.compile(r"\s?$")


def _numbers(text: str) -> str:
    return re.sub(r"\s", "", text).strip(".").lower()


def _parts(text: str, language: str) -> str:
    table = own(language, "references")["parts"]
    out = ""
    for match in re.finditer(rf"(?i:({alternation(table)}))\s?(\d{{1,3}}[a-z]?|[a-z])", text):
        out += f" {table[match[1].lower()]} {match[2].lower()}"
    return out


def _western_references(text: str, language: str) -> list[Reference]:
    found = []
    table = own(language, "references")
    for match in _western(language).finditer(text):
        head = table["heads"][match["head"].lower()]
        code = f" {match['code'].lower()}" if match["code"] else ""
        start, end = match.start(), match.end("parts") if not code or match["rest"] else match.end()
        found.append(
            Reference(Span(start, end), f"{head} {_numbers(match['first'])}{_parts(match['parts'], language)}{code}")
        )
        at = match.start("rest")
        while at < match.end("rest") and (other := _others(language).match(text, at)):
            place, at = Span(*other.span("n")), other.end()
            found.append(Reference(place, f"{head} {_numbers(other['n'])}{_parts(other['p'], language)}{code}"))
    return found


def _numbered(text: str, data: dict[str, Any]) -> list[Reference]:
    """References that name the part behind its number: 제5조 제2항."""
    table, found = data["heads"], list[Reference]()
    for match in _by_number(data["pattern"]).finditer(text):
        if match["head"]:
            place, rank = f"{table[match['head']]} {match['n']}", 0
        elif match["bare"]:
            place, rank = f"article {match['bare']}", 0
        else:
            sub = f"-{match['sub']}" if match["sub"] else ""
            place, rank = f"{table[match['unit']]} {match['number']}{sub}", data["order"].find(match["unit"])
        if found and rank > 0 and _JOIN.match(text[found[-1].span.end : match.start()][:3] + ""):
            last = found.pop()
            found.append(Reference(Span(last.span.start, match.end()), f"{last.canonical} {place}"))
        else:
            found.append(Reference(Span(match.start(), match.end()), place))
    return found


def references(text: str, language: str = "en") -> list[Reference]:
    """References in order of their start.

    Args:
        text: any text.
        language: decides which words open a reference; one without such words is read as English. The section
            sign and Korean forms are known in every language.
    """
    named = "parts" in own(language, "references")
    found = _western_references(text, language if named else DEFAULT)
    for code, data in every("references"):
        if "pattern" in data and (code == language or data["mark"] in text):
            found += _numbered(text, data)
    return sorted(found, key=lambda r: (r.span.start, r.span.end))
