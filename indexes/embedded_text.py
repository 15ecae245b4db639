"""What the encoder and BM25 see of a passage: its text less the furniture of pages, and a short prefix that says
which document it comes from. The passage that is shown stays the slice of the document it always was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

from casefolio.indexes.analyzers import terms
from casefolio.indexes.expansion import FIELD_MARKS
from casefolio.indexes.store import StoredChunk, StoredPart
from casefolio.indexes.stored_json import pack_identity
from casefolio.ingest.chunking import PASSAGE_TOKENS, chunk
from casefolio.ingest.document import Chunk, Document, Span
from casefolio.ingest.identity import Field, identify

_JOINED = re.compile(r"(?<=\w)[-\u00ad][ \t]*\n\f?[ \t]*(?=[a-zäöüß])")
_SPACE = re.compile(r"\s+")


def readable(document: Document, span: Span) -> str:
    """The text of a span as it reads: without running headers, words joined across line ends, blanks folded."""
    pieces, at = [], span.start
    for furniture in document.furniture:
        if furniture.end <= span.start or furniture.start >= span.end:
            continue
        pieces.append(document.text[at : max(at, furniture.start)])
        at = max(at, min(furniture.end, span.end))
    pieces.append(document.text[at : span.end])
    text = _JOINED.sub("", "".join(pieces)).replace("\u00ad", "")
    return _SPACE.sub(" ", text).strip()


def _within(text: str, token_spans: Callable[[str], Sequence[tuple[int, int]]], max_tokens: int) -> str:
    """`text`, which the chunker counted; where a tokenizer counts it otherwise all the same, as much as it reads."""
    spans = token_spans(text)
    while len(spans) > max_tokens and len(text) > 1:
        text = text[: max(1, min(spans[max_tokens - 1][1], len(text) - 1))]
        spans = token_spans(text)
    return text


def stored_chunk(
    document: Document,
    piece: Chunk,
    context: str,
    fields: Sequence[Field],
    token_spans: Callable[[str], Sequence[tuple[int, int]]],
    max_tokens: int,
) -> StoredChunk:
    """A chunk with what encoder and BM25 see of it.

    Args:
        document: where the chunk stands.
        piece: the passage.
        context: a line that names the document; left out of what is embedded where the window has no room for it.
        fields: of the document's identity; a passage that holds one is marked with it.
        token_spans: the encoder's own tokenizer.
        max_tokens: the encoder's window, in tokens.
    """
    passage = readable(document, piece.span)
    if piece.columns:
        passage = f"{' | '.join(piece.columns)}: {passage}"
    heading = " > ".join(title for title in piece.section[-2:] if title not in passage[: len(title) + 40])
    body = f"{heading}: {passage}" if heading else passage
    embedded = passage
    for candidate in (f"{context}. {body}" if context else body, body):
        if len(token_spans(candidate)) <= max_tokens:
            embedded = candidate
            break
    if embedded is passage and len(token_spans(passage)) > max_tokens:
        embedded = _within(document.text[piece.span.start : piece.span.end], token_spans, max_tokens)
    marks = [FIELD_MARKS[f.name] for f in fields if piece.span.overlaps(f.span)]
    digest = hashlib.sha256(embedded.encode()).digest()[:16]
    return StoredChunk(piece, embedded, digest, " ".join([*terms(body, piece.language), *marks]))


def stored_part(document: Document, token_spans: Callable[[str], list[tuple[int, int]]], max_tokens: int) -> StoredPart:
    """A document as it goes into the store: identified, and cut into passages for an encoder's window.

    Args:
        document: as it was read.
        token_spans: the encoder's own tokenizer.
        max_tokens: the encoder's window, in tokens.
    """
    identity = identify(document)
    chunks = tuple(
        stored_chunk(document, piece, document.title, identity.fields, token_spans, max_tokens)
        for piece in chunk(document, token_spans, min(PASSAGE_TOKENS, max_tokens))
    )
    return StoredPart(document, pack_identity(identity), chunks)
