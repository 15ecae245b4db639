"""The guard of numbers: a record number or a birthday in a question says whose lines of a sheet or folder are meant.

Two patients may bear one name; the number of the record tells them apart. What stands below another number of the same
make is another record's, and so is a paper that bears other numbers of that make alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from casefolio.indexes.hit import Hit
from casefolio.ingest.data import alternation
from casefolio.ingest.document import Span
from casefolio.ingest.languages import all_of, any_of
from casefolio.ingest.meaning.moments import full_days, moments
from casefolio.ingest.meaning.units import after_number, before_number
from casefolio.reader.names_meant import spelled
from casefolio.reader.reading import Asked, Candidate

_NUMBER = re.compile(r"(?<![\w.,/-])(?=(?:[^\W_]|[-/])*\d)[^\W_]+(?:[-/][^\W_]+)*(?![\w/-]|[.,]\d)")
_LONG, _PARTED = 5, 4  # digits of a number in one piece, and of one with dashes or slashes
_LINE = 400  # characters of a line in which a birthday is looked for
_LABEL = re.compile(r"([^\W\d_]+)[\W_]{0,8}$")
_NEAR = 16  # characters between the word for a birthday and the day
_CELLS = "|"


@dataclass(frozen=True, slots=True)
class _Mark:
    """A number or birthday in a text: where its line starts, what it is, and how it is made."""

    line: int
    value: str
    make: str


@dataclass(frozen=True, slots=True)
class Records:
    """The records that a question means by number or birthday, and where the documents read speak of records.

    Attributes:
        meant: numbers and birthdays of the question that documents bear.
        marks: of each document, those made like one of them.
        places: where the question says them.
    """

    meant: frozenset[str] = frozenset()
    marks: Mapping[str, Sequence[_Mark]] = field(default_factory=dict)
    places: tuple[Span, ...] = ()

    def alone(self, asked: Asked) -> Asked:
        """The question without the numbers, which only say whose lines are meant, where the documents bear them."""
        bare = asked.bare
        for place in self.places:
            bare = bare.replace(place.of(asked.question), " ", 1)
        bare = " ".join(bare.split())
        return replace(asked, bare=bare) if any(map(str.isalpha, bare)) else asked

    def papers(self, hits: Sequence[Hit], one_matter: Callable[[str, str], bool] = lambda a, b: False) -> list[Hit]:
        """Hits in papers that bear a meant number, and in those of the same people that bear none of its make.

        Args:
            hits: the passages that are read.
            one_matter: whether two papers, by their paths, are of the same people.
        """
        borne = {path for path, found in self.marks.items() if any(_means(m.value, self.meant) for m in found)}
        silent = {path for path, found in self.marks.items() if not found}
        same = {path for path in silent if any(one_matter(path, other) for other in borne)}
        return [h for h in hits if not self.meant or h.document in borne | same]

    def of(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Candidates of the records that are meant; all where the question means none."""
        return (
            [c for c in candidates if _of_a_meant_record(c, self.marks, self.meant)] if self.meant else list(candidates)
        )


def records_meant(question: str, language: str, hits: Sequence[Hit], text_of: Callable[[str], str]) -> Records:
    """Which records a question means.

    Args:
        question: as it was put.
        language: of the question.
        hits: the passages that are read.
        text_of: text of a document by its path, empty where it is not known.
    """
    said = [*_numbers_asked(question, language), *_birthdays_asked(question, language)]
    if not said:
        return Records()
    languages = {h.document: h.chunk.language for h in hits}
    marks = {path: _marks(text_of(path), tongue) for path, tongue in languages.items()}
    asked = frozenset(value for value, _ in said)
    makes = {m.make for found in marks.values() for m in found if _means(m.value, asked)}
    if not makes:
        return Records()
    marks = {path: [m for m in found if m.make in makes] for path, found in marks.items()}
    return Records(asked, marks, tuple(place for _, place in said))


def _of_a_meant_record(c: Candidate, marks: Mapping[str, Sequence[_Mark]], asked: frozenset[str]) -> bool:
    found = marks[c.hit.document]
    above = bisect_right([m.line for m in found], c.span.start)
    if not above:
        return True
    last = found[above - 1].line
    return any(_means(m.value, asked) for m in found if m.line == last)


