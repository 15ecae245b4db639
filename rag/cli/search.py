"""`rag search`: the passages for a question, best first."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from casefolio.cli.common import (
    add_folder,
    add_question,
    add_reading,
    one_of,
    opened,
    print_json,
    read_lines,
    say,
    say_changed,
)
from casefolio.cli.screen import put
from casefolio.question import NoQuestion

if TYPE_CHECKING:
    from casefolio.indexes.filters import Filters
    from casefolio.indexes.hit import Hit
    from casefolio.library import Library

_NAMED = 6  # documents that a note names


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_folder(parser)
    parser.add_argument("query", metavar="QUERY", nargs="?", help="what to look for")
    parser.add_argument("--queries", metavar="FILE.jsonl", help='lines {"id","text"}; prints one line for each')
    parser.add_argument("--explain", action="store_true", help="what each part of the ranking gave")
    parser.add_argument("--kind", metavar="KIND", help="only documents of a kind, e.g. discharge_letter (`rag doctor`)")
    parser.add_argument("--language", metavar="CODE", help="only documents in a language, e.g. de")
    parser.add_argument("--since", metavar="DATE", help="only documents dated on or after, e.g. 2021-04")
    parser.add_argument("--until", metavar="DATE", help="only documents dated on or before")
    add_question(parser, 10)
    add_reading(parser)


def run(args: argparse.Namespace) -> int:
    """Search and print the hits."""
    one_of(args, "query", "queries")
    from casefolio.indexes.filters import Filters

    kind = args.kind and args.kind.strip().lower().replace(" ", "_")  # as `rag doctor` writes it
    filters = Filters(args.scope, kind, args.language, args.since, args.until)
    batch = read_lines(args.queries, ("id", "text")) if args.queries else None
    with opened(args) as library:
        if batch is not None:
            for line in batch:
                print_json(_line(library, line, args.k, filters))
            return 0
        found = library.find(args.query, args.k, filters=filters)
        say_changed(library, [hit.document for hit in found.hits])
        _say_left_out(library, filters)
        if not found.hits:
            say(_why_nothing(library, filters))
        if args.json:
            print_json({"query": args.query, "hits": [h.as_json() for h in found.hits]})
            return 0
        if args.explain:
            put(f"names: {', '.join(found.named.names) or '(none)'}; asked: {found.named.asked}")
        for hit in found.hits:
            _print(hit, explain=args.explain)
    return 0


def _say_left_out(library: Library, filters: Filters) -> None:
    """Name the documents without a date, which no filter by days lets pass."""
    from casefolio.indexes.filters import scope_filter

    if filters.since is None and filters.until is None:
        return
    inside = scope_filter(filters.scope)
    undated = sorted(path for path, i in library.identities().items() if not i.day and inside(path))
    if undated:
        more = f" and {len(undated) - _NAMED} more" if len(undated) > _NAMED else ""
        say(f"note: without a date, and so left out: {', '.join(undated[:_NAMED])}{more}")


def _why_nothing(library: Library, filters: Filters) -> str:
    """What to tell where nothing was found."""
    kinds = sorted({identity.kind for identity in library.identities().values() if identity.kind})
    if filters.kind is not None and filters.kind not in kinds:
        return f"no document is of kind {filters.kind!r}; kinds here: {', '.join(kinds) or 'none'}"
    return "nothing was found" + (": no document passes the filters" if filters.any else "")


def _line(library: Library, line: dict[str, str], k: int, filters: Filters) -> dict[str, object]:
    """One line of a batch; a line without a question costs itself alone."""
    asked: dict[str, object] = {"id": line["id"], "query": line["text"]}
    try:
        hits = library.find(line["text"], k, filters=filters).hits
    except NoQuestion as error:
        say(f"{line['id']}: {error}")
        return {**asked, "hits": [], "error": str(error)}
    return {**asked, "hits": [h.as_json() for h in hits]}


def _print(hit: Hit, *, explain: bool) -> None:
    section = f"  {' > '.join(hit.chunk.section)}" if hit.chunk.section else ""
    page = hit.chunk.pages[0] if hit.chunk.pages else 1
    put(f"{hit.rank:>2}. {hit.document}:{hit.chunk.span}  page {page}{section}")
    if explain:
        put(f"    score {hit.score:.3f} = " + ", ".join(f"{name} {score:.3f}" for name, score in hit.parts))
    put("    " + " ".join(hit.text.split()))
