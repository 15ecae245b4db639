"""Answers that a language model writes: its sentences are judged one by one, and shown only then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from indexes.hit import Hit
from prompts.prompt import ABSTENTION, Prompt, answer_prompt
from rag.answer import Answer, UnreadPages
from rag.citing import Draft, drafts
from rag.composing import Composer
from rag.events import Done, Event, Passages, Text
from rag.gate import DEFAULT_THRESHOLD, Judged, Unsupported, Verify, judge
from rag.generators.base import Generator, closable
from rag.guarding import unsafe
from rag.messages import say
from rag.names import analyse
from rag.nearest import nearest
from rag.stems import terms

_ENDS = frozenset(".!?。！？\n:]】")
_LEAD_KNOWN = 0.75  # share of a lead's words that question or sources must hold


@dataclass(frozen=True, slots=True)
class Writing:
    """How a model's answer is asked for and judged.

    Attributes:
        unsupported: what happens to sentences that no page supports.
        threshold: probability of support below which a sentence falls.
        about: all that is known of a document's text, by its path.
        heading: title of the section at a position of a document.
        dates: of documents, by path, for the prompt.
        verify: the verifier; the built-in one unless given.
    """

    unsupported: Unsupported = "drop"
    threshold: float = DEFAULT_THRESHOLD
    about: Callable[[str], str] | None = None
    heading: Callable[[str, int], str] | None = None
    dates: Mapping[str, str] | None = None
    verify: Verify | None = None


def write(
    question: str,
    hits: Sequence[Hit],
    generator: Generator,
    how: Writing,
    *,
    language: str,
    unread: Sequence[UnreadPages] = (),
    notes: Sequence[str] = (),
    started: float | None = None,
) -> Iterator[Event]:
    """Answer with a model, as events: passages, verified text, the answer.

    Args:
        question: standing alone.
        hits: sources, best first.
        generator: the model.
        how: what to do with its sentences.
        language: of the question.
        unread: pages in scope that could not be read.
        notes: sentences for the reader that retrieval left.
        started: `time.perf_counter()` when retrieval began.

    Raises:
        GeneratorError: where the model cannot be reached or breaks off; what was verified until then has been given.
        PromptError: where not even the first passage fits the model.
    """
    began = time.perf_counter() if started is None else started
    yield Passages(tuple(hits))
    said = list(notes)
    composer = Composer()
    prompt: Prompt | None = None
    if hits:
        counter = generator.counter()
        prompt = answer_prompt(
            question, hits, language=language, counter=counter, window=generator.window,
            reserve=generator.limits.output_tokens, dates=how.dates,
        )  # fmt: skip
        if not counter.exact and counter.note:
            said.append(counter.note)
        if prompt.left_out:
            said.append(_left_out(prompt.left_out, language))
        clerk = _Clerk(question, prompt, how, language, composer)
        yield from clerk.take(generator)
        said.extend(clerk.remarks())
    status = "supported" if any(not set(c.flags) - {"altered"} for c in composer.claims) else ""
    if not status:
        status = "unread" if unread else "abstained"
        yield Text(composer.plain(say(status, language)))
        said.extend(nearest(hits, language))
    yield Done(
        Answer(
            question=question,
            status=status,  # type: ignore[arg-type]
            text=composer.text,
            claims=tuple(composer.claims),
            citations=tuple(composer.citations),
            hits=tuple(hits),
            unread=tuple(unread),
            model=generator.name,
            prompt_sha256=prompt.sha256 if prompt else "",
            elapsed_s=time.perf_counter() - began,
            notes=tuple(said),
        )
    )


class _Clerk:
    """Takes down what a model says, sentence by sentence, and lets through what stands."""

    def __init__(self, question: str, prompt: Prompt, how: Writing, language: str, composer: Composer) -> None:
        self._asked = analyse(question, language)
        self._prompt = prompt
        self._how = how
        self._language = language
        self._composer = composer
        self._seen: set[str] = set()
        self._lead = ""
        self._fallen: dict[str, int] = {}
        self._invalid: set[int] = set()
        self._altered = False
        self._unsafe = 0
        self._empty = True

    def take(self, generator: Generator) -> Iterator[Text]:
        """Read the model's stream to its end."""
        buffer, done = "", 0
        with closing(closable(generator.stream(self._prompt))) as pieces:
            for piece in pieces:
                buffer += piece
                if _ENDS.isdisjoint(piece):
                    continue
                ready = self._drafts(buffer)[:-1]  # the last may still grow, or get its mark
                for draft in ready[done:]:
                    yield from self._one(draft)
                done = max(done, len(ready))
        for draft in self._drafts(buffer)[done:]:
            yield from self._one(draft)

    def _drafts(self, buffer: str) -> list[Draft]:
        return drafts(buffer, len(self._prompt.hits), self._language)

    def _one(self, draft: Draft) -> Iterator[Text]:
        self._empty = False
        key = " ".join(draft.text.split()).lower()
        if key in self._seen or ABSTENTION in draft.text or self._prompt.fence in draft.text:
            return
        self._seen.add(key)
        if unsafe(draft.text):
            self._unsafe += 1  # whatever is done with what is unsupported
            return
        self._invalid.update(draft.invalid)
        if self._is_lead(draft):
            self._lead = draft.text
            return
        judged = judge(
            draft,
            self._prompt.hits,
            self._language,
            about=self._about,
            heading=self._how.heading,
            names=self._asked.names,
            threshold=self._how.threshold,
            verify=self._how.verify,
        )
        if not judged.stands:
            self._fallen[judged.flags[0]] = self._fallen.get(judged.flags[0], 0) + 1
            if self._how.unsupported == "drop":
                return
        yield from self._show(judged)

    def _show(self, judged: Judged) -> Iterator[Text]:
        if self._lead:
            yield Text(self._composer.plain(self._lead))
            self._lead = ""
        self._altered = self._altered or "altered" in judged.flags
        marked = self._how.unsupported != "keep" or "altered" in judged.flags
        remark = "; ".join(say(flag, self._language) for flag in judged.flags) if marked else ""
        bullet = "- " if judged.draft.bullet else ""
        yield Text(
            self._composer.claim(
                judged.draft.text, judged.citations, judged.flags, line=bool(bullet), before=bullet, remark=remark
            )
        )

    def _is_lead(self, draft: Draft) -> bool:
        """Whether a sentence only leads to a list: it ends in a colon, states no number and nothing new."""
        if not draft.text.rstrip().endswith(":") or any(c.isdigit() for c in draft.text):
            return False
        said = set(terms(draft.text, self._language))
        known = {t for hit in self._prompt.hits for t in terms(hit.text, hit.chunk.language)}
        known.update(terms(self._asked.text, self._language))
        return not said or len(said & known) / len(said) >= _LEAD_KNOWN

    def _about(self, path: str) -> str:
        if self._how.about is not None:
            return f"{path}\n{self._how.about(path)}"
        return "\n".join([path, *(h.text for h in self._prompt.hits if h.document == path)])

    def remarks(self) -> list[str]:
        """What the reader should know of what the model did."""
        out = []
        if self._empty:
            out.append(say("empty", self._language))
        fallen = sum(self._fallen.values())
        if fallen and self._how.unsupported == "drop":
            out.append(say("dropped", self._language).format(n=fallen))
        if self._unsafe:
            out.append(say("unsafe", self._language).format(n=self._unsafe))
        if self._invalid:
            out.append(say("invalid", self._language).format(marks=", ".join(f"[{n}]" for n in sorted(self._invalid))))
        return out


def _left_out(hits: Sequence[Hit], language: str) -> str:
    places = [say("place", language).format(document=h.document, page=(h.chunk.pages or (1,))[0]) for h in hits]
    return say("left_out", language).format(n=len(hits), places="; ".join(places))
