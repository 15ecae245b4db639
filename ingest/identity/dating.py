"""The date of a document: the day that a letter, a report or a contract gives as its own. The one rule for all code.

A date that only stands somewhere, such as a laboratory's, is not taken, and a date of birth never is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import PurePosixPath

from casefolio.ingest.document import Document
from casefolio.ingest.languages import DEFAULT, any_of, every
from casefolio.ingest.meaning.assertion import Moment
from casefolio.ingest.meaning.moments import moments

_HEAD, _TAIL = 3000, 700  # characters in which a document says its date
_REACH = 60  # characters behind a label in which its date begins
_ISO = len("2021-04-03")
_RANKS = ("own", "led", "told")
_LAST = 15  # lines at an end, where contracts are dated and signed
_LINES = 40  # of the head, in which a line may be nothing but a date
_EARLIEST = 1900  # of a year that a document is from
_STATED = ("date", "documentdate")
# Formats whose header states the day of the document itself; what an office program notes is the day of the file.
_OF_RECORD = (
    "message/rfc822",
    "application/vnd.ms-outlook",
    "application/hl7-v2",
    "application/hl7-cda+xml",
    "application/fhir",
    "application/dicom",
)
_COLUMN = re.compile(r"\t+| {3,}")
_ADDRESS = re.compile(r",|\d{4}")  # street and town, or a postcode
_TABLES = ("text/csv", "text/tab-separated-values")
_NAMED = re.compile(
    r"(?<!\d)(?:(?P<y>(?:19|20)\d\d)(?P<sep>[-_. ]?)(?P<m>\d\d)(?P=sep)(?P<d>\d\d)"
    r"|(?P<d2>\d\d)(?P<sep2>[-_.])(?P<m2>\d\d)(?P=sep2)(?P<y2>(?:19|20)\d\d)"
    r"|(?P<d3>\d\d)\.(?P<m3>\d\d)\.(?P<y3>\d\d))(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a document's own date: its rank, the pattern, an example with the date in << >>."""

    rank: str
    pattern: re.Pattern[str]
    example: str


@cache
def labels() -> tuple[Label, ...]:
    """The labels, best first."""
    flags = re.IGNORECASE | re.MULTILINE
    rows = ((rank, one) for rank in _RANKS for _, dates in every("dates") for one in dates.get(rank, ()))
    return tuple(Label(rank, re.compile(one["pattern"], flags), one["example"]) for rank, one in rows)


@cache
def _birth() -> re.Pattern[str]:
    """Behind which a date is one of birth."""
    birth, joint = any_of("dates", "birth"), any_of("dates", "birth_joint")
    return re.compile(rf"(?:{birth})[\W_]*(?:{joint})?[\W_]*$", re.IGNORECASE)


@cache
def _other() -> re.Pattern[str]:
    """Before which another document is meant: `the Lease dated …`, `Ihr Schreiben vom …`."""
    return re.compile(rf"(?:\b(?:{any_of('dates', 'other')})\s+(?:[\"“„]?[\w&.-]+[\"”“]?,?\s+){{0,5}})$", re.IGNORECASE)


@cache
def _birth_after() -> re.Pattern[str]:
    return re.compile(any_of("dates", "birth_after"))


@cache
def _greeting() -> re.Pattern[str]:
    return re.compile(rf"^\s*(?:{any_of('dates', 'greeting')})", re.IGNORECASE | re.MULTILINE)


@cache
def _not_alone() -> re.Pattern[str]:
    return re.compile(rf"[:*|]|{any_of('dates', 'born')}")


def document_day(document: Document) -> str:
    """ISO date of a document, or an empty string where it does not say one plainly.

    First what the header of a record or a mail states, then the labels by rank, a line that is nothing but a date,
    and, where the text has none of these, a date in the name of the file. A date by itself above the greeting of a
    letter goes before the stay or the examination that the letter tells of.
    """
    stated = _stated(document)
    if stated:
        return stated
    text, language = document.text, document.language
    if document.media_type in _TABLES:  # the days of its rows are none of its own
        return _in_name(document.path, set(_births(text[:_HEAD], language)))
    zones = [text] if len(text) <= _HEAD + _TAIL else [text[:_HEAD], text[-_TAIL:]]
    born = {day for zone in zones for day in _births(zone, language)}

    def labelled(rank: str) -> str:
        return next(filter(None, (_labelled(zone, language, rank, born) for zone in zones)), "")

    return (
        labelled("own")
        or labelled("led")
        or _above_greeting(zones[0], language, born)
        or labelled("told")
        or next(filter(None, (_line_alone(zone, language, born) for zone in zones)), "")
        or _in_name(document.path, born)
    )


