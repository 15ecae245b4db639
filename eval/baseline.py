"""The baseline that any system has to beat: lines ranked by the rare words they share with the question.

No index, no encoder, no analyzer. `rag eval run --baseline` puts it beside the configurations that were asked for, and
it shows that whatever searches and answers can be evaluated.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path

from casefolio.answer import Answer, Citation, Claim, Verdict
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span

NAME = "words"
LEAST = 0.3  # share of the question's weight that a line must hold to be given as an answer
_LINE = re.compile(r"[^\n\f]*\S[^\n\f]*")


class WordOverlap:
    """Ranks the lines of a folder's text files; the best is the answer, or an abstention where it shares too little."""

    def __init__(self, folder: Path, least: float = LEAST) -> None:
        self._least = least
        self._lines: list[tuple[str, Span, str, frozenset[str]]] = []
        for path in sorted(folder.rglob("*.txt")):
            name = path.relative_to(folder).as_posix()
            text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
            for match in _LINE.finditer(text):
                self._lines.append((name, Span(*match.span()), match.group(), frozenset(words(match.group()))))
        count = Counter(w for *_, found in self._lines for w in found)
        self._weight = {w: math.log(1 + len(self._lines) / n) for w, n in count.items()}

    def search(self, question: str, k: int = 10, *, scope: str | None = None) -> list[Hit]:
        """Lines by the weight of the words they share with the question; `scope` is one path."""
        asked = frozenset(words(question))
        found = [
            (round(math.fsum(sorted(self._weight[w] for w in asked & line[3])), 9), line)
            for line in self._lines
            if scope in (None, line[0])
        ]
        best = sorted((f for f in found if f[0] > 0), key=lambda f: (-f[0], f[1][0], f[1][1]))[:k]
        return [self._hit(line[0], line[1], line[2], score, i) for i, (score, line) in enumerate(best, start=1)]

    def _hit(self, document: str, span: Span, text: str, score: float, rank: int) -> Hit:
        chunk = Chunk(f"{document}:{span}", document, span, (1,))
        return Hit(chunk, document, "", text, score, rank, ("words",))

    def ask(self, question: str, *, scope: str | None = None) -> Answer:
        """The best line, whole."""
        hits = tuple(self.search(question, 5, scope=scope))
        rarest = math.log(1 + len(self._lines))
        asked = math.fsum(sorted(self._weight.get(w, rarest) for w in set(words(question))))
        share = hits[0].score / asked if hits and asked else 0.0
        if share < self._least:
            return Answer(question, "abstained", "", (), (), hits, model=NAME)
        hit = hits[0]
        verdict = Verdict("supported", min(1.0, share))
        citation = Citation(hit.document, hit.sha256, 1, hit.chunk.span, hit.text, verdict)
        claim = Claim(hit.text, Span(0, len(hit.text)), (citation,))
        return Answer(question, "supported", hit.text, (claim,), (citation,), hits, model=NAME)


def words(text: str) -> list[str]:
    """Words in lower case."""
    return re.findall(r"\w+", text.lower())
