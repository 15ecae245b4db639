"""`rag train reader` from files to a folder: rows, one stage of training, the 8-bit file and its check."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from casefolio.indexes.encoders.table import PROFILE, open_table
from casefolio.indexes.encoders.tokens import TextTokenizer
from casefolio.training.base import open_base
from casefolio.training.corpus import case_folders, read_case_folder
from casefolio.training.errors import TrainingError
from casefolio.training.reader import Plan, judge, train_reader
from casefolio.training.reader_rows import Row, read_rows, rows_of_folder
from casefolio.training.recipes import recipe
from casefolio.training.state import State, signature

_COMPARED = 200  # rows on which file and trained model are compared
Tell = Callable[[str], None]


def read_all(paths: Sequence[Path], seed: int, tell: Tell) -> list[Row]:
    """Rows of files and of case folders at or below folders.

    Raises:
        TrainingError: a path holds none, or a row is faulty.
    """
    table = open_table()
    spans = TextTokenizer(table.file.path, (table.tokenizer, table.sha256)).spans
    rows: list[Row] = []
    for path in paths:
        if path.is_file():
            found = read_rows(path)
        else:
            folders = case_folders(path) if path.is_dir() else []
            if not folders:
                raise TrainingError(f"{path}: neither a file of rows nor a folder with questions.tsv in it")
            found = [row for folder in folders for row in rows_of_folder(read_case_folder(folder), spans, seed)]
        tell(f"{path}: {len(found)} rows, {sum(bool(r.answers) for r in found)} of them answer")
        rows += found
    return rows


def run_reader(
    rows: Sequence[Row], name: str | None, plan: Plan, out: Path, tell: Tell, dry: bool = False
) -> dict[str, Any]:
    """Trains one stage and writes its folder.

    Args:
        rows: all; those that are held are judged at the end.
        name: an encoder, or the folder of an earlier stage; the default encoder where it is None.
        plan: how.
        out: folder of the result.
        tell: told what goes on.
        dry: say how long it would take, and train nothing.

    Returns:
        The report: figures of the held rows by source, agreement of file and model; of a dry run, minutes.

    Raises:
        TrainingError: rows, base or folder do not do.
    """
    from casefolio.training.reader_saving import FILE, WEIGHTS, read_stage, save_reader, stage_encoder, write_report

    if (out / FILE).exists():
        raise TrainingError(f"{out} holds a reader already", "name another --out")
    table = open_table()

    def tokenize(text: str) -> tuple[list[int], list[tuple[int, int]]]:
        encoding = table.tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    stage = Path(name) if name and (Path(name) / WEIGHTS).is_file() else None
    encoder = stage_encoder(stage) if stage else name or PROFILE
    base = open_base(encoder, recipe("miracle"))
    start: Mapping[str, Any] | None = read_stage(stage) if stage else None
    if dry:
        return {"minutes": _minutes(rows, base, tokenize, plan, start), "steps": plan.steps}
    began = time.monotonic()
    reader = train_reader(rows, base, tokenize, plan, out, tell, start)
    if reader is None:
        return {"held": {}}
    held = [row for row in rows if row.held]
    compared = (held or list(rows))[:: max(1, len(held or rows) // _COMPARED)][:_COMPARED]
    agreement = save_reader(out, reader, base, compared, tokenize, table, plan.judge)
    report: dict[str, Any] = {
        "base": str(stage or base.profile.name),
        "encoder": str(Path(encoder).resolve()) if Path(encoder).exists() else encoder,
        "base_weights": base.sha256,
        "plan": asdict(plan),
        "rows": len(rows) - len(held),
        "rows_held": len(held),
        "data": signature(rows=[asdict(row) for row in rows]),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "file_agrees": asdict(agreement),
        "held": judge(reader, held, tokenize) if held else {},
    }
    write_report(out, report)
    State(out, "").remove()
    return report


def _minutes(rows: Sequence[Row], base: Any, tokenize: Any, plan: Plan, start: Mapping[str, Any] | None) -> float:
    """Minutes by the measure of two steps of a small batch."""
    import tempfile
    from dataclasses import replace

    small = replace(plan, steps=2, batch=min(plan.batch, 8))
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        train_reader(rows, base, tokenize, small, Path(folder), lambda _: None, start)
        took = (time.monotonic() - began) / small.steps
    return round(took * plan.batch / small.batch * plan.steps / 60, 1)
