"""`rag ask`: an answer in which every sentence is a quote that opens at its page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from casefolio.cli.common import add_folder, add_question, add_reading, one_of, opened, print_json, read_lines, say
from casefolio.cli.generating import add_generator, print_events, settings_of
from casefolio.ingest.errors import GeneratorError, PromptError, UsageError
from casefolio.question import NoQuestion

if TYPE_CHECKING:
    from casefolio.library import Asking, Library

EXIT_STATUS = {"supported": 0, "abstained": 3, "unread": 4}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_folder(parser)
    parser.add_argument("question", metavar="QUESTION", nargs="?", help="what to answer")
    parser.add_argument("--questions", metavar="FILE.jsonl", help='lines {"id","question"}; prints one line for each')
    parser.add_argument("--html", metavar="FILE", help="keep the answer in one file; `rag check` reads it")
    add_question(parser, 8)
    add_reading(parser)
    add_generator(parser)


def run(args: argparse.Namespace) -> int:
    """Answer and print."""
    one_of(args, "question", "questions")
    if args.html and args.questions:
        raise UsageError("--html keeps the answer to one QUESTION")
    batch = read_lines(args.questions, ("id", "question")) if args.questions else None
    settings: Asking = settings_of(args)  # type: ignore[assignment]
    _open_reader()
    with opened(args) as library:
        if batch is not None:
            for line in batch:
                print_json(_answer_line(library, line, args, settings))
            return 0
        if args.json:
            answer = library.ask(args.question, args.k, args.scope, **settings)
            print_json(answer.as_json())
        else:
            answer = print_events(library.stream(args.question, args.k, args.scope, **settings))
        if args.html:
            from casefolio.keeping import keep

            keep(library, answer, args.scope, Path(args.html))
            say(f"  kept in {args.html}")
    return EXIT_STATUS[answer.status]


def _open_reader() -> None:
    """While the index is opened, the reader is: a process that asks once spends a tenth of its time on that."""
    from casefolio.reader.model import open_ahead

    open_ahead()


def _answer_line(
    library: Library, line: dict[str, str], args: argparse.Namespace, settings: Asking
) -> dict[str, object]:
    """One line of a batch; a model that breaks off, or a line without a question, costs that answer alone."""
    try:
        answer = library.ask(line["question"], args.k, args.scope, **settings)
    except (GeneratorError, PromptError, NoQuestion) as error:
        say(f"{line['id']}: {error}")
        return {"id": line["id"], "question": line["question"], "error": str(error)}
    return {"id": line["id"], **answer.as_json()}
