"""Training pairs for the reader's view of claims, from the corpus alone: sentences, questions with answers, and claims.

    python benchmarks/make_claim_pairs.py --corpus examples/corpus --out pairs.jsonl.gz [--written DIR]

Rows are `language, claim, passage, label, kind`. What decides a label:

- a sentence, or a part of it in other order, units or words, against a passage that holds it: supports;
- the same with a value, side, date, name, state, act or negation changed: contradicts, since the slot has one filler;
- the same of another thing (drug, analyte, disease …): contradicts where the passage says something else of that
  thing, neither where it does not name it; with a further sentence that the passage does not hold: neither;
- a question with its answer: supports; with the answer of another question of its kind: contradicts; against a
  passage of its folder that holds neither gold nor answer, or with the near miss of a question that nothing answers:
  neither. A question that yes or no answers stands as it is, or with "Yes" or "No" behind it.

Each form is balanced over the labels, so that no form tells one. Folders `*_held` are left out, and so are the
folders and every fourth quote of the claims written by hand on which `fit_verdict.py` chooses: a reader that has seen
a claim is surer of it than of others.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nli_twins.asking import said, stated, yes_no
from nli_twins.edits import borrowed, edited
from nli_twins.filling import wrapped
from nli_twins.turning import turned

from casefolio.ingest.document import Span
from casefolio.ingest.sentences import sentence_spans
from casefolio.reader.forms import form_of
from casefolio.training.corpus import CaseFolder, Place, Question, case_folders, read_case_folder
from casefolio.training.errors import TrainingError

DATA = Path(__file__).parent / "nli_twins"
LANGUAGES = ("en", "de", "ko")
_LABELS = ("supports", "contradicts", "neither")
_WIDTHS = (0, 0, 30, 60, 100, 150, 200)  # words of a passage; 0 is the sentence alone
# Left to fit_verdict.py: folders, and each so-manieth quote that claims were written by hand for.
FITTING = frozenset(
    ("c3_whitlam_ward", "uk_tribunal", "m3_sturz_brinkschulte", "autokauf_yildiz", "k03_namjiwoo", "haego_nodong")
)
FITTING_EVERY = 4
_SHORT_ANSWER = 70  # characters
# Kinds of questions that one answer fills, so that another one contradicts.
_ONE_FILLER = frozenset(
    ["fact", "dose", "value", "date", "person", "side", "latest", "procedure", "party", "money", "period"]
)
_RATIO = 1.15  # of the most frequent label of a form to the rarest
_TOO_ALIKE = 0.6  # share of a claim's words in a passage from which on "neither" is not sure
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim, the passage it is laid against, and what the passage says of it."""

    claim: str
    passage: str
    label: str
    kind: str


class Text:
    """A document cut into sentences, of which passages are made."""

    def __init__(self, name: str, text: str, language: str) -> None:
        self.name, self.text = name, text
        self.spans = [s for s in sentence_spans(text, language) if len(s) > 2]

    def at(self, place: Span) -> int:
        """Number of the sentence in which a stretch begins."""
        return max((i for i, s in enumerate(self.spans) if s.start <= place.start), default=0)

    def said(self, i: int) -> str:
        """A sentence on one line."""
        return " ".join(self.spans[i].of(self.text).split())

    def around(self, i: int, rng: random.Random, last: int | None = None) -> tuple[int, int]:
        """First and last sentence of a passage about one, of any width up to some 200 words."""
        width = rng.choice(_WIDTHS)
        first, last = i, i if last is None else last
        while self._words(first, last) < width and (first > 0 or last + 1 < len(self.spans)):
            if first > 0 and (last + 1 == len(self.spans) or rng.random() < 0.5):
                first -= 1
            elif last + 1 < len(self.spans):
                last += 1
            else:
                break
        return first, last

    def _words(self, first: int, last: int) -> int:
        return len(self.text[self.spans[first].start : self.spans[last].end].split())

    def cut(self, first: int, last: int) -> str:
        """The passage as it stands."""
        return self.text[self.spans[first].start : self.spans[last].end]


