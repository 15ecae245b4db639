"""What is evaluated: anything that searches and answers. Configurations name how `Library` is set up for it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from eval.baseline import NAME, WordOverlap
from indexes.hit import Hit
from rag.answer import Answer

Within = Literal["all", "group"]
EXTRACTIVE = "extractive"
POOL = 1000  # passages that are ranked anew when one part of the search is measured alone


class System(Protocol):
    """Searches one folder and answers from it. `rag.library.Library` is one."""

    def search(self, question: str, k: int = ..., *, scope: str | None = None) -> list[Hit]:
        """At most `k` passages, best first, out of the documents whose path matches `scope`."""

    def ask(self, question: str, *, scope: str | None = None) -> Answer:
        """An answer with its evidence, or an abstention."""


class Opener(Protocol):
    """Makes a system over a folder of files, its index kept in another folder."""

    def __call__(self, configuration: Configuration, folder: Path, index: Path) -> System:
        """Indexes what is new in `folder` and returns the system."""


Verifier = Callable[[str, str, str | None], tuple[str, float]]
AnswerJudge = Callable[[str, Sequence[str], str], bool | None]  # question, passages, answer: is it supported?


def house_verifier(claim: str, quote: str, language: str | None) -> tuple[str, float]:
    """Label and score of `rag.verifying.verify`."""
    verdict = importlib.import_module("rag.verifying").verify(claim, quote, language)
    return str(verdict.label), float(verdict.score)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One column of a report.

    Attributes:
        encoder: name or path of the encoder, or `words` for the baseline.
        llm: generator, `extractive` where no language model is asked.
        unsupported: what happens to sentences of a language model that no page supports: `drop`, or `keep` to measure
            what it says by itself.
        within: `all` searches every document (cross-patient), `group` only those of the case's own group
            (patient-centred), as in the two settings of the MIRACLE study (JMIR 2026;28:e82997).
        only: the one part of the search that is used (`dense`, `sparse`); empty for all together.
        answers: whether questions are also answered.
        depth: passages asked for a case.
    """

    encoder: str = "minilm"
    llm: str = EXTRACTIVE
    within: Within = "all"
    only: str = ""
    answers: bool = True
    depth: int = 20
    unsupported: str = "drop"

    @property
    def search_name(self) -> str:
        """Name of what searches, whatever answers."""
        return Path(self.encoder).name + (f"+only-{self.only}" if self.only else "")

    @property
    def name(self) -> str:
        """Short name, also of its result files; what answers and where it searches are told in it."""
        bits = [self.search_name]
        if self.llm != EXTRACTIVE:
            bits.append(self.llm.replace("/", "_").replace(":", "_"))
            bits += [] if self.unsupported == "drop" else [self.unsupported]
        if self.within == "group":
            bits.append("in-group")
        return "+".join(bits)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"name": self.name, **asdict(self)}


class LibrarySystem:
    """`rag.library.Library` under a configuration.

    Args:
        library: open and synced.
        configuration: which generator answers, and whether one part of the search is measured alone.
        threshold: confidence below which nothing is answered; the library's own where None.
    """

    def __init__(self, library: Any, configuration: Configuration, threshold: float | None = None) -> None:
        self._library, self._only = library, configuration.only
        self._settings: dict[str, Any] = {} if threshold is None else {"threshold": threshold}
        if configuration.llm != EXTRACTIVE:
            opened = importlib.import_module("rag.generators").generator_from(configuration.llm)
            self._settings |= {"generator": opened, "unsupported": configuration.unsupported}

    @property
    def encoder(self) -> Any:
        """The encoder of the library."""
        return self._library.encoder

    def close(self) -> None:
        """Closes the library."""
        self._library.close()

    def search(self, question: str, k: int = 10, *, scope: str | None = None) -> list[Hit]:
        """The library's hits; with one part alone, its candidates in the order of that part."""
        if not self._only:
            return list(self._library.search(question, k, scope))
        pool = self._library.search(question, max(POOL, k), scope)
        scored = [(dict(hit.parts).get(self._only, 0.0), hit) for hit in pool]
        kept = sorted((s for s in scored if s[0] > 0), key=lambda s: (-s[0], s[1].rank))
        return [hit for _, hit in kept[:k]]

    def ask(self, question: str, *, scope: str | None = None) -> Answer:
        """The library's answer."""
        answer: Answer
        if self._settings:
            ask = importlib.import_module("rag.asking").ask
            answer = ask(self._library, question, scope=scope, **self._settings)
        else:
            answer = self._library.ask(question, scope=scope)
        return answer


def open_library(configuration: Configuration, folder: Path, index: Path, threshold: float | None = None) -> System:
    """The system of the house, `rag.library.Library`, synced and with all its vectors; or the baseline."""
    if configuration.encoder == NAME:
        return WordOverlap(folder, **({} if threshold is None else {"least": threshold}))
    index.parent.mkdir(parents=True, exist_ok=True)
    library = importlib.import_module("rag.library").Library.open(folder, index=index, encoder=configuration.encoder)
    library.sync(encode=True)
    return LibrarySystem(library, configuration, threshold)
