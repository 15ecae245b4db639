"""Fits `rag/reader/thresholds.json`: which candidate answers, and from which probability on something is said.

    python benchmarks/fit_decision.py [--sets examples/folders/decision/*] [--write]
        [--corpus examples/corpus] [--wordings 1] [--fifths 3]

A case set of `--sets` is a library of its own, as somebody's folder is; no reader was trained on them. Each question
is asked again of one to three of its papers, since a folder may be that small: they teach, and are told apart. Of a
`--corpus` only folders whose names end in `_held` are read, for the same reason; those of a language are one library,
so that other people's files lie beside. Folds are folders. `--wordings` takes that many wordings of a fact.
What a candidate scores is then stretched so that it says how often what is quoted is right (Platt, 1999: one slope and
one offset of the logit, learned on folds), which keeps the order. The threshold, in steps of .05, is the lowest that
keeps both promises over the folds with 95 % confidence: of what is shown three quarters are right, and of what nothing
answers three quarters are refused. Questions of one folder are answered alike, so the confidence is that of a ratio
over folders (Cochran, Sampling Techniques, 1977, section 6.4), one-sided, by Student's t. Beside it stands what each
threshold is worth where a right answer and a right silence count one and a wrong answer costs three quarters.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression

from casefolio.eval.cases import read_case_set
from casefolio.eval.faults import Faults
from casefolio.gathering import date_of
from casefolio.ingest.document import Span
from casefolio.library import Library
from casefolio.reader.considering import Evidence, considered
from casefolio.reader.deciding import _WEIGHTS, features
from casefolio.reader.model import shipped
from casefolio.reader.names_meant import named_alone
from casefolio.reader.other_persons import people_in
from casefolio.reader.reading import READ, Asked, Candidate
from casefolio.reader.tongue import language_of
from casefolio.training.corpus import CLAIMS, QUESTIONS, CaseFolder, Question, case_folders, read_case_folder

COST = 0.75  # of a wrong answer, where a right one counts 1
PROMISED = 0.75  # of what is shown right, of what nothing answers refused
SURE = 0.95  # one-sided
KEEP = 0.6  # a second sentence is quoted too from this share of the best on (`casefolio.reader.answering`)
THRESHOLDS = np.arange(0.05, 0.9, 0.05)


@dataclass
class Judged:
    """A question's candidates: their features, and whether each holds gold; `small` where few papers were asked."""

    group: str
    answerable: bool
    rows: list[dict[str, float]]
    labels: list[bool]
    small: bool = False


def chosen(questions: Sequence[Question], wordings: int, fifths: int = 5) -> list[Question]:
    """Some wordings of each fact, the same in every run; all where `wordings` is 0; of so many fifths of the facts."""
    facts: dict[str, list[Question]] = {}
    for question in sorted(questions, key=lambda q: zlib.crc32(q.text.encode())):
        facts.setdefault(question.fact, []).append(question)
    some = [q for fact in facts.values() for q in (fact[:wordings] if wordings else fact)]
    return [q for q in some if zlib.crc32(q.id.encode()) % 5 < fifths]


Gold = Sequence[tuple[str, Span]]  # document and place, each


def judged(library: Library, group: str, question: str, gold: Gold) -> Iterator[Judged]:
    """A question to a library, then to a few of its papers: what is considered, and which of it holds gold."""
    whole, candidates = _asked_of(library, group, question, gold, None)
    yield whole
    papers = few_papers(question, gold, candidates)
    if papers and not any("," in paper for paper in papers):  # which parts a scope from the next
        yield _asked_of(library, group, question, gold, papers)[0]


def _asked_of(
    library: Library, group: str, question: str, gold: Gold, papers: Sequence[str] | None
) -> tuple[Judged, list[Candidate]]:
    found = library.find(question, READ, None if papers is None else ",".join(papers))
    tongue = language_of(question, found.hits)
    asked = Asked(question, found.named.asked, tongue, tuple(found.named.names), found.documents)
    identities = {p: i for p, i in library.identities().items() if papers is None or p in papers}
    asked = named_alone(asked, people_in(identities))
    evidence = Evidence(identities, date_of(library.document), library.document)
    candidates = considered(asked, found.hits, evidence, shipped()).best
    labels = [any(c.hit.document == d and c.span.overlaps(s) for d, s in gold) for c in candidates]
    rows = features(asked, found.hits, candidates)
    return Judged(group, bool(gold), rows, labels, papers is not None), candidates


