"""Sections of a text by its headings: letters, reports, contracts, statutes and judgments, in three languages.

One engine reads headings that are data (`ingest/headings`). Each line is a candidate or not; a number has to fit the
numbers before it; what nests in what follows from how the headings are numbered. The text is never changed: a heading
stays in it, at its place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from casefolio.ingest.document import Page, Section, Span
from casefolio.ingest.headings import CLINICAL, Headings, headings
from casefolio.ingest.headlines import (
    DECIMAL,
    INNER,
    LETTER,
    OWNER,
    Head,
    Line,
    capitals_inline,
    known,
    lines_of,
    markdown,
    unknown,
)
from casefolio.ingest.numbering import numbered

_REPEATED = 3  # a heading that no list knows and that comes this often is a running header
_LEGAL = 3
_LOW_ITEM = re.compile(r"[a-z]{1,4}[.)]\s")
_DEEPEST = 1000  # puts the ranks of named sections above all found ones
_FIRST = {"roman": 1, "letter": ord("A")}


def find_sections(
    text: str, language: str, pages: Sequence[Page] = (), given: Sequence[Section] = ()
) -> tuple[Section, ...]:
    """Sections of `text`.

    Args:
        text: canonical text of a document.
        language: ISO 639-1 code or `und`; chooses the lists of headings.
        pages: of the document; a title that is the first line of several pages is a running header.
        given: sections that the file's format names. They are kept, get their kinds, and what is found besides
            stands below them: the format knows best what a heading is, but not that clause 4.2 begins here.

    Returns:
        Sections in order of their start, nested ones after their parent; text before the first heading is in none.
    """
    rules = headings(language)
    lines = list(lines_of(text))
    heads = [replace(head, line=at) for at, line in enumerate(lines) if (head := _numbered_or_known(line, rules))]
    heads = _in_sequence(_without_stamp(heads))
    legal = _is_legal(heads)
    heads = _real(heads, lines, legal)
    if given:
        return _nested(_below(given, heads, rules), len(text))
    taken = {head.line for head in heads}
    others = (_other(line, rules, legal) for at, line in enumerate(lines) if at not in taken)
    heads = sorted((*heads, *_not_running(list(filter(None, others)), pages)), key=lambda head: head.start)
    return _nested(_joined(heads, text), len(text))


def _below(given: Sequence[Section], found: Sequence[Head], rules: Headings) -> list[Head]:
    """The sections that a format names, and below them those heads that touch no named heading."""
    named = [
        Head(s.span.start, s.heading.end if len(s.heading) else s.span.start, s.title, s.level - _DEEPEST,
             s.kind or rules.kind_of(s.title), "named")
        for s in given
    ]  # fmt: skip
    covered = {position for head in named for position in range(head.start, head.end)}
    free = [head for head in found if head.start not in covered and head.end - 1 not in covered]
    return sorted((*named, *free), key=lambda head: (head.start, head.rank))


def _numbered_or_known(line: Line, rules: Headings) -> Head | None:
    if _is_row(line) or (line.text[0].islower() and not _LOW_ITEM.match(line.text)):
        return None
    return markdown(line, rules) or numbered(line, rules) or known(line, rules)


def _is_row(line: Line) -> bool:
    """Whether a line is a row of a table, whose cells head nothing."""
    return "\t" in line.text or " | " in line.text


def _other(line: Line, rules: Headings, legal: bool) -> Head | None:
    if _is_row(line):
        return None
    return unknown(line, rules, legal) or (capitals_inline(line, rules) if legal else None)


def _without_stamp(heads: Sequence[Head]) -> list[Head]:
    """`Exhibit 10.4` over a whole contract is a stamp on it, not the heading of all that follows."""
    body = next((at for at, head in enumerate(heads) if head.number and head.style != "schedule"), len(heads))
    stamps = (replace(head, rank=DECIMAL + 1) if head.style == "schedule" else head for head in heads[:body])
    return [*stamps, *heads[body:]]


def _in_sequence(heads: Iterable[Head]) -> list[Head]:
    """The candidates whose numbers follow on from the numbers before."""
    kept: list[Head] = []
    last: dict[str, tuple[int, ...]] = {}
    for head in heads:
        if head.style == "roman":
            head = _letter_instead(head, last.get("letter", (0,)))
        if head.style == "decimal" and not _follows(head.number, last.get("decimal", ())):
            continue
        if head.style in ("roman", "letter"):
            if head.number[0] not in (_FIRST[head.style], last.get(head.style, (0,))[0] + 1):
                continue
            if "decimal" in last:  # `5. Termination`, then `A. Without Cause`
                head = replace(head, rank=INNER)
        elif head.rank <= OWNER:
            last = {}
        last[head.style] = head.number
        kept.append(head)
    return kept


def _letter_instead(head: Head, last: tuple[int, ...]) -> Head:
    """`I.` after `H.` is a letter."""
    if len(head.title.split(".")[0]) == 1 and ord(head.title[0]) == last[0] + 1:
        return replace(head, style="letter", number=(ord(head.title[0]),), rank=LETTER)
    return head


def _follows(number: tuple[int, ...], last: tuple[int, ...]) -> bool:
    """Whether a clause number may come after another one: 4.2 after 4.1, 4 or 3.7; 1 after anything; not 30 after 2."""
    if number[-1] <= 1 and (len(number) == 1 or number[:-1] == last[: len(number) - 1]):
        return True
    if len(number) == 1:
        return bool(last) and 0 < number[0] - last[0] <= 2
    if not last:
        return number[-1] <= 1 and number[0] <= 2
    same = 0
    while same < min(len(number), len(last)) and number[same] == last[same]:
        same += 1
    if same == len(number):
        return False
    step = number[same] - (last[same] if same < len(last) else 0)
    return 0 < step <= 2 and all(part <= 1 for part in number[same + 1 :])


def _is_legal(heads: Sequence[Head]) -> bool:
    """Whether the text is numbered as contracts, statutes and judgments are, or has their headings."""
    points = 0
    for head in heads:
        deep = head.style == "decimal" and len(head.number) > 1
        if deep or head.style in ("article", "section", "part", "chapter"):
            points += 1
        elif head.kind:
            points += 0 if head.kind in CLINICAL else 2
    return points > _LEGAL


def _real(heads: Sequence[Head], lines: Sequence[Line], legal: bool) -> list[Head]:
    """Without plain lists: numbers under a clinical heading, or without text below them, head nothing."""
    lists = _lists(heads, lines)
    owner = ""
    kept = []
    for at, head in enumerate(heads):
        if head.rank <= OWNER:
            owner = head.kind
        if head.style == "decimal" and len(head.number) == 1:
            named = head.titled and bool(head.kind)
            if owner in CLINICAL and (at in lists or not head.titled):
                continue
            if not legal and (not head.titled or (at in lists and not named)):
                continue
        elif head.style in ("decimal", "roman", "letter", "item") and not legal:
            continue
        kept.append(head)
    return kept


def _lists(heads: Sequence[Head], lines: Sequence[Line]) -> set[int]:
    """Indices of numbered heads that are items of a list: most of its items have no text of their own below them."""
    found: set[int] = set()
    run: list[int] = []

    def close() -> None:
        bare = sum(_is_bare(heads, lines, at) for at in run)
        if bare * 2 >= len(run):
            found.update(run)
        run.clear()

    for at, head in enumerate(heads):
        if head.style != "decimal" or len(head.number) > 1:
            if head.rank <= OWNER:
                close()
            continue
        if head.number[0] <= 1:
            close()
        run.append(at)
    close()
    return found


def _is_bare(heads: Sequence[Head], lines: Sequence[Line], at: int) -> bool:
    head = heads[at]
    whole_line = head.end >= lines[head.line].end - 2
    following = heads[at + 1].line if at + 1 < len(heads) else len(lines)
    return not head.titled or (whole_line and following == head.line + 1 and following < len(lines)) or not whole_line


def _not_running(heads: Sequence[Head], pages: Sequence[Page]) -> list[Head]:
    counts = Counter(head.title for head in heads)
    firsts = {page.span.start for page in pages[1:]}
    return [h for h in heads if counts[h.title] < _REPEATED and not (h.start in firsts and counts[h.title] > 1)]


def _joined(heads: Sequence[Head], text: str) -> list[Head]:
    """`ARTICLE I` and `DEFINITIONS` on the line below are one heading."""
    joined: list[Head] = []
    for head in heads:
        last = joined[-1] if joined else None
        bare = (
            last is not None and last.number and last.titled and last.title == text[last.start : last.end].strip(" .:")
        )
        if (
            last
            and bare
            and len(last.title.split()) <= 2
            and not head.number
            and not text[last.end : head.start].strip(" .:\n")
        ):
            title = f"{last.title} {head.title}"
            joined[-1] = replace(last, end=head.end, title=title, kind=head.kind or last.kind)
        else:
            joined.append(head)
    return joined


def _nested(heads: Sequence[Head], end: int) -> tuple[Section, ...]:
    ends = [end] * len(heads)
    levels = [1] * len(heads)
    stack: list[int] = []
    for at, head in enumerate(heads):
        while stack and heads[stack[-1]].rank >= head.rank:
            ends[stack.pop()] = head.start
        stack.append(at)
        levels[at] = len(stack)
    return tuple(
        Section(head.title, level, Span(head.start, stop), Span(head.start, head.end), head.kind)
        for head, level, stop in zip(heads, levels, ends, strict=True)
    )
