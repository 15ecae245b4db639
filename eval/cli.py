"""`rag eval`: run sets, compare runs, write reports, calibrate the abstention."""

from __future__ import annotations

import argparse
import functools
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from casefolio.cli.lines import json_text
from casefolio.ingest.errors import SetError, UsageError

if TYPE_CHECKING:
    from casefolio.eval.report import Report
    from casefolio.eval.runner import House
    from casefolio.eval.system import Configuration, Within


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb and of what it can do."""
    actions = parser.add_subparsers(title="what to do", metavar="WHAT", dest="what", required=True)
    _add_run(actions.add_parser("run", help="run sets and write a report", description="Run sets and write a report."))
    told = "compare two runs case by case"
    _add_compare(actions.add_parser("compare", help=told, description=f"{told.capitalize()}."))
    told = "compare encoders on case sets by their vectors alone"
    _add_encoders(actions.add_parser("encoders", help=told, description=f"{told.capitalize()}."))
    told = "write the report of a run again"
    _add_report(actions.add_parser("report", help=told, description=f"{told.capitalize()}."))
    told = "choose below which confidence a question is not answered"
    _add_calibrate(actions.add_parser("calibrate", help=told, description=f"{told.capitalize()}."))


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sets", metavar="SET", nargs="+", type=Path, help="folder of a set, or one JSONL file")
    parser.add_argument("--encoder", metavar="NAME", action="append", help="again for several side by side")
    parser.add_argument(
        "--llm", metavar="MODEL", action="append",
        help="a model that answers, beside quotes alone: gguf:FILE, transformers:PATH or a LangChain name; again for"
        " several",
    )  # fmt: skip
    parser.add_argument("--base-url", metavar="URL", help="server that speaks OpenAI's protocol, with openai:MODEL")
    parser.add_argument("--context", type=int, metavar="N", help="tokens that the models hold, if they do not say")
    parser.add_argument(
        "--within", choices=("all", "group", "both"), default="all",
        help="search all documents, those of the case's own group, or once each",
    )  # fmt: skip
    parser.add_argument(
        "--only", metavar="PART", action="append", default=[], choices=("dense", "sparse"),
        help="also run with one part of the search alone: dense, sparse",
    )  # fmt: skip
    parser.add_argument("--baseline", action="store_true", help="also run the baseline of shared words")
    parser.add_argument("--no-answers", action="store_true", help="measure retrieval alone")
    parser.add_argument("--depth", metavar="K", type=int, default=20, help="passages asked for a case (20)")
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("evaluation"), help="results (./evaluation)")
    parser.add_argument(
        "--unsupported", choices=("drop", "keep"), default="drop",
        help="what happens to sentences of a language model that no page supports (drop)",
    )  # fmt: skip
    parser.add_argument("--judge", metavar="MODEL", help="also let a language model judge the answers (LangChain name)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON instead of tables")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", metavar="DIR[:CONFIGURATION]")
    parser.add_argument("second", metavar="DIR[:CONFIGURATION]")
    parser.add_argument("--all", action="store_true", help="every measure, not the primary one of each set alone")
    parser.add_argument("--json", action="store_true", help="print JSON, with all wins and losses")


def _add_encoders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sets", metavar="SET", nargs="+", type=Path, help="folder of a case set")
    parser.add_argument(
        "--encoder", metavar="NAME", action="append", default=[], help="twice or more; the first is the base"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="DIR", type=Path)
    parser.add_argument("--no-timings", action="store_true", help="leave out what differs from run to run")
    parser.add_argument("--json", action="store_true", help="print the report as JSON instead of tables")


def _add_calibrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", metavar="SET", type=Path, help="case set with unanswerable questions in it")
    parser.add_argument(
        "--max-unsupported", metavar="SHARE", type=float, default=0.02,
        help="how many of the answers given may be unsupported (0.02)",
    )  # fmt: skip
    parser.add_argument("--encoder", metavar="NAME", help="the embedded default unless named")
    parser.add_argument("--index", metavar="DIR", type=Path, help="index of the library (SET/documents/.rag)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Does what was asked for."""
    try:
        return {"run": _run, "compare": _compare, "encoders": _encoders, "report": _report, "calibrate": _calibrate}[
            args.what
        ](args)
    except SetError as error:
        # every fault on a line of its own: a list that was made for reading
        print(f"rag: {error}", file=sys.stderr)
        return 1


def _run(args: argparse.Namespace) -> int:
    from casefolio.eval.provenance import describe
    from casefolio.eval.report import write_report
    from casefolio.eval.runner import run as run_sets
    from casefolio.eval.sets import load_sets

    configurations = _configurations(args)
    run_sets(load_sets(args.sets), configurations, args.out, describe(), house=_house(args.judge))
    report = write_report(args.out)
    _print_report(report, as_json=args.json)
    print(f"{args.out / 'report.html'}", file=sys.stderr)
    return 0


