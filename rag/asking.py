"""Asking a library: follow-ups made whole, retrieval, answer; plain, streamed and asynchronous."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Unpack

from casefolio.answer import Answer, UnreadPages
from casefolio.answering import events_from_hits
from casefolio.events import Done, Event, Restated
from casefolio.ingest.errors import UsageError
from casefolio.messages import say
from casefolio.question import checked
from casefolio.reader.names_meant import names_somebody
from casefolio.reader.reading import READ
from casefolio.reader.tongue import language_of
from casefolio.reader.versions import people_of
from casefolio.wishes import Wishes

if TYPE_CHECKING:
    import asyncio

    from casefolio.conversation import History
    from casefolio.indexes.hit import Hit
    from casefolio.indexes.index import Found
    from casefolio.ingest.document import Document
    from casefolio.ingest.identity import Identity
    from casefolio.library import Library


def stream(
    library: Library,
    question: str,
    k: int = 8,
    scope: str | None = None,
    *,
    history: History = (),
    notes: Sequence[str] = (),
    **wishes: Unpack[Wishes],
) -> Iterator[Event]:
    """The answer as events: passages, quotes, verified pieces of a model's text, the whole answer.

    Args:
        library: an open library.
        question: as the user put it; may be a follow-up.
        k: passages to retrieve.
        scope: pattern of paths.
        history: earlier answers, oldest first, or pairs of question and answer.
        notes: sentences for the reader.
        wishes: `casefolio.answering.events_from_hits` explains them.

    Raises:
        UsageError: for a question without a word, a `k` below 1, a scope that is no pattern or a day that is none.
        GeneratorError: the model cannot be reached or breaks off, and there is nothing to show.
    """
    began = time.perf_counter()
    _check(k, wishes)
    asked = checked(question)
    carried: tuple[str, ...] = ()
    if history:
        from casefolio.conversation import standalone

        whole = standalone(asked, history, wishes.get("generator"))
        asked, carried = whole.question, whole.documents
        if whole.rewritten:
            yield Restated(asked)
    found, changed = _as_it_stands(library, library.find(asked, max(k, READ), scope), carried)
    if carried and not found.named.names:
        found = replace(found, hits=_of_the_same_people(found.hits, carried, library.identities()))
    language = language_of(question, found.hits)  # of the question as it was put, also where it is a follow-up
    missing = library.missing()
    events = events_from_hits(
        asked,
        found.hits,
        language=language,
        documents=_in_scope(found.documents, scope) or _in_scope(carried, scope),
        names=found.named.names,
        unread=[*library.unread(scope), *_not_read_yet(missing)],
        bare=found.named.asked,
        identities=library.identities(),
        shown=k,
        whole=_reader(library, found, changed),
        started=began,
        notes=[*_on_library(missing, changed, language), *notes, *notes_on(found, language)],
        **wishes,
    )
    for event in events:
        if isinstance(event, Done) and asked != question:
            event = Done(replace(event.answer, question=question, asked=asked))
        yield event


def _check(k: int, wishes: Wishes) -> None:
    """Whether what is wished for can be.

    Raises:
        UsageError: saying what cannot.
    """
    if k < 1:
        raise UsageError(f"-k must be at least 1, got {k}")
    as_of = wishes.get("as_of")
    if as_of is not None:
        _check_day(as_of)
    for name, value in (("threshold", wishes.get("threshold")), ("support_threshold", wishes.get("support_threshold"))):
        if value is not None and not 0.0 <= value <= 1.0:  # nor NaN, beside which nothing is less sure
            raise UsageError(f"{name} is a probability from 0 to 1, got {value}")


def _as_it_stands(library: Library, found: Found, carried: Sequence[str]) -> tuple[Found, frozenset[str]]:
    """What was found without the files that say something else now than when they were read; and these."""
    changed = library.changed([*(hit.document for hit in found.hits), *found.documents, *carried])
    kept = tuple(hit for hit in found.hits if hit.document not in changed)
    return replace(found, hits=kept, documents=tuple(d for d in found.documents if d not in changed)), changed


def _of_the_same_people(
    hits: Sequence[Hit], carried: Sequence[str], identities: Mapping[str, Identity]
) -> tuple[Hit, ...]:
    """Hits of a follow-up that names nobody, without papers of others than the patients of the last answer."""

    def words_of(path: str) -> set[str]:
        """Of its patients' names: "Mr Keane" is Adam Keane."""
        named = people_of(identities.get(path), "patient")
        return {word for name in named for word in name.split() if names_somebody(word)}

    meant = {word for path in carried for word in words_of(path)}
    theirs = {hit.document: words_of(hit.document) for hit in hits}
    return tuple(hit for hit in hits if not meant or not theirs[hit.document] or theirs[hit.document] & meant)


