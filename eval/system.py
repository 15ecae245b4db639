"""What is evaluated: anything that searches and answers. Configurations name how `Library` is set up for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from eval.baseline import NAME, WordOverlap
from indexes.hit import Hit
from rag.answer import Answer

Within = Literal["all", "group"]


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


def house_verifier(claim: str, quote: str, language: str | None) -> tuple[str, float]:
    """Label and score of `rag.verifying.verify`."""
    import importlib

    verdict = importlib.import_module("rag.verifying").verify(claim, quote, language)
    return str(verdict.label), float(verdict.score)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One column of a report.

    Attributes:
        encoder: name or path of the encoder.
        llm: generator, `extractive` where no language model is asked.
        within: `all` searches every document (cross-patient), `group` only those of the case's own group
            (patient-centred), as in the two settings of the MIRACLE study (JMIR 2026;28:e82997).
        parts: parts of the search that are used (`dense`, `sparse`, …); none named means all.
        answers: whether questions are also answered.
        depth: passages asked for a case.
    """

    encoder: str = "minilm"
    llm: str = "extractive"
    within: Within = "all"
    parts: tuple[str, ...] = ()
    answers: bool = True
    depth: int = 20

    @property
    def search_name(self) -> str:
        """Name of what searches, whatever answers."""
        return "+".join([Path(self.encoder).name, *(f"only-{p}" for p in self.parts)])

    @property
    def name(self) -> str:
        """Short name, also of its result files; the first four fields are told apart in it."""
        bits = [self.search_name]
        if self.llm != "extractive":
            bits.append(self.llm.replace("/", "_").replace(":", "_"))
        if self.within == "group":
            bits.append("in-group")
        return "+".join(bits)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "parts": list(self.parts), "name": self.name}


def open_library(configuration: Configuration, folder: Path, index: Path) -> System:
    """The system of the house, `rag.library.Library`, synced; or the baseline."""
    import importlib

    if configuration.encoder == NAME:
        return WordOverlap(folder)

    made = importlib.import_module("rag.library").Library.open(
        folder, index=index, encoder=configuration.encoder, create=True
    )
    made.sync()
    system: System = made
    return system
