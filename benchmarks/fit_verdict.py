"""Fit how rules and reader are weighed into one verdict (`rag/verification/verdict.json`); report on held-out claims.

    python benchmarks/fit_verdict.py --corpus examples/corpus [--judge FILE.onnx] [--unseen ROOT …]
        [--excerpts examples/excerpts] [--general PAIRS.jsonl.gz] [--klue PAIRS.jsonl] [--write]

Chosen on claims that the reader was not trained on, since it is surer of those that it was: the folders and the claims
by hand that `make_claim_pairs.py` leaves out, with `--unseen` the claims of `ROOT` that `--corpus` has not (written
after the judge was trained), and with `--excerpts` (for the weights alone) the held lines of such a folder. Reported on
the folders `*_held`, and with `--klue` on pairs of KLUE-NLI. The judge of claims is the shipped one, or that of
`--judge` or of the variable JUDGE_WEIGHTS, on the shipped reader.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from claims import claims
from make_claim_pairs import DATA, FITTING, LANGUAGES, Maker, Pair, balanced, written
from scipy.optimize import minimize

import casefolio.verification.deciding as deciding
import casefolio.verification.reading as reading
from casefolio.ingest.meaning.facts import profile
from casefolio.ingest.meaning.frames import says_as_much
from casefolio.reader.model import Relation
from casefolio.training.corpus import case_folders, read_case_folder
from casefolio.verification.deciding import LABELS, Ruled, measures
from casefolio.verification.reading import relations
from casefolio.verification.wording import in_the_quotes_words
from casefolio.verifying import ruled_by, verbatim

OWN = Path(__file__).with_name("own_claims")
_LABELS = {"supports": 0, "contradicts": 1, "neither": 2, "contradiction": 1, "entailment": 0, "neutral": 2}
_STRENGTHS = (0.03, 0.1, 0.3, 1.0)
_PROGRAMMED = 200  # pairs a language from sentences of the fitting folders, as they stand, turned and changed
_FORMS = frozenset(("same", "part", "reordered", "units", "dates", "words", "two"))
_FALSE_ALARM = 1.0  # what a true claim costs that is called contradicted, in right verdicts
_AS_GOOD = 0.01
_GENERAL = 300  # pairs of general text beside the claims, so that nothing is learned that holds for letters alone
# What a measure may speak for. A fit on few claims else finds chance signs ("missing words speak for support").
_FOR, _AGAINST = (0.0, None), (None, 0.0)
_CONFLICTS = ("value", "negation", "state", "who", "time", "scope")
_SIGNS: dict[tuple[str, str], tuple[float | None, float | None]] = {
    **{("supported", name): _FOR for name in ("supports", "all_said", "values_bound", "state_agrees")},
    **{("supported", f"{name}_conflicts"): _AGAINST for name in _CONFLICTS},
    ("supported", "contradicts"): _AGAINST,
    **{("supported", f"{name}_missing"): _AGAINST for name in ("value", "name", "party", "words")},
    ("contradicted", "words_missing"): _AGAINST,
    **{("contradicted", f"{name}_conflicts"): _FOR for name in _CONFLICTS},
    **{("contradicted", name): _AGAINST for name in ("supports", "all_said", "values_bound", "state_agrees")},
    ("contradicted", "contradicts"): _FOR,
}
_TARGET = Path(deciding.__file__).with_name("verdict.json")


@dataclass(frozen=True, slots=True)
class Case:
    """A pair with what rules and reader say of it; `plain` where neither is asked: the claim stands in the quote."""

    language: str
    label: int
    quote: str
    ruled: Ruled
    view: Relation
    plain: bool


def cases(rows: Sequence[tuple[str, str, str, str]]) -> list[Case]:
    """Cases of (language, label, quote, claim) each."""
    out = []
    for language, label, quote, claim in rows:
        mine, theirs = profile(claim, language), profile(quote, language)
        ruled = ruled_by(mine, theirs)
        views = relations([(in_the_quotes_words(mine, theirs, ruled.findings), quote)], language)
        if views is None:
            raise SystemExit(reading.MISSING)
        plain = verbatim(claim, quote) or (ruled.verdict.label == "supported" and says_as_much(mine, theirs))
        out.append(Case(language, _LABELS[label], quote, ruled, views[0], plain))
    return out


def excerpt_rows(excerpts: Path) -> list[tuple[str, str, str, str]]:
    """The claims on excerpts that are held out: weights are fitted on them too, but no threshold is chosen.

    They were written to be hard (what is false shares more words with its quote than what is true), and are not how
    often a sentence in an answer is false.
    """
    return [(x, label, q, c) for x in LANGUAGES for label, q, c in claims(excerpts, x, held=True)]


def fitting_rows(corpus: Path, own: Path, unseen: Sequence[Path]) -> Iterator[tuple[str, str, str, str]]:
    """Claims to choose on."""
    for language in LANGUAGES:
        for label, quote, claim in claims(own, language, held=False):
            yield language, label, quote, claim
        for pair in written(DATA, language, fitting=True):
            yield language, pair.label, pair.passage, pair.claim
        if unseen:
            # The reader was trained before these were written: the claims by hand too are all new to it.
            for pair in written(DATA, language):
                yield language, pair.label, pair.passage, pair.claim
            known = {(q, c) for held in (False, True) for _, q, c in claims(corpus, language, held)}
            for root in unseen:
                for label, quote, claim in claims(root, language, held=False):
                    if (quote, claim) not in known:
                        yield language, label, quote, claim
            continue
        for label, quote, claim in claims(corpus, language, held=False, folders=FITTING):
            yield language, label, quote, claim


def programmed_rows(corpus: Path) -> list[tuple[str, str, str, str]]:
    """Sentences of the fitting folders, true or changed: most of what a model writes stands nearly so in its page."""
    rng, rows = random.Random(3), []
    for language in LANGUAGES:
        pairs: list[Pair] = []
        for folder in case_folders(corpus):
            if folder.name in FITTING and folder.parent.name.startswith(language):
                pairs += Maker(read_case_folder(folder), language, rng).of_sentences(1)
        pairs = [p for p in balanced(pairs, rng) if p.kind in _FORMS]
        for p in rng.sample(pairs, min(_PROGRAMMED, len(pairs))):
            rows.append((language, p.label, p.passage, p.claim))
    return rows


def general_cases(path: Path) -> list[Case]:
    """Some pairs of general text, the same ones each time."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = random.Random(1).sample(rows, min(_GENERAL, len(rows)))
    return cases([(r["lang"], r["label"], r["premise"], r["hypothesis"]) for r in rows])