class Maker:
    """Pairs of one folder."""

    def __init__(self, case: CaseFolder, language: str, rng: random.Random) -> None:
        self.case, self.language, self.rng = case, language, rng
        self.texts = {n: Text(n, d.text, language) for n, d in case.documents.items()}
        self.texts = {n: t for n, t in self.texts.items() if len(t.spans) > 3}
        self.things = _things(language)

    # -- sentences ---------------------------------------------------------------------------------------------

    def of_sentences(self, each: int) -> Iterator[Pair]:
        """Sentences as they stand or turned, true, changed, of another thing, with a further one."""
        for text in self.texts.values():
            good = [i for i in range(len(text.spans)) if 18 <= len(text.spans[i]) <= 320 and _telling(text.said(i))]
            for i in good * each:
                yield from self._sentence(text, i)

    def _sentence(self, text: Text, i: int) -> Iterator[Pair]:
        rng = self.rng
        first, last = text.around(i, rng)
        passage = self._laid(text.cut(first, last))
        others = [text.said(j) for j in range(len(text.spans)) if not first <= j <= last]
        flat = text.said(i)
        ways = turned(flat, self.language, rng)
        kind, base = rng.choice(ways) if ways and rng.random() < 0.75 else ("same", flat)
        if rng.random() < 0.5:
            yield Pair(base, passage, "supports", kind)
        changes = edited(base, others, self.language, rng)
        within = borrowed(base, text.cut(first, last), rng)
        if changes or within:
            _, claim = rng.choice(within if within and rng.random() < 0.5 else changes or within)
            if claim not in " ".join(passage.split()):
                yield Pair(claim, passage, "contradicts", kind)
            if rng.random() < 0.45:
                # The changed sentence where it is the truth: no form of a sentence tells that it was changed.
                true = text.cut(first, last).replace(text.spans[i].of(text.text), claim)
                yield Pair(claim, self._laid(true), "supports", kind)
                if base != flat and rng.random() < 0.6:
                    yield Pair(base, self._laid(true), "contradicts", kind)
        yield from self._elsewhere(base, text, i, kind)
        yield from self._of_another(base, passage, kind)
        if others:
            yield from self._further(base, text, (first, last), i)

    def _elsewhere(self, claim: str, text: Text, i: int, kind: str) -> Iterator[Pair]:
        """A claim against the passage of its folder that is most like it, but does not hold it."""
        found = []
        other = self.rng.choice(list(self.texts.values()))
        for j in self.rng.sample(range(len(other.spans)), min(12, len(other.spans))):
            first, last = other.around(j, self.rng)
            if other is text and first - 1 <= i <= last + 1:
                continue
            passage = other.cut(first, last)
            share = _shared(claim, passage)
            if share < _TOO_ALIKE and not _same_values(claim, passage):
                found.append((share, passage))
        if found:
            yield Pair(claim, self._laid(max(found)[1]), "neither", kind)

    def _of_another(self, base: str, passage: str, kind: str) -> Iterator[Pair]:
        """The same of another drug, analyte or disease."""
        for things in self.things:
            here = [t for t in things if _names(base, t)]
            if not here:
                continue
            named = [t for t in things if t not in here and _names(passage, t)]
            free = [t for t in things if t not in here and not _names(passage, t)]
            if named and self.rng.random() < 0.5:
                claim = _put(base, here[0], self.rng.choice(named))
                if claim not in " ".join(passage.split()) and re.search(r"\d", claim):
                    yield Pair(claim, passage, "contradicts", kind)
            elif free:
                yield Pair(_put(base, here[0], self.rng.choice(free)), passage, "neither", kind)

    def _further(self, base: str, text: Text, passage: tuple[int, int], i: int) -> Iterator[Pair]:
        """Two sentences in one: both there, one changed, one not there."""
        rng, (first, last) = self.rng, passage
        body = self._laid(text.cut(first, last))
        inside = [j for j in range(first, last + 1) if j != i and 15 <= len(text.spans[j]) <= 160]
        outside = [j for j in range(len(text.spans)) if not first - 1 <= j <= last + 1 and _telling(text.said(j))]
        outside = [j for j in outside if 15 <= len(text.spans[j]) <= 160 and _shared(text.said(j), body) < _TOO_ALIKE]
        draw = rng.random()
        if draw < 0.3 and outside:
            yield Pair(_both(base, text.said(rng.choice(outside)), rng), body, "neither", "two")
        elif inside and len(base) < 200:
            other = text.said(rng.choice(inside))
            if draw < 0.65:
                yield Pair(_both(base, other, rng), body, "supports", "two")
            elif changes := edited(other, [], self.language, rng):
                yield Pair(_both(base, rng.choice(changes)[1], rng), body, "contradicts", "two")

    def _laid(self, passage: str) -> str:
        return wrapped(passage, self.rng) if self.rng.random() < 0.3 else passage

    # -- questions ---------------------------------------------------------------------------------------------

    def of_questions(self) -> Iterator[Pair]:
        """Questions with right and wrong answers, against passages that hold the gold and that do not."""
        by_kind: dict[str, list[Question]] = defaultdict(list)
        for q in self.case.questions:
            if q.gold and q.kind in _ONE_FILLER and len(q.answer) <= _SHORT_ANSWER:
                by_kind[q.kind].append(q)
        for q in self.case.questions:
            if q.kind == "yesno":
                yield from self._yes_no(q)
            elif q.gold:
                yield from self._answered(q, by_kind[q.kind])
            elif q.near:
                yield from self._near(q)

    def _answered(self, q: Question, alike: Sequence[Question]) -> Iterator[Pair]:
        rng, right = self.rng, self._right(q)
        if not right:
            return
        passage, _ = self._passage(q.gold[0])
        if not passage:
            return
        yield Pair(self._say(q, rng.choice(right)), passage, "supports", "asked")
        wrong = {self._quoted(o) or o.answer for o in alike if o.fact != q.fact}
        wrong = {w for w in wrong if all(_differ(w, r) for r in (*right, q.answer))} if q.kind in _ONE_FILLER else set()
        wrong = {w for w in wrong if bool(re.search(r"\d", w)) == bool(re.search(r"\d", right[0]))}
        inside = sorted(w for w in wrong if w and w in " ".join(passage.split()))
        pool = inside if inside and rng.random() < 0.7 else sorted(wrong)
        if pool:
            yield Pair(self._say(q, rng.choice(pool)), passage, "contradicts", "asked")
        away = self._away(q, right)
        if away:
            answers = right if rng.random() < 0.5 or not pool else pool
            yield Pair(self._say(q, rng.choice(answers)), away, "neither", "asked")

    def _yes_no(self, q: Question) -> Iterator[Pair]:
        yes = yes_no(q.answer)
        if q.gold and yes is not None:
            passage, _ = self._passage(q.gold[0])
            if passage:
                for form in ("yesno", "yesno said"):
                    claimed = yes if form == "yesno" else self.rng.random() < 0.5
                    true = yes if form == "yesno" else claimed == yes
                    claim = q.text if form == "yesno" else stated(q.text, said(claimed, self.language),
                                                                  self.language, self.rng)  # fmt: skip
                    yield Pair(claim, passage, "supports" if true else "contradicts", form)
            away = self._away(q, [])
            if away:
                yield self._unsaid(q, away)

    def _unsaid(self, q: Question, passage: str) -> Pair:
        if self.rng.random() < 0.5:
            return Pair(q.text, passage, "neither", "yesno")
        word = said(self.rng.random() < 0.5, self.language)
        return Pair(stated(q.text, word, self.language, self.rng), passage, "neither", "yesno said")

    def _near(self, q: Question) -> Iterator[Pair]:
        """A question that nothing answers, with what tempts: the passage is of something else."""
        passage, quote = self._passage(q.near[0])
        if passage and form_of(q.text, self.language).yes_no:
            yield self._unsaid(q, passage)
        elif passage and quote and len(quote) <= _SHORT_ANSWER:
            yield Pair(self._say(q, quote), passage, "neither", "asked")

    def _say(self, q: Question, answer: str) -> str:
        wordings = [o.text for o in self.case.questions if o.fact == q.fact and bool(o.gold) == bool(q.gold)]
        return stated(self.rng.choice([q.text, *wordings]), answer, self.language, self.rng)

    def _right(self, q: Question) -> list[str]:
        quoted = self._quoted(q)
        short = [q.answer] if 0 < len(q.answer) <= _SHORT_ANSWER else []
        return short + ([quoted] if quoted and len(q.gold) == 1 else [])

    def _quoted(self, q: Question) -> str:
        if not q.gold or q.gold[0].document not in self.texts:
            return ""
        quote = " ".join(q.gold[0].span.of(self.texts[q.gold[0].document].text).split())
        return quote if len(quote) <= _SHORT_ANSWER else ""

    def _passage(self, place: Place) -> tuple[str, str]:
        text = self.texts.get(place.document)
        if text is None:
            return "", ""
        first = text.at(place.span)
        last = max(first, text.at(Span(place.span.end - 1, place.span.end)))
        a, b = text.around(first, self.rng, last)
        return self._laid(text.cut(a, b)), " ".join(place.span.of(text.text).split())

    def _away(self, q: Question, answers: Sequence[str]) -> str:
        """The passage most like the question that holds no gold of it and no answer to it."""
        golds = {(p.document, p.span) for o in self.case.questions if o.fact == q.fact for p in (*o.gold, *o.near)}
        found = []
        for text in self.rng.sample(sorted(self.texts.values(), key=lambda t: t.name), min(3, len(self.texts))):
            for i in self.rng.sample(range(len(text.spans)), min(10, len(text.spans))):
                a, b = text.around(i, self.rng)
                span = Span(text.spans[max(a - 1, 0)].start, text.spans[min(b + 1, len(text.spans) - 1)].end)
                if any(d == text.name and s.overlaps(span) for d, s in golds):
                    continue
                passage = text.cut(a, b)
                flat = " ".join(passage.split()).lower()
                if any(x.lower() in flat or _same_values(x, flat) for x in answers):
                    continue
                found.append((_shared(q.text, passage), passage))
        return self._laid(max(found)[1]) if found else ""

    # -- claims ------------------------------------------------------------------------------------------------

    def of_claims(self) -> Iterator[Pair]:
        """Claims as written with wider passages, true ones changed, and laid elsewhere."""
        for claim in self.case.claims:
            text = self.texts.get(claim.place.document)
            if text is None:
                continue
            for _ in range(2):
                passage, _quote = self._passage(claim.place)
                yield Pair(claim.text, passage, claim.label, "written")
            if claim.label == "supports":
                for _, changed in edited(claim.text, [], self.language, self.rng)[:2]:
                    yield Pair(changed, self._passage(claim.place)[0], "contradicts", "written")
                for _, same in turned(claim.text, self.language, self.rng)[:2]:
                    yield Pair(same, self._passage(claim.place)[0], "supports", "written")
            yield from self._elsewhere(claim.text, text, text.at(claim.place.span), "written")


