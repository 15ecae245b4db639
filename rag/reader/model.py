"""The reader's model and the judge of claims: frames in, logits out. ONNX Runtime on the processor, embeddings from
the shared table.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.runtime import physical_cores
from casefolio.ingest.errors import EncoderError
from casefolio.reader.export import SEGMENT_ROW
from casefolio.reader.framing import Frame, claim_frame, question_frame

if TYPE_CHECKING:
    from casefolio.indexes.encoders.table import Table

WEIGHTS = Path(__file__).parent / "weights" / "reader.onnx"
JUDGE = WEIGHTS.with_name("judge.onnx")
RELATIONS = ("supports", "contradicts", "neither")
_HEADS = ("span", "answers", "relation")
_OPENING = threading.Lock()
Relation = tuple[float, float, float]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Output:
    """What the model says of one frame.

    Attributes:
        begin, end: logits of the passage's tokens to begin and to end the answer, float32 (tokens,).
        none: sum of the two logits that there is no answer.
        answers: logit that the passage answers.
        relation: probabilities in the order of `RELATIONS`.
        offsets: characters of the passage's tokens.
    """

    begin: NDArray[np.float32]
    end: NDArray[np.float32]
    none: float
    answers: float
    relation: Relation
    offsets: tuple[tuple[int, int], ...]


class ReaderModel:
    """The shipped model, or another that `rag train reader` made. Safe to use from several threads.

    Args:
        path: the model's file.
        table: the embeddings and the tokenizer of its family.

    Raises:
        EncoderError: the file is missing or damaged.
    """

    def __init__(self, path: Path, table: Table) -> None:
        self._session = _opened(path)
        told = self._session.get_modelmeta().custom_metadata_map.get(SEGMENT_ROW, "")
        self._segment = np.array([float(x) for x in told.split(",")], np.float32) if told else np.float32(0)
        self._table = table

    def questions(self, asked: Iterable[tuple[str, str, str]]) -> list[Output]:
        """Read (question, header, passage) each."""
        return _each([question_frame(q, h, p, self._tokenize) for q, h, p in asked], self._one)

    def claims(self, judged: Iterable[tuple[str, str]]) -> list[Relation]:
        """Probabilities of supports, contradicts, neither for (claim, quote) each; claims may be yes/no questions."""
        return [o.relation for o in _each(self.frames(judged), self._one)]

    def frames(self, judged: Iterable[tuple[str, str]]) -> list[Frame]:
        """The inputs of (claim, quote) each."""
        return [claim_frame(c, q, self._tokenize) for c, q in judged]

    def middle(self, frame: Frame) -> NDArray[np.float32]:
        """What leaves the lower half of the layers, shape (1, length, width); the upper half is not computed."""
        states: NDArray[np.float32] = self._run(["middle"], frame, only_path=True)[0]
        return states

    def _tokenize(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        encoding = self._table.tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def _run(self, wanted: Sequence[str], frame: Frame, *, only_path: bool = False) -> list[Any]:
        from onnxruntime import RunOptions

        rows = self._table.rows(np.array(frame.ids, np.int32))
        rows[frame.second :] += self._segment
        options = RunOptions()
        options.only_execute_path_to_fetches = only_path
        found: list[Any] = self._session.run(list(wanted), {"rows": rows[None]}, options)
        return found

    def _one(self, frame: Frame) -> Output:
        span, answers, relation = self._run(_HEADS, frame)
        inside = span[0, frame.start : frame.start + len(frame.offsets)]
        return Output(
            begin=inside[:, 0],
            end=inside[:, 1],
            none=float(span[0, 0].sum()),
            answers=float(answers[0]),
            relation=_softmax(relation[0]),
            offsets=frame.offsets,
        )


class Judge:
    """The judge of claims: its own upper layers on the lower ones of a reader. Safe to use from several threads.

    Args:
        path: the model's file.
        reader: that it was trained upon.

    Raises:
        EncoderError: the file is missing or damaged.
    """

    def __init__(self, path: Path, reader: ReaderModel) -> None:
        self._session, self._reader = _opened(path), reader

    def claims(self, judged: Iterable[tuple[str, str]]) -> list[Relation]:
        """Probabilities of supports, contradicts, neither for (claim, quote) each."""
        return _each(self._reader.frames(judged), self._one)

    def _one(self, frame: Frame) -> Relation:
        (relation,) = self._session.run(None, {"middle": self._reader.middle(frame)})
        return _softmax(relation[0])


def _opened(path: Path) -> Any:
    from casefolio.indexes.encoders.onnx_runtime import open_session

    if not path.is_file():
        raise EncoderError(f"{path} is missing", "install casefolio again")
    return open_session(path)


def _each(frames: Sequence[Frame], one: Callable[[Frame], _T]) -> list[_T]:
    """What each frame gives, in order.

    Each is computed alone: nothing is padded, and 8-bit scales do not depend on neighbours. Longest first, for balance.
    """
    workers = min(physical_cores(), len(frames))
    if workers < 2:
        return [one(frame) for frame in frames]
    order = sorted(range(len(frames)), key=lambda i: -len(frames[i].ids))
    with ThreadPoolExecutor(workers, thread_name_prefix="read") as pool:
        found = dict(zip(order, pool.map(one, [frames[i] for i in order]), strict=True))
    return [found[i] for i in range(len(frames))]


def _softmax(logits: NDArray[Any]) -> Relation:
    e = np.exp(logits - logits.max())
    a, b, c = (e / e.sum()).tolist()
    return a, b, c


def shipped() -> ReaderModel:
    """The reader in the box, opened once.

    Raises:
        EncoderError: its weights, or the package with its embeddings, are missing.
    """
    with _OPENING:
        return _shipped()


@cache
def _shipped() -> ReaderModel:
    from casefolio.indexes.encoders.table import open_table

    return ReaderModel(WEIGHTS, open_table())


def open_ahead() -> None:
    """Begins to open the reader in a thread of its own, for a process that will need it soon.

    What goes wrong is raised by `shipped`, to whom it matters.
    """

    def open_it() -> None:
        with suppress(EncoderError, ImportError, OSError):
            shipped()

    threading.Thread(target=open_it, name="open-reader", daemon=True).start()


@cache
def shipped_judge() -> Judge:
    """The judge of claims in the box, on the reader in the box; opened once.

    Raises:
        EncoderError: as `shipped`, or its own weights are missing.
    """
    return Judge(JUDGE, shipped())
