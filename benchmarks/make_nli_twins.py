"""Training pairs for the reader: claims whose values, sides, names or states were exchanged, and true ones.

    python benchmarks/make_nli_twins.py --corpus examples/corpus --out nli_twins.jsonl.gz

Two sources: templates (`nli_twins/*.toml`: x has a, y has b; forms of what became of x) laid in sentences of the
corpus, and sentences of the corpus themselves with one thing changed. Each kind has true pairs of the same shape, so
that nothing but reading tells them apart. Rows are `claim, passage, label, lang, kind`. Folders `*_held` are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nli_twins.edits import edited
from nli_twins.filling import fill, laid, wrapped

from casefolio.ingest.sentences import sentence_spans

DATA = Path(__file__).parent / "nli_twins"
LANGUAGES = ("en", "de", "ko")
_KINDS = (".txt", ".md", ".csv", ".eml")
# What a quote's state says of a claim's; a pair that is missing is not written.
_SAYS = {
    "ongoing": {"ongoing": 1, "ended": 0, "declined": 0, "held": 0, "planned": 0},
    "begun": {"begun": 1, "ongoing": 1, "ended": 0, "declined": 0, "planned": 0},
    "ended": {"ended": 1, "ongoing": 0, "past": 1, "planned": 0},
    "held": {"held": 1, "ongoing": 0, "declined": 0},
    "declined": {"declined": 1, "ongoing": 0, "begun": 0, "ended": 0, "granted": 0},
    "planned": {"planned": 1, "ongoing": 0, "begun": 0, "ended": 0},
    "restored": {"restored": 1, "ongoing": 1, "ended": 0, "declined": 0, "held": 0},
    "past": {"past": 1},
    "granted": {"granted": 1, "declined": 0, "ended": 0},
}
_LABELS = {1: "supports", 0: "contradicts", 2: "neither"}
Pair = tuple[str, str, str, str]  # claim, quote, label, kind


def main() -> None:
    """Write the pairs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--templates", type=int, default=8000, help="pairs from templates, a language")
    parser.add_argument("--sentences", type=int, default=8000, help="pairs from sentences, a language")
    asked = parser.parse_args()
    rng = random.Random(15)
    rows = []
    for language in LANGUAGES:
        documents = [list(_sentences(path, language)) for path in corpus_files(asked.corpus, language)]
        fillers = [s for d in documents for s in d if 30 < len(s) < 160 and "\n" not in s]
        pairs = []
        for claim, quote, label, kind in templates(language, asked.templates, rng):
            pairs.append((claim, wrapped(laid(quote, fillers, rng), rng), label, kind))
        pairs += from_sentences(documents, language, asked.sentences, rng)
        rows += [{"claim": c, "passage": q, "label": x, "lang": language, "kind": k} for c, q, x, k in pairs]
    rng.shuffle(rows)
    with gzip.open(asked.out, "wt", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(len(rows), Counter((r["lang"], r["label"]) for r in rows), Counter(r["kind"] for r in rows), sep="\n")


def corpus_files(root: Path, language: str) -> list[Path]:
    """Documents of a language's folders, in order; held-out folders are left out."""
    found = (p for p in root.glob(f"{language}_*/*/*") if p.suffix in _KINDS and not p.parent.name.endswith("_held"))
    return sorted(found)


def _sentences(path: Path, language: str) -> Iterator[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    for span in sentence_spans(text, language):
        said = span.of(text)
        if 15 <= len(said) <= 400:
            yield said


def templates(language: str, wanted: int, rng: random.Random) -> list[Pair]:
    """Pairs of the templates: each domain as often as another, each label in its share."""
    table = tomllib.loads((DATA / f"{language}.toml").read_text(encoding="utf-8"))
    out: list[Pair] = []
    while len(out) < wanted:
        out.append(_bound(rng.choice(table["binding"]), rng))
        out.append(_stated(rng.choice(table["state"]), rng))
    return out


def _bound(domain: dict[str, list[str]], rng: random.Random) -> Pair:
    x, y, z = rng.sample(domain["items"], 3)
    a, b = rng.sample(domain["values"], 2)
    others = [v for v in domain["values"] if v not in (a, b)] or [a]
    quote = fill(rng.choice(domain["quotes"]), x=x, y=y, a=a, b=b)
    label = rng.choice((1, 1, 0, 0, 2))
    if label == 2:
        # Another thing that the quote does not name, with a value that it does or does not.
        value = a if len(domain["values"]) < 3 else rng.choice((a, rng.choice(others)))
        return fill(rng.choice(domain["one"]), x=z, a=value), quote, "neither", "unnamed"
    if rng.random() < 0.5:
        form = rng.choice(domain["both"])
        (x1, a1), (x2, a2) = rng.sample([(x, a), (y, b)], 2)
        if not label:
            a1, a2 = (a2, a1) if rng.random() < 0.75 else (a1, rng.choice(others))
            label = int((a1, a2) == ({x: a, y: b}[x1], {x: a, y: b}[x2]))
        return fill(form, x=x1, a=a1, y=x2, b=a2), quote, _LABELS[label], "binding"
    item, value, swapped = rng.choice(((x, a, b), (y, b, a)))
    if not label:
        value = swapped if rng.random() < 0.75 or len(domain["values"]) < 3 else rng.choice(others)
    return fill(rng.choice(domain["one"]), x=item, a=value), quote, _LABELS[label], "binding"


def _stated(domain: dict[str, object], rng: random.Random) -> Pair:
    items, forms = domain["items"], domain["forms"]
    assert isinstance(items, list)
    assert isinstance(forms, dict)
    x, y = rng.sample(items, 2)
    stands = rng.choice(sorted(forms))
    quote = fill(rng.choice(forms[stands]), x=x)
    if rng.random() < 0.3:  # beside another thing in another state, as in a list
        other = rng.choice([s for s in sorted(forms) if s != stands])
        said = [quote, fill(rng.choice(forms[other]), x=y)]
        rng.shuffle(said)
        quote = " ".join(said)
    elif rng.random() < 0.2:
        return fill(rng.choice(forms[rng.choice(sorted(forms))]), x=y), quote, "neither", "unnamed"
    said_by = {s: v for s, v in _SAYS[stands].items() if s in forms}
    label = rng.choice(sorted(set(said_by.values())))
    claimed = rng.choice([s for s, v in said_by.items() if v == label])
    # Many ways to say one state: another one than the quote's where there is one.
    ways = [f for f in forms[claimed] if fill(f, x=x) not in quote] or forms[claimed]
    return fill(rng.choice(ways), x=x), quote, _LABELS[label], f"state {stands}"


def from_sentences(documents: list[list[str]], language: str, wanted: int, rng: random.Random) -> list[Pair]:
    """Sentences of the corpus laid against their own passage, true or with one thing changed."""
    out: list[Pair] = []
    while len(out) < wanted:
        said = rng.choice(documents)
        if len(said) < 4:
            continue
        at = rng.randrange(len(said))
        around = said[max(0, at - rng.choice((0, 0, 1, 2))) : at + 1 + rng.choice((0, 0, 1, 2))]
        others = [s for s in said if s not in around]
        passage = wrapped("\n".join(around) if rng.random() < 0.5 else " ".join(around), rng)
        flat = " ".join(said[at].split())
        changed = edited(flat, others, language, rng)
        if not changed:
            continue
        kind, claim = rng.choice(changed)
        draw = rng.random()
        if draw < 0.45:
            out.append((claim, passage, "contradicts", kind))
        elif draw < 0.85:
            # Half of the true ones stand beside a change of their kind elsewhere: the passage has both values.
            out.append((flat, passage, "supports", "same"))
        elif others:
            other = " ".join(rng.choice(others).split())
            out.append((other, passage, "neither", "elsewhere"))
    return out


if __name__ == "__main__":
    main()
