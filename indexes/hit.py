"""Hit: a passage that was found, where it stands and what found it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casefolio.ingest.document import Chunk


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage of a ranking.

    Attributes:
        chunk: the passage.
        document: path of its document, relative to the folder.
        sha256: of the document's bytes.
        text: the passage, `Document.text` sliced by `chunk.span`.
        score: of the fused ranking, higher is better; comparable within one query only.
        rank: from 1.
        via: the parts that found it (`dense`, `sparse`, `document`).
        parts: pairs of part and its normalised score, for `--explain`.
    """

    chunk: Chunk
    document: str
    sha256: str
    text: str
    score: float
    rank: int
    via: tuple[str, ...] = ()
    parts: tuple[tuple[str, float], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the command line prints them."""
        return {
            "document": self.document,
            "start": self.chunk.span.start,
            "end": self.chunk.span.end,
            "page": self.chunk.pages[0] if self.chunk.pages else 1,
            "section": list(self.chunk.section),
            "score": round(self.score, 6),
            "rank": self.rank,
            "via": list(self.via),
            "text": self.text,
        }
