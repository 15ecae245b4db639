"""Asking a system every question of a set: one record a case.

A record holds all that scoring and reporting need, so a report can be made where the set is not.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from casefolio.answer import Answer
from casefolio.eval.beir import BeirSet, Query
from casefolio.eval.cases import Case, CaseSet
from casefolio.eval.measures.beir import DEPTH, fold
from casefolio.eval.measures.retrieval import places_of
from casefolio.eval.measures.score_tables import Record
from casefolio.eval.system import AnswerJudge, Configuration, Opener, System, Verifier, house_verifier
from casefolio.ingest.errors import RagError

SHOWN = 5  # passages of a case whose text is kept for the report
CHUNKS_PER_DOCUMENT = 4  # passages asked for each document wanted of a BEIR query


@dataclass(frozen=True, slots=True)
class Produced:
    """What a case gave: the record, which is the same in every run, and the seconds, which are not."""

    record: Record
    seconds: dict[str, float]


class Direct:
    """What tasks have in common that ask a function instead of a system over a folder."""

    def prepare(self) -> None:
        """Nothing is needed."""

    def about(self) -> Record:
        """Nothing to say."""
        return {}

    def close(self) -> None:
        """Nothing is held."""


class OverFolder:
    """What tasks have in common that ask a system over a folder."""

    _system: System | None = None

    @property
    def system(self) -> System:
        """The system, once prepared."""
        if self._system is None:
            raise RuntimeError("prepare() comes first")
        return self._system

    def about(self) -> Record:
        """The contract of the encoder, where there is one."""
        contract = getattr(getattr(self.system, "encoder", None), "contract", None)
        return {"encoder": dict(contract)} if contract else {}

    def close(self) -> None:
        """Closes the system where it can be closed."""
        closed = getattr(self._system, "close", None)
        if callable(closed):
            closed()
        self._system = None


class Task(Protocol):
    """One configuration on one set."""

    kind: str
    set_name: str
    set_sha256: str
    name: str

    def prepare(self) -> None:
        """What must be done before the first case (indexing)."""

    def about(self) -> Record:
        """What the system says of itself, once prepared."""

    def close(self) -> None:
        """Lets go of the system."""

    def items(self) -> Sequence[Any]:
        """The cases, each with an `id`, in the order of the set."""

    def facts(self, item: Any) -> Record:
        """What is known of a case before it is asked; all that is kept where the system breaks off."""

    def produce(self, item: Any) -> Produced:
        """Asks about one case; the record holds the facts too."""


class CaseTask(OverFolder):
    """A case set: each question is searched for and answered."""

    kind = "cases"

    def __init__(
        self,
        case_set: CaseSet,
        configuration: Configuration,
        opener: Opener,
        index: Path,
        verifier: Verifier = house_verifier,
        judge: AnswerJudge | None = None,
    ) -> None:
        self.set_name, self.set_sha256, self.name = case_set.name, case_set.sha256, configuration.name
        self._set, self._configuration, self._opener, self._index = case_set, configuration, opener, index
        self._verifier, self._judge = verifier, judge

    def prepare(self) -> None:
        """Indexes the documents."""
        self._system = self._opener(self._configuration, self._set.root, self._index)

    def items(self) -> Sequence[Case]:
        """The cases."""
        return self._set.cases

    def facts(self, item: Case) -> Record:
        """Question, gold and reference."""
        return {
            "id": item.id,
            "question": item.question,
            "group": item.group,
            "language": item.language,
            "answerable": item.answerable,
            "reference": item.answer,
            "gold": [
                {
                    "document": g.document,
                    "start": g.span.start,
                    "end": g.span.end,
                    "quote": g.quote,
                    "before": g.before,
                    "after": g.after,
                }
                for g in item.gold
            ],
        }

    def produce(self, item: Case) -> Produced:
        """Ranked passages of one case and, where asked for, its answer."""
        record, seconds = self.facts(item), {}
        scope = None
        if self._configuration.within == "group":
            scope = scope_of(self._set.documents_of(item.group))
            if not scope:
                return Produced({**record, "unscored": "no document of its group is known"}, {})
        began = time.perf_counter()
        hits = self.system.search(item.question, self._configuration.depth, scope=scope)
        seconds["search"] = time.perf_counter() - began
        record["ranked"] = [[*place] for place in places_of(hits)]
        record["texts"] = [h.text for h in hits[:SHOWN]]
        if self._configuration.answers:
            try:
                record["answer"], taken = self._answer(item, scope)
                seconds |= taken
            except Exception as error:  # what was retrieved counts all the same
                record["error"] = reason_of(error)
        return Produced(record, seconds)

    def _answer(self, case: Case, scope: str | None) -> tuple[Record, dict[str, float]]:
        overheard = getattr(self.system, "overheard", None)
        if overheard is not None:
            overheard.taken()  # of a question on which the model broke off
        began, worked = time.perf_counter(), time.process_time()
        answer = self.system.ask(case.question, scope=scope)
        taken = {"ask": time.perf_counter() - began, "processor": time.process_time() - worked}
        kept = answer_record(answer, None if case.language == "und" else case.language, self._verifier)
        if overheard is not None and (said := overheard.taken()):
            kept["model_said"] = said
        if self._judge and answer.status == "supported":
            kept["judged"] = self._judge(case.question, [h.text for h in answer.hits], answer.text)
        return kept, taken


def reason_of(error: Exception) -> str:
    """Why a case has no result. The message of a foreign error may hold document text: only its name is kept."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, RagError) else name


