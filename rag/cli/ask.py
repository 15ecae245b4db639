"""`rag ask`: an answer in which every sentence is a quote that opens at its page."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rag.cli.common import add_folder, add_question, add_reading, one_of, opened, print_json, read_lines, say

if TYPE_CHECKING:
    from rag.answer import Answer

EXIT_STATUS = {"supported": 0, "abstained": 3, "unread": 4}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_folder(parser)
    parser.add_argument("question", metavar="QUESTION", nargs="?", help="what to answer")
    parser.add_argument("--questions", metavar="FILE.jsonl", help='lines {"id","question"}; prints one line for each')
    add_question(parser, 8)
    add_reading(parser)


def run(args: argparse.Namespace) -> int:
    """Answer and print."""
    one_of(args, "question", "questions")
    batch = read_lines(args.questions, ("id", "question")) if args.questions else None
    with opened(args) as library:
        if batch is not None:
            for line in batch:
                answer = library.ask(line["question"], args.k, args.scope)
                print_json({"id": line["id"], **answer.as_json()})
            return 0
        answer = library.ask(args.question, args.k, args.scope)
    if args.json:
        print_json(answer.as_json())
    else:
        print_answer(answer)
    return EXIT_STATUS[answer.status]


def print_answer(answer: Answer) -> None:
    """The answer for a person: text, then where each quote stands."""
    print(answer.text)
    if answer.citations:
        print()
    for number, citation in enumerate(answer.citations, start=1):
        print(f"  [{number}] {citation.document}, page {citation.page}  ({citation.document}:{citation.span})")
    if answer.status != "supported":
        for hit in answer.hits[:3]:
            say(
                f"  you may want to read {hit.document}:{hit.chunk.span}, page {hit.chunk.pages[0] if hit.chunk.pages else 1}"
            )
    for unread in answer.unread:
        pages = (
            f", page{'s' if len(unread.pages) > 1 else ''} {', '.join(map(str, unread.pages))}" if unread.pages else ""
        )
        say(f"  could not be read: {unread.document}{pages}: {unread.reason}")
    for note in answer.notes:
        say(f"  note: {note}")
