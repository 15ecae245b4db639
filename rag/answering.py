"""From hits to an answer: what `Library.ask` and `Library.stream` call once retrieval has spoken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from casefolio.answer import Answer, UnreadPages
from casefolio.composing import Composer
from casefolio.events import Done, Event, Passages, Text
from casefolio.gathering import Whole, date_of, document_of, heading_of, remembered, text_of
from casefolio.guarding import on_quotes
from casefolio.indexes.hit import Hit
from casefolio.ingest.identity import Identity
from casefolio.messages import say
from casefolio.reader.answering import Quoted, quote
from casefolio.reader.considering import Evidence
from casefolio.reader.deciding import Decision, shipped_decision
from casefolio.reader.forms import form_of
from casefolio.reader.model import shipped
from casefolio.reader.reading import Asked, Model
from casefolio.reader.tongue import language_of
from casefolio.reader.yes_no import Judge
from casefolio.wishes import Wishes

if TYPE_CHECKING:
    from casefolio.claim_gate import Verify


_PLACES = 3  # to read on at, where nothing answers
NOBODY: Mapping[str, Identity] = {}


class Settings(Wishes, total=False):
    """Keyword arguments of `events_from_hits`."""

    language: str
    documents: Sequence[str]
    names: Sequence[str]
    unread: Sequence[UnreadPages]
    bare: str
    identities: Mapping[str, Identity]
    shown: int | None
    reader: Model | None
    decision: Decision | None
    whole: Whole | None
    verify: Verify | None
    started: float | None
    notes: Sequence[str]


def answer_from_hits(question: str, hits: Sequence[Hit], **settings: Unpack[Settings]) -> Answer:
    """The answer at the end of `events_from_hits`."""
    for event in events_from_hits(question, hits, **settings):
        if isinstance(event, Done):
            return event.answer
    raise AssertionError("a stream of events ends with the answer")


def events_from_hits(
    question: str,
    hits: Sequence[Hit],
    *,
    language: str = "",
    documents: Sequence[str] = (),
    names: Sequence[str] = (),
    unread: Sequence[UnreadPages] = (),
    bare: str = "",
    identities: Mapping[str, Identity] = NOBODY,
    shown: int | None = None,
    reader: Model | None = None,
    decision: Decision | None = None,
    whole: Whole | None = None,
    verify: Verify | None = None,
    started: float | None = None,
    notes: Sequence[str] = (),
    **wishes: Unpack[Wishes],
) -> Iterator[Event]:
    """Answer from passages, as events: the passages, verified pieces of text, the whole answer.

    The reader's quotes come first and are the answer; a model, where one is given, phrases them after that.

    Args:
        question: standing alone.
        hits: what retrieval gave, best first.
        language: of the question; detected where it is not given.
        documents: paths of the documents that the question names, where retrieval knows, or that the
            conversation is about.
        names: the names in the question, where retrieval knows them, as they stand in it.
        unread: pages in scope that could not be read.
        bare: the question without the names in it, where retrieval knows.
        identities: what the documents say they are, by path.
        shown: how many hits the answer lists; all of them are read.
        reader: what reads; the shipped one unless given.
        decision: what decides between the candidates; the shipped one unless given.
        whole: gives a document by its path, for its date and its headings.
        verify: with a model: the verifier; the built-in one unless given.
        started: `time.perf_counter()` when retrieval began, for `elapsed_s`.
        notes: sentences for the reader that retrieval left.
        wishes: of who asks.

    Raises:
        GeneratorError: the model cannot be reached or breaks off, and there is nothing to show.
        PromptError: not even the first excerpt fits the model, and there is nothing to show.
    """
    began = time.perf_counter() if started is None else started
    language = language or language_of(question, hits)
    whole = remembered(whole)
    dated = date_of(whole)
    if as_of := wishes.get("as_of"):
        hits = [h for h in hits if dated(h.document) <= as_of]
        notes = [*notes, *_undated(hits, dated, language)]
    yield Passages(tuple(hits[:shown]))
    asked = Asked(question, bare or question, language, tuple(names), tuple(documents))
    read = reader or shipped()
    evidence = Evidence(identities, dated, document_of(whole))
    found = quote(asked, hits, evidence, read, decision or shipped_decision(), wishes.get("threshold"))
    quoted = _quoted(question, hits, found, language, unread, began, notes)
    record = replace(quoted, hits=quoted.hits[:shown])
    generator = wishes.get("generator")
    if generator is None or record.citations:
        yield Text(record.text)
    if generator is None:
        yield Done(record)
        return
    from casefolio.fragments import Aim
    from casefolio.guarding import for_a_model, uncovered
    from casefolio.writing import Writing, write

    visible, covered = for_a_model(hits, language)
    dates = {h.document: dated(h.document) for h in hits}
    how = Writing.wished(wishes, about=text_of(hits, whole), heading=heading_of(whole), dates=dates, verify=verify)
    form = form_of(question, language)
    judging = read if isinstance(read, Judge) else None
    aim = Aim(question, language, record.citations, form.yes_no, form.many, judging, read)
    record = replace(record, notes=(*record.notes, *covered))
    composer = found.composer if record.citations else Composer()
    yield from uncovered(write(record, composer, visible, generator, how, aim, began), hits)


def _quoted(
    question: str,
    hits: Sequence[Hit],
    found: Quoted,
    language: str,
    unread: Sequence[UnreadPages],
    began: float,
    notes: Sequence[str],
) -> Answer:
    composer, said = found.composer, [*notes, *found.notes]
    said.extend(on_quotes(((c.document, c.quote) for c in composer.citations), language))
    status = "supported" if composer.claims else "unread" if unread else "abstained"
    if not composer.claims:
        composer.plain(say(status, language))
        documents = len({h.document for h in hits})
        said.append(say("looked" if hits else "nothing", language).format(n=len(hits), documents=documents))
        said.extend(_where_to_read_on(hits, language))
    return Answer(
        question=question,
        status=status,  # type: ignore[arg-type]
        text=composer.text,
        claims=tuple(composer.claims),
        citations=tuple(composer.citations),
        hits=tuple(hits),
        unread=tuple(unread),
        elapsed_s=time.perf_counter() - began,
        notes=tuple(said),
        nearest=found.nearest,
        language=language,
    )


def _where_to_read_on(hits: Sequence[Hit], language: str) -> list[str]:
    """One sentence that names the first few places of a ranking, or none where there are no hits."""
    places = dict.fromkeys((h.document, h.chunk.pages[0] if h.chunk.pages else 1) for h in hits)
    named = [say("place", language).format(document=d, page=p) for d, p in list(places)[:_PLACES]]
    return [say("nearest", language).format(places="; ".join(named))] if named else []


def _undated(hits: Sequence[Hit], dated: Callable[[str], str], language: str) -> list[str]:
    """A note that names the documents which may be of any day, where an answer is to be as of one."""
    paths = list(dict.fromkeys(h.document for h in hits if not dated(h.document)))
    return [say("undated", language).format(documents=", ".join(paths))] if paths else []
