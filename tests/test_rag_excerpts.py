"""What a model is shown: the chosen sentences and their neighbours, true to the page, in a steady order."""

from __future__ import annotations

from casefolio.answer import Citation
from casefolio.excerpts import excerpts, part_of
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span

SENTENCES = [f"This is sentence number {n} of the letter, which says nothing of note." for n in range(12)]
TEXT = "\n".join([*SENTENCES[:6], "\f" + SENTENCES[6], *SENTENCES[7:]])
BASE = 100


def hit(document: str = "a.txt") -> Hit:
    chunk = Chunk(document, document, Span(BASE, BASE + len(TEXT)), (1, 2), (), "en")
    return Hit(chunk, document, "0" * 64, TEXT, 1.0, 1)


def cited(n: int, document: str = "a.txt") -> Citation:
    at = TEXT.index(SENTENCES[n])
    return Citation(document, "0" * 64, 1, Span(BASE + at, BASE + at + len(SENTENCES[n])), SENTENCES[n])


def test_a_sentence_comes_with_its_neighbours_and_no_more() -> None:
    (part,) = excerpts([cited(3)], [hit()])
    assert part.text == "\n".join(SENTENCES[2:5])
    assert TEXT[part.chunk.span.start - BASE : part.chunk.span.end - BASE] == part.text


def test_parts_of_one_passage_that_touch_are_one() -> None:
    (part,) = excerpts([cited(4), cited(2)], [hit()])
    assert part.text == "\n".join(SENTENCES[1:6])


def test_equal_quotes_make_equal_excerpts_in_any_order() -> None:
    hits = [hit("b.txt"), hit("a.txt")]
    one = excerpts([cited(9, "b.txt"), cited(1, "a.txt"), cited(9, "a.txt")], hits)
    two = excerpts([cited(9, "a.txt"), cited(9, "b.txt"), cited(1, "a.txt")], hits[::-1])
    assert one == two
    assert [part.document for part in one] == ["a.txt", "a.txt", "b.txt"]


def test_a_part_knows_its_pages() -> None:
    at = TEXT.index(SENTENCES[8])
    part = part_of(hit(), Span(BASE + at, BASE + at + 10))
    assert part.chunk.pages == (2,)


def test_a_quote_of_no_passage_is_left_out() -> None:
    assert excerpts([cited(1, "other.txt")], [hit()]) == []
