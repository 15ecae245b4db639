"""Question-passage pairs from a folder by rule: fields, labels, headings, table rows, and sentences made questions.

A rule asks only for what it sees, in wordings that are data (`wordings.toml` of each language). What is
paired is what an index embeds of a passage, so training and search read the same.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from casefolio.indexes.analyzers import stopwords, terms
from casefolio.indexes.embedded_text import readable, stored_chunk
from casefolio.ingest import data
from casefolio.ingest.chunking import PASSAGE_TOKENS, TokenSpans, chunk
from casefolio.ingest.document import Chunk, Document
from casefolio.ingest.identity import Identity, identify
from casefolio.ingest.languages import DEFAULT, all_of, any_of, every, table
from casefolio.ingest.meaning.moments import moments
from casefolio.ingest.meaning.units import after_number
from casefolio.ingest.sentences import sentence_spans
from casefolio.training.pairs import Pair
from casefolio.training.surrogates import without_titles

_LABEL = re.compile(r"^[ \t]*(?P<label>[^\W\d_][\w .()/-]{1,38}[\w)])[ \t]*:[ \t]*(?P<value>\S[^\n]{1,160})$", re.M)
_BORN = re.compile(rf"(?:\*|{any_of('dates', 'birth')})\W{{0,4}}(?P<value>\d[\d./ -]{{5,12}}\d)", re.I)
_TIME = data.alternation(all_of("dates", "units"))
_AMOUNT = re.compile(rf"\d(?:{after_number().pattern}|(?i:\s?(?:{_TIME})(?![a-zäöü])))")
_KOREAN = re.compile(r"[가-힣]{3,4}")
_WORD = re.compile(r"[^\W\d_][\w-]+")
_PARTIES, _WORDS = 2, 5

_Found = tuple[str, dict[str, str], str]  # kind of wording, what its placeholders are, the words that answer


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a document, as shown and as embedded."""

    document: Document
    identity: Identity
    chunk: Chunk
    embedded: str

    @property
    def text(self) -> str:
        """As it reads."""
        return readable(self.document, self.chunk.span)


@cache
def _care() -> re.Pattern[str]:
    """A line that says which house or ward looked after somebody, in any language."""
    told = (found["care"] for _, found in every("wordings") if "care" in found)
    return re.compile("|".join(f"^{pattern}$" for pattern in told), re.M)


def wordings(language: str) -> dict[str, Any]:
    """The wordings of a language; English ones for a language that has none."""
    return table(language, "wordings")


def passages_of(documents: Iterable[Document], token_spans: TokenSpans, window: int) -> list[Passage]:
    """The passages that an index makes of documents, and what it embeds of them."""
    out = []
    for document in documents:
        identity = identify(document)
        for piece in chunk(document, token_spans, min(window, PASSAGE_TOKENS)):
            stored = stored_chunk(document, piece, document.title, identity.fields, token_spans, window)
            out.append(Passage(document, identity, piece, stored.embedded))
    return out


def group_of(path: str, identity: Identity) -> str:
    """The person a document is of, else the folder it lies in, else the document."""
    patient = patient_of(identity)
    return " ".join(sorted(re.findall(r"\w+", patient.casefold()))) if patient else path.split("/")[0]


def patient_of(identity: Identity) -> str:
    """The person a document is of: the first name of several words, since a lone one may be how a letter greets."""
    patients = identity.values("patient")
    whole = [name for name in patients if len(name.split()) > 1 or _KOREAN.fullmatch(name)]
    return without_titles((whole or [""])[0])


def pairs_by_rule(passages: Sequence[Passage], per_passage: int, seed: int) -> list[Pair]:
    """Pairs of all passages, at most so many of each, drawn evenly over the rules that found something."""
    rarity = _rarity(passages)
    first = {p.document.id: p for p in reversed(passages)}
    out: list[Pair] = []
    for number, passage in enumerate(passages):
        rng = np.random.default_rng([seed, number])
        found = list(_found(passage, first[passage.document.id] is passage, rarity, rng))
        out += _worded(passage, _evenly(found, per_passage, rng), rng)
    return out


def _evenly(found: list[_Found], n: int, rng: np.random.Generator) -> list[_Found]:
    """n of them, one of each rule in turn."""
    by_rule: dict[str, list[_Found]] = {}
    for i in rng.permutation(len(found)).tolist():
        by_rule.setdefault(found[i][0], []).append(found[i])
    rounds = max((len(v) for v in by_rule.values()), default=0)
    return [v[k] for k in range(rounds) for v in by_rule.values() if k < len(v)][:n]


