"""The reader's model: frames in, logits out. ONNX Runtime on the processor, embeddings from the shared table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.runtime import physical_cores
from casefolio.ingest.errors import EncoderError
from casefolio.reader.export import SEGMENT_ROW
from casefolio.reader.framing import Frame, claim_frame, question_frame

if TYPE_CHECKING:
    from casefolio.indexes.encoders.table import Table

WEIGHTS = Path(__file__).parent / "weights" / "reader.onnx"
RELATIONS = ("supports", "contradicts", "neither")


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
    relation: tuple[float, float, float]
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
        from casefolio.indexes.encoders.onnx_runtime import open_session

        if not path.is_file():
            raise EncoderError(f"{path} is missing", "install casefolio again")
        self._session = open_session(path)
        told = self._session.get_modelmeta().custom_metadata_map.get(SEGMENT_ROW, "")
        self._segment = np.array([float(x) for x in told.split(",")], np.float32) if told else np.float32(0)
        self._table = table
        self._lock = Lock()

    def questions(self, asked: Iterable[tuple[str, str, str]]) -> list[Output]:
        """Read (question, header, passage) each."""
        return self._read([question_frame(q, h, p, self._tokenize) for q, h, p in asked])

    def claims(self, judged: Iterable[tuple[str, str]]) -> list[tuple[float, float, float]]:
        """Probabilities of supports, contradicts, neither for (claim, quote) each."""
        return [o.relation for o in self._read([claim_frame(c, q, self._tokenize) for c, q in judged])]

    def _tokenize(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        encoding = self._table.tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def _read(self, frames: Sequence[Frame]) -> list[Output]:
        # Each alone: nothing is padded, and 8-bit scales do not depend on neighbours. Longest first, for balance.
        order = sorted(range(len(frames)), key=lambda i: -len(frames[i].ids))
        out: list[Output | None] = [None] * len(frames)

        def run(i: int) -> None:
            out[i] = self._one(frames[i])

        workers = min(physical_cores(), len(frames))
        if workers < 2:
            for i in order:
                run(i)
        else:
            with ThreadPoolExecutor(workers, thread_name_prefix="read") as pool:
                for _ in pool.map(run, order):
                    pass
        return [o for o in out if o is not None]

    def _one(self, frame: Frame) -> Output:
        rows = self._table.rows(np.array(frame.ids, np.int32))
        rows[frame.second :] += self._segment
        span, answers, relation = self._session.run(None, {"rows": rows[None]})
        inside = span[0, frame.start : frame.start + len(frame.offsets)]
        return Output(
            begin=inside[:, 0],
            end=inside[:, 1],
            none=float(span[0, 0].sum()),
            answers=float(answers[0]),
            relation=_softmax(relation[0]),
            offsets=frame.offsets,
        )


def _softmax(logits: NDArray[Any]) -> tuple[float, float, float]:
    e = np.exp(logits - logits.max())
    a, b, c = (e / e.sum()).tolist()
    return a, b, c


@cache
def shipped() -> ReaderModel:
    """The reader in the box, opened once.

    Raises:
        EncoderError: its weights, or the package with its embeddings, are missing.
    """
    from casefolio.indexes.encoders.table import open_table

    return ReaderModel(WEIGHTS, open_table())
