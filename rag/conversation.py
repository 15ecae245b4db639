"""Follow-up questions: "and the dose?" becomes a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from casefolio.answer import Answer
from casefolio.generators.base import Generator, complete
from casefolio.ingest.errors import RagError
from casefolio.ingest.language import detect_language
from casefolio.ingest.languages import any_of
from casefolio.ingest.meaning.units import spelled
from casefolio.names_in_questions import analyse, asks, names_in
from casefolio.reader.guards import drugs_in
from casefolio.stems import terms, words

History = Sequence[Answer | tuple[str, str]]
_TURNS = 4  # last turns that count
_LONGEST = 400  # characters of a rewritten question
_REFERS = re.compile(any_of("questions", "refers"), re.IGNORECASE)
_GOES_ON = re.compile(rf"^\s*(?:{any_of('questions', 'goes_on')})[\s,:]*", re.IGNORECASE)
# Units of a dose: up to a gram and a millilitre, and of activity the signs alone ("20 units" may be of anything).
_DOSE = rf"(?:{spelled('mass', most=1000.0)}|{spelled('volume', most=1.0)}|(?:iu|ie)\b|i\.[eu]\.)"
_DRUG = re.compile(
    rf"\b([^\W\d_]{{4,}}(?:\s[^\W\d_]{{4,}})?)\s+\d+(?:[.,]\d+)?\s?{_DOSE}|([가-힣]{{2,}})\s*\d+\s?{_DOSE}",
    re.IGNORECASE,
)
_OF_A_DRUG = re.compile(any_of("questions", "of_drug"), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that can be understood without the conversation.

    Attributes:
        question: rewritten, or as it was.
        rewritten: whether it was changed.
        documents: documents that it is about because the last answer was; empty where it names its own.
    """

    question: str
    rewritten: bool
    documents: tuple[str, ...] = ()


def standalone(question: str, history: History, generator: Generator | None = None) -> Standalone:
    """Turn a follow-up into a question that stands alone.

    Rules do it where they are sure: they add the last person or parties, drug and document. Where two could be meant, a
    model may; what it writes is taken only if every name and number in it stands in the conversation.

    Args:
        question: the last question.
        history: answers so far, or pairs of question and answer text, oldest first.
        generator: the model, where there is one.
    """
    if not history:
        return Standalone(question, False)
    language = detect_language(question)
    recent = list(history)[-_TURNS:]
    own = analyse(question, language)
    short = len(own.terms) < 2 or len(words(own.ask)) < 2  # a Korean word may have several terms
    if not (_GOES_ON.search(question) or _REFERS.search(question) or (short and not own.names)):
        return Standalone(question, False)
    documents = () if own.names else _documents(recent)
    ruled, sure = _by_rules(question, recent, language)
    if generator is not None and not sure:
        written = _by_model(question, recent, generator, language)
        if written:
            return Standalone(written, written != question, documents)
    return Standalone(ruled, ruled != question, documents)


def _pair(turn: Answer | tuple[str, str]) -> tuple[str, str]:
    return (turn.asked or turn.question, turn.text) if isinstance(turn, Answer) else turn


def _documents(recent: Sequence[Answer | tuple[str, str]]) -> tuple[str, ...]:
    last = next((t for t in reversed(recent) if isinstance(t, Answer) and t.citations), None)
    return tuple(dict.fromkeys(c.document for c in last.citations)) if isinstance(last, Answer) else ()


def _by_model(question: str, recent: Sequence[Answer | tuple[str, str]], generator: Generator, language: str) -> str:
    from casefolio.prompts.prompt import rewrite_prompt

    pairs = [_pair(turn) for turn in recent]
    try:
        said = complete(generator, rewrite_prompt(question, pairs, language=language)).strip()
    except RagError:
        return ""
    line = said.splitlines()[0].strip().strip('"“”') if said else ""
    known = set(words(" ".join([question, *(t for pair in pairs for t in pair)])))
    stated = {w for name in names_in(f". {line}") for w in words(name)} | {w for w in words(line) if w[0].isdigit()}
    return line if 0 < len(line) <= _LONGEST and stated <= known else ""


