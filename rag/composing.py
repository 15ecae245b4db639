"""The text of an answer as it grows: claims, their marks, and citations numbered in the order of their first use."""

from __future__ import annotations

from collections.abc import Sequence

from casefolio.answer import Citation, Claim
from casefolio.ingest.document import Span


class Composer:
    """Puts claims together; `text[claim.span] == claim.text` for each of them, marks stand behind.

    A mark `[n]` is the n-th of `citations`.
    """

    def __init__(self) -> None:
        self.text = ""
        self.claims: list[Claim] = []
        self.citations: list[Citation] = []

    def plain(self, text: str, *, line: bool = True) -> str:
        """Add words that claim nothing (a lead, a remark); returns what was added."""
        piece = f"{self._gap(line)}{text}"
        self.text += piece
        return piece

    def claim(
        self,
        text: str,
        citations: Sequence[Citation],
        flags: Sequence[str] = (),
        *,
        line: bool = False,
        remark: str = "",
        before: str = "",
        after: str = "",
        written: bool = False,
    ) -> str:
        """Add a claim; returns what was added.

        Args:
            text: the sentence.
            citations: what it rests on.
            flags: what is wrong with it.
            line: whether it begins a new line.
            remark: words in brackets behind it.
            before: what stands before it on its line, such as a bullet or an opening quotation mark.
            after: what stands directly behind it.
            written: whether a model wrote it.
        """
        gap = self._gap(line) + before
        start = len(self.text) + len(gap)
        self.claims.append(Claim(text, Span(start, start + len(text)), tuple(citations), tuple(flags), written))
        numbers = ", ".join(str(self._number(c)) for c in citations)
        piece = gap + text + after + (f" ({remark})" if remark else "") + (f" [{numbers}]" if numbers else "")
        self.text += piece
        return piece

    def _gap(self, line: bool) -> str:
        return "" if not self.text else "\n" if line else " "

    def _number(self, citation: Citation) -> int:
        for number, known in enumerate(self.citations, start=1):
            if (known.document, known.span) == (citation.document, citation.span):
                return number
        self.citations.append(citation)
        return len(self.citations)