def matrix(found: Sequence[Case]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rows = [measures(c.ruled, c.view) for c in found]
    names = list(rows[0])
    return np.array([[r[n] for n in names] for r in rows]), np.array([c.label for c in found]), names


def logistic(x: np.ndarray, y: np.ndarray, names: Sequence[str], strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights and constants of a multinomial logistic regression whose signs are bounded by `_SIGNS`."""
    n, k = x.shape
    wanted = np.eye(3)[y]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w, b = flat[: 3 * k].reshape(3, k), flat[3 * k :]
        p = softmax(x @ w.T + b)
        off = p - wanted
        value = -strength * float(np.log(np.maximum(p[np.arange(n), y], 1e-12)).sum()) + float((w * w).sum()) / 2
        return value, np.concatenate([(strength * off.T @ x + w).ravel(), strength * off.sum(0)])

    bounds = [_SIGNS.get((label, name), (None, None)) for label in LABELS for name in names] + [(None, None)] * 3
    found = minimize(loss, np.zeros(3 * k + 3), jac=True, bounds=bounds, method="L-BFGS-B").x
    return found[: 3 * k].reshape(3, k), found[3 * k :]


def softmax(totals: np.ndarray) -> np.ndarray:
    odds = np.exp(totals - totals.max(1, keepdims=True))
    return np.asarray(odds / odds.sum(1, keepdims=True))


def thresholds(p: np.ndarray, y: np.ndarray, shown: float) -> tuple[float, float]:
    """From where on a claim is supported, so that at most a share of false ones is; from where on contradicted."""
    supports = float(np.quantile(p[y > 0, 0], 1 - shown))
    rest = p[:, 0] < supports
    against = p[rest, 1]
    truth = y[rest]

    def worth(least: float) -> float:
        """Right verdicts; to call a true claim contradicted is worse than to leave it open."""
        called = against >= least
        return float(np.mean(np.where(called, 1, 2) == truth) - _FALSE_ALARM * np.mean(called & (truth == 0)))

    scale = np.arange(0.3, 0.8, 0.01)
    worths = np.array([worth(least) for least in scale])
    # The optimum is flat: the middle of all that are as good, so that a few claims do not move it.
    contradicts = float(np.median(scale[worths >= worths.max() - _AS_GOOD]))
    return round(supports, 4), round(contradicts, 2)


def fit(claimed: Sequence[Case], general: Sequence[Case], shown: float) -> dict[str, Any]:
    """The content of `verdict.json`; the threshold of support is chosen on the claims alone."""
    # What rules decide alone is never weighed.
    weighed = _weighed(claimed)
    found = [*weighed, *_weighed(general)]
    x, y, names = matrix(found)
    groups = np.array([int(hashlib.sha256(c.quote.encode()).hexdigest()[:6], 16) % 5 for c in found])
    scored = []
    for strength in _STRENGTHS:
        p = np.zeros((len(y), 3))
        for part in range(5):
            w, b = logistic(x[groups != part], y[groups != part], names, strength)
            p[groups == part] = softmax(x[groups == part] @ w.T + b)
        scored.append((float(-np.log(p[np.arange(len(y)), y]).mean()), strength, p))
    loss, strength, p = min(scored, key=lambda s: s[0])
    weights, bias = logistic(x, y, names, strength)
    rest = [c for c in claimed if c.plain or c.ruled.settled]
    ruled = np.array([(1.0, 0, 0) if c.plain else (0, 1.0, 0) for c in rest]).reshape(-1, 3)
    supports, contradicts = thresholds(
        np.concatenate([p[: len(weighed)], ruled]), np.array([c.label for c in (*weighed, *rest)]), shown
    )
    counts = {name: int((y == i).sum()) for name, i in (("supports", 0), ("contradicts", 1), ("neither", 2))}
    return {
        "source": "benchmarks/fit_verdict.py: multinomial logistic regression on claims that the reader was not "
        f"trained on, beside {len(general)} changed sentences, claims on excerpts and pairs of general text "
        f"({counts}); thresholds on "
        f"cross-validated probabilities: at most {shown:.0%} of false claims shown",
        "strength": strength,
        "loss": round(loss, 4),
        "supports": supports,
        "contradicts": contradicts,
        "bias": {label: round(float(b), 4) for label, b in zip(LABELS, bias, strict=True)},
        "weights": {
            label: {name: round(float(w), 4) for name, w in zip(names, row, strict=True)}
            for label, row in zip(LABELS, weights, strict=True)
        },
    }


def _weighed(found: Sequence[Case]) -> list[Case]:
    return [c for c in found if not c.plain and not c.ruled.settled]


def report(name: str, found: Sequence[Case], model: deciding.Weighing) -> None:
    """Figures of each language."""
    for language in (*LANGUAGES, "all"):
        here = [c for c in found if language in ("all", c.language)]
        if not here or (language == "all" and len({c.language for c in here}) < 2):
            continue
        said = np.array([_said(c, model) for c in here])
        y = np.array([c.label for c in here])
        reader = np.array([int(np.argmax(c.view)) for c in here])

        def share(label: int, as_: int, said: np.ndarray = said, y: np.ndarray = y) -> str:
            return f"{np.mean(said[y == label] == as_):.3f}" if (y == label).any() else "-"

        hit = int(((said == 1) & (y == 1)).sum())
        f1 = 2 * hit / max(int((said == 1).sum() + (y == 1).sum()), 1)
        print(
            f"{name} {language} n={len(here)}: accuracy {np.mean(said == y):.3f} "
            f"(reader alone {np.mean(reader == y):.3f}); true ones supported {share(0, 0)}, "
            f"called contradicted {share(0, 1)}; contradictions found {share(1, 1)}, "
            f"shown {share(1, 0)}, F1 {f1:.3f}; unstated shown {share(2, 0)}"
        )


def _said(case: Case, model: deciding.Weighing) -> int:
    return 0 if case.plain else LABELS.index(deciding.judged(case.ruled, case.view, model).label)


def opened(path: Path) -> reading.Reader:
    """A judge of other weights."""
    from casefolio.reader.model import Judge, shipped

    return Judge(path, shipped())


def main() -> None:
    """Fit, report, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--judge", type=Path, default=os.environ.get("JUDGE_WEIGHTS"))
    parser.add_argument("--unseen", type=Path, action="append", default=[])
    parser.add_argument("--excerpts", type=Path, help="folder of claimed_*.jsonl, held lines: for weights alone")
    parser.add_argument("--own", type=Path, default=OWN, help="claims on invented documents")
    parser.add_argument("--general", type=Path, help="jsonl.gz of the training part: premise, hypothesis, label, lang")
    parser.add_argument("--klue", type=Path, help="pairs.jsonl: quote, claim, label")
    parser.add_argument("--shown", type=float, default=0.1, help="share of false ones that may be shown")
    parser.add_argument("--write", action="store_true", help="write verdict.json")
    asked = parser.parse_args()
    if asked.judge:
        found = opened(Path(asked.judge))
        reading.reader = lambda: found  # type: ignore[assignment]
    chosen_on = cases(list(fitting_rows(asked.corpus, asked.own, asked.unseen)))
    programmed = [c for c in cases(programmed_rows(asked.corpus)) if not c.plain]
    beside = programmed + (general_cases(asked.general) if asked.general else [])
    hard = cases(excerpt_rows(asked.excerpts)) if asked.excerpts else []
    raw = fit(chosen_on, [*hard, *beside], asked.shown)
    model = deciding.read(raw)
    print(json.dumps(raw, indent=1, ensure_ascii=False))
    report("chosen on (in sample)", chosen_on, model)
    report("excerpts (weights in sample)", hard, model)
    for name, root in (("held", asked.corpus), ("own, held", asked.own)):
        rows = [(x, label, q, c) for x in LANGUAGES for label, q, c in claims(root, x, held=True)]
        report(name, cases(rows), model)
    if asked.klue:
        lines = map(json.loads, asked.klue.read_text(encoding="utf-8").splitlines())
        report("klue", cases([("ko", r["label"], r["quote"], r["claim"]) for r in lines]), model)
    if asked.write:
        raw |= {name: json.loads(_TARGET.read_text("utf-8"))[name] for name in ("final_up_to", "by_hand")}
        _TARGET.write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