def _house(judge: str | None) -> House:
    from casefolio.eval.judge import Judge, chat_model
    from casefolio.eval.runner import House

    return House(judge=Judge(chat_model(judge)), judge_name=judge) if judge else House()


def _configurations(args: argparse.Namespace) -> list[Configuration]:
    """Encoders by generators by settings, then one part of the search at a time, then the baseline."""
    from casefolio.eval.baseline import NAME
    from casefolio.eval.system import EXTRACTIVE, Configuration
    from casefolio.indexes.encoders import default_encoder

    if args.depth < 1:
        raise UsageError(f"--depth must be at least 1, got {args.depth}")
    withins: tuple[Within, ...] = ("all", "group") if args.within == "both" else (args.within,)
    encoders = args.encoder or [default_encoder()[0]]
    found = []
    for within in withins:
        rest = {"within": within, "answers": not args.no_answers, "depth": args.depth, "unsupported": args.unsupported}
        at = {"base_url": args.base_url, "context": args.context}
        # quotes alone first: what a model adds is told beside them
        found += [Configuration(e, **rest) for e in encoders]
        found += [Configuration(e, m, **rest, **at) for e in encoders for m in args.llm or [] if m != EXTRACTIVE]
        # What one part finds alone is a question of retrieval; answering from it would measure no system anyone uses.
        found += [Configuration(e, only=part, **rest | {"answers": False}) for e in encoders for part in args.only]
        if args.baseline and NAME not in encoders:
            found.append(Configuration(NAME, **rest))
    if len({c.name for c in found}) < len(found):
        raise UsageError("two configurations have the same name", "name each encoder and model once")
    return found


def _compare(args: argparse.Namespace) -> int:
    from casefolio.eval.comparing import as_text, compare_runs

    with whole_runs(args.first, args.second):
        pairs = compare_runs(args.first, args.second)
    if args.json:
        print(json_text([p.as_json() for p in pairs]))
    else:
        print(as_text(pairs, every=args.all))
    return 0


@contextmanager
def whole_runs(*places: Path) -> Iterator[None]:
    """A fault of files that a run left, in one line: they may have been cut, edited, or be of another version."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        told = " or ".join(str(place) for place in places)
        raise UsageError(f"the evaluation in {told} is damaged", "run it again into another folder") from error


def _encoders(args: argparse.Namespace) -> int:
    from casefolio.eval.cases import CaseSet
    from casefolio.eval.encoders import as_json, as_text, compare_encoders
    from casefolio.eval.sets import load_sets

    lines = compare_encoders([s for s in load_sets(args.sets) if isinstance(s, CaseSet)], args.encoder)
    print(json_text(as_json(lines)) if args.json else as_text(lines))
    return 0


def _report(args: argparse.Namespace) -> int:
    from casefolio.eval.report import write_report

    with whole_runs(args.out):
        report = write_report(args.out, timings=not args.no_timings)
    _print_report(report, as_json=args.json)
    return 0


def _calibrate(args: argparse.Namespace) -> int:
    from casefolio.eval.calibration import as_text, calibrate, keep
    from casefolio.eval.cases import CaseSet
    from casefolio.eval.progress import Progress
    from casefolio.eval.sets import load_sets
    from casefolio.eval.system import Configuration, open_library
    from casefolio.eval.tasks import CaseTask
    from casefolio.indexes.encoders import default_encoder

    if not 0.0 <= args.max_unsupported < 1.0:
        raise UsageError(f"--max-unsupported is a share from 0 to 1, got {args.max_unsupported}")
    sets = [s for s in load_sets([args.set]) if isinstance(s, CaseSet)]
    if not sets:
        raise UsageError(f"{args.set} is no case set", "a calibration needs questions with and without an answer")
    index, encoder = args.index or sets[0].root / ".rag", args.encoder or default_encoder()[0]
    # Every question is answered, however little sure: the threshold is what is looked for.
    task = CaseTask(sets[0], Configuration(encoder), functools.partial(open_library, threshold=0.0), index)
    progress, began = Progress(), time.monotonic()
    try:
        task.prepare()
        records = []
        for i, item in enumerate(task.items(), start=1):
            records.append(task.produce(item).record)
            progress.step(sets[0].name, i, len(task.items()), began, 0)
        about = task.about()
    finally:
        task.close()
        progress.clear()
    found = calibrate(records, args.max_unsupported)
    path = keep(index, found, sets[0], about)
    print(json_text(found.as_json(sets[0], about)) if args.json else as_text(found))
    print(f"kept in {path}", file=sys.stderr)
    return 0


def _print_report(report: Report, *, as_json: bool) -> None:
    from casefolio.eval import report as writing

    if as_json:
        print(json_text(writing.as_json(report)))
    else:
        print(writing.as_markdown(report))
        if timed := writing.timings_markdown(report):
            print(timed)
