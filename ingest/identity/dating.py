"""The date of a document: the day that a letter, a report or a contract gives as its own. The one rule for all code.

A date that only stands somewhere, such as a laboratory's, is not taken, and a date of birth never is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import PurePosixPath

from casefolio.ingest.document import Document
from casefolio.ingest.languages import DEFAULT, any_of, every, given_names
from casefolio.ingest.meaning.assertion import Moment
from casefolio.ingest.meaning.moments import moments

_HEAD, _TAIL = 3000, 700  # characters in which a document says its date
_REACH = 60  # characters behind a label in which its date begins
_ISO = len("2021-04-03")
_RANKS = ("own", "led", "told")
_LAST = 15  # lines at an end, where contracts are dated and signed
_LINES = 40  # of the head, in which a line may be nothing but a date
_OF_AGE = 18  # years before today from which a day beside a name is taken for a birthday
_FIRST = 6  # lines of a paper in which its patient is named; at its end one signs and dates
_NAME = 4  # words of a name with its title
_HANGUL = 3  # syllables of a Korean name
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
_BESIDE = 20  # characters of a place or a title before a date that is alone otherwise
_AFTER = 40  # characters behind a date in which it is said that somebody was born then
_COLUMN = re.compile(r"\t+| {3,}")
_ADDRESS = re.compile(r",|\d{4}")  # street and town, or a postcode
_PROSE = re.compile(r"\b[a-zäöü]")  # a word in small letters: "Lease expires 31 May 2026"
_SEAL = re.compile(r"[\s.,()]*(?:/\s?[\w·/-]{1,10}|\w{1,4})?[\s.,()]*")  # a weekday, initials, a seal
_SIGNED = re.compile(r"[\s.(]+[^\d.]{2,24}")  # a court, a name
_GAP = re.compile(r"(?:\s{2,}|\()$")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(?:\d{4}|\d\d)(?![\d/])")
_OWN_LINE = re.compile(r"[^\S\n]*(?:[A-ZÄÖÜ][a-zäöü]|[^\d\n]{2,30}[:：])")
_EMPHASIS = re.compile(r"\*\*|__")  # of Markdown: "**Date of letter:** 26 September"; one star alone is a birthday
_TABLES = ("text/csv", "text/tab-separated-values")
_NAMED = re.compile(
    r"(?<!\d)(?:(?P<y>(?:19|20)\d\d)(?P<sep>[-_. ]?)(?P<m>\d\d)(?P=sep)(?P<d>\d\d)"
    r"|(?P<d2>\d\d)(?P<sep2>[-_.])(?P<m2>\d\d)(?P=sep2)(?P<y2>(?:19|20)\d\d)"
    r"|(?P<d3>\d\d)\.(?P<m3>\d\d)\.(?P<y3>\d\d))(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the dates of a text are read: in which language, and whether 03/10/2024 is of October."""

    language: str
    day_first: bool


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
    word = rf"(?!(?:{any_of('dates', 'itself')})\b)[\"“„]?[\w&.-]+[\"”“]?,?\s+"
    return re.compile(rf"(?:\b(?:{any_of('dates', 'other')})\s+(?:{word}){{0,5}})$", re.IGNORECASE)