def _means(value: str, asked: frozenset[str]) -> bool:
    """Whether a number or birthday is one that is asked for; of a birthday the year may be told alone."""
    return value in asked or (value.startswith("*") and value[:5] in asked)


def _numbers_asked(question: str, language: str) -> Iterator[tuple[str, Span]]:
    """Numbers of records, with the word that says so ("MRN 448218")."""
    for at, word in _numbers(question, language):
        label = _numbered().search(question[:at])
        if label is None and word.isdigit() and len(word) <= _LONG:
            continue  # "the 12500 transferred"
        yield _plain(word), Span(label.start() if label else at, at + len(word))


@cache
def _numbered() -> re.Pattern[str]:
    """The word before a number that says what it is: "MRN", "Nr.", 등록번호."""
    return re.compile(
        rf"(?i)(?<!\w)(?:mrn|pid|[^\W\d_]{{0,10}}(?:{alternation(all_of('numbers', 'labels'))}))[.:#]?\s?$"
    )


def _birthdays_asked(question: str, language: str) -> Iterator[tuple[str, Span]]:
    question = question[:_LINE]
    found = _born().search(question)
    if found is None:
        return
    start, end = max(0, found.start() - _NEAR), found.end() + _NEAR
    days = [
        m for m in moments(question, language) if start <= m.span.start and m.span.end <= end and m.kind != "duration"
    ]
    for day in days[:1]:
        span = Span(min(found.start(), day.span.start), max(found.end(), day.span.end))
        yield f"*{day.start if day.kind == 'date' else day.start[:4]}", span


@cache
def _born() -> re.Pattern[str]:
    """What stands beside a birthday, before or behind it."""
    return re.compile(rf"(?i){any_of('dates', 'birth')}|{any_of('dates', 'birth_after')}")


def _numbers(text: str, language: str) -> list[tuple[int, str]]:
    """Places and words of numbers of records: long or parted ones that are no dates."""
    dated = {
        at for m in moments(text, language) if m.kind in ("date", "month") for at in range(m.span.start, m.span.end)
    }
    out = []
    for match in _NUMBER.finditer(text):
        digits = sum(map(str.isdigit, match.group()))
        parted = any(mark in match.group() for mark in "-/")
        if digits < (_PARTED if parted else _LONG) or not dated.isdisjoint(range(match.start(), match.end())):
            continue
        if before_number().search(text, max(0, match.start() - 5), match.start()):
            continue  # a sum, as is what a unit follows
        if after_number().match(text, match.end()):
            continue
        out.append((match.start(), match.group()))
    return out


def _plain(number: str) -> str:
    return "".join(filter(str.isalnum, spelled(number))).upper()


def _marks(text: str, language: str) -> list[_Mark]:
    """The numbers and birthdays of a text, in order of their lines."""
    out = []
    for at, word in _numbers(text, language):
        line = text.rfind("\n", 0, at) + 1
        label = _LABEL.search(text, max(line, at - _NEAR), at)
        make = re.sub(r"\d", "9", word).upper()
        out.append(_Mark(line, _plain(word), f"{label[1].lower() if label else ''} {make}"))
    out += _birthdays(text, language)
    return sorted(out, key=lambda m: m.line)


def _birthdays(text: str, language: str) -> list[_Mark]:
    """Days behind a word for a birthday, and those in a column that is headed by one."""
    out, at, column = [], 0, -1
    for line in text.splitlines(keepends=True):
        cells = line.split(_CELLS)
        days: list[str] = []
        if len(line) > _LINE or not line.strip():
            at += len(line)
            continue
        if born := _born().search(line):
            days = full_days(line[max(0, born.start() - _NEAR) : born.end() + _NEAR], language)
            headed = [n for n, cell in enumerate(cells) if _born().search(cell)]
            column = headed[0] if len(cells) > 1 and not days else column
        elif 0 <= column < len(cells) > 1:
            days = full_days(cells[column], language)
        out += [_Mark(at, f"*{day}", "birthday") for day in days]
        at += len(line)
    return out