def _things(language: str) -> list[list[str]]:
    """Things of one kind that the templates name: drugs, analytes, diseases, reliefs."""
    table = tomllib.loads((DATA / f"{language}.toml").read_text(encoding="utf-8"))
    found: list[list[str]] = [d["items"] for d in table["binding"]] + [d["items"] for d in table["state"]]
    return [[t for t in items if len(t) > 2 and not re.search(r"\d", t)] for items in found]


def _names(text: str, thing: str) -> bool:
    return re.search(rf"(?<![^\W\d_]){re.escape(thing)}(?![^\W\d_])", text, re.IGNORECASE) is not None


def _put(text: str, thing: str, other: str) -> str:
    return re.sub(rf"(?<![^\W\d_]){re.escape(thing)}(?![^\W\d_])", other, text, flags=re.IGNORECASE)


def _both(one: str, other: str, rng: random.Random) -> str:
    a, b = (one, other) if rng.random() < 0.5 else (other, one)
    return rng.choice((f"{a.rstrip('.;,')}; {b}", f"{a} {b}"))


def _telling(text: str) -> bool:
    """Whether a stretch says something: three words, most of it letters."""
    letters = sum(c.isalpha() for c in text)
    return len(_WORD.findall(text)) >= 3 and letters > 0.45 * len(text)