@cache
def _said() -> re.Pattern[str]:
    """With what a sentence ends."""
    return re.compile(any_of("dates", "said"))


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
    text = _EMPHASIS.sub("", document.text)
    reading = _reading(text, document.language)
    if document.media_type in _TABLES:  # the days of its rows are none of its own
        return _in_name(document.path, set(_births(text[:_HEAD], reading)))
    zones = [text] if len(text) <= _HEAD + _TAIL else [text[:_HEAD], text[-_TAIL:]]
    born = {day for zone in zones for day in _births(zone, reading)}

    def labelled(rank: str) -> str:
        return next(filter(None, (_labelled(zone, reading, rank, born) for zone in zones)), "")

    return (
        labelled("own")
        or labelled("led")
        or _above_greeting(zones[0], reading, born)
        or labelled("told")
        or next(filter(None, (_line_alone(zone, reading, born) for zone in zones)), "")
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
            return next((m.start for m in _days(value, Reading(DEFAULT, False))), "")
    return ""


def _labelled(zone: str, reading: Reading, rank: str, born: set[str]) -> str:
    """The first date behind a label of a rank that stands for this document and no other."""
    of_rank = [label.pattern for label in labels() if label.rank == rank]
    for start, end in sorted((match.span() for pattern in of_rank for match in pattern.finditer(zone)), key=max):
        if rank != "told" and not _begins_line(zone, start) and _of_another(zone, start):
            continue
        near = zone[end : end + _REACH]
        for moment in _days(near, reading):
            if moment.start not in born and not _birth().search(near[: moment.span.start]):
                return moment.start
            break
    return ""


def _begins_line(zone: str, label: int) -> bool:
    """Whether a line begins with a label, so that what stands above it does not go on: `To the Occupier`, `Date: …`."""
    return zone[label - 1 : label] in ("", "\n") and _OWN_LINE.match(zone, label) is not None


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
    found = _days(zone, _reading(zone, language))
    return frozenset(m.start for m in found if _of_another(zone, m.span.start))


def _births(zone: str, reading: Reading) -> Iterator[str]:
    """Days that are somebody's birthday."""
    for moment in _days(zone, reading):
        start, end = moment.span.start, moment.span.end
        born = _birth().search(zone[max(0, start - 40) : start])
        if born or _birth_after().match(zone[end : end + _AFTER]):
            yield moment.start


def _above_greeting(head: str, reading: Reading, born: set[str]) -> str:
    """A date that fills a column above the greeting of a letter, or in its line.

    Before it stands nothing but an address or the greeting: "Aufnahme    03.03.2025" has a label.
    """
    greeted = _greeting().search(head)
    if greeted is None:
        return ""
    for line in (head[: greeted.end()] + head[greeted.end() :].partition("\n")[0]).splitlines():
        before = ""
        for cell in _COLUMN.split(line.strip()):
            found = list(_days(cell, reading))
            alone = len(found) == 1 and len(cell.strip(" .,")) == len(found[0].span)
            led = before and not _ADDRESS.search(before) and not _greeting().match(before)
            if alone and not led and found[0].start not in born:
                return found[0].start
            before = cell
    return ""


def _line_alone(head: str, reading: Reading, born: set[str]) -> str:
    """A date that has a line of the head to itself, else one with a place or a title before it."""
    lines = head.splitlines()
    beside = ""
    above = ""
    for number, line in enumerate(lines if len(lines) <= _LINES + _LAST else [*lines[:_LINES], *lines[-_LAST:]]):
        found = list(_days(line, reading))
        named, above = above, line if line.strip() else above
        if len(found) != 1 or found[0].start in born:
            continue
        if number < _FIRST and _may_be_a_birthday(found[0].start, line[: found[0].span.start].strip() or named):
            continue
        before, after = line[: found[0].span.start], line[found[0].span.end :].rstrip()
        if len(before.strip()) > _BESIDE or _not_alone().search(line):
            continue
        if not before.strip() and _SEAL.fullmatch(after):
            return found[0].start
        if not beside and _dates_a_paper(before, after):
            beside = found[0].start
    return beside


def _may_be_a_birthday(day: str, beside: str) -> bool:
    """Whether a day without a label stands beside or below somebody's name, and is as old as a grown person."""
    if date.fromisoformat(day).year > date.today().year - _OF_AGE:
        return False
    said = re.findall(r"[^\W\d_]+", beside.casefold())
    if not said or len(said) > _NAME or any(c.isdigit() or c == ":" for c in beside):
        return False
    return not given_names().keys().isdisjoint(said) or any(len(w) == _HANGUL and "가" <= w[0] <= "힣" for w in said)


def _dates_a_paper(before: str, after: str) -> bool:
    """Whether what stands beside a date is a place, a title or who signed, and no sentence or label."""
    if not _SEAL.fullmatch(after):
        cased = after.upper() != after.lower()
        return not (before.strip() or cased or _said().search(after)) and _SIGNED.fullmatch(after) is not None
    if before.upper() == before.lower():  # a script without capitals
        return before.rstrip().endswith(",") or _GAP.search(before) is not None
    return before.rstrip().endswith(",") or not _PROSE.search(before)


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


def _days(text: str, reading: Reading) -> Iterator[Moment]:
    """The full dates of a text: "15 April" alone orders nothing."""
    for moment in moments(text, reading.language):
        if moment.kind == "date" and _is_whole(moment.start):
            turned = reading.day_first and _is_whole(moment.alternative)
            yield replace(moment, start=moment.alternative) if turned else moment


def _reading(text: str, language: str) -> Reading:
    """How a text writes its days: 17/09/1982 in it says that 03/10/2024 is of October too."""
    slashed = [(int(first), int(second)) for first, second in _SLASHED.findall(text)]
    return Reading(language, any(a > 12 for a, _ in slashed) and not any(b > 12 for _, b in slashed))


def _is_whole(iso: str) -> bool:
    try:
        return len(iso) == _ISO and date.fromisoformat(iso).year >= _EARLIEST
    except ValueError:
        return False