def few_papers(question: str, gold: Gold, candidates: Sequence[Candidate]) -> list[str]:
    """One to three papers, half of the time one: those with gold or the one that seems to answer, then other ones."""
    nearest = sorted(candidates, key=lambda c: -c.answers)
    papers = list(dict.fromkeys([d for d, _ in gold] or [c.hit.document for c in nearest[:1]]))
    others = list(dict.fromkeys(c.hit.document for c in nearest if c.hit.document not in papers))
    chance = random.Random(zlib.crc32(question.encode()))
    return papers + chance.sample(others, min(len(others), max(0, chance.choice((1, 1, 2, 3)) - len(papers))))


def of_corpus(folders: Sequence[CaseFolder], wordings: int, fifths: int) -> Iterator[Judged]:
    """Questions of case folders of one language, which lie in one library."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "files"
        for folder in folders:
            ignore = shutil.ignore_patterns(QUESTIONS, CLAIMS)
            shutil.copytree(folder.folder, root / folder.name, ignore=ignore)
        with Library.open(root, index=Path(place) / "index") as library:
            library.sync(encode=True)
            for folder in folders:
                for question in chosen(folder.questions, wordings, fifths):
                    gold = [(f"{folder.name}/{p.document}", p.span) for p in question.gold]
                    yield from judged(library, folder.name, question.text, gold)


def of_case_set(folder: Path) -> Iterator[Judged]:
    """Questions of a case set, whose documents are a library of their own."""
    faults = Faults()
    cases = read_case_set(folder, faults)
    faults.stop_if_any()
    with tempfile.TemporaryDirectory() as place, Library.open(cases.root, index=place) as library:
        library.sync(encode=True)
        for case in cases.cases:
            yield from judged(library, str(folder), case.question, [(g.document, g.span) for g in case.gold])


@dataclass
class Fit:
    """Weights of the features, in their order, and the bias."""

    weights: np.ndarray
    bias: float

    def stretched(self, slope: float, offset: float) -> Fit:
        """The same order of candidates, with a straight line of the logits."""
        return Fit(self.weights * slope, self.bias * slope + offset)

    def outcome(self, item: Judged) -> tuple[float, bool]:
        """Probability of the best candidate, and whether what would be quoted holds gold."""
        if not item.rows:
            return 0.0, False
        logits = np.array([list(row.values()) for row in item.rows]) @ self.weights + self.bias
        p = 1 / (1 + np.exp(-logits))
        order = np.argsort(-p, kind="stable")[:2]
        return float(p[order[0]]), any(item.labels[i] for i in order if p[i] >= KEEP * p[order[0]])


def of_candidates(items: Sequence[Judged]) -> Fit:
    """Logistic regression of whether a candidate holds gold."""
    x = np.array([list(row.values()) for item in items for row in item.rows])
    model = LogisticRegression(max_iter=2000).fit(x, np.array([label for item in items for label in item.labels]))
    return Fit(model.coef_[0], float(model.intercept_[0]))


@dataclass(frozen=True, slots=True)
class Told:
    """A question as a fit on other folders answers it: how probable the best candidate is, and whether it is right."""

    group: str
    answerable: bool
    p: float
    right: bool
    small: bool = False

    def good(self, threshold: float) -> bool:
        """Whether the answer is right, or the silence."""
        return self.right and self.p >= threshold if self.answerable else self.p < threshold


def over_folds(items: Sequence[Judged], fit: Callable[[Sequence[Judged]], Fit]) -> list[Told]:
    """Each item, judged by a fit on the other folders."""
    told = []
    for group in sorted({item.group for item in items}):
        found = fit([i for i in items if i.group != group])
        told += [Told(group, i.answerable, *found.outcome(i), i.small) for i in items if i.group == group]
    return told


def fitted(items: Sequence[Judged]) -> Fit:
    """The fit of the candidates, stretched to the outcomes that folds of the same items show."""
    told = over_folds(items, of_candidates)
    p = np.clip([t.p for t in told], 1e-4, 1 - 1e-4)
    line = LogisticRegression(C=100).fit(np.log(p / (1 - p))[:, None], [t.right for t in told])
    return of_candidates(items).stretched(float(line.coef_[0, 0]), float(line.intercept_[0]))


def bound(kept: Sequence[tuple[str, bool]]) -> float:
    """The lower bound of a share, from a group and whether it was kept each; 0 where fewer than two groups are."""
    groups = sorted({group for group, _ in kept})
    if len(groups) < 2:
        return 0.0
    sizes = np.array([sum(g == group for g, _ in kept) for group in groups], float)
    held = np.array([sum(k for g, k in kept if g == group) for group in groups], float)
    share = held.sum() / sizes.sum()
    error = np.sqrt(((held - share * sizes) ** 2).sum() * len(groups) / (len(groups) - 1)) / sizes.sum()
    return float(share - student.ppf(SURE, len(groups) - 1) * error)


def promised(told: Sequence[Told], threshold: float) -> float:
    """The lesser of two lower bounds: shown answers that are right, unanswerable questions that are refused."""
    shown = [(t.group, t.right) for t in told if t.p >= threshold]
    refused = [(t.group, t.p < threshold) for t in told if not t.answerable]
    return min(bound(shown), bound(refused))


def summary(told: Sequence[Told], threshold: float) -> str:
    """What a threshold makes of questions."""
    good = np.mean([t.good(threshold) for t in told])
    right = np.mean([t.right for t in told if t.p >= threshold])
    refused = np.mean([t.p < threshold for t in told if not t.answerable])
    return f"good {good:.3f}, of the answers shown right {right:.3f}, refused {refused:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="case folders, of which the held-out ones are read")
    parser.add_argument("--sets", nargs="*", type=Path, default=[], help="case sets that nothing was trained on")
    parser.add_argument("--wordings", type=int, default=0, help="of each fact; all unless given")
    parser.add_argument("--fifths", type=int, default=5, help="of the facts, to be done sooner (5)")
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    args = parser.parse_args()
    corpus = case_folders(args.corpus) if args.corpus else []
    held = [read_case_folder(p) for p in corpus if p.name.endswith("_held")]
    items: list[Judged] = []
    for language in ("en", "de", "ko"):
        folders = [f for f in held if f.folder.parent.name.startswith(language)]
        if folders:
            items += of_corpus(folders, args.wordings, args.fifths)
            print(language, len(folders), "folders", len(items), "questions so far", flush=True)
    for folder in args.sets:
        items += of_case_set(folder)
        print(folder, len(items), "questions so far", flush=True)
    if not any(item.rows for item in items):
        parser.error("nothing to fit on: name --sets or a --corpus with folders that end in _held")
    names = list(next(item.rows[0] for item in items if item.rows))
    everything = over_folds(items, fitted)
    told, few = ([t for t in everything if t.small == small] for small in (False, True))
    value = {
        at: np.mean([(1 if t.right else -COST) if t.p >= at else float(not t.answerable) for t in told])
        for at in THRESHOLDS
    }
    threshold = min((float(t) for t in THRESHOLDS if promised(told, t) >= PROMISED), default=float(THRESHOLDS[-1]))
    print("promises by threshold:", ", ".join(f"{t:.2f} {promised(told, t):.3f}" for t in THRESHOLDS))
    print("worth by threshold:", ", ".join(f"{t:.2f} {v:.3f}" for t, v in value.items()))
    for at in (0.4, 0.5, 0.6, 0.7):
        print(f"of one to three papers from {at:.1f}: {summary(few, at)}")
    p, y = np.array([t.p for t in told]), np.array([t.right for t in told], float)
    bins = np.clip((p * 10).astype(int), 0, 9)
    error = sum(abs(p[bins == b].mean() - y[bins == b].mean()) * np.mean(bins == b) for b in np.unique(bins))
    print(f"threshold {threshold:.2f}: {summary(told, threshold)}, expected calibration error {error:.3f}")
    print("risk and coverage:")
    for at in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        shown = [t.right for t in told if t.p >= at]
        if shown:
            print(f"  from {at:.1f}: {len(shown) / len(told):.3f} answered, {1 - np.mean(shown):.3f} of them wrong")
    model = fitted(items)
    stored = json.loads(_WEIGHTS.read_text("utf-8"))
    stored |= {
        "weights": {n: round(float(w), 4) for n, w in zip(names, model.weights, strict=True)},
        "bias": round(model.bias, 4),
        "threshold": round(threshold, 2),
    }
    print(json.dumps(stored, indent=1))
    if args.write:
        _WEIGHTS.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
