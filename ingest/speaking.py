"""Text that speaks to a machine: orders to a model, the marks of its prompts, and what a reader cannot see.

A guard, not a judge: it says where a text is not written for the reader of the file. Such a paragraph is kept and can
be quoted, with a remark; a model is not shown it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from casefolio.ingest.document import Span
from casefolio.ingest.languages import common_lines

_PARAGRAPH_END = re.compile(r"\n[ \t]*\n|\n\f|\Z")
_LONGEST = 4_000  # characters of a paragraph; beyond, it is taken up to here
# Marks that turn the order of what is read, tags that no font shows, and blanks without width inside a word.
_UNSEEN = re.compile(
    r"[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]|(?<=[^\W\d_])[\u200b\u2060\ufeff]+(?=[^\W\d_])"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_LATIN = re.compile(r"[A-Za-z]")
# Greek letters that look like Latin ones; the others (α, β, γ, μ, Δ, …) stand in units and names of substances.
_GREEK_LIKE_LATIN = frozenset("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορτυχκι") - frozenset("ακ")
_FOREIGN = ("CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "MATHEMATICAL")


@dataclass(frozen=True, slots=True)
class Row:
    """One pattern of the table, with an example that it finds and one that it does not."""

    kind: str
    pattern: str
    finds: str
    passes: str


@cache
def rows() -> tuple[Row, ...]:
    """The table of patterns."""
    return tuple(Row(*line.split("\t")) for line in common_lines("machines.tsv"))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row.kind, re.compile(row.pattern, re.IGNORECASE | re.MULTILINE)) for row in rows())


def speaking_to_machines(text: str) -> list[Span]:
    """Stretches of a text that speak to a machine, in order, none overlapping: from the line's sentence that begins
    to, to the end of its paragraph, as an order goes on after its first sentence.
    """
    starts = {match.start() for _, pattern in _patterns() for match in pattern.finditer(text)}
    starts |= {match.start() for match in _UNSEEN.finditer(text)}
    starts |= {start for start, _ in mixed_words(text)}
    out: list[Span] = []
    for start in sorted(starts):
        if out and start < out[-1].end:
            continue
        begin = max(_sentence_start(text, start), out[-1].end if out else 0)
        end = min(_paragraph_end(text, start), start + _LONGEST)
        out.append(Span(begin, max(end, start + 1)))
    return out


def mixed_words(text: str) -> list[tuple[int, int]]:
    """Words of Latin letters with letters of another script among them that look the same."""
    if text.isascii():
        return []
    return [m.span() for m in _WORD.finditer(text) if not m[0].isascii() and _LATIN.search(m[0]) and _is_mixed(m[0])]


def _is_mixed(word: str) -> bool:
    return any(c in _GREEK_LIKE_LATIN or unicodedata.name(c, "").startswith(_FOREIGN) for c in word if not c.isascii())


def _sentence_start(text: str, at: int) -> int:
    line = max(text.rfind("\n", 0, at), text.rfind("\f", 0, at)) + 1
    last = max((m.end() for m in re.finditer(r"[.!?。]\s+", text[line:at])), default=0)
    return line + last


def _paragraph_end(text: str, at: int) -> int:
    match = _PARAGRAPH_END.search(text, at)
    return match.start() if match else len(text)