def _on_library(missing: int, changed: frozenset[str], language: str) -> list[str]:
    """What the reader should know of the folder: files that are not read yet, or changed since."""
    notes = [say("missing", language).format(n=str(missing) if missing > 0 else "?")] if missing else []
    return notes + ([say("changed", language).format(documents=", ".join(sorted(changed)))] if changed else [])


def ask(library: Library, question: str, k: int = 8, scope: str | None = None, **settings: object) -> Answer:
    """The answer at the end of `stream`."""
    for event in stream(library, question, k, scope, **settings):  # type: ignore[arg-type]
        if isinstance(event, Done):
            return event.answer
    raise AssertionError("a stream of events ends with the answer")


async def aask(library: Library, question: str, k: int = 8, scope: str | None = None, **settings: object) -> Answer:
    """`ask` for asynchronous backends: in a worker thread, so the event loop stays free. Cancelling stops the model."""
    async with aclosing(astream(library, question, k, scope, **settings)) as events:
        async for event in events:
            if isinstance(event, Done):
                return event.answer
    raise AssertionError("a stream of events ends with the answer")


async def astream(
    library: Library, question: str, k: int = 8, scope: str | None = None, **settings: object
) -> AsyncGenerator[Event, None]:
    """`stream` for asynchronous backends. Closing it early, or cancelling who waits for it, stops the model."""
    import asyncio  # half of what importing this module takes

    stop = threading.Event()
    if settings.get("generator") is not None:
        from casefolio.generators.pumping import Stoppable

        settings["generator"] = Stoppable(settings["generator"], stop)  # type: ignore[arg-type]
    events = stream(library, question, k, scope, **settings)  # type: ignore[arg-type]
    step: asyncio.Future[Event | None] | None = None
    try:
        while True:
            step = asyncio.ensure_future(asyncio.to_thread(next, events, None))
            event = await asyncio.shield(step)  # cancelled, it would go on in its thread with nobody to wait for it
            if event is None:
                return
            yield event
    finally:
        stop.set()
        if step is not None and not step.done():
            await asyncio.wait([step])  # a beat at most; a generator that is being run cannot be closed
            step.exception()
        await asyncio.to_thread(events.close)  # type: ignore[attr-defined]


def notes_on(found: Found, language: str) -> list[str]:
    """What the reader should know of a retrieval: several documents of that name, passages without a vector."""
    notes = []
    if len(found.documents) > 1:
        notes.append(say("several", language).format(n=len(found.documents), documents=", ".join(found.documents)))
    if found.persons:
        notes.append(say("persons", language).format(n=len(found.persons), persons=", ".join(found.persons)))
    if found.vector_share < 1:
        notes.append(say("vectors", language).format(share=f"{found.vector_share:.0%}"))
    return notes


def _not_read_yet(missing: int) -> list[UnreadPages]:
    """The files that indexing has not come to, as one line of what could not be read."""
    files = "all files" if missing < 0 else f"{missing} file{'s' if missing > 1 else ''}"
    return [UnreadPages(f"({files})", (), "not read yet: indexing goes on, or was broken off")] if missing else []


def _in_scope(paths: Sequence[str], scope: str | None) -> tuple[str, ...]:
    """Paths that the scope allows: a question may name a document that it may not see."""
    from casefolio.indexes.filters import scope_filter

    inside = scope_filter(scope)
    return tuple(p for p in paths if inside(p))


def _reader(library: Library, found: Found, changed: frozenset[str]) -> Callable[[str], Document | None]:
    contents = {hit.document: hit.sha256 for hit in found.hits}

    def read(path: str) -> Document | None:
        if path in changed:
            return None
        try:
            document = library.document(path)
        except UsageError:
            return None  # gone since the index was read
        # edited since then: the spans of the hits are not its own
        return document if document.sha256 == contents.get(path, document.sha256) else None

    return read


def _check_day(day: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise UsageError(f"not a day: {day}", "write YYYY-MM-DD") from None