def scope_of(documents: Sequence[str]) -> str:
    """The pattern that fits these documents and no others; empty for none."""
    if len(documents) == 1:
        return documents[0]  # a path is taken to the letter
    return ",".join("/" + _escaped(d) for d in documents)


def _escaped(path: str) -> str:
    # A comma divides patterns and cannot be escaped: any one character stands in for it.
    return "".join("?" if c == "," else f"\\{c}" if c in "*?[]!#\\ " else c for c in path)


def answer_record(answer: Answer, language: str | None, verifier: Verifier) -> Record:
    """An answer as it is kept: without its time, each claim with whether our verifier finds it in its quotes."""
    out = answer.as_json()
    out.pop("elapsed_s", None)
    out.pop("question", None)
    out["confidence"] = answer_confidence(answer)
    for kept, claim in zip(out["claims"], answer.claims, strict=True):
        kept["supported"] = any(verifier(claim.text, c.quote, language)[0] == "supported" for c in claim.citations)
    return out


def answer_confidence(answer: Answer) -> float | None:
    """What the answer says of itself, else the best verdict of its citations; None where neither is there."""
    stated = getattr(answer, "confidence", None)
    if stated is not None:
        return round(float(stated), 6)
    scores = [c.verdict.score for c in answer.citations if c.verdict]
    return round(max(scores), 6) if scores else None


class BeirTask(OverFolder):
    """A BEIR folder: each query is searched for, passages are folded into documents."""

    kind = "beir"

    def __init__(self, beir_set: BeirSet, configuration: Configuration, opener: Opener, work: Path) -> None:
        self.set_name, self.set_sha256, self.name = beir_set.name, beir_set.sha256, configuration.name
        self._set, self._configuration, self._opener, self._work = beir_set, configuration, opener, work
        self._ids: dict[str, str] = {}
        self._texts = {e.id: e.whole for e in beir_set.corpus}

    def prepare(self) -> None:
        """Writes the corpus as files and indexes them."""
        folder = self._work / "documents"
        self._ids = self._set.write_folder(folder)
        self._system = self._opener(self._configuration, folder, self._work / "index")

    def items(self) -> Sequence[Query]:
        """The judged queries."""
        return self._set.queries

    def facts(self, item: Query) -> Record:
        """Query, judged documents, and the texts of the first of them."""
        return {
            "id": item.id,
            "question": item.text,
            "relevant": [[d, r] for d, r in item.relevant],
            "gold": [self._texts[d] for d, _ in item.relevant[:SHOWN]],
        }

    def produce(self, item: Query) -> Produced:
        """Ranked documents of one query."""
        began = time.perf_counter()
        hits = self.system.search(item.text, DEPTH * CHUNKS_PER_DOCUMENT)
        seconds = time.perf_counter() - began
        ranked = fold(self._ids[h.document] for h in hits if h.document in self._ids)
        found = {"ranked": ranked, "texts": [self._texts[d] for d in ranked[:SHOWN]]}
        return Produced({**self.facts(item), **found}, {"search": seconds})
