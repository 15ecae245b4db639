"""Two hundred answers as models write them, over letters and contracts of our own: what is shown of them.

    python benchmarks/scripted_answers.py [--misses] [--language en|de|ko]

`scripted/answers.tsv`: document, kind (true, exchanged, ended, wrongly marked, fragment, other language, too long,
empty, instruction), question, what the model says, words of it that must be shown, words that must not. Each question
is asked of all documents of its language.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casefolio.answer import Answer
from casefolio.answering import answer_from_hits
from casefolio.generators.scripted import Scripted
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span

FOLDER = Path(__file__).parent / "scripted"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table."""

    document: str
    kind: str
    question: str
    said: str
    shown: str
    hidden: str

    @property
    def language(self) -> str:
        """ISO 639-1, from the document's name."""
        return self.document.partition("_")[0]


def cases() -> list[Case]:
    """All lines."""
    lines = (FOLDER / "answers.tsv").read_text("utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return [Case(d, kind, q, said.replace("\\n", "\n"), shown, hidden) for d, kind, q, said, shown, hidden in rows]


def hits(language: str) -> list[Hit]:
    """All documents of a language, each as one passage."""
    out = []
    for rank, path in enumerate(sorted(FOLDER.glob(f"{language}_*.txt")), start=1):
        text = path.read_text("utf-8")
        chunk = Chunk(path.stem, path.stem, Span(0, len(text)), (1,), (), language)
        out.append(Hit(chunk, path.name, "0" * 64, text, 1.0, rank))
    return out


def asked(case: Case) -> Answer:
    """The answer with a model that says what the line has it say."""
    return answer_from_hits(case.question, hits(case.language), language=case.language, generator=Scripted(case.said))


def outcomes(case: Case, answer: Answer) -> Iterator[tuple[str, bool]]:
    """`true` or `false` words of a line, and whether they are shown; true ones may be those of the quotes."""
    written = "\n".join(c.text for c in answer.claims if c.written).casefold()
    if case.shown:
        wanted = case.shown.casefold().rstrip(".")
        yield "true", wanted in written or wanted in " ".join(answer.text.split()).casefold()
    if case.hidden:
        yield "false", case.hidden.casefold().rstrip(".") in written


def main() -> None:
    """Print shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="print each line that went wrong")
    parser.add_argument("--language", choices=("en", "de", "ko"))
    args = parser.parse_args()
    shares: defaultdict[tuple[str, str, str], list[bool]] = defaultdict(list)
    quoted: list[bool] = []
    for case in cases():
        if args.language not in (None, case.language):
            continue
        answer = asked(case)
        quoted.append(any(not c.written for c in answer.claims))
        for truth, shown in outcomes(case, answer):
            for key in ((case.language, case.kind), (case.language, "all"), ("all", "all"), ("all", case.kind)):
                shares[(*key, truth)].append(shown)
            if args.misses and shown != (truth == "true"):
                notes = "; ".join(answer.notes)
                print(f"{truth} {case.document} {case.kind}: {case.question} | {case.said[:90]!r} | {notes}")
    for (language, kind, truth), shown_ones in sorted(shares.items()):
        share = sum(shown_ones) / len(shown_ones)
        print(f"{language} {kind}: {truth} {len(shown_ones)}, shown {sum(shown_ones)} ({share:.3f})")
    print(f"answered in quotes: {sum(quoted)} of {len(quoted)}")


if __name__ == "__main__":
    main()
