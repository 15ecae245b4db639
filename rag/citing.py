"""From the text of a model to claims with evidence: sentences, their marks, the verbatim spans that support them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexes.hit import Hit
from ingest.document import Span
from ingest.meaning.agreement import agreement
from ingest.sentences import sentence_spans
from rag.answer import Citation
from rag.names import names_in
from rag.quoting import citation_of
from rag.reader.reading import units
from rag.stems import terms

_NUMBER = r"(?:(?:source|quelle|출처)s?\s*)?\^?\d{1,3}(?:†\w+)?"
_MARK = re.compile(rf"\s*[\[【［]\s*({_NUMBER}(?:\s*[,;–-]\s*{_NUMBER})*)\s*[\]】］]", re.IGNORECASE)
_LONGEST_RANGE = 20
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_QUOTED = re.compile(
    r'"([^"\n]{3,400})"|“([^”\n]{3,400})”|„([^“”\n]{3,400})[“”]|'
    r"«([^»\n]{3,400})»|»([^«\n]{3,400})«|「([^」\n]{3,400})」"
)
_COMPARED = 8  # sentences that hold as many words of a claim: more are not told apart
_JOINED = 3  # sentences that one citation may run over
_GAIN = 0.12  # share of the claim's words that a further sentence has to bring
_FOUND = 0.5  # share of the claim's words that a passage must hold to be found without a mark


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence a model wrote.

    Attributes:
        text: the sentence without marks and bullet.
        marks: numbers of sources it names, from 1, each once.
        invalid: marks that name no source.
        bullet: whether it is an item of a list.
        quotations: what it puts between quotation marks.
    """

    text: str
    marks: tuple[int, ...]
    invalid: tuple[int, ...]
    bullet: bool
    quotations: tuple[str, ...]


def drafts(text: str, sources: int, language: str) -> list[Draft]:
    """The sentences of a model's answer, with the sources that each one names.

    A mark belongs to the sentence it stands in or directly after.

    Args:
        text: as the model wrote it.
        sources: how many sources it was given.
        language: of the answer.
    """
    out: list[Draft] = []
    for line in text.splitlines():
        bullet = _BULLET.match(line)
        body = line[bullet.end() :] if bullet else line
        clean, marks = _without_marks(body)
        spans = sentence_spans(clean, language)
        if not spans and marks and out:
            out[-1] = _marked(out[-1], [n for _, n in marks], sources)  # a line of marks alone closes the one before
        owners = [max((i for i, s in enumerate(spans) if s.start < at), default=0) for at, _ in marks]
        for place, span in enumerate(spans):
            said = span.of(clean)
            found = tuple(next(g for g in m.groups() if g) for m in _QUOTED.finditer(said))
            numbers = [n for owner, (_, n) in zip(owners, marks, strict=True) if owner == place]
            out.append(_marked(Draft(said, (), (), bullet is not None, found), numbers, sources))
    return out


def _marked(draft: Draft, numbers: Sequence[int], sources: int) -> Draft:
    every = dict.fromkeys((*draft.marks, *draft.invalid, *numbers))
    valid = tuple(n for n in every if 1 <= n <= sources)
    invalid = tuple(n for n in every if not 1 <= n <= sources)
    return Draft(draft.text, valid, invalid, draft.bullet, draft.quotations)


def _without_marks(line: str) -> tuple[str, list[tuple[int, int]]]:
    """A line without its marks, and for each number named the position in that line where it stood."""
    pieces: list[str] = []
    marks: list[tuple[int, int]] = []
    at = length = 0
    for match in _MARK.finditer(line):
        piece = line[at : match.start()]
        pieces.append(piece)
        length += len(piece)
        marks.extend((length, n) for n in _numbers(match.group(1)))
        at = match.end()
    pieces.append(line[at:])
    return "".join(pieces), marks


def _numbers(inside: str) -> list[int]:
    """Numbers of one mark; `2-4` names three."""
    bare = re.sub(r"†\w+", "", inside)
    out: list[int] = []
    for part in re.split(r"[,;]", bare):
        found = [int(n) for n in re.findall(r"\d+", part)]
        if len(found) == 2 and found[0] < found[1] <= found[0] + _LONGEST_RANGE:
            out.extend(range(found[0], found[1] + 1))
        else:
            out.extend(found)
    return out


def evidence(draft: Draft, hits: Sequence[Hit], language: str) -> tuple[Citation, ...]:
    """The best supporting span inside each source the sentence names; without a valid mark, in the best of all sources.

    A sentence that names sources is judged by those alone: a wrong mark is not repaired.
    """
    if draft.marks:
        found = [best_span(draft.text, hits[n - 1], language) for n in draft.marks]
        return tuple(citation for _, citation in (f for f in found if f is not None))
    every = [f for f in (best_span(draft.text, hit, language) for hit in hits) if f is not None and f[0] >= _FOUND]
    return (max(every, key=lambda f: f[0])[1],) if every else ()


def best_span(claim: str, hit: Hit, language: str) -> tuple[float, Citation] | None:
    """Where in a passage the words of a claim stand: share of them found, and one to three sentences as a citation."""
    asked = _said(claim, language)
    pieces = units(hit.text, hit.chunk.language)
    if not asked or not pieces:
        return None
    held = [set(terms(hit.text[a:b], language)) for a, b in pieces]
    weight = {t: math.log(2 + len(pieces) / (1 + sum(t in h for h in held))) for t in asked}
    total = sum(weight.values())

    def share(first: int, last: int) -> float:
        have = set().union(*held[first : last + 1])
        return sum(w for t, w in weight.items() if t in have) / total

    shares = [share(i, i) for i in range(len(pieces))]
    level = [i for i, s in enumerate(shares) if s == max(shares)]
    if len(level) > 1:
        # Of two that hold as many of the words, one that says no where the claim says yes is the worse.
        said = [agreement(claim, hit.text[slice(*pieces[i])], language) >= 0 for i in level[:_COMPARED]]
        level = [i for i, fits in zip(level, said, strict=False) if fits] or level
    first = last = max(level, key=lambda i: (-(pieces[i][1] - pieces[i][0]), -i))
    got = share(first, last)
    while last - first + 1 < _JOINED:
        wider = [(share(a, b), a, b) for a, b in ((first - 1, last), (first, last + 1)) if a >= 0 and b < len(pieces)]
        best = max(wider, default=(0.0, 0, 0))
        if best[0] < got + _GAIN:
            break
        got, first, last = best
    if got <= 0:
        return None
    start = hit.chunk.span.start
    return got, citation_of(hit, Span(start + pieces[first][0], start + pieces[last][1]), None)


def _said(claim: str, language: str) -> tuple[str, ...]:
    """Terms of a claim, names of persons and firms left out where anything else is said.

    A letter names its patient once: a span must not be stretched to where the name stands.
    """
    every = tuple(dict.fromkeys(terms(claim, language)))
    named = {t for name in names_in(f". {claim}") for t in terms(name, language)}
    return tuple(t for t in every if t not in named) or every


def altered(draft: Draft, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Quotations in a sentence that stand in no source to the letter; only blanks may differ."""
    texts = [_folded(h.text) for h in hits]
    return tuple(q for q in draft.quotations if not any(_folded(q).rstrip(".,;") in t for t in texts))


def _folded(text: str) -> str:
    return " ".join(text.split())
