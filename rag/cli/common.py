"""What several verbs share: the folder's arguments, opening it, progress bars, JSON lines in and out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from casefolio.cli.lines import json_text, lines_of
from casefolio.cli.screen import on_one_line
from casefolio.ingest.data import record
from casefolio.ingest.errors import UsageError

if TYPE_CHECKING:
    from casefolio.library import Library
    from casefolio.mirroring import Progress

_MOST_LINES, _MOST_FAULTS = 1_000_000, 10


def add_folder(parser: argparse.ArgumentParser) -> None:
    """FOLDER and --index."""
    parser.add_argument("folder", metavar="FOLDER", help="the folder of files")
    parser.add_argument("--index", metavar="DIR", help="where the index lies (FOLDER/.rag unless named)")
    add_code(parser)


def add_code(parser: argparse.ArgumentParser) -> None:
    """--trust-remote-code."""
    parser.add_argument(
        "--trust-remote-code",
        action="store_true",
        help="let Python code that comes with your own encoder run, this once",
    )


def add_reading(parser: argparse.ArgumentParser) -> None:
    """--password and --no-ocr."""
    parser.add_argument(
        "--password", metavar="WORD", action="append", default=[], help="tried on encrypted files; may be repeated"
    )
    parser.add_argument("--no-ocr", action="store_true", help="leave pages without a text layer unread")


def add_question(parser: argparse.ArgumentParser, k: int) -> None:
    """-k, --scope, --no-sync, --json."""
    parser.add_argument("-k", type=int, default=k, metavar="N", help=f"passages to retrieve ({k})")
    parser.add_argument(
        "--scope", metavar="GLOB", help="only documents whose path fits, e.g. 'patient_7/**'; applied before ranking"
    )
    parser.add_argument(
        "--rerank", metavar="PATH", help="a cross-encoder that takes a second look at the best passages"
    )
    parser.add_argument("--no-sync", action="store_true", help="take the index as it is, without looking at the folder")
    parser.add_argument("--json", action="store_true", help="one JSON object a question on stdout")


def open_library(args: argparse.Namespace, *, create: bool = True, encoder: str | None = None) -> Library:
    """The library that the arguments name."""
    from casefolio.library import Library

    reranker = None
    if getattr(args, "rerank", None):
        from casefolio.indexes.reranking import CrossEncoder

        reranker = CrossEncoder(args.rerank)
    return Library.open(
        args.folder,
        index=args.index,
        encoder=encoder,
        create=create,
        tell=say,
        reranker=reranker,
        passwords=getattr(args, "password", []),
        ocr=not getattr(args, "no_ocr", False),
        trust_remote_code=args.trust_remote_code,
    )


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[Library]:
    """The library for a question: in step with its folder unless --no-sync."""
    with open_library(args, create=not args.no_sync) as library:
        if not args.no_sync:
            with progress_bars() as progress:
                library.sync(progress)
        yield library


@contextmanager
def progress_bars() -> Iterator[Progress | None]:
    """Bars on stderr with rates and time left; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    from casefolio.cli.screen import below

    bars: dict[str, Any] = {}
    units = {"read": ("reading", "file"), "encode": ("encoding", "passage")}

    def progress(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            told, unit = units.get(stage, (stage, "it"))
            bars[stage] = tqdm(total=total, initial=0, desc=told, unit=unit, leave=False, dynamic_ncols=True,
                               file=below(sys.stderr))  # fmt: skip
        bars[stage].total = total
        bars[stage].update(done - bars[stage].n)

    try:
        yield progress
    finally:
        for bar in bars.values():
            bar.close()


def read_lines(path: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """JSON lines of a file, each with the fields named.

    Raises:
        UsageError: naming the first lines that are faulty, before anything is done.
    """
    lines: list[dict[str, Any]] = []
    faults: list[str] = []
    for number, line in enumerate(lines_of(path), start=1):
        if number > _MOST_LINES:
            raise UsageError(f"{path} has more than {_MOST_LINES} lines", "divide it")
        if not line.removeprefix("\ufeff").strip():
            continue
        try:
            value = record(line.removeprefix("\ufeff"))
            missing = [f for f in fields if not isinstance(value.get(f), str)]
        except ValueError:
            value, missing = {}, ["a JSON object"]
        if missing:
            faults.append(f"line {number} lacks {', '.join(missing)}")
            if len(faults) == _MOST_FAULTS:
                break
        lines.append(value)
    if faults:
        raise UsageError(f"{path}: {'; '.join(faults)}")
    return lines


def print_json(value: Any) -> None:
    """One JSON value on one line of stdout, written at once."""
    sys.stdout.write(json_text(value) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """One line to the person at the terminal, on stderr."""
    print(on_one_line(text), file=sys.stderr)


def say_changed(library: Library, documents: Iterable[str]) -> None:
    """Name the documents whose file at hand is no longer what was read."""
    for path in sorted(library.changed(documents)):
        say(f"note: {path} was changed since it was read; this is its earlier text")


def one_of(args: argparse.Namespace, word: str, batch: str) -> None:
    """Either a single question or a file of them.

    Raises:
        UsageError: where both or neither is given.
    """
    if (getattr(args, word) is None) == (getattr(args, batch) is None):
        raise UsageError(f"give either {word.upper()} or --{batch} FILE.jsonl")
