"""Learns the weights of `indexes/fusing.py`, and says how they do on wordings and folders that they never saw.

    python benchmarks/train_fusing.py CORPUS --indexes DIR [--qa FILE.jsonl.gz …] [--cases SET …] [--write]

CORPUS is a folder of corpus folders (`PART/FOLDER/questions.tsv`). Asked are each folder by itself, also with all
wordings of a fact as one long question; all folders of a part together, for questions that name somebody; the contexts
of each `--qa` set (JSON lines with `question`, `context`, `answers`) together; case sets of many documents; and stories
over statutes. The loss is the softmax over the candidates of a question, summed over those that hold a place. Folders
whose name ends in `_held`, third wordings (`f01.3`), and every second group, context or story are held out; after the
figures for those the weights are fitted on everything and, with `--write`, kept in `indexes/fusing.json`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import pickle
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).parent))

from first_passages import open_set
from question_sets import Asked, documents_of, folders, questions_of

from casefolio.indexes.analyzers import plain
from casefolio.indexes.encoders import default_encoder
from casefolio.indexes.expansion import expand
from casefolio.indexes.fusing import BY_FOLDER, BY_QUESTION, NAMES, featured, of_question
from casefolio.indexes.ranking import _pool, both, candidates
from casefolio.indexes.reading_questions import Named, Naming
from casefolio.ingest.language import detect_language
from casefolio.library import Library

DATA = Path(__file__).parents[1] / "indexes" / "fusing.json"
LIKE = {"length": BY_QUESTION, "match": BY_QUESTION, "documents": BY_FOLDER}
COLUMNS = (*NAMES, *(f"{name}*{what}" for what, names in LIKE.items() for name in names))
# What kinds of collections count for, all questions of a kind together.
SHARES = {"folder": 0.4, "long": 0.15, "all": 0.15, "qa": 0.15, "cases": 0.3, "scenario": 0.4}
PENALTY = 0.0005  # on the squared weights
SCENARIOS = Path(__file__).parents[1] / "tests" / "data" / "scenarios"
_SECTION = re.compile(r"^(?:Section (\d+)\.|§ (\d+) |제(\d+)조)", re.MULTILINE)
_CONTEXTS, _LONGEST = 150, 1500
_KEPT = 150  # candidates of a question beside those with a place: the best by the sum of all features


@dataclass(frozen=True, slots=True)
class Row:
    """Candidates of one question: features (n, columns), and which of them hold a place."""

    collection: str
    asked: Asked
    features: NDArray[np.float32]
    gold: NDArray[np.bool_]


Rows = tuple[list[Row], list[Row]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--indexes", type=Path, required=True)
    parser.add_argument("--qa", type=Path, nargs="*", default=[])
    parser.add_argument("--cases", type=Path, nargs="*", default=[], help="case sets; every second group is held out")
    parser.add_argument("--check", type=Path, nargs="*", default=[], help="case sets that are only measured")
    parser.add_argument("--rows", type=Path, help="keep the features in this file, to fit again without encoding")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    rows, checked = remembered(args.rows, lambda: gathered(args))
    held = [row for row in rows if is_held(row)]
    seen = [row for row in rows if not is_held(row)]
    told_all("held out", held, fit(seen))
    learned = fit(rows)
    told_all("checked", checked, fit(rows))
    print(json.dumps(dict(zip(COLUMNS, np.round(learned, 3).tolist(), strict=True))))
    if args.write:
        kept = {name: round(float(w), 4) for name, w in zip(COLUMNS, learned, strict=True)}
        sets = [args.corpus.name, *(p.name.partition(".")[0] for p in [*args.qa, *args.cases])]
        source = f"benchmarks/train_fusing.py on {', '.join(sets)}: {len(rows)} questions, {default_encoder()[0]}"
        DATA.write_text(json.dumps({"source": source, "weights": kept}, indent=1) + "\n", "utf-8")


def gathered(args: argparse.Namespace) -> tuple[list[Row], list[Row]]:
    """Rows to learn from, and rows that are only measured."""
    rows = list(corpus_rows(args.corpus, args.indexes))
    for path in args.qa:
        rows += qa_rows(path, args.indexes)
    for folder in args.cases:
        rows += case_rows(folder, args.indexes)
    rows += scenario_rows(args.indexes)
    return rows, [row for folder in args.check for row in folder_rows(folder, args.indexes)]


def remembered(file: Path | None, make: Callable[[], Rows]) -> Rows:
    """What `make` gives, from a file where it was kept before."""
    if file and file.is_file():
        found: Rows = pickle.loads(file.read_bytes())
        return found
    made = make()
    if file:
        file.write_bytes(pickle.dumps(made))
    return made


def is_held(row: Row) -> bool:
    """Whole folders, and whole wordings of the others."""
    return row.collection.endswith("_held") or row.asked.id.endswith(".3") or row.asked.id.endswith("held")


def corpus_rows(corpus: Path, indexes: Path) -> Iterator[Row]:
    for folder in folders([corpus]):
        yield from folder_rows(folder, indexes)
    for part in sorted({folder.parent for folder in folders([corpus])}):
        yield from part_rows(part, indexes)


def folder_rows(folder: Path, indexes: Path) -> list[Row]:
    with open_set(folder, default_encoder()[0], indexes) as library:
        questions = questions_of(folder, library)
        long = list(long_questions(questions, claims_beside(folder)))
        return [*rows_of(library, folder.name, questions), *rows_of(library, f"long {folder.name}", long)]


def claims_beside(folder: Path) -> list[str]:
    """Sentences about other folders of the same part."""
    found = []
    for path in sorted(folder.parent.glob("*/claims.tsv")):
        if path.parent != folder:
            lines = path.read_text("utf-8").splitlines()
            found += [line.split("\t")[-1] for line in lines if line and not line.startswith("#")]
    return found


def long_questions(questions: list[Asked], claims: list[str]) -> Iterator[Asked]:
    """All wordings of a fact as one question, with sentences before it that are beside the point."""
    facts: dict[str, list[Asked]] = {}
    for asked in questions:
        if asked.places:
            facts.setdefault(asked.id.partition(".")[0], []).append(asked)
    for number, (fact, wordings) in enumerate(facts.items()):
        if len(wordings) > 1 and claims and wordings[0].places == wordings[-1].places:
            beside = [claims[(7 * number + k) % len(claims)] for k in range(number % 4)]
            words = " ".join([*beside, *(asked.question for asked in wordings)])
            yield Asked(f"{fact}.long", "long", words, wordings[0].places)


def case_rows(folder: Path, indexes: Path) -> list[Row]:
    """Questions of a set of many documents; every second group of them is held out."""
    with open_set(folder, default_encoder()[0], indexes) as library:
        questions = questions_of(folder, library)
        group = {name: at for at, name in enumerate(sorted({q.group for q in questions}))}
        asked = [replace(q, id=f"{q.id}{'held' if group[q.group] % 2 else ''}") for q in questions]
        return list(rows_of(library, f"cases {folder.name}", asked))


def scenario_rows(indexes: Path) -> list[Row]:
    """Stories over three statutes (tests/data/scenarios); every second one is held out."""
    texts = indexes / "texts" / "statutes"
    texts.mkdir(parents=True, exist_ok=True)
    for path in SCENARIOS.glob("statute_*.txt"):
        shutil.copy(path, texts)
    with opened(texts, indexes / "statutes") as library:
        asked = list(scenarios(library))
        return list(rows_of(library, "scenario", asked))


def scenarios(library: Library) -> Iterator[Asked]:
    for path in sorted(SCENARIOS.glob("questions_*.tsv")):
        name = path.name.replace("questions", "statute").replace(".tsv", ".txt")
        text = library.document(name).text
        starts = {m[1] or m[2] or m[3]: m.start() for m in _SECTION.finditer(text)}
        bounds = [*starts.values(), len(text)]
        for line in path.read_text("utf-8").splitlines():
            number, question = line.split("\t")
            at = bounds.index(starts[number])
            held = "held" if int(number) % 2 == 0 else ""
            yield Asked(f"{path.stem}.{number}{held}", "scenario", question, ((name, bounds[at], bounds[at + 1]),))


def part_rows(part: Path, indexes: Path) -> list[Row]:
    """Questions that name somebody, asked of all folders of a part at once."""
    texts = indexes / "texts" / f"all-{part.name}"
    for folder in folders([part]):
        if not (folder.name.endswith("_held")):
            documents_of(folder, texts / folder.name)
    with opened(texts, indexes / f"all-{part.name}") as library:
        naming = library._index.snapshot().naming
        found = []
        for folder in folders([part]):
            with open_set(folder, default_encoder()[0], indexes) as own:
                for one in questions_of(folder, own):
                    if read_one(naming, one.question)[2].who_terms:
                        places = tuple((f"{folder.name}/{d}", s, e) for d, s, e in one.places)
                        found.append(Asked(one.id, one.kind, one.question, places))
        return list(rows_of(library, f"all {part.name}", found))


def qa_rows(path: Path, indexes: Path) -> list[Row]:
    """Questions of a set whose contexts are the documents of one folder; every third context is held out."""
    texts = indexes / "texts" / path.name
    contexts: dict[str, int] = {}
    asked: list[tuple[str, str, int, int]] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            one = json.loads(line)
            context = one["context"]
            if (
                not one["answers"]
                or len(context) > _LONGEST
                or (context not in contexts and len(contexts) >= _CONTEXTS)
            ):
                continue
            number = contexts.setdefault(context, len(contexts))
            start = one["answers"][0]["start"]
            asked.append((one["question"], f"{number:03}.txt", start, start + len(one["answers"][0]["text"])))
    shutil.rmtree(texts, ignore_errors=True)
    texts.mkdir(parents=True)
    for context, number in contexts.items():
        (texts / f"{number:03}.txt").write_text(context, "utf-8")
    with opened(texts, indexes / path.name) as library:
        found = [
            Asked(
                f"{document}{'held' if int(document[:3]) % 3 == 0 else ''}", "qa", question, ((document, start, end),)
            )
            for question, document, start, end in asked[: 3 * _CONTEXTS]
        ]
        return list(rows_of(library, path.name.partition(".")[0], found))


def opened(texts: Path, index: Path) -> Library:
    library = Library.open(texts, index=index, encoder=default_encoder()[0])
    library.sync(encode=True)
    return library


def rows_of(library: Library, collection: str, questions: list[Asked]) -> Iterator[Row]:
    index = library._index
    snapshot = index.snapshot()
    pieces = index.store.chunks([int(key) for key in snapshot.table.keys])
    places = [(pieces[int(key)][2], pieces[int(key)][0].span) for key in snapshot.table.keys]
    answerable = [asked for asked in questions if asked.places]
    read = [read_one(snapshot.naming, asked.question) for asked in answerable]
    vectors = index.encoder.encode_queries([text for q, _, named in read for text in both(named, q)])
    for at, (asked, (_, language, named)) in enumerate(zip(answerable, read, strict=True)):
        added = expand(named.terms, language, snapshot.sparse, index.parts)
        lexical, words = candidates(named, added, snapshot.sparse, snapshot.document_of, None, index.parts)
        query = vectors[2 * at : 2 * at + 2]
        positions = _pool(named, lexical, snapshot.passages, query, None)
        features = featured(named, words, positions, snapshot.passages, query, index.parts)
        table = np.stack([getattr(features, name) for name in NAMES], axis=1)
        gold = np.array([holds(places[p], asked) for p in positions], bool)
        keep = np.zeros(len(positions), bool)
        keep[np.argsort(-table.sum(axis=1))[:_KEPT]] = True
        keep |= gold
        if gold.any():
            like = of_question(named, features)
            by_question = [
                table[:, [NAMES.index(name) for name in names]] * np.float32(like[what]) for what, names in LIKE.items()
            ]
            yield Row(collection, asked, np.concatenate([table, *by_question], axis=1)[keep], gold[keep])


def read_one(naming: Naming, asked: str) -> tuple[str, str, Named]:
    """A question as search reads it: plain text, its language, its parts."""
    question = plain(asked)
    language = detect_language(question)
    return question, language, naming.read(question, language)


def holds(place: tuple[str, object], asked: Asked) -> bool:
    document, span = place
    return any(document == d and s < span.end and e > span.start for d, s, e in asked.places)  # type: ignore[attr-defined]


def fit(rows: list[Row]) -> NDArray[np.float64]:
    """Weights of the columns; each kind counts by its share, in it each collection by the root of its questions."""
    sizes = np.array([len(row.gold) for row in rows])
    table = np.concatenate([row.features for row in rows]).astype(np.float64)
    gold = np.concatenate([row.gold for row in rows])
    counts = {c: sum(r.collection == c for r in rows) for c in {r.collection for r in rows}}
    kinds = np.array([kind_of(row.collection) for row in rows])
    share = np.array([counts[row.collection] ** -0.5 for row in rows])
    for kind in set(kinds.tolist()):
        share[kinds == kind] *= SHARES[kind] / share[kinds == kind].sum()
    share /= share.sum()
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    spread = np.repeat(share, sizes)

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = table @ w
        scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        likely = scores / np.repeat(np.add.reduceat(scores, starts), sizes)
        right = np.maximum(np.add.reduceat(likely * gold, starts), 1e-9)
        wanted = likely * gold / np.repeat(right, sizes)
        value = float(-(share * np.log(right)).sum() + PENALTY * (w @ w))
        return value, table.T @ ((likely - wanted) * spread) + 2 * PENALTY * w

    found: NDArray[np.float64] = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x
    return found


def kind_of(collection: str) -> str:
    first = collection.partition(" ")[0]
    return first if first in SHARES else "qa" if first.startswith("qa_") else "folder"


def told_all(name: str, rows: list[Row], w: NDArray[np.float64]) -> None:
    kinds = {row.collection: row.collection.partition(" ")[0] for row in rows}
    for kind in sorted(set(kinds.values()) & {"all", "long"}):
        told(f"{name}: {kind}", [row for row in rows if kinds[row.collection] == kind], w)
    for collection in sorted(c for c in kinds if c.startswith(("qa", "nat", "cases")) or c.endswith("_held")):
        told(f"{name}: {collection}", [row for row in rows if row.collection == collection], w)
    told(f"{name}: all", rows, w)


def told(name: str, rows: list[Row], w: NDArray[np.float64]) -> None:
    ranks = []
    for row in rows:
        scores = row.features @ w
        ranks.append(1 + int((scores > scores[row.gold].max()).sum()))
    found = np.array(ranks)
    print(
        f"{name:44} n {len(rows):5} " + "  ".join(f"{k}: {(found <= k).mean():.3f}" for k in (1, 3, 5, 8)), flush=True
    )


if __name__ == "__main__":
    main()
