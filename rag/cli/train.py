"""`rag train`: pairs from one's own files, their audit, an encoder, a reader. torch is loaded by the last two only."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from casefolio.cli.common import print_json, say

RECIPES = ("miracle", "medembed", "dpr-ko", "sapbert", "triplet", "biolord-like")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb and of what it can do."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="WHAT")
    _add_pairs(actions.add_parser("pairs", help="question-passage pairs from a folder"))
    _add_audit(actions.add_parser("audit", help="find faulty pairs, write the clean ones and a page to read"))
    _add_encoder(actions.add_parser("encoder", help="train an encoder on pairs; --encoder takes the result"))
    _add_reader(actions.add_parser("reader", help="train the model that reads passages, and write its 8-bit file"))


def _add_pairs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder of files")
    parser.add_argument("--out", metavar="PAIRS.jsonl", type=Path, required=True, help="where they are written")
    parser.add_argument("--llm", metavar="MODEL", help="also let a language model ask (LangChain name)")
    parser.add_argument("--per-passage", metavar="N", type=int, default=12, help="at most so many of a passage (12)")
    parser.add_argument(
        "--no-pseudonymise", action="store_true", help="keep names, numbers, addresses and dates as they are"
    )
    parser.add_argument("--secret", metavar="WORD", help="decides who becomes whom; drawn at random unless given")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of what is drawn (0)")
    parser.add_argument("--base", metavar="NAME", help="the encoder whose windows cut the passages (the default one)")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")


def _add_audit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pairs", metavar="PAIRS.jsonl", type=Path, help="pairs to look at")
    parser.add_argument("--out", metavar="CLEAN.jsonl", type=Path, help="where the clean ones are written")
    parser.add_argument("--page", metavar="PAGE.html", type=Path, help="where a sample for a human's eye is written")
    parser.add_argument("--no-reader", action="store_true", help="rules and verifier alone, which is quicker")
    parser.add_argument("--json", action="store_true", help="print shares and findings as JSON")


def _add_encoder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pairs", metavar="PAIRS", type=Path, help="JSONL, or TSV of two texts and a label")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder of the result")
    parser.add_argument("--base", metavar="NAME", help="where it starts: a name, folder or profile (the default one)")
    parser.add_argument("--recipe", choices=RECIPES, default="miracle", help="how it is trained (miracle)")
    parser.add_argument("--dev", metavar="PAIRS", type=Path, help="development pairs; else split off by group")
    for name, kind, told in (
        ("batch", int, "pairs a step"),
        ("mini-batch", int, "pairs held at once"),
        ("epochs", int, "passes over the pairs"),
        ("rate", float, "highest learning rate"),
        ("temperature", float, "of the softmax"),
        ("negatives", int, "of a pair's own, a step"),
    ):
        parser.add_argument(f"--{name}", metavar="N", type=kind, help=f"{told} (the recipe's)")
    parser.add_argument("--miner", choices=("bm25", "dense"), help="where negatives come from (the recipe's)")
    parser.add_argument("--no-merge", action="store_true", help="keep the trained weights unmixed")
    _add_running(parser)


def _add_reader(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rows", metavar="ROWS", nargs="+", type=Path, help="JSONL files, or folders of case folders")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder of the result")
    parser.add_argument(
        "--base", metavar="NAME", help="an encoder of the default's family, or an earlier stage's folder"
    )
    parser.add_argument("--steps", metavar="N", type=int, default=1000, help="of this stage (1000)")
    parser.add_argument("--batch", metavar="N", type=int, default=32, help="rows a step (32)")
    parser.add_argument("--rate", metavar="N", type=float, default=1e-4, help="highest learning rate (1e-4)")
    parser.add_argument("--claims", metavar="SHARE", type=float, default=0.22, help="of a batch (0.22)")
    parser.add_argument(
        "--judge", action="store_true", help="train the judge of claims on a reader: claims alone, upper half of layers"
    )
    parser.add_argument(
        "--upper",
        action="store_true",
        help="train the upper half of the layers alone, so that a judge on the lower half stays true",
    )
    parser.add_argument(
        "--share",
        metavar="N",
        type=float,
        default=1.0,
        help="of the trained weights in the result; the rest are those of --base (1)",
    )
    parser.add_argument(
        "--weight", metavar="SOURCE=N", action="append", default=[], help="how often a source's rows are drawn"
    )
    _add_running(parser)


def _add_running(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of everything drawn (0)")
    parser.add_argument("--device", metavar="NAME", default="", help="cpu or cuda (a GPU where there is one)")
    parser.add_argument(
        "--dry-run", action="store_true", help="check everything, say how long it will take, train nothing"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Do what was asked for.

    Raises:
        RagError: naming what is wrong with data, base or arguments.
    """
    return {"pairs": _pairs, "audit": _audit, "encoder": _encoder, "reader": _reader}[args.action](args)