def _shared(claim: str, passage: str) -> float:
    words = {w.lower() for w in _WORD.findall(claim) if len(w) > 1}
    there = {w.lower() for w in _WORD.findall(passage)}
    return len(words & there) / max(len(words), 1)


def _same_values(claim: str, passage: str) -> bool:
    """Whether a passage has all the numbers of a claim, where it has any."""
    numbers = set(re.findall(r"\d+", claim))
    return bool(numbers) and numbers <= set(re.findall(r"\d+", passage))


def _differ(one: str, other: str) -> bool:
    """Whether two answers are two: none within the other, other numbers or hardly a word in common."""
    a, b = one.lower(), other.lower()
    if a in b or b in a:
        return False
    x, y = set(re.findall(r"\d+", a)), set(re.findall(r"\d+", b))
    if x and y:
        return not (x <= y or y <= x)
    return _shared(one, other) < 0.3


def written(folder: Path, language: str, fitting: bool = False) -> Iterator[Pair]:
    """Claims written by hand: `place<TAB>quote<TAB>supports<TAB>contradicts<TAB>neither` a line.

    Args:
        folder: of the files `claims_LANGUAGE.tsv`.
        language: `en`, `de`, `ko`.
        fitting: whether those for `fit_verdict.py` are wanted, or the others.
    """
    path = folder / f"claims_{language}.tsv"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        place, quote, *claims = line.split("\t")
        if fitting != (number % FITTING_EVERY == 0 or place.split("/")[1] in FITTING):
            continue
        for label, claim in zip(_LABELS, claims, strict=True):
            yield Pair(claim, quote.replace("\\n", "\n"), label, "by hand")


