"""Answers that a language model phrases: the quotes stand already, its sentences are judged one by one beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from casefolio.answer import Answer
from casefolio.citing import ENDS, Draft, Sheet
from casefolio.claim_gate import DEFAULT_THRESHOLD, Judged, Unsupported, Verify, judge
from casefolio.composing import Composer
from casefolio.events import Asking, Done, Event, Text
from casefolio.excerpts import excerpts
from casefolio.fragments import Aim, reads_as_answer
from casefolio.generators.base import Generator, closable
from casefolio.guarding import unsafe
from casefolio.indexes.hit import Hit
from casefolio.ingest.errors import GeneratorError, PromptError
from casefolio.ingest.language import detect_language
from casefolio.messages import say
from casefolio.names_in_questions import analyse
from casefolio.prompts.prompt import ABSTENTION, Prompt, PromptProfile, answer_prompt
from casefolio.reader.deciding import by_hand
from casefolio.stems import terms
from casefolio.wishes import Wishes

_LEAD_KNOWN = 0.75  # share of a lead's words that question or sources must hold
_MOST = 24  # sentences of one answer that are looked at: a model that goes on beyond is stopped
_LEAST = by_hand("writing")["least"]  # probability that a sentence answers, below which a model is not shown it
_TELLING = 25  # letters from which on the language of a sentence is known


@dataclass(frozen=True, slots=True)
class Writing:
    """How a model's answer is asked for and judged.

    Attributes:
        unsupported: what happens to sentences that no page supports.
        threshold: probability of support below which a sentence falls.
        profile: how much the prompt shows.
        about: all that is known of a document's text, by its path.
        heading: title of the section at a position of a document.
        dates: of documents, by path, for the prompt.
        verify: the verifier; the built-in one unless given.
    """

    unsupported: Unsupported = "drop"
    threshold: float = DEFAULT_THRESHOLD
    profile: PromptProfile = "short"
    about: Callable[[str], str] | None = None
    heading: Callable[[str, int], str] | None = None
    dates: Mapping[str, str] | None = None
    verify: Verify | None = None

    @classmethod
    def wished(cls, wishes: Wishes, **known: Any) -> Writing:
        """As who asks wishes, with what is known of the documents."""
        support = wishes.get("support_threshold")
        threshold = DEFAULT_THRESHOLD if support is None else support
        return cls(wishes.get("unsupported", "drop"), threshold, wishes.get("prompt", "short"), **known)


def write(
    record: Answer,
    composer: Composer,
    hits: Sequence[Hit],
    generator: Generator,
    how: Writing,
    aim: Aim,
    started: float,
) -> Iterator[Event]:
    """A model's words beside the quotes, as events: that it is asked, verified text, the whole answer.

    Args:
        record: the answer in quotes, which stands whatever the model does.
        composer: of that answer; without claims where nothing was sure enough to be quoted.
        hits: the passages, best first, as the model may see them.
        generator: the model.
        how: what to do with its sentences.
        aim: the question, and what the reader chose.
        started: `time.perf_counter()` when retrieval began.

    Raises:
        GeneratorError: the model cannot be reached or breaks off, and nothing could be shown.
        PromptError: not even the first excerpt fits the model, and nothing could be quoted.
    """
    chosen = record.citations or tuple(c for c in record.nearest if c.verdict and c.verdict.score >= _LEAST)
    sources = excerpts(chosen, hits)
    if sources and how.profile == "full":
        sources = list(hits)
    if not sources:
        yield from _ended(record, composer, generator, None, (), started)
        return
    yield Asking(generator.name)
    notes: list[str] = []
    clerk: _Clerk | None = None
    failed = False
    try:
        counter = generator.counter()
        prompt = answer_prompt(
            aim.question, sources, language=aim.language, counter=counter, window=generator.window,
            reserve=generator.limits.output_tokens, dates=how.dates, profile=how.profile, sure=bool(aim.chosen),
        )  # fmt: skip
        if not counter.exact and counter.note:
            notes.append(counter.note)
        if prompt.left_out:
            notes.append(_left_out(prompt.left_out, aim.language))
        clerk = _Clerk(prompt, how, aim, composer, generator.name)
        yield from clerk.take(generator)
    except (GeneratorError, PromptError) as error:
        if not composer.claims:
            raise
        notes.append(say("failed", aim.language).format(error=str(error)))
        failed = True
    notes.extend(clerk.remarks(failed) if clerk is not None else ())
    yield from _ended(record, composer, generator, clerk, notes, started)


def _ended(
    record: Answer,
    composer: Composer,
    generator: Generator,
    clerk: _Clerk | None,
    notes: Sequence[str],
    started: float,
) -> Iterator[Event]:
    """The last events: where no quote and no sentence stands, what the quotes alone would have said."""
    answered = any(not set(c.flags) - {"altered"} for c in composer.claims)
    whole = replace(
        record,
        model=generator.name,
        prompt_sha256=clerk.prompt.sha256 if clerk is not None else "",
        elapsed_s=time.perf_counter() - started,
    )
    if not composer.claims:
        yield Text(record.text)
        yield Done(replace(whole, notes=(*record.notes, *notes)))
        return
    if answered and record.status != "supported":  # what came nearest was no answer; the model found one in it
        whole = replace(whole, status="supported", nearest=(), notes=())
    yield Done(
        replace(
            whole,
            text=composer.text,
            claims=tuple(composer.claims),
            citations=tuple(composer.citations),
            notes=(*whole.notes, *notes),
        )
    )


class _Clerk:
    """Takes down what a model says, sentence by sentence, and lets through what stands."""

    def __init__(self, prompt: Prompt, how: Writing, aim: Aim, composer: Composer, model: str) -> None:
        self.prompt = prompt
        self._asked = analyse(aim.question, aim.language)
        self._how = how
        self._aim = aim
        self._language = aim.language
        self._composer = composer
        self._model = model
        # the quotes, and a yes or no before them
        self._quoted = {_folded(text) for text in (*(c.text for c in composer.claims), composer.text.split("\n")[0])}
        self._languages = {aim.language, *(h.chunk.language for h in prompt.hits)}
        self._seen: set[str] = set()
        self._lead = ""
        self._fallen = 0
        self._foreign = 0
        self._unsafe = 0
        self._shown = 0
        self._same = False
        self._empty = True
        self._abstained = False

    def take(self, generator: Generator) -> Iterator[Text]:
        """Read the model's stream to its end, or as far as it came before it broke off."""
        sheet, given = Sheet(len(self.prompt.hits), self._language), 0
        try:
            with closing(closable(generator.stream(self.prompt))) as pieces:
                for piece in pieces:
                    for draft in sheet.add(piece)[: _MOST - given]:
                        given += 1
                        yield from self._one(draft)
                    if given >= _MOST:
                        return
        except GeneratorError:
            yield from self._rest(sheet.rest()[: _MOST - given], whole=False)
            raise
        yield from self._rest(sheet.rest()[: _MOST - given], sheet.length < generator.limits.output_characters)

    def _rest(self, left: Sequence[Draft], whole: bool) -> Iterator[Text]:
        """What is left at the end; half a sentence, where it was cut off, is none."""
        for draft in left:
            if whole or draft.text.rstrip()[-1:] in ENDS:
                yield from self._one(draft)

    def _one(self, draft: Draft) -> Iterator[Text]:
        self._empty = False
        key = _folded(draft.text)
        if ABSTENTION in draft.text:
            self._abstained = True
            return
        if key in self._seen or self.prompt.fence in draft.text:
            return
        self._seen.add(key)
        if unsafe(draft.text):
            self._unsafe += 1  # whatever is done with what is unsupported
            return
        if self._is_foreign(draft.text):
            self._foreign += 1
            return
        if self._is_lead(draft):
            self._lead = draft.text
            return
        if key in self._quoted:
            self._same = True
            return
        judged = judge(
            draft,
            self.prompt.hits,
            self._language,
            about=self._about,
            heading=self._how.heading,
            names=self._asked.names,
            threshold=self._how.threshold,
            verify=self._how.verify,
            aim=self._aim,
        )
        if judged.stands and _folded(judged.draft.text) in self._quoted:  # what is left of it without its form
            self._same = True
            return
        if judged.stands and not self._aim.chosen and not reads_as_answer(draft.text, self._aim):
            judged = replace(judged, flags=("beside",))
        if not judged.stands:
            self._fallen += 1
            if self._how.unsupported == "drop":
                return
        yield from self._show(judged)

    def _show(self, judged: Judged) -> Iterator[Text]:
        if not self._shown:
            yield Text(self._composer.plain(say("phrased", self._language).format(model=self._model)))
        if self._lead:
            yield Text(self._composer.plain(self._lead))
            self._lead = ""
        marked = self._how.unsupported != "keep" or "altered" in judged.flags
        remark = "; ".join(dict.fromkeys(say(flag, self._language) for flag in judged.flags)) if marked else ""
        bullet = "- " if judged.draft.bullet else ""
        yield Text(
            self._composer.claim(
                judged.draft.text,
                judged.citations,
                judged.flags,
                line=bool(bullet) or not self._shown,
                before=bullet,
                remark=remark,
                written=True,
            )
        )
        self._shown += 1

    def _is_lead(self, draft: Draft) -> bool:
        """Whether a sentence only leads to a list: it ends in a colon, states no number and nothing new."""
        if not draft.text.rstrip().endswith(":") or any(c.isdigit() for c in draft.text):
            return False
        said = set(terms(draft.text, self._language))
        known = {t for hit in self.prompt.hits for t in terms(hit.text, hit.chunk.language)}
        known.update(terms(self._asked.text, self._language))
        return not said or len(said & known) / len(said) >= _LEAD_KNOWN

    def _is_foreign(self, text: str) -> bool:
        """Whether a sentence is in a language of neither question nor sources: its words cannot be checked."""
        letters = sum(c.isalpha() for c in text)
        return letters >= _TELLING and detect_language(text) not in {*self._languages, "und"}

    def _about(self, path: str) -> str:
        if self._how.about is not None:
            return f"{path}\n{self._how.about(path)}"
        return "\n".join([path, *(h.text for h in self.prompt.hits if h.document == path)])

    def remarks(self, failed: bool) -> list[str]:
        """What the reader should know of what the model did; that it broke off, where it `failed`, is said already."""
        out = []
        sure = bool(self._aim.chosen)
        if self._empty and not failed:
            out.append(say("empty", self._language))
        if self._abstained and sure and not self._shown:
            out.append(say("denied", self._language))
        if self._same and not self._shown:
            out.append(say("same", self._language))
        counted = {"foreign": self._foreign, "unsafe": self._unsafe}
        counted["dropped" if self._how.unsupported == "drop" else "unconfirmed"] = self._fallen
        out.extend(say(key, self._language).format(n=n) for key, n in counted.items() if n)
        return out


def _folded(text: str) -> str:
    return " ".join(text.split()).lower()


def _left_out(hits: Sequence[Hit], language: str) -> str:
    places = [say("place", language).format(document=h.document, page=(h.chunk.pages or (1,))[0]) for h in hits]
    return say("left_out", language).format(n=len(hits), places="; ".join(places))
