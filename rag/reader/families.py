"""Rows that speak of one thing: the row that the question names, and of several days the newest.

A table splits the reader's attention: three rows of creatinine share what one sentence would have alone, and which of
them is the latest stands in a column of days, not in words. So rows are judged together: what speaks for any row of
a family speaks for the one that structure tells, and the others step back. Where structure tells none, all stays as it
was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache

from casefolio.indexes.analyzers import fold, terms
from casefolio.ingest.document import Document, Span
from casefolio.ingest.meaning.moments import full_days, moments, months_named
from casefolio.reader.forms import Form
from casefolio.reader.guards import drugs_in
from casefolio.reader.reading import LEAST_MASS, Asked, Candidate
from casefolio.reader.rows import (
    Block,
    Row,
    blocks_of,
    day_above,
    day_first,
    day_of_row,
    is_value,
    newest_cell,
    range_of,
    rows_stated,
)
from casefolio.reader.topic import Topic, topic_of

_YEAR, _MONTH_DAY = len("2022"), len("04-01")
_DAY_FIRST = "de"  # a language that reads 09/04/2024 as a day of April
_MOST = 4  # rows that are brought in although they were not read
# A number that leads a cell and is its key: "3 (1 March …)", "Year 3", "3년차", "2022".
_LEADING = re.compile(r"(?:[^\W\d_]{2,12}\.?\s)?(\d{1,4})(?:st|nd|rd|th|\.)?(?![\d.,:/%])")


@dataclass(frozen=True, slots=True)
class _Member:
    """A candidate that is a row: its cells, and the rows around it."""

    candidate: Candidate
    block: Block
    row: Row
    told: bool = False  # chosen by structure among its neighbours

    @property
    def header(self) -> str:
        """What lends the row its subject, with the names of its columns."""
        head, columns = self.candidate.header, " | ".join(self.row.columns)
        return head if not columns or columns in head else f"{head} · {columns}"

    @property
    def place(self) -> tuple[str, int]:
        return self.candidate.hit.document, self.row.span.start


class Tables:
    """The tables of the documents that were read.

    Args:
        document: a document by its path, None where only its passages are known.
        dated: ISO day of a document by its path.
    """

    def __init__(self, document: Callable[[str], Document | None], dated: Callable[[str], str]) -> None:
        self._document, self._dated = document, dated
        self._blocks: dict[str, dict[int, Block]] = {}

    def block(self, candidate: Candidate) -> Block | None:
        """The table in which a candidate is a row or names the columns; None where it is neither."""
        hit = candidate.hit
        document = self._document(hit.document)
        key = hit.document if document is not None else hit.chunk.id
        if key not in self._blocks:
            base = 0 if document is not None else hit.chunk.span.start
            found = (
                blocks_of(document.text, rows_stated(document))
                if document is not None
                else [_under(hit.chunk.columns, block) for block in blocks_of(hit.text)]
            )
            self._blocks[key] = {
                span.start + base: _moved(block, base)
                for block in found
                for span in (*block.heads, *(row.span for row in block.rows))
            }
        return self._blocks[key].get(candidate.span.start)

    def day(self, row: Row, candidate: Candidate) -> str:
        """The day of a row: its own, that of the line above its list, or that of the document."""
        path, language = candidate.hit.document, candidate.hit.chunk.language
        document = self._document(path)
        text, at = (document.text, row.span.start) if document is not None else (candidate.hit.text, 0)
        if document is None:
            at = max(0, row.span.start - candidate.hit.chunk.span.start)
        own = (day_of_row(row, _DAY_FIRST) if day_first(text) else "") or day_of_row(row, language)
        return own or day_above(text, at, language) or self._dated(path)

    def member(self, candidate: Candidate) -> _Member | None:
        """A candidate as a row, or as the line that names the columns; None where it is neither."""
        block = self.block(candidate)
        if block is None or not block.rows:
            return None
        row = next((r for r in block.rows if r.span.start == candidate.span.start), None)
        return _Member(candidate, block, row or Row(candidate.span, ()))

    def header(self, candidate: Candidate) -> str:
        """What lends a candidate its subject, with the names of its columns where it is a row."""
        member = self.member(candidate)
        return member.header if member is not None else candidate.header

    def brought(self, row: Row, beside: Candidate) -> Candidate | None:
        """A row that was not read, as a candidate like the one beside it."""
        document = self._document(beside.hit.document)
        if document is None:
            return None
        chunk = replace(beside.hit.chunk, span=row.span, pages=(document.page_of(row.span.start),))
        hit = replace(beside.hit, chunk=chunk, text=row.span.of(document.text))
        return replace(beside, hit=hit, span=row.span, highlight=row.span)


def _moved(block: Block, by: int) -> Block:
    rows = (Row(Span(r.span.start + by, r.span.end + by), r.cells, r.columns) for r in block.rows)
    return Block(tuple(rows), tuple(Span(s.start + by, s.end + by) for s in block.heads)) if by else block


def _under(columns: tuple[str, ...], block: Block) -> Block:
    """The rows of a passage under the names of columns that stand above it."""
    return Block(tuple(Row(r.span, r.cells, r.columns or columns) for r in block.rows), block.heads)


def joined(
    asked: Asked,
    form: Form,
    candidates: Sequence[Candidate],
    read: Sequence[Candidate],
    tables: Tables,
    alone: Callable[[Sequence[Candidate], Sequence[str]], list[Candidate]],
) -> list[Candidate]:
    """The candidates, with the rows of a table judged together.

    Args:
        asked: the question.
        form: how it is put.
        candidates: that the guards left.
        read: all that were read, also those that the guards dropped.
        tables: of the documents.
        alone: reads candidates once more, each by itself under a header: its neighbours no longer count, nor confuse.
    """
    if form.many:
        return list(candidates)
    topic = topic_of(asked)
    left = {id(c) for c in candidates}
    members = [m for c in read if (m := tables.member(c)) is not None]
    rest = [c for c in candidates if not any(m.candidate is c for m in members)]
    kept: list[_Member] = []
    for block in _by(members, lambda m: (m.place[0], m.block.rows[0].span.start)):
        kept += _named(asked, topic, block, left, tables)
    if not _names_a_time(asked):
        kept = [
            m for family in _by(kept, lambda m: _item(topic, m, form)) for m in _newest(family, form, topic, tables)
        ]
    kept = [m for m in kept if m.row.cells]  # the line that names the columns is no answer
    told = [m for m in kept if m.told]
    again = alone([m.candidate for m in told], [m.header for m in told])
    beside = rest + [m.candidate for m in kept if not m.told]
    days = {m.candidate.hit.chunk.id for m in told if m.candidate.day and _of_a_column(m, topic)}
    return _by_days(beside, again, days) if form.latest and days else beside + again


def _by_days(beside: Sequence[Candidate], rows: Sequence[Candidate], passages: set[str]) -> list[Candidate]:
    """The latest of what a table of days has stands in the table: a line without a day beside it steps back.

    "Target INR 2.0-3.0" is no latest INR, though the reader likes it better than a bare row: what spoke for it speaks
    for the row.
    """
    within = [c for c in beside if c.hit.chunk.id in passages and not full_days(c.text, c.hit.chunk.language)]
    out = [c for c in beside if not any(c is w for w in within)]
    for row in rows:
        gone = [w for w in within if w.hit.chunk.id == row.hit.chunk.id]
        mass = min(1.0, row.mass + sum(w.mass for w in gone))
        out.append(replace(row, mass=mass, margin=max([row.margin, *(w.margin for w in gone)])))
    return out


def _by(members: Iterable[_Member], key: Callable[[_Member], object]) -> list[list[_Member]]:
    groups: dict[object, list[_Member]] = {}
    for member in members:
        groups.setdefault(key(member), []).append(member)
    return list(groups.values())


# --- the row that the question names


def _named(asked: Asked, topic: Topic, block: Sequence[_Member], left: set[int], tables: Tables) -> list[_Member]:
    """The rows of a table that the question names, with all that speaks for the table; all left where it names none."""
    standing = [m for m in block if id(m.candidate) in left]
    rows = block[0].block.rows
    possible = _possible(asked, topic, rows, block)
    wanted = _wanted(topic, possible, block)
    if len(wanted) == len(rows):
        return standing
    chosen = [m for m in standing if m.row in wanted]  # never the line that names the columns
    # lines without columns may each say something else: what the reader sees in another one stays, but in no sibling
    leads = {_leads(row) for row in wanted}
    others = [m for m in standing if m.row in possible and m.row not in wanted and not m.row.columns]
    others = [m for m in others if m.candidate.mass >= LEAST_MASS and _leads(m.row) not in leads]
    best = max(block, key=lambda m: m.candidate.mass)
    read = {m.row.span for m in block}
    for row in [r for r in wanted if r.span not in read][: _MOST if not chosen else 0]:
        added = tables.brought(row, best.candidate)
        chosen += [_Member(added, block[0].block, row)] if added is not None else []
    return others + _pooled(block, chosen)


def _leads(row: Row) -> str:
    """The word that a row begins with: "Pressure sitting" is a sibling of "Pressure standing"."""
    return fold(row.cells[0]).split(maxsplit=1)[0] if row.cells and row.cells[0].strip() else ""


def _possible(asked: Asked, topic: Topic, rows: Sequence[Row], block: Sequence[_Member]) -> tuple[Row, ...]:
    """The rows of the days, drugs, people and numbers that the question names, where a row is of one."""
    language = block[0].candidate.hit.chunk.language
    drugs = drugs_in(asked.question, asked.language)
    days, months = _days_of_the_year(asked.question, asked.language), months_asked(asked.question, asked.language)
    stepped = sum(bool(row.cells) and range_of(row.cells[0]) is not None for row in rows) > 1
    tests: list[Callable[[Row], bool]] = [
        lambda row: bool(days) and day_of_row(row, language)[-_MONTH_DAY:] in days,
        lambda row: bool(months) and not days and in_month(day_of_row(row, language), months),
        lambda row: bool(drugs) and bool(drugs & drugs_in(" ".join(row.cells), language)),
        lambda row: bool(row.columns) and len(row.cells) > 2 and any(_bears(name, row) for name in asked.names),
        lambda row: _numbered(row, topic, asked.question, language),
        lambda row: stepped and _covers(row, topic),
    ]
    possible = tuple(rows)
    for test in tests:
        possible = tuple(row for row in possible if test(row)) or possible
    return possible


def _wanted(topic: Topic, rows: Sequence[Row], block: Sequence[_Member]) -> tuple[Row, ...]:
    """The rows that the question names by the thing itself; all where it names none."""
    language = block[0].candidate.hit.chunk.language
    seen = {m.row.span for m in block if m.candidate.mass >= LEAST_MASS}
    named = tuple(row for row in rows if _place(row, block[0].block.rows, topic, language) is not None)
    # a cell may have a word of the question by chance
    return named if any(row.span in seen for row in named) else tuple(rows)


def _names_a_time(asked: Asked) -> bool:
    """Whether a question names a day or a month: then no newer row is meant."""
    question, language = asked.question, asked.language
    return bool(
        full_days(question, language) or _days_of_the_year(question, language) or months_asked(question, language)
    )


@lru_cache(maxsize=64)
def _days_of_the_year(question: str, language: str) -> frozenset[str]:
    """Month and day of each day that a question names, with its year or without ("1 April")."""
    dates = (m.start for m in moments(question, language) if m.kind == "date")
    return frozenset(day[-_MONTH_DAY:] for day in dates if len(day) > _MONTH_DAY + 1)


@lru_cache(maxsize=64)
def months_asked(question: str, language: str) -> frozenset[str]:
    """The months that a question names, with their year where it does ("2024-01", "01")."""
    told = [m.start[: len("2024-01")] for m in moments(question, language) if m.kind == "month"]
    return frozenset(m.removeprefix("--") for m in told) or frozenset(f"{m:02}" for m in months_named(question))


def in_month(day: str, months: Set[str]) -> bool:
    """Whether an ISO day is in one of the months, as `months_asked` gives them."""
    month = day[: len("2024-01")]
    return month in months or month[len("2024-") :] in months


def _bears(name: str, row: Row) -> bool:
    words = [word.removesuffix("'s").removesuffix("’s") for word in fold(name).split()]
    return any(all(word in fold(cell) for word in words) for cell in row.cells)


def _numbered(row: Row, topic: Topic, question: str, language: str) -> bool:
    """Whether a number of the question is the key of a row: a year by itself, others by the name of their column."""
    for at, cell in enumerate(row.cells):
        if any(day[:_YEAR] in topic.numbers for day in full_days(cell, language)):
            return True
        match = _LEADING.match(cell)
        if match is None or match[1] not in topic.numbers:
            continue
        column = row.columns[at] if at < len(row.columns) else ""
        about = set(terms(f"{column} {cell}", language)) - topic.numbers
        if len(match[1]) == _YEAR or any(topic.holds(term) or term in question or topic.ends(term) for term in about):
            return True
    return False


def _covers(row: Row, topic: Topic) -> bool:
    """Whether a number of the question lies in the range that a row is of ("201 – 250")."""
    found = range_of(row.cells[0]) if row.cells else None
    return found is not None and any(found[0] <= int(number) <= found[1] for number in topic.numbers)


def _place(row: Row, rows: Sequence[Row], topic: Topic, language: str) -> int | None:
    """The place of the cell that names what is asked, and does not stand in every row."""
    for at in row.names:
        cell = row.cells[at]
        if topic.names(cell, language) and not (
            len(rows) > 1 and all(at < len(r.cells) and r.cells[at] == cell for r in rows) and len(row.names) > 1
        ):
            return at
    return None


# --- of several days the newest


def _item(topic: Topic, member: _Member, form: Form) -> object:
    """What a row speaks of: its cell that the question names with the names before it, else all of its names.

    A row without any name speaks of its column, where this is what the latest is asked of, else of nothing. In a table
    whose rows are days, each row is the same thing on another day, whatever words describe it.
    """
    row, language = member.row, member.candidate.hit.chunk.language
    if not row.cells:  # the line that names the columns
        return member.place
    at = next((at for at in row.names if topic.names(row.cells[at], language)), None)
    names = [" ".join(row.cells[n].casefold().split()) for n in row.names if at is None or n <= at]
    if at is not None:
        return tuple(names)
    if form.latest and _led_by_days(member.block, language):
        return (member.place[0], "", member.block.rows[0].span.start)
    if names:
        return (member.place[0], *names)
    column = next((c for c in row.columns if topic.names(c, language)), "") if form.latest else ""
    return (member.place[0], "", column) if column else member.place


def _of_a_column(member: _Member, topic: Topic) -> bool:
    """Whether a row stands in a table of days that has a column of what is asked."""
    language = member.candidate.hit.chunk.language
    return any(topic.names(c, language) for c in member.row.columns) and _led_by_days(member.block, language)


def _led_by_days(block: Block, language: str) -> bool:
    """Whether each row of a table begins with a day of its own."""
    days = [full_days(row.cells[0], language) for row in block.rows if row.cells]
    return len(days) > 1 and all(days) and all(is_value(row.cells[0]) for row in block.rows if row.cells)


def _newest(family: Sequence[_Member], form: Form, topic: Topic, tables: Tables) -> list[_Member]:
    """The newest rows of a thing, with all that speaks for it; the older ones step back, or stand behind it."""
    speaks = any(m.candidate.mass >= LEAST_MASS for m in family) or (form.latest and _of_a_column(family[0], topic))
    if not family[0].row.cells or not speaks:
        return list(family)
    known, item = list(family), _item(topic, family[0], form)
    read = {m.place for m in family}
    for path in dict.fromkeys(m.place[0] for m in family):
        beside = max((m for m in family if m.place[0] == path), key=lambda m: m.candidate.mass)
        for row in beside.block.rows:
            if (path, row.span.start) not in read and (added := tables.brought(row, beside.candidate)) is not None:
                member = _Member(added, beside.block, row)
                known += [member] if _item(topic, member, form) == item else []
    known = _with_a_value(known, topic)
    day_of = {m.place: tables.day(m.row, m.candidate) for m in known}
    days = sorted({day for day in day_of.values() if day})
    standing = [m for m in family if m.place in day_of]
    if len(days) < 2 and standing:
        return [_lit(m, day_of[m.place]) for m in standing]
    newest = [m for m in known if not days or day_of[m.place] == days[-1]][:_MOST]
    chosen = newest + [m for m in standing if not day_of[m.place] and m not in newest]
    best = max(standing, key=lambda m: m.candidate.mass, default=None)
    if best is not None and not form.latest and best not in chosen:
        chosen.append(best)
    return _pooled(family, [_lit(m, day_of[m.place]) for m in chosen])


def _with_a_value(known: Sequence[_Member], topic: Topic) -> list[_Member]:
    """The rows that have a value in the column that is asked for, else any beside their day ("5 May | | planned")."""
    columns = known[0].row.columns
    asked = [at for at, c in enumerate(columns) if topic.names(c, known[0].candidate.hit.chunk.language)]
    held = [m for m in known if any(at < len(m.row.cells) and is_value(m.row.cells[at]) for at in asked)]
    most = max(m.row.values for m in known)
    return held or [m for m in known if m.row.values > 1 or most < 2]


def _lit(member: _Member, day: str) -> _Member:
    """With its day, and where its columns are days with the newest cell marked: structure tells that it is meant."""
    c, text = member.candidate, member.candidate.text
    cell = newest_cell(member.row, c.hit.chunk.language)
    at = text.rfind(cell) if cell else -1
    light = Span(c.span.start + at, c.span.start + at + len(cell)) if at >= 0 else c.highlight
    return replace(member, candidate=replace(c, highlight=light, day=day), told=at >= 0)


def _pooled(family: Sequence[_Member], chosen: Sequence[_Member]) -> list[_Member]:
    """The chosen with what speaks for the family: in the passage that the reader trusts most, all rows together."""
    passages = _by(family, lambda m: m.candidate.hit.chunk.id)
    trusted = max(passages, key=lambda ms: (ms[0].candidate.answers, max(m.candidate.mass for m in ms)))
    answers = trusted[0].candidate.answers
    mass = min(1.0, sum(m.candidate.mass for m in trusted))
    margin = max(m.candidate.margin for m in trusted)
    return [
        replace(
            m,
            told=True,
            candidate=replace(
                m.candidate,
                answers=max(answers, m.candidate.answers),
                margin=max(margin, m.candidate.margin),
                mass=max(mass, m.candidate.mass),
            ),
        )
        for m in chosen
    ]
