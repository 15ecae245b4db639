"""What is evaluated: anything that searches and answers. Configurations name how `Library` is set up for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from casefolio.answer import Answer
from casefolio.eval.baseline import NAME, WordOverlap
from casefolio.indexes.hit import Hit

if TYPE_CHECKING:
    from casefolio.eval.overhearing import Overheard
    from casefolio.eval.single_ranker import OnePart
    from casefolio.library import Library

Within = Literal["all", "group"]
EXTRACTIVE = "extractive"


class System(Protocol):
    """Searches one folder and answers from it. `casefolio.library.Library` is one."""

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
    """Label and score of `casefolio.verifying.verify`."""
    from casefolio.verifying import verify

    verdict = verify(claim, quote, language)
    return verdict.label, verdict.score


@dataclass(frozen=True, slots=True)
class Configuration:
    """One column of a report.

    Attributes:
        encoder: name or path of the encoder, or `words` for the baseline.
        llm: generator, `extractive` where no language model is asked.
        base_url: of the server that the model is on, where it is not the provider's own.
        context: tokens that the model holds, where neither it nor its server says.
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
    base_url: str | None = None
    context: int | None = None

    @property
    def search_name(self) -> str:
        """Name of what searches, whatever answers."""
        return Path(self.encoder).name + (f"+only-{self.only}" if self.only else "")

    @property
    def name(self) -> str:
        """Short name, also of its result files; what answers and where it searches are told in it."""
        bits = [self.search_name]
        if self.llm != EXTRACTIVE:
            # a path has many parts and its last one tells
            kind, colon, model = self.llm.partition(":")
            bits.append((f"{kind}_{Path(model).name}" if colon else kind).replace(":", "_"))
            bits += [] if self.unsupported == "drop" else [self.unsupported]
        if self.within == "group":
            bits.append("in-group")
        return "+".join(bits)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"name": self.name, **asdict(self)}


class LibrarySystem:
    """`casefolio.library.Library` under a configuration.

    Args:
        library: open and synced.
        configuration: which generator answers, and whether one part of the search is measured alone.
        threshold: confidence below which nothing is answered; the library's own where None.
    """

    def __init__(self, library: Library, configuration: Configuration, threshold: float | None = None) -> None:
        self._library = library
        self._one_part: OnePart | None = None
        if configuration.only:
            from casefolio.eval.single_ranker import OnePart

            encoder = configuration.encoder
            self._one_part = OnePart(library.index_folder, library.encoder, encoder, configuration.only)
        self.overheard: Overheard | None = None
        self._settings: dict[str, Any] = {} if threshold is None else {"threshold": threshold}
        if configuration.llm != EXTRACTIVE:
            from casefolio.generators import generator_from

            model = generator_from(configuration.llm, configuration.base_url, window=configuration.context)
            if model is not None:
                from casefolio.eval.overhearing import Overheard

                self.overheard = Overheard(model)
                self._settings |= {"generator": self.overheard, "unsupported": configuration.unsupported}

    @property
    def encoder(self) -> Any:
        """The encoder of the library."""
        return self._library.encoder

    def close(self) -> None:
        """Closes the library."""
        if self._one_part:
            self._one_part.close()
        self._library.close()

    def search(self, question: str, k: int = 10, *, scope: str | None = None) -> list[Hit]:
        """The library's hits, or those of one part alone."""
        return list((self._one_part or self._library).search(question, k, scope))

    def ask(self, question: str, *, scope: str | None = None) -> Answer:
        """The library's answer."""
        if not self._settings:
            return self._library.ask(question, scope=scope)
        from casefolio.asking import ask

        return ask(self._library, question, scope=scope, **self._settings)


def open_library(configuration: Configuration, folder: Path, index: Path, threshold: float | None = None) -> System:
    """The system of the house, `casefolio.library.Library`, synced and with all its vectors; or the baseline."""
    if configuration.encoder == NAME:
        return WordOverlap(folder, **({} if threshold is None else {"least": threshold}))
    index.parent.mkdir(parents=True, exist_ok=True)
    from casefolio.library import Library

    library = Library.open(folder, index=index, encoder=configuration.encoder)
    library.sync(encode=configuration.only != "sparse")  # words alone need no vectors
    return LibrarySystem(library, configuration, threshold)