def _stated(document: Document) -> str:
    """The date in the header of a record or mail."""
    if not document.media_type.startswith(_OF_RECORD):
        return ""
    for name, value in document.metadata:
        if name in _STATED:
            if _is_whole(value[:_ISO]):
                return value[:_ISO]
            return next((m.start for m in _days(value, DEFAULT)), "")
    return ""


def _labelled(zone: str, language: str, rank: str, born: set[str]) -> str:
    """The first date behind a label of a rank that stands for this document and no other."""
    of_rank = [label.pattern for label in labels() if label.rank == rank]
    for start, end in sorted((match.span() for pattern in of_rank for match in pattern.finditer(zone)), key=max):
        if rank == "own" and _of_another(zone, start):
            continue
        near = zone[end : end + _REACH]
        for moment in _days(near, language):
            if moment.start not in born and not _birth().search(near[: moment.span.start]):
                return moment.start
            break
    return ""


def _of_another(zone: str, label: int) -> bool:
    """Whether the words before a label name another document.

    What a blank line or the end of a sentence parts from it does not: `… TO THE LEASE`, and below it `dated …`.
    """
    before = zone[max(0, label - 80) : label].rpartition("\n\n")[2].replace("\n", " ")
    if zone[label].isupper() and before.rstrip()[-1:] in ("!", "?", "."):
        return False
    return _other().search(before) is not None


def days_of_others(zone: str, language: str) -> frozenset[str]:
    """ISO days under which a text names another document: "to the Lease dated …", "zum Vertrag vom …"."""
    found = (m for m in _days(zone, language) if len(m.start) == len("2021-06-01"))
    return frozenset(m.start for m in found if _of_another(zone, m.span.start))


def _births(zone: str, language: str) -> Iterator[str]:
    """Days that are somebody's birthday."""
    for moment in _days(zone, language):
        start, end = moment.span.start, moment.span.end
        born = _birth().search(zone[max(0, start - 40) : start])
        if born or _birth_after().match(zone[end : end + 3]):
            yield moment.start


def _above_greeting(head: str, language: str, born: set[str]) -> str:
    """A date that fills a column above the greeting of a letter, or in its line.

    Before it stands nothing but an address or the greeting: "Aufnahme    03.03.2025" has a label.
    """
    greeted = _greeting().search(head)
    if greeted is None:
        return ""
    for line in (head[: greeted.end()] + head[greeted.end() :].partition("\n")[0]).splitlines():
        before = ""
        for cell in _COLUMN.split(line.strip()):
            found = list(_days(cell, language))
            alone = len(found) == 1 and len(cell.strip(" .,")) == len(found[0].span)
            led = before and not _ADDRESS.search(before) and not _greeting().match(before)
            if alone and not led and found[0].start not in born:
                return found[0].start
            before = cell
    return ""


def _line_alone(head: str, language: str, born: set[str]) -> str:
    """A date that has a line of the head to itself, with at most a place before it."""
    lines = head.splitlines()
    for line in lines if len(lines) <= _LINES + _LAST else [*lines[:_LINES], *lines[-_LAST:]]:
        found = list(_days(line, language))
        if len(found) != 1 or found[0].start in born:
            continue
        if len(line.strip()) - len(found[0].span) <= 20 and not _not_alone().search(line):
            return found[0].start
    return ""


def _in_name(path: str, born: set[str]) -> str:
    """A date in the name of the file; day and month are taken as in Europe only where no other reading is one."""
    name = PurePosixPath(path).stem
    for match in _NAMED.finditer(name):
        if match["y"]:
            day = f"{match['y']}-{match['m']}-{match['d']}"
        elif match["y3"]:
            day = f"20{match['y3']}-{match['m3']}-{match['d3']}"
        else:
            first, second = match["d2"], match["m2"]
            if match["sep2"] != "." and int(first) <= 12 and int(second) <= 12 and first != second:
                continue
            month, number = (first, second) if int(second) > 12 else (second, first)
            day = f"{match['y2']}-{month}-{number}"
        if _is_whole(day) and day not in born:
            return day
    return ""


def _days(text: str, language: str) -> Iterator[Moment]:
    """The full dates of a text: "15 April" alone orders nothing."""
    return (m for m in moments(text, language) if m.kind == "date" and _is_whole(m.start))


def _is_whole(iso: str) -> bool:
    try:
        return len(iso) == _ISO and date.fromisoformat(iso).year >= _EARLIEST
    except ValueError:
        return False
