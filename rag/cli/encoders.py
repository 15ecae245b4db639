"""`rag encoders`: list what there is, check one, compare two."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casefolio.cli.common import add_code, print_json

if TYPE_CHECKING:
    from casefolio.indexes.encoders.check import CheckReport
    from casefolio.indexes.encoders.compare import Comparison


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="built-in encoders: languages, size, window, licence, installed or not")
    check = actions.add_parser("check", help="load one, verify it, embed its card's example, say what is wrong")
    check.add_argument("encoder", metavar="NAME|PATH", help="a built-in name, a folder, a hub name, or a TOML profile")
    compare = actions.add_parser("compare", help="cosines of related and unrelated pairs, AUC per relation")
    compare.add_argument("encoders", metavar="NAME|PATH", nargs="+", help="encoders to compare")
    compare.add_argument("--pairs", type=Path, metavar="FILE", help="tab-separated pairs instead of the built-in ones")
    for action in (check, compare):
        add_code(action)
    for action in (listing, check, compare):
        action.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Do what the action says; 1 where `check` found something wrong."""
    return {"list": _list, "check": _check, "compare": _compare}[args.action](args)


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _list(args: argparse.Namespace) -> int:
    from casefolio.indexes.encoders import built_in, is_installed

    rows: list[dict[str, Any]] = [
        {
            "name": p.name,
            "languages": list(p.languages),
            "parameters_millions": p.parameters,
            "dimension": p.dimension,
            "max_tokens": p.max_tokens,
            "licence": p.licence,
            "installed": is_installed(p),
            "source": p.source,
            "query_source": p.query_source,
            "note": p.note,
        }
        for p in built_in().values()
    ]
    if args.json:
        print_json({"encoders": rows})
        return 0
    print(f"{'name':23}{'languages':16}{'params':>7}{'dim':>6}{'window':>8}  {'here':5}licence")
    for row in rows:
        tongues = "many" if row["languages"] == ["*"] else ",".join(row["languages"])
        told = tongues if len(tongues) < 15 else f"{tongues[:12]}…"
        here = "yes" if row["installed"] else "no"
        numbers = f"{row['parameters_millions']:>6}M{row['dimension']:>6}{row['max_tokens']:>8}"
        print(f"{row['name']:23}{told:16}{numbers}  {here:5}{row['licence']}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from casefolio.indexes.encoders.check import check_encoder

    report = check_encoder(args.encoder, tell=_tell, code=args.trust_remote_code)
    if args.json:
        print_json(asdict(report))
    else:
        _print_check(report)
    return 1 if report.problems else 0


def _print_check(report: CheckReport) -> None:
    profile = report.profile
    if profile:
        prefixes = f"prefixes {profile.query_prefix!r} and {profile.passage_prefix!r}"
        print(f"{report.encoder}: {profile.backbone}, {profile.pooling} pooling, {profile.dimension} dimensions")
        print(f"  {profile.max_tokens} tokens, {prefixes}, {'length 1' if profile.normalize else 'not normalised'}")
        print(f"  from {' and '.join(s for s in (profile.source, profile.query_source) if s)}")
    if report.cosine is not None:
        print(f"  {report.example[0]!r} and {report.example[1]!r}: cosine {report.cosine:.3f}")
    for remark in report.remarks:
        print(f"  note: {remark}")
    for problem in report.problems:
        print(f"  wrong: {problem}")
    print("  " + ("not usable as it is" if report.problems else "sound"))


def _compare(args: argparse.Namespace) -> int:
    from casefolio.indexes.encoders import load_encoder
    from casefolio.indexes.encoders.compare import score_pairs
    from casefolio.indexes.encoders.pairs import read_pairs

    pairs = read_pairs(args.pairs) if args.pairs else read_pairs()
    scores = [score_pairs(load_encoder(name, tell=_tell, code=args.trust_remote_code), pairs) for name in args.encoders]
    if args.json:
        print_json({"pairs": len(pairs), "encoders": [asdict(score) for score in scores]})
    else:
        _print_comparison(scores)
    return 0


def _print_comparison(scores: list[Comparison]) -> None:
    rows: list[tuple[Any, ...]] = list(zip(*([s.overall, *s.relations] for s in scores), strict=True))
    width = max(len(row[0].relation) for row in rows) + 2
    print(" " * (width + 4) + "".join(f"{score.encoder:>30}" for score in scores))
    print(f"{'relation':{width}}{'n':>4}" + f"{'related':>12}{'unrelated':>11}{'AUC':>7}" * len(scores))
    for row in rows:
        cells = "".join(f"{score.related:12.3f}{score.unrelated:11.3f}{score.auc:7.2f}" for score in row)
        print(f"{row[0].relation:{width}}{row[0].n:>4}{cells}")
    print("related, unrelated: mean cosine. AUC: how often a related pair scores above an unrelated one; .5 is chance.")
