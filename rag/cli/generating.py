"""What `ask` and `chat` share: choosing a model, and printing an answer while it comes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from casefolio.cli.common import say
from casefolio.cli.screen import put
from casefolio.ingest.errors import UsageError
from casefolio.ingest.offline import no_tracing

if TYPE_CHECKING:
    from casefolio.answer import Answer, UnreadPages
    from casefolio.events import Event

_LONGEST_S = 1e6
_HOTTEST = 2.0


def add_generator(parser: argparse.ArgumentParser) -> None:
    """--llm, --base-url, --trace, --timeout, --context, --temperature, --unsupported, --prompt, --as-of."""
    parser.add_argument(
        "--llm",
        metavar="NAME",
        help="let a model phrase what is quoted, its sentences verified: gguf:FILE, transformers:PATH_OR_NAME, or a"
        " LangChain name such as openai:gpt-4o-mini",
    )
    parser.add_argument("--base-url", metavar="URL", help="server that speaks OpenAI's protocol, with openai:MODEL")
    parser.add_argument(
        "--trace",
        action="store_true",
        help="let LangSmith's tracer be sent what the model is asked, where its variables are set",
    )
    parser.add_argument("--timeout", type=float, default=120.0, metavar="S", help="seconds a model may take (120)")
    parser.add_argument(
        "--context", type=int, metavar="N", help="tokens for prompt and answer together, if its server does not say"
    )
    parser.add_argument(
        "--temperature", type=float, default=0.0, metavar="T", help="how much chance there is in its words (0: none)"
    )
    parser.add_argument(
        "--unsupported",
        choices=("drop", "flag", "keep"),
        default="drop",
        help="sentences of a model that no page supports: leave them out and say so (drop), show them marked (flag),"
        " or show them (keep, for evaluation)",
    )
    parser.add_argument(
        "--prompt",
        choices=("short", "full"),
        default="short",
        help="what a model is shown: the sentences that were found, with their neighbours (short), or all passages, for"
        " a large model (full)",
    )
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="P",
        help="probability from which something is said, 0 to 1 (the calibrated one; lower says more, and errs more)",
    )
    parser.add_argument("--as-of", metavar="DATE", help="answer as of that day (YYYY-MM-DD), without later documents")


def settings_of(args: argparse.Namespace) -> dict[str, Any]:
    """Keyword arguments of `casefolio.asking` for the parsed arguments; opens the model.

    Raises:
        GeneratorError: where the model cannot be opened.
    """
    generator = None
    if args.llm:
        if not args.trace:
            no_tracing()
        from casefolio.generators import generator_from
        from casefolio.generators.base import Limits, Sampling

        if not 0.0 < args.timeout < _LONGEST_S:
            raise UsageError(f"--timeout is a number of seconds, got {args.timeout}")
        if args.context is not None and args.context < 1:
            raise UsageError(f"--context must be at least 1, got {args.context}")
        if not 0.0 <= args.temperature <= _HOTTEST:
            raise UsageError(f"--temperature is a number from 0 to {_HOTTEST:g}, got {args.temperature}")
        limits = Limits(timeout_s=args.timeout)
        generator = generator_from(
            args.llm, args.base_url, limits=limits, window=args.context, sampling=Sampling(args.temperature),
            trace=args.trace,
        )  # fmt: skip
    wishes = {"unsupported": args.unsupported, "prompt": args.prompt, "as_of": args.as_of, "threshold": args.threshold}
    return {"generator": generator, **wishes}


def print_events(events: Iterator[Event]) -> Answer:
    """Print verified text as it comes, then where each quote stands; Ctrl-C stops the model and passes on."""
    from casefolio.events import Asking, Done, Restated, Text
    from casefolio.ingest.language import detect_language
    from casefolio.messages import say as word

    answer, begun = None, False
    try:
        for event in events:
            if isinstance(event, Text):
                begun = True
                sys.stdout.write(event.text)
                sys.stdout.flush()
            elif isinstance(event, Restated):
                asked = word("asked_as", detect_language(event.question)).format(question=event.question)
                say(f"  {asked}")
            elif isinstance(event, Asking) and sys.stderr.isatty():
                if begun:
                    sys.stdout.write("\n")
                    sys.stdout.flush()
                say(f"  asking {event.model}…")
                begun = False
            elif isinstance(event, Done):
                answer = event.answer
    finally:
        if begun:
            sys.stdout.write("\n")
            sys.stdout.flush()
        close = getattr(events, "close", None)
        if close is not None:
            close()
    assert answer is not None
    print_places(answer)
    return answer


def print_places(answer: Answer) -> None:
    """Where the quotes of an answer stand on stdout, remarks on stderr, in the language of the question."""
    from casefolio.messages import say as word

    language = answer.language
    for number, citation in enumerate(answer.citations, start=1):
        place = word("place", language).format(document=citation.document, page=citation.page)
        put(f"  [{number}] {place}  ({citation.document}:{citation.span})")
    for unread in answer.unread:
        say(f"  {word('not_read', language).format(place=_pages(unread, language), reason=unread.reason)}")
    for citation in answer.nearest:
        quote = " ".join(citation.quote.split())
        say(f"  {word('no_answer', language)}: “{quote}”  ({citation.document}:{citation.span})")
    for note in answer.notes:
        say(f"  {word('note', language).format(note=note)}")


def _pages(unread: UnreadPages, language: str) -> str:
    """A document, and which of its pages, in words."""
    from casefolio.messages import say as word

    if not unread.pages:
        return unread.document
    if len(unread.pages) == 1:
        return word("place", language).format(document=unread.document, page=unread.pages[0])
    return word("pages", language).format(document=unread.document, pages=", ".join(map(str, unread.pages)))