def _by_rules(question: str, recent: Sequence[Answer | tuple[str, str]], language: str) -> tuple[str, bool]:
    """The question with what it refers to, and whether only one thing can be meant."""
    pairs = [_pair(turn) for turn in recent]
    bare = _GOES_ON.sub("", question).strip()
    own = analyse(f". {bare}", language)  # so that a name may open it
    named = next((found for q, _ in reversed(pairs) if (found := _subjects(q))), [])
    if names_in(f". {bare}") and len(own.terms) < 2:
        return _swapped(bare, pairs[-1][0]), True
    added, sure = [], bool(own.names) or len(named) == 1
    if _OF_A_DRUG.search(question) and not _drugs(bare, language) and not _mentions(bare, pairs, language):
        meant = _last_drugs(recent[-1], language)
        added.extend(meant[:1])
        sure = sure and len(meant) == 1
    elif len(own.terms) < 2 and not (own.terms and asks().match(bare)):
        added.append(_topic(pairs[-1][0], bare))  # "and of bisoprolol?" asks the last question again of another thing
        sure = sure and bool(own.terms)
    if not own.names:
        added.extend(named)
    fresh = [a for a in dict.fromkeys(added) if a and a.lower() not in bare.lower()]
    if not fresh:
        return question if bare == question.strip() else bare, False
    return f"{bare[0].upper()}{bare[1:].rstrip(' ?.!')} ({', '.join(fresh)})?", sure


def _last_drugs(turn: Answer | tuple[str, str], language: str) -> list[str]:
    """Drugs that the last turn was about: those marked as its answer, else quoted, else said, else asked for."""
    lights, quotes = [], []
    if isinstance(turn, Answer):
        for c in turn.citations[:1]:
            quotes.append(c.quote)
            if c.highlight is not None:
                lights.append(c.quote[c.highlight.start - c.span.start : c.highlight.end - c.span.start])
    question, said = _pair(turn)
    asked = _drugs(question, language)
    for text in (*lights, *([question] if asked else []), *quotes, said):
        found = _drugs(text, language)
        if found:
            return found
    return []


def _subjects(question: str) -> list[str]:
    """Names in an earlier question, as they were written."""
    language = detect_language(question)
    return names_in(question) if analyse(question, language).names else []


def _drugs(text: str, language: str) -> list[str]:
    """Drugs in a text as they are written: those of the table, and words before an amount."""
    listed = [w for w in re.findall(r"[^\W\d_]{4,}|[가-힣]{2,}", text) if drugs_in(w, language)]
    # of two words before an amount the one that the table knows: "Salbutamol inhaler 100 micrograms"
    before = [next(g for g in m.groups() if g).split() for m in _DRUG.finditer(text)]
    dosed = [next((w for w in pair if w in listed), pair[-1]) for pair in before]
    return list({w.lower(): w for w in (*dosed, *listed)}.values())


def _mentions(bare: str, pairs: Sequence[tuple[str, str]], language: str) -> bool:
    """Whether the question names one of the drugs that the conversation had."""
    said = set(words(bare))
    return any(d.lower() in said for _, a in pairs for d in _drugs(a, language))


def _topic(question: str, now: str = "") -> str:
    """What an earlier question asked for, in its own words without its names, or its drugs where one is named `now`."""
    language = detect_language(question)
    asked = analyse(question, language)
    bare = asked.ask
    old = _drugs(asked.ask, language) if _drugs(now, detect_language(now)) else []
    for name in (*names_in(asked.ask), *old):
        bare = bare.replace(name, " ")
    kept = [w for w in re.findall(r"[^\s?!,;()]+", bare) if set(terms(w, language)) & set(asked.terms)]
    return " ".join(kept)


def _swapped(bare: str, last: str) -> str:
    """The last question with its name replaced: "and Peter Quill?"."""
    fresh = names_in(f". {bare}")[0]
    for old in sorted(_subjects(last), key=len, reverse=True)[:1]:
        return last.replace(old, fresh)
    return f"{last.rstrip(' ?.!')} ({fresh})?"
