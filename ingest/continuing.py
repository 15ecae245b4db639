"""Tables that go on over a page: their rows keep the names of the columns, which stand on the page before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from casefolio.ingest.document import Row
from casefolio.ingest.paging import PageText, Ruled

_NEAR = 8.0  # points that the left edge of a column may differ by from page to page
_FOLLOWS = 400  # characters that may stand above the first row of a page: running heads


def continue_tables(pages: Sequence[PageText]) -> list[PageText]:
    """The pages; a table without names at the top of one takes those of the same columns at the end of the last."""
    done = list(pages)
    for at, (upper, lower) in enumerate(pairwise(pages), start=1):
        upper = done[at - 1]
        if not upper.tables or not lower.tables:
            continue
        above, below = upper.tables[-1], lower.tables[0]
        if above.names and not below.names and _same_columns(above, below) and _begins_with(lower, below):
            rows = list(lower.rows)
            for index in range(below.first, below.end):
                rows[index] = Row(rows[index].span, above.names)
            tables = (replace(below, names=above.names), *lower.tables[1:])
            done[at] = replace(lower, rows=tuple(rows), tables=tables)
    return done


def _same_columns(above: Ruled, below: Ruled) -> bool:
    if len(above.lefts) != len(below.lefts):
        return False
    return all(abs(a - b) < _NEAR for a, b in zip(above.lefts, below.lefts, strict=True))


def _begins_with(page: PageText, table: Ruled) -> bool:
    return table.first < table.end and page.rows[table.first].span.start < _FOLLOWS