def balanced(pairs: Sequence[Pair], rng: random.Random) -> list[Pair]:
    """As many of each label within a form, each pair once."""
    forms: dict[str, dict[str, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    for pair in sorted(set(pairs), key=lambda p: (p.kind, p.label, p.claim, p.passage)):
        if pair.claim and pair.passage:
            forms[pair.kind][pair.label].append(pair)
    out = []
    for labels in forms.values():
        if len(labels) < len(_LABELS):
            continue
        most = int(min(map(len, labels.values())) * _RATIO) + 1
        for found in labels.values():
            out += rng.sample(found, min(most, len(found)))
    return out


def main() -> None:
    """Write the pairs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--written", type=Path, help="folder of claims written by hand")
    parser.add_argument("--each", type=int, default=1, help="times that each sentence is taken")
    asked = parser.parse_args()
    rng = random.Random(15)
    rows = []
    for language in LANGUAGES:
        pairs: list[Pair] = []
        for root in asked.corpus:
            for folder in case_folders(root):
                if not folder.parent.name.startswith(language) or folder.name.endswith("_held"):
                    continue
                if folder.name in FITTING:
                    continue
                try:
                    maker = Maker(read_case_folder(folder), language, rng)
                except TrainingError as fault:
                    print(fault, file=sys.stderr)
                    continue
                pairs += [*maker.of_sentences(asked.each), *maker.of_questions(), *maker.of_claims()]
        if asked.written:
            pairs += written(asked.written, language)
        for p in balanced(pairs, rng):
            rows.append(
                {"language": language, "claim": p.claim, "passage": p.passage, "label": p.label, "kind": p.kind}
            )
    rng.shuffle(rows)
    with gzip.open(asked.out, "wt", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(len(rows))
    for key, n in sorted(Counter((r["language"], r["kind"], r["label"]) for r in rows).items()):
        print(*key, n)


if __name__ == "__main__":
    main()
