"""What the reader is given: the question, what lends the passage its subject, and the passage.

    <s> query: QUESTION </s></s> HEADER </s> PASSAGE </s>
    <s> claim: CLAIM </s></s> QUOTE </s>

A passage seldom says whose it is, of when, or what its columns mean. The header does: file, title, people, day,
section, columns. Training and answering share this file, so that what was learned is what is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from casefolio.ingest.chunking import PASSAGE_TOKENS
from casefolio.ingest.document import Chunk
from casefolio.ingest.identity import Identity

Tokenize = Callable[[str], tuple[list[int], list[tuple[int, int]]]]

BEGIN, END = 0, 2  # ids of <s> and </s> in the vocabulary of the e5 family
QUESTION_TOKENS, CLAIM_TOKENS, HEADER_TOKENS = 96, 128, 64
READ_TOKENS = PASSAGE_TOKENS + 32  # of a passage: its size is counted by the encoder's tokenizer, this by the reader's
_NAMES = 3  # people or parties that a header has room for
_TITLE = 80  # characters of a title
_SEPARATOR = " · "
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_WORDS = re.compile(r"[_\-]+")


@dataclass(frozen=True, slots=True)
class Frame:
    """One input of the model.

    Attributes:
        ids: token ids.
        second: position from which tokens are of the second segment.
        start: position of the passage's first token.
        offsets: characters of the passage's tokens; they stand at `start`, `start` + 1, ….
    """

    ids: tuple[int, ...]
    second: int
    start: int
    offsets: tuple[tuple[int, int], ...]


def header(path: str, identity: Identity | None, section: Sequence[str] = (), columns: Sequence[str] = ()) -> str:
    """What lends a passage its subject, in one line."""
    parts = [_WORDS.sub(" ", _SUFFIX.sub("", name)) for name in path.split("/")[-2:]]
    if identity is not None:
        known = identity.values("patient", "party")[:_NAMES]
        parts += [identity.title[:_TITLE], *known, identity.day]
    parts += [*section[-2:], " | ".join(columns)]
    said: list[str] = []
    for part in (" ".join(p.split()) for p in parts):
        if part and not any(part.casefold() in other.casefold() for other in said):
            said.append(part)
    return _SEPARATOR.join(said)


def header_of(path: str, identity: Identity | None, chunk: Chunk) -> str:
    """The header of a passage of the index."""
    return header(path, identity, chunk.section, chunk.columns)


def question_frame(question: str, head: str, passage: str, tokenize: Tokenize) -> Frame:
    """A question, a header and a passage. What is beyond the limits is cut at the end."""
    asked = tokenize(f"query: {question}")[0][:QUESTION_TOKENS]
    above = tokenize(head)[0][:HEADER_TOKENS] if head else []
    return _frame(asked, [*above, END] if above else [], passage, tokenize)


def claim_frame(claim: str, quote: str, tokenize: Tokenize) -> Frame:
    """A claim and the quote that is to support it."""
    return _frame(tokenize(f"claim: {claim}")[0][:CLAIM_TOKENS], [], quote, tokenize)


def _frame(asked: list[int], above: list[int], passage: str, tokenize: Tokenize) -> Frame:
    ids, offsets = tokenize(passage)
    ids, offsets = ids[:READ_TOKENS], offsets[:READ_TOKENS]
    before = [BEGIN, *asked, END, END]
    whole = (*before, *above, *ids, END)
    # As the stages were trained: the second </s> already belongs to the second segment.
    return Frame(whole, len(before) - 1, len(before) + len(above), tuple(offsets))