def _pairs(args: argparse.Namespace) -> int:
    from casefolio.indexes.encoders import default_encoder, find_profile
    from casefolio.indexes.encoders.load import open_source
    from casefolio.indexes.encoders.sources import resolve
    from casefolio.training.making import documents_in, pairs_by_rule, passages_of
    from casefolio.training.pairs import write_pairs
    from casefolio.training.surrogates import Surrogates

    profile = find_profile(args.base or default_encoder()[0])
    tokenizer = open_source(resolve(profile.source), profile).tokenizer
    documents = documents_in(args.folder)
    window = profile.max_tokens - tokenizer.specials - len(tokenizer.bare(profile.passage_prefix.strip()))
    passages = passages_of(documents, tokenizer.spans, window)
    pairs = pairs_by_rule(passages, args.per_passage, args.seed)
    if args.llm:
        from casefolio.training.asking_model import pairs_by_model

        pairs += pairs_by_model(passages, args.llm, say)
    if not args.no_pseudonymise:
        stand_ins = Surrogates(documents, args.secret or secrets.token_hex(16))
        pairs = [stand_ins.pair(pair) for pair in pairs]
    write_pairs(args.out, pairs)
    counts = {"documents": len(documents), "passages": len(passages), "pairs": len(pairs)}
    counts["groups"] = len({pair.group for pair in pairs})
    if args.json:
        print_json(counts | {"pseudonymised": not args.no_pseudonymise})
    else:
        print(", ".join(f"{n} {what}" for what, n in counts.items()))
        if not args.no_pseudonymise:
            say("names were found by rule: read a sample before a pair leaves the house (rag train audit --page)")
    return 0


def _audit(args: argparse.Namespace) -> int:
    from casefolio.training.audit_page import page
    from casefolio.training.auditing import audit, reader_judge
    from casefolio.training.pairs import read_pairs, write_pairs

    found = audit(read_pairs(args.pairs), None if args.no_reader else reader_judge())
    clean = found.clean()
    if args.out:
        write_pairs(args.out, clean)
    if args.page:
        args.page.write_text(page(found), encoding="utf-8")
    if args.json:
        rows = [
            {"pair": f.pair + 1, "kind": f.kind, "reason": f.reason, "negative": f.negative} for f in found.findings
        ]
        print_json({"pairs": len(found.pairs), "clean": len(clean), "shares": found.shares(), "findings": rows})
    else:
        print(f"{len(found.pairs)} pairs, {len(clean)} clean")
        for kind, share in found.shares().items():
            print(f"  {kind:16}{share:7.1%}")
    return 0


def _encoder(args: argparse.Namespace) -> int:
    from casefolio.indexes.encoders import default_encoder
    from casefolio.training.encoder import Settings
    from casefolio.training.encoder_run import estimate, run_encoder
    from casefolio.training.pairs import read_pairs
    from casefolio.training.recipes import recipe

    changes = {
        n: getattr(args, n) for n in ("batch", "mini_batch", "epochs", "rate", "temperature", "negatives", "miner")
    }
    chosen = recipe(args.recipe, **changes, merge=False if args.no_merge else None)
    pairs, base = read_pairs(args.pairs), args.base or default_encoder()[0]
    settings = Settings(seed=args.seed, device=args.device)
    if args.dry_run:
        steps, seconds = estimate(pairs, base, chosen, settings)
        told = {"pairs": len(pairs), "steps": steps, "minutes": round(seconds / 60, 1)}
        print_json(told) if args.json else print(f"{steps} steps over {len(pairs)} pairs, about {seconds / 60:.1f} min")
        return 0
    figures = run_encoder(pairs, read_pairs(args.dev) if args.dev else [], base, chosen, args.out, settings, say)
    if args.json:
        print_json({"out": str(args.out), "figures": figures})
        return 0
    for setting, rows in (figures or {}).items():
        print(f"{setting:18}{'base':>8}{'trained':>9}")
        for what, (before, after) in rows.items():
            print(f"  {what:16}{before:8.3f}{after:9.3f}")
    print(f"rag index FOLDER --encoder {args.out}")
    return 0


def _reader(args: argparse.Namespace) -> int:
    from casefolio.training.reader import Plan
    from casefolio.training.reader_run import read_all, run_reader

    weights = dict(_weight(text) for text in args.weight)
    plan = Plan(
        steps=args.steps, batch=args.batch, rate=args.rate, claims=args.claims, judge=args.judge, weights=weights,
        seed=args.seed, device=args.device, upper=args.upper, share=args.share,
    )  # fmt: skip
    rows = read_all(args.rows, args.seed, say)
    held = sum(row.held for row in rows)
    say(f"{len(rows) - held} rows to train on, {held} held out")
    report = run_reader(rows, args.base, plan, args.out, say, dry=args.dry_run)
    if args.json:
        print_json(report)
    elif args.dry_run:
        print(f"{plan.steps} steps of {plan.batch} rows, about {report['minutes']} min")
    else:
        for source, figures in report["held"].items():
            print(f"  {source:28}" + "  ".join(f"{name} {value:g}" for name, value in figures.items()))
        print(f"{args.out}/{'judge' if args.judge else 'reader'}.onnx")
    return 0


def _weight(text: str) -> tuple[str, float]:
    from casefolio.ingest.errors import UsageError

    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError:
        raise UsageError(f"--weight {text}: SOURCE=NUMBER is wanted") from None
