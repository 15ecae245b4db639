"""From the text of a model to claims with evidence: sentences, the marks they hint with, the verbatim spans.

Which source a sentence rests on is found out here, whatever number the model wrote behind it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from casefolio.answer import Citation
from casefolio.indexes.hit import Hit
from casefolio.ingest.data import alternation
from casefolio.ingest.document import Span
from casefolio.ingest.meaning.agreement import agreement
from casefolio.ingest.sentences import sentence_spans
from casefolio.names_in_questions import names_in
from casefolio.peeling import peel, plain, source_words
from casefolio.quoting import citation_of
from casefolio.reader.deciding import by_hand
from casefolio.reader.reading import units
from casefolio.stems import terms

_NUMBER = rf"(?:(?:{alternation(source_words())})s?\s*)?\^?\d{{1,3}}(?:†\w+)?"
_MARK = re.compile(rf"(?<!\s)\s*[\[【［]\s*({_NUMBER}(?:\s*[,;–-]\s*{_NUMBER})*)\s*[\]】］]", re.IGNORECASE)
_OPENERS, _CLOSERS = "[【［(", "]】］)"
ENDS = frozenset(".!?。！？\n:]】)）")  # what a sentence, or the mark behind it, may end with
_GROWTH = 8  # an open line is split again when it has grown by this part of its length
_LONGEST_RANGE = 20
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_QUOTED = re.compile(
    r'"([^"\n]{3,400})"|“([^”\n]{3,400})”|„([^“”\n]{3,400})[“”]|'
    r"«([^»\n]{3,400})»|»([^«\n]{3,400})«|「([^」\n]{3,400})」"
)
_COMPARED = 8  # sentences that hold as many words of a claim: more are not told apart
_JOINED = 3  # sentences that one citation may run over
_GAIN = by_hand("citing")["gain"]  # share of the claim's words that a further sentence has to bring
_FOUND = by_hand("citing")["found"]  # share of the claim's words that a passage must hold to be tried without a mark
_TRIED = 6  # places that a sentence is tried against


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence a model wrote.

    Attributes:
        text: the sentence without marks, bullet and the forms around it.
        marks: numbers of sources it names, from 1, each once; hints, no more.
        bullet: whether it is an item of a list.
        quotations: what it puts between quotation marks.
    """

    text: str
    marks: tuple[int, ...]
    bullet: bool
    quotations: tuple[str, ...]


def drafts(text: str, sources: int, language: str) -> list[Draft]:
    """The sentences of a model's answer, with the sources that each one names.

    A mark belongs to the sentence it stands in or directly after. What is only form is no sentence.

    Args:
        text: as the model wrote it.
        sources: how many sources it was given; marks that name none are nothing.
        language: of the answer.
    """
    out: list[Draft] = []
    for line in text.splitlines():
        _add_line(out, line, sources, language)
    return out


class Sheet:
    """An answer that is being written, and its sentences as they are finished.

    A line is split once when it is whole, the open one again each time that it has grown by an eighth, so that the time
    is linear in what is written, whatever the pieces are.
    """

    def __init__(self, sources: int, language: str) -> None:
        self.length = 0  # characters so far
        self._sources, self._language = sources, language
        self._closed: list[Draft] = []  # sentences of whole lines
        self._open = ""
        self._given = 0
        self._looked = 0  # length of the open line when it was last split
        self._due = False  # whether a sentence may have ended since

    def add(self, piece: str) -> list[Draft]:
        """The sentences, each given once, to which nothing can be added any more."""
        self.length += len(piece)
        ends = not ENDS.isdisjoint(piece)
        closed = self._split(piece)
        if closed and not self._open:
            return self._new(self._closed)
        if not piece or not (closed or ends or self._due):
            return []
        if len(self._open) - self._looked <= self._looked // _GROWTH:
            self._due = True
            return []
        self._looked, self._due = len(self._open), ends
        return self._new(self._settled())

    def rest(self) -> list[Draft]:
        """The sentences not yet given, at the end or where the writing broke off."""
        return self._new(self._with_open(self._open))

    def _split(self, piece: str) -> bool:
        """Take a piece down; whether it closed a line."""
        lines = piece.splitlines(keepends=True)
        for line in lines:
            bare = line.splitlines()[0]
            self._open += bare
            if bare != line:
                _add_line(self._closed, self._open, self._sources, self._language)
                self._open, self._looked = "", 0
        return bool(lines) and (len(lines) > 1 or not self._open)

    def _settled(self) -> list[Draft]:
        at = max(self._open.rfind(c) for c in _OPENERS)
        if at > max(self._open.rfind(c) for c in _CLOSERS):  # a mark being written belongs to the sentence before it
            return self._with_open(self._open[:at].rstrip())[:-1]
        return self._with_open(self._open)[:-1]

    def _with_open(self, line: str) -> list[Draft]:
        out = list(self._closed)
        _add_line(out, line, self._sources, self._language)
        return out

    def _new(self, ready: list[Draft]) -> list[Draft]:
        new = ready[self._given :]
        self._given += len(new)
        return new


def _add_line(out: list[Draft], line: str, sources: int, language: str) -> None:
    """Append the sentences of a line; what is only a mark or a form closes the sentence before it."""
    bullet = _BULLET.match(line)
    body = plain(line[bullet.end() :] if bullet else line)
    clean, marks = _without_marks(body)
    spans = sentence_spans(clean, language)
    if not spans and marks and out:
        out[-1] = _marked(out[-1], [n for _, n in marks], sources)
    owners = [max((i for i, s in enumerate(spans) if s.start < at), default=0) for at, _ in marks]
    for place, span in enumerate(spans):
        peeled = peel(span.of(clean))
        if not peeled.text:
            if out:
                out[-1] = _marked(out[-1], peeled.numbers, sources)
            continue
        found = tuple(next(g for g in m.groups() if g) for m in _QUOTED.finditer(peeled.text))
        numbers = [n for owner, (_, n) in zip(owners, marks, strict=True) if owner == place]
        said = peeled.text if span.of(clean).startswith(peeled.text) else peeled.text[:1].upper() + peeled.text[1:]
        draft = Draft(said, (), bullet is not None, found)
        out.append(_marked(draft, [*numbers, *peeled.numbers], sources))


def _marked(draft: Draft, numbers: Sequence[int], sources: int) -> Draft:
    valid = tuple(n for n in dict.fromkeys((*draft.marks, *numbers)) if 1 <= n <= sources)
    return Draft(draft.text, valid, draft.bullet, draft.quotations)


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
    """The best supporting span inside each source that may say it: those that it names, then those with most words.

    A wrong number costs nothing: every source is looked at.
    """
    found = {n: best_span(draft.text, hit, language) for n, hit in enumerate(hits, start=1)}
    spans = {n: f for n, f in found.items() if f is not None and (n in draft.marks or f[0] >= _FOUND)}
    order = sorted(spans, key=lambda n: (n not in draft.marks, -spans[n][0], n))[:_TRIED]
    # a word too many draws in a sentence too many, so the best one is tried alone as well
    lone = (best_span(draft.text, hits[n - 1], language, 1) for n in order)
    found_too = [f[1] for f in lone if f is not None]
    return tuple(dict.fromkeys((*(spans[n][1] for n in order), *found_too)))


def best_span(claim: str, hit: Hit, language: str, joined: int = _JOINED) -> tuple[float, Citation] | None:
    """Where in a passage the words of a claim stand: share of them found, and some sentences as a citation."""
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
    while last - first + 1 < joined:
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
