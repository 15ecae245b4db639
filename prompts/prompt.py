"""`Prompt`: the rendered question with its sources, its hash and what had to be left out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from casefolio.indexes.hit import Hit
from casefolio.prompts.budget import Counter, fitting
from casefolio.prompts.fencing import excerpted, fenced, label, new_fence, short_fence
from casefolio.prompts.template import Template, template

# The one mark of abstention; a model is told to write it and nothing else.
ABSTENTION = "NOT_IN_SOURCES"
_FENCE_IN_HASH = "0" * 16
# `short`: excerpts around the sentences that the reader chose, for models of any size; `full`: whole passages and
# every rule, for large ones.
PromptProfile = Literal["short", "full"]
_TEMPLATES = {"short": "short", "full": "answer"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked.

    Attributes:
        system: rules.
        user: sources and question.
        hits: the sources, in the order of their numbers (source n is `hits[n - 1]`).
        left_out: hits that did not fit, best first.
        template: name of the template.
        sha256: of the rendered text with the random fence blanked, so that equal questions hash alike.
        n_tokens: of the prompt, as counted by the model's counter.
        fence: the random code of this request.
    """

    system: str
    user: str
    hits: tuple[Hit, ...]
    left_out: tuple[Hit, ...]
    template: str
    sha256: str
    n_tokens: int
    fence: str

    def messages(self) -> list[dict[str, str]]:
        """As chat messages with the keys `role` and `content`."""
        return [{"role": "system", "content": self.system}, {"role": "user", "content": self.user}]


def head(hit: Hit, dates: Mapping[str, str]) -> str:
    """The line that says where a source comes from: document, date, section, page."""
    pages = hit.chunk.pages or (1,)
    page = f"{pages[0]}-{pages[-1]}" if pages[-1] != pages[0] else str(pages[0])
    parts = [f"document: {label(hit.document)}"]
    if dates.get(hit.document):
        parts.append(f"date: {label(dates[hit.document])}")
    if hit.chunk.section:
        parts.append(f"section: {label(' > '.join(hit.chunk.section))}")
    return " | ".join([*parts, f"page: {page}"])


def short_head(hit: Hit, dates: Mapping[str, str]) -> str:
    """Document, date and section in a few tokens."""
    parts = [label(hit.document), label(dates.get(hit.document, "")), label(" > ".join(hit.chunk.section[-1:]))]
    return " | ".join(part for part in parts if part)


def answer_prompt(
    question: str,
    hits: Sequence[Hit],
    *,
    language: str,
    counter: Counter,
    window: int,
    reserve: int,
    dates: Mapping[str, str] | None = None,
    fence: str | None = None,
    profile: PromptProfile = "full",
    sure: bool = False,
) -> Prompt:
    """The prompt that asks for an answer from sources.

    Args:
        question: the question, standing alone.
        hits: sources, best first.
        language: of the question; chooses the template and the language of the answer.
        counter: counts tokens for the model.
        window: tokens the model can hold.
        reserve: tokens kept free for its answer.
        dates: date of a document by its path, where known.
        fence: the random code; made anew unless given.
        profile: how much the prompt says and shows.
        sure: whether the sources are known to answer: then no word is said of abstaining, which tempts small models.

    Raises:
        PromptError: where not even the first source fits.
    """
    form = template(_TEMPLATES[profile], language)
    if sure:
        form = form.without("abstention")
    short = profile == "short"
    texts = [question, form.system, form.user, *(h.text for h in hits), *(h.document for h in hits)]
    code = fence or (short_fence(texts) if short else new_fence(texts))
    around, place = (excerpted, short_head) if short else (fenced, head)
    sources = [around(n, place(h, dates or {}), h.text, code) for n, h in enumerate(hits, start=1)]
    system, user = _filled(form, question, [], code)
    kept, tokens = fitting(sources, system + user, counter, window, reserve)
    system, user = _filled(form, question, sources[:kept], code)
    digest = hashlib.sha256(f"{system}\n=====\n{user}".replace(code, _FENCE_IN_HASH).encode()).hexdigest()
    return Prompt(system, user, tuple(hits[:kept]), tuple(hits[kept:]), form.name, digest, tokens, code)


def _filled(form: Template, question: str, sources: Sequence[str], fence: str) -> tuple[str, str]:
    return form.fill(
        {"sources": "\n\n".join(sources), "question": question.strip(), "fence": fence, "abstention": ABSTENTION}
    )


def rewrite_prompt(question: str, history: Sequence[tuple[str, str]], *, language: str) -> Prompt:
    """The prompt that asks for a question that stands alone.

    Args:
        question: the follow-up.
        history: pairs of question and answer, oldest first; the last few are enough.
        language: of the follow-up.
    """
    form = template("rewrite", language)
    fence = new_fence([question, *(t for pair in history for t in pair)])
    turns = [fenced(n, "turn", f"Q: {q}\nA: {a}", fence) for n, (q, a) in enumerate(history, start=1)]
    system, user = form.fill({"history": "\n\n".join(turns), "question": question.strip(), "fence": fence})
    digest = hashlib.sha256(f"{system}\n=====\n{user}".replace(fence, _FENCE_IN_HASH).encode()).hexdigest()
    return Prompt(system, user, (), (), form.name, digest, 0, fence)
