"""Who signed: the lines in which a paper is signed, and no line that merely names somebody.

A signature is known by its mark (`/s/`, `gez.`, 서명) or by its place below a closing ("Yours sincerely"); the marks
are data of each language (`signatures.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from casefolio.ingest.document import Span
from casefolio.ingest.languages import DEFAULT, LANGUAGES, applying, own
from casefolio.reader.rows import lines_of

_BELOW = 3  # lines below a closing that can hold names and offices
_LONGEST = 90  # characters of such a line
_LONGEST_SIGNED = 300  # characters of a line that bears a mark
_APART = re.compile(r"\s{2,}")
# "Prof. Dr. med. A. von Bentheim"
_NAME = re.compile(
    r"(?:(?:[A-ZÄÖÜ][\w'’.-]*|med\.|dent\.|rer\.|nat\.|habil\.|phil\.|von|zu|van|de[rn]?)\s+)+[A-ZÄÖÜ][\w'’-]+"
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def signatures(text: str, language: str) -> list[Span]:
    """The signatures of a text, in order: lines with a mark, the lines below a closing, names above offices.

    Args:
        text: of a document or a passage.
        language: whose marks count; all languages' where it is unknown.
    """
    marks, closings, offices = _patterns(language)
    lines = list(lines_of(text))
    found: list[Span] = []
    for at, span in enumerate(lines):
        line = span.of(text)
        if found and span.start < found[-1].end:
            continue
        if len(line) <= _LONGEST and _finds(closings, line):
            below = _below(text, lines[at + 1 : at + 1 + _BELOW])
            found += [Span(below[0].start, below[-1].end)] if below else []
        elif len(line) <= _LONGEST_SIGNED and (mark := _finds(marks, line)) is not None:
            # "Signature:" and the name on the next line
            bare = not _LETTERS.search(line[: mark.start()] + line[mark.end() :])
            end = lines[at + 1].end if bare and at + 1 < len(lines) else span.end
            found.append(Span(span.start, end))
        elif at and len(line) <= _LONGEST and _finds(offices, line) and _names(lines[at - 1].of(text), line):
            found.append(Span(lines[at - 1].start, span.end))
    return found


def _names(above: str, offices: str) -> bool:
    """Whether a line can hold the names of those whose offices stand beneath: as many as there are offices."""
    parts = _APART.split(above.strip())
    return len(parts) == len(_APART.split(offices.strip())) and all(_NAME.fullmatch(part) for part in parts)


def _below(text: str, lines: Sequence[Span]) -> list[Span]:
    """The short lines that go on from a closing, without a paragraph between them."""
    out: list[Span] = []
    for span in lines:
        if len(span) > _LONGEST or (out and text[out[-1].end : span.start].count("\n") > 1):
            break
        out.append(span)
    return out


def _finds(patterns: Sequence[re.Pattern[str]], line: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(line)) is not None), None)


@lru_cache(maxsize=8)
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], ...], ...]:
    """Marks, closings and lines of offices of a language and of those written within it."""
    tongues = dict.fromkeys([*applying(language), *(code for code in LANGUAGES if code == DEFAULT)])

    def compiled(name: str) -> tuple[re.Pattern[str], ...]:
        flags = re.IGNORECASE
        return tuple(
            re.compile(row["pattern"], flags) for code in tongues for row in own(code, "signatures").get(name, ())
        )

    return compiled("marks"), compiled("closings"), compiled("offices")
