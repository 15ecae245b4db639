"""The date of a document: the day that a letter, a report or a contract gives as its own."""

from __future__ import annotations

import re
from datetime import date

from ingest.document import Document
from ingest.meaning.moments import moments

_HEAD, _TAIL = 3000, 700  # characters in which a document says its date
_REACH = 60  # characters behind a label in which its date begins
# Ordered: a label that names the document's own date goes before one that names the day of what it reports.
_LABELS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"\b(?:date of (?:letter|report|signature|this agreement)|letter date|report date|dated(?: as of)?|"
        r"effective (?:date|as of)|signed on|datum|(?:arzt)?brief vom|bericht vom|befund vom|vertrag vom|beschluss vom|"
        r"urteil vom|작성일|발행일|체결일|계약일|선고일|보고일)\b",
        r"(?:made|entered into|concluded|geschlossen|ausgefertigt)\b.{0,40}?\b(?:as of|on|this|am)\b|^\s*date\b|"
        r"^.{0,40},\s*(?:den|am)\b|,\s*den\b",
        r"\bdischarged? (?:on|date)|date of discharge|entlass(?:en|ung) am|entlassungsdatum|퇴원일|검사일|"
        r"date of (?:exam|scan|study)|untersuchung vom|untersuchungsdatum",
    )
)
_BIRTH = re.compile(r"(?:born|birth|dob|geb|\*|생년|출생)\W*$", re.IGNORECASE)


def document_date(document: Document) -> str:
    """ISO date of a document, or an empty string where it does not say one plainly.

    A date that only stands somewhere, such as a birth date or a laboratory's, is not taken.
    """
    text, language = document.text, document.language
    zones = [text[:_HEAD]] if len(text) <= _HEAD + _TAIL else [text[:_HEAD], text[-_TAIL:]]
    for label in _LABELS:
        for zone in zones:
            for match in label.finditer(zone):
                near = zone[match.end() : match.end() + _REACH]
                for moment in moments(near, language):
                    if moment.kind == "date" and moment.start and not _BIRTH.search(near[: moment.span.start]):
                        return moment.start
    return _line_alone(zones[0], language)


def _line_alone(head: str, language: str) -> str:
    """A date that has a line of the head to itself, with at most a place before it."""
    for line in head.splitlines()[:40]:
        found = [m for m in moments(line, language) if m.kind == "date" and m.start]
        if len(found) == 1 and len(line.strip()) - len(found[0].span) <= 20 and not re.search(r"[:*]|geb|born", line):
            return found[0].start
    return ""


def spoken(iso: str, language: str) -> str:
    """An ISO date as a person of that language writes it: `3 April 2021`, `3.4.2021`, `2021년 4월 3일`."""
    day = date.fromisoformat(iso)
    if language == "de":
        return f"{day.day}.{day.month}.{day.year}"
    if language == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일"
    months = "January February March April May June July August September October November December".split()  # noqa: SIM905
    return f"{day.day} {months[day.month - 1]} {day.year}"
