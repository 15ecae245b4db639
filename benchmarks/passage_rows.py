"""Questions about a collection, turned into sentences with features: what trains the answer where nothing is named.

A set is a folder with `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl` (`_id`, `text`), `qrels/test.tsv` and
`answers.jsonl` (`_id`, `exact_answer`, `ideal_answer`). A sentence of a relevant passage is gold where it holds an
exact answer and a word of the question, or most of what the ideal answer adds to the question.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.hit import Hit
from ingest.document import Chunk, Span
from ingest.language import detect_language
from rag.generators.candidates import Candidate, candidates
from rag.generators.features import features
from rag.generators.persons import of_the_named
from rag.generators.question import analyse
from rag.generators.stems import terms

DEPTH = 8
_TOLD = 0.5  # share of what an ideal answer adds that a gold sentence holds


@dataclass
class Row:
    """One case: features (n, f) of its sentences, and which of them hold gold.

    `hidden` are the features with the concepts hidden, `inside` the sentences of the right document; None where the
    case is not from a set of documents.
    """

    set_name: str
    group: str
    answerable: bool
    known: bool
    values: NDArray[np.float64]
    gold: NDArray[np.bool_]
    hidden: NDArray[np.float64] | None = None
    inside: NDArray[np.bool_] | None = None


class Collection:
    """Passages under plain BM25 (k1 1.2, b 0.75)."""

    def __init__(self, folder: Path) -> None:
        rows = _lines(folder / "corpus.jsonl")
        self.texts = {str(r["_id"]): f"{r.get('title') or ''}\n\n{r['text']}".strip() for r in rows}
        self.language = detect_language(" ".join(list(self.texts.values())[:20]))
        self.names = list(self.texts)
        counts = [Counter(terms(self.texts[n], self.language)) for n in self.names]
        self.lengths = [sum(c.values()) for c in counts]
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for at, count in enumerate(counts):
            for term, frequency in count.items():
                self.postings[term].append((at, frequency))

    def search(self, question: str, without: set[str]) -> list[Hit]:
        mean, n = sum(self.lengths) / len(self.lengths), len(self.names)
        scores: Counter[int] = Counter()
        for term in set(terms(question, self.language)):
            found = self.postings.get(term, [])
            rarity = math.log(1 + (n - len(found) + 0.5) / (len(found) + 0.5))
            for at, f in found:
                scores[at] += rarity * f * 2.2 / (f + 1.2 * (0.25 + 0.75 * self.lengths[at] / mean))
        best = [self.names[at] for at, _ in scores.most_common(DEPTH + len(without))]
        kept = [name for name in best if name not in without][:DEPTH]
        return [self._hit(name, rank) for rank, name in enumerate(kept, start=1)]

    def _hit(self, name: str, rank: int) -> Hit:
        text = self.texts[name]
        chunk = Chunk(name, name, Span(0, len(text)), (1,), (), self.language)
        return Hit(chunk, name, "0" * 64, text, 1 / rank, rank)


def passage_rows(folder: Path) -> list[Row]:
    """Each question twice: as it is, and with every relevant passage removed."""
    collection = Collection(folder)
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels" / "test.tsv").read_text("utf-8").splitlines()[1:]:
        question, passage, grade = line.split("\t")
        if int(grade) > 0:
            relevant[question].add(passage)
    answers = {str(r["_id"]): r for r in _lines(folder / "answers.jsonl")}
    out = []
    for query in _lines(folder / "queries.jsonl"):
        name = str(query["_id"])
        if name in answers and relevant[name]:
            out.extend(_rows(folder.name, name, query["text"], answers[name], relevant[name], collection))
    return out


def _rows(
    set_name: str, name: str, text: str, answer: dict[str, Any], relevant: set[str], collection: Collection
) -> list[Row]:
    question = analyse(text, collection.language)
    out = []
    for removed in (set[str](), relevant):
        sentences = of_the_named(question, candidates(collection.search(text, removed)))
        gold = [not removed and s.hit.document in relevant and _is_gold(s, text, answer) for s in sentences]
        if sentences and (removed or any(gold)):
            values = np.array(features(question, sentences))
            out.append(Row(set_name, f"{set_name}/{name}", not removed, False, values, np.array(gold, dtype=bool)))
    return out


def _is_gold(sentence: Candidate, question: str, answer: dict[str, Any]) -> bool:
    language = sentence.hit.chunk.language
    asked, said = set(terms(question, language)), set(terms(sentence.text, language))
    exact = [e.lower() for e in _flat(answer.get("exact_answer") or [])]
    if exact and exact[0] not in ("yes", "no") and any(e in sentence.text.lower() for e in exact):
        return bool(asked & said)
    added = {t for told in answer.get("ideal_answer") or [] for t in terms(told, language)} - asked
    return len(added) > 2 and len(added & said) > _TOLD * len(added)


def _flat(values: Sequence[Any]) -> list[str]:
    return [v for value in values for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
