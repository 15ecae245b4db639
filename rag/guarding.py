"""What a model is not shown, and what it may not write: text that speaks to machines, links, letters in disguise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from casefolio.answer import Citation
from casefolio.events import Done, Event
from casefolio.indexes.hit import Hit
from casefolio.ingest.speaking import mixed_words, speaking_to_machines
from casefolio.messages import say

_HIDDEN = "\u2591"  # one for each character, so that the places of all others stay what they are
# links and pictures in Markdown and HTML, and bare addresses: what an interface may follow, fetch or show
_LINK = re.compile(r"!?\[[^\]\n]*\]\s?\(|!?\[[^\]\n]+\]\[|<\s*/?\s*[a-z!][^>\n]*>|\b[a-z][a-z0-9+.-]{1,15}://|\bwww\.|"
                   r"\b(?:data|javascript|mailto|file):\S", re.IGNORECASE)  # fmt: skip


def for_a_model(hits: Sequence[Hit], language: str) -> tuple[list[Hit], list[str]]:
    """Hits as a model may see them, each character of what speaks to machines covered, and a note where any was."""
    out, covered = [], []
    for hit in hits:
        spans = speaking_to_machines(hit.text)
        text = hit.text
        for span in spans:
            covered_text = re.sub(r"\S", _HIDDEN, span.of(text))  # page breaks are counted, so they stay
            text = f"{text[: span.start]}{covered_text}{text[span.end :]}"
        if spans:
            covered.append(hit.document)
        out.append(replace(hit, text=text) if spans else hit)
    kept = [hit for hit in out if hit.text.strip(f"{_HIDDEN} \n\t")]
    return kept, [_told("machine_model", covered, language)] if covered else []


def uncovered(events: Iterable[Event], hits: Sequence[Hit]) -> Iterator[Event]:
    """What was answered from covered hits, with quotes of the hits as they are: they are true to the file."""
    for event in events:
        if isinstance(event, Done):
            answer = event.answer
            claims = tuple(replace(c, citations=tuple(_true(q, hits) for q in c.citations)) for c in answer.claims)
            citations = tuple(_true(q, hits) for q in answer.citations)
            yield Done(replace(answer, claims=claims, citations=citations))
        else:
            yield event


def _true(citation: Citation, hits: Sequence[Hit]) -> Citation:
    for hit in hits if _HIDDEN in citation.quote else ():
        place = hit.chunk.span
        if hit.document == citation.document and place.contains(citation.span):
            start = citation.span.start - place.start
            return replace(citation, quote=hit.text[start : start + len(citation.span)])
    return citation


def on_quotes(quotes: Iterable[tuple[str, str]], language: str) -> list[str]:
    """A note where a quote (document, text) speaks to a machine: it is true to the file, and may be no fact."""
    found = [document for document, text in quotes if speaking_to_machines(text)]
    return [_told("machine_quote", found, language)] if found else []


def unsafe(sentence: str) -> bool:
    """Whether a model's sentence holds what acts, or looks like what it is not."""
    return bool(
        _LINK.search(sentence)
        or any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") for c in sentence if c not in "\n\t")
        or mixed_words(sentence)
    )


def _told(key: str, documents: Sequence[str], language: str) -> str:
    return say(key, language).format(documents=", ".join(dict.fromkeys(documents)))