def _worded(passage: Passage, found: Sequence[_Found], rng: np.random.Generator) -> Iterator[Pair]:
    language = passage.chunk.language
    words = wordings(language)
    whose, title = _whose(passage), passage.identity.title or passage.document.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    for rule, parts, answer in found:
        kind, _, name = rule.partition("/")
        choices = words["kinds"].get(name, []) if kind == "kind" else words[kind]
        if not choices:
            continue
        k = int(rng.integers(len(choices)))
        query = " ".join(choices[k].format(whose=whose, title=title[:60], **parts).split())
        yield Pair(
            query=query if rng.random() < 0.7 else query.lower().rstrip("?"),
            positive=(passage.embedded,),
            group=group_of(passage.document.path, passage.identity),
            template=f"{language}.{rule}.{k}",
            document=passage.document.path,
            answer=answer,
            language=language,
            passage=passage.text,
        )


def _whose(passage: Passage) -> str:
    if patient := patient_of(passage.identity):
        return patient
    parties = passage.identity.values("party")[:_PARTIES]
    joint = str(wordings(passage.document.language).get("joint") or wordings(DEFAULT)["joint"])
    return joint.join(parties) or passage.identity.title[:60] or passage.document.title[:60]


def _found(
    passage: Passage, opens: bool, rarity: Callable[[str, str], float], rng: np.random.Generator
) -> Iterator[_Found]:
    text, span = passage.document.text, passage.chunk.span
    for field in passage.identity.fields:
        if span.contains(field.span) and (
            field.name != "patient" or without_titles(field.value) == patient_of(passage.identity)
        ):
            yield f"field_{field.name}", {}, field.value
    for match in _BORN.finditer(text, span.start, span.end):
        yield "field_born", {}, match["value"]
    for match in _care().finditer(text, span.start, span.end):
        yield "field_care", {}, match[0].strip()
    for match in _LABEL.finditer(text, span.start, span.end):
        yield "label", {"label": match["label"]}, match["value"].strip()
    yield from _headings(passage)
    yield from _cells(passage)
    if not (passage.chunk.columns or (opens and len(passage.text) < 80)):
        yield from _sentences(passage, rarity, rng)


def _headings(passage: Passage) -> Iterator[_Found]:
    span, document = passage.chunk.span, passage.document
    for section in document.sections:
        if section.span.overlaps(span) and section.title and span.start <= section.span.start + 400:
            yield "heading", {"head": section.title[:80]}, ""
            if section.kind:
                yield f"kind/{section.kind}", {}, ""


def _cells(passage: Passage) -> Iterator[_Found]:
    for row in passage.document.rows:
        if not passage.chunk.span.contains(row.span) or len(row.columns) < 2:
            continue
        cells = [c.strip() for c in re.split(r"\s*\|\s*|\t|\s{2,}", row.span.of(passage.document.text))]
        if len(cells) == len(row.columns) and cells[0]:
            for column, cell in zip(row.columns[1:], cells[1:], strict=True):
                if cell and column:
                    yield "cell", {"row": cells[0][:60], "column": column}, cell


def _sentences(passage: Passage, rarity: Callable[[str, str], float], rng: np.random.Generator) -> Iterator[_Found]:
    """Each sentence, asked for by some of its most telling words in their order."""
    language, text = passage.chunk.language, passage.text
    for span in sentence_spans(text, language):
        sentence = span.of(text)
        words = [w for w in _WORD.findall(sentence) if w.casefold() not in stopwords(language) and len(w) > 1]
        telling = sorted(set(words), key=lambda w: (-rarity(w, language), w))[: 2 * _WORDS]
        if len(telling) < 2:
            continue
        kinds = ["keywords", "sentence"]
        kinds += ["when"] if any(m.kind == "date" for m in moments(sentence, language)) else []
        kinds += ["amount"] if _AMOUNT.search(sentence) else []
        for kind in kinds:
            n = int(rng.integers(2, _WORDS + 1))
            chosen = {telling[int(i)] for i in rng.permutation(len(telling))[:n]}
            yield kind, {"words": " ".join(w for w in dict.fromkeys(words) if w in chosen)}, sentence


def _rarity(passages: Sequence[Passage]) -> Callable[[str, str], float]:
    """How telling a word is: rare over the passages, but no slip of the pen that is hardly a word at all."""
    seen: Counter[str] = Counter()
    for passage in passages:
        seen.update(set(terms(passage.text, passage.chunk.language)))
    n = len(passages)
    known: dict[tuple[str, str], float] = {}

    def of(word: str, language: str) -> float:
        key = (word, language)
        if key not in known:
            counts = [seen[t] for t in terms(word, language) if seen[t]]
            known[key] = math.log(1 + n / (1 + min(counts))) if counts else 0.0
        return known[key]

    return of


def documents_in(folder: Path) -> list[Document]:
    """All documents of a folder that can be read, attachments too."""
    from casefolio.ingest.reading import list_files, read_file

    found, _ = list_files(folder)
    return [d for name in found for d in read_file(folder, name) if isinstance(d, Document)]
