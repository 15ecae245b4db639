"""The folder of a trained reader: the 8-bit file that answers, the weights to go on from, figures, and a check."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from casefolio.indexes.encoders.table import PROFILE
from casefolio.indexes.encoders.tensors import read_json
from casefolio.ingest.errors import EncoderError
from casefolio.reader.export import write_judge, write_reader
from casefolio.reader.framing import Tokenize
from casefolio.reader.model import Judge, Output, ReaderModel
from casefolio.training.base import Base
from casefolio.training.errors import TrainingError
from casefolio.training.reader_examples import Example, collate, make_example
from casefolio.training.reader_model import Reader
from casefolio.training.reader_rows import Row

FILE, JUDGE, WEIGHTS, REPORT = "reader.onnx", "judge.onnx", "reader.safetensors", "training.json"
ALIKE = 0.95  # share of rows on which file and trained model must say the same
_LONGEST_ANSWER = 40  # tokens


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many of `rows` the file answers as the trained model does: same span or none, same relation."""

    rows: int
    spans: float
    relations: float


def save_reader(
    out: Path, reader: Reader, base: Base, rows: Sequence[Row], tokenize: Tokenize, table: Any, judge: bool = False
) -> Agreement:
    """Write the folder, and hold the 8-bit file against the model that was trained.

    A judge's folder has the reader's file too: it was trained on the lower half of the layers that are in it.

    Args:
        out: of the result.
        reader: as trained.
        base: where it started.
        rows: on which the two are compared.
        tokenize: of the framing.
        table: embeddings that the file is read with.
        judge: whether the upper layers were trained as the judge of claims.

    Raises:
        TrainingError: they differ on more than one row in twenty; the file is removed.
    """
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    tensors = reader.tensors()
    save_file({n: t.half().contiguous() for n, t in tensors.items()}, out / WEIGHTS, metadata={"format": "pt"})
    write_reader({n: t.numpy() for n, t in tensors.items()}, out / FILE, shape=base.passages.shape, int8=True)
    model = ReaderModel(out / FILE, table)
    claims: ReaderModel | Judge = model
    if judge:
        write_judge({n: t.numpy() for n, t in tensors.items()}, out / JUDGE, shape=base.passages.shape, int8=True)
        claims = Judge(out / JUDGE, model)
    found = compare(reader, model, claims, rows, tokenize)
    if min(found.spans, found.relations) < ALIKE:
        (out / FILE).unlink()
        (out / JUDGE).unlink(missing_ok=True)
        raise TrainingError(
            f"the 8-bit file says the same on {found.spans:.0%} of answers and {found.relations:.0%} of claims only",
            f"wanted {ALIKE:.0%}; train longer, or at a lower rate",
        )
    return found


def compare(
    reader: Reader, model: ReaderModel, claims: ReaderModel | Judge, rows: Sequence[Row], tokenize: Tokenize
) -> Agreement:
    """Answers of the files and of the trained model on the same rows."""
    rng = np.random.default_rng(0)
    spans: list[bool] = []
    relations: list[bool] = []
    for row in rows:
        example = make_example(row, tokenize, rng, training=False)
        ours = _logits(reader, example)
        if row.label >= 0:
            theirs = claims.claims([(row.asked, row.passage)])[0]
            relations.append(int(np.argmax(theirs)) == int(ours[2].argmax()))
        else:
            passage = row.passage[: example.frame.offsets[-1][1]] if example.frame.offsets else row.passage
            output = model.questions([(row.asked, row.header, passage)])[0]
            spans.append(_best(output) == _best(_as_output(ours, example)))
    return Agreement(len(rows), float(np.mean(spans or [True])), float(np.mean(relations or [True])))


def _logits(reader: Reader, example: Example) -> tuple[Any, Any, Any]:
    import torch

    reader.train(False)
    with torch.inference_mode():
        found = reader.logits(collate([example]))
    return found.span[0].cpu().numpy(), float(found.answers[0]), found.relation[0].cpu().numpy()


def _as_output(logits: tuple[Any, Any, Any], example: Example) -> Output:
    frame = example.frame
    inside = logits[0][frame.start : frame.start + len(frame.offsets)]
    return Output(inside[:, 0], inside[:, 1], float(logits[0][0].sum()), logits[1], (0.0, 0.0, 0.0), frame.offsets)


def _best(output: Output) -> tuple[int, int] | None:
    """Characters of the best span, or None where no answer is likelier."""
    n = len(output.begin)
    if not n:
        return None
    scores = output.begin[:, None] + output.end[None, :]
    allowed = np.triu(np.ones((n, n), bool)) & ~np.triu(np.ones((n, n), bool), _LONGEST_ANSWER)
    begin, end = np.unravel_index(np.where(allowed, scores, -np.inf).argmax(), scores.shape)
    if scores[begin, end] < output.none:
        return None
    return output.offsets[begin][0], output.offsets[end][1]


def read_stage(folder: Path) -> Mapping[str, Any]:
    """Tensors of an earlier stage's folder.

    Raises:
        EncoderError: its weights are missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return {name: tensor.float() for name, tensor in load_file(folder / WEIGHTS).items()}
    except (SafetensorError, OSError) as error:
        raise EncoderError(
            f"{folder / WEIGHTS}: {error}".replace("\n", " "), "name a folder of rag train reader"
        ) from None


def stage_encoder(folder: Path) -> str:
    """The encoder that an earlier stage started from, which gives sizes and words; its weights are the stage's own.

    Raises:
        EncoderError: its report is missing or damaged.
    """
    return str(read_json(folder / REPORT).get("encoder") or PROFILE)


def write_report(out: Path, report: Mapping[str, Any]) -> None:
    """Plan, hashes and figures, beside the file."""
    (out / REPORT).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
