"""`rag chat`: one question after another; follow-ups such as "and the dose?" are understood."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from casefolio.cli.common import add_folder, add_question, add_reading, opened, print_json, say
from casefolio.cli.generating import add_generator, print_events, settings_of
from casefolio.ingest.errors import GeneratorError, PromptError
from casefolio.question import NoQuestion

if TYPE_CHECKING:
    from casefolio.answer import Answer

_KEPT = 8  # answers that are remembered
_PROMPT = "> "
_BYE = frozenset({"/quit", "/exit", "/q", "quit", "exit"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_folder(parser)
    add_question(parser, 8)
    add_reading(parser)
    add_generator(parser)


def run(args: argparse.Namespace) -> int:
    """Read questions from the terminal, or from a pipe one a line, until the end or `/quit`.

    Ctrl-C stops an answer and keeps the conversation; at the prompt it ends it. A model that breaks off costs that
    answer alone. Returns 0.
    """
    from casefolio.asking import ask, stream

    settings = settings_of(args)
    history: list[Answer] = []
    with opened(args) as library:
        while (question := _next_question()) is not None:
            if not question:
                continue
            if question == "/new":
                history.clear()
                continue
            told = {**settings, "history": history[-_KEPT:]}
            try:
                if args.json:
                    answer = ask(library, question, args.k, args.scope, **told)
                    print_json(answer.as_json())
                else:
                    answer = print_events(stream(library, question, args.k, args.scope, **told))
            except KeyboardInterrupt:
                _forget_interrupt()
                say("  stopped")
                continue
            except (GeneratorError, PromptError, NoQuestion) as error:
                say(f"  {error}")
                continue
            history.append(answer)
    return 0


def _forget_interrupt() -> None:
    """Let the interpreter forget an interrupt that was caught.

    One that strikes inside `exec` of a string, as while the libraries of a model are imported, leaves CPython a note to
    die of SIGINT at its regular end, however it was handled (`run_eval_code_obj`); the next such `exec` clears it.
    """
    exec("")


def _next_question() -> str | None:
    """The next line, blanks trimmed; None at the end of the conversation."""
    try:
        if sys.stdin.isatty():
            line = input(_PROMPT)
        else:
            line = sys.stdin.readline()
            if not line:
                return None
    except (EOFError, KeyboardInterrupt):
        return None
    return None if line.strip() in _BYE else line.strip()
