"""Rows that teach the reader what lay people call a thing: telegram lines of one name, asked for by another.

    python benchmarks/make_lexical_rows.py OUT.jsonl [--rows 3600] [--seed 11]
    rag train reader OUT.jsonl … --upper

The things and their names are `examples/lexicon/LANGUAGE.tsv`, how they are said and asked `lexical/LANGUAGE.toml`. A
passage has lines about other things around; in two of five the thing asked for is not there, mostly beside one that a
careless reader would take for it. One thing in seven is held out of training whole (`held`).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_LEXICON = _HERE.parent / "examples" / "lexicon"
_PRESENT, _ABSENT, _NEAR, _WHEN = 0.6, 0.22, 0.35, 0.4  # shares: there, said as absent, beside a near thing, asked when
_HELD = 7
_SHUFFLED = 7  # seed of what is held
_DATED = ("operation", "disease", "event")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_FEW, _MANY = 3, 9  # lines about other things


@dataclass(frozen=True, slots=True)
class Thing:
    """A line of the lexicon: kind, what professionals write, what lay people say, what it may be mistaken for."""

    kind: str
    written: tuple[str, ...]
    said: tuple[str, ...]
    near: tuple[str, ...]

    def alike(self, other: Thing) -> bool:
        return not {*self.written, *self.said}.isdisjoint({*other.written, *other.said})


def things(language: str) -> list[Thing]:
    """The lexicon of a language."""
    lines = (_LEXICON / f"{language}.tsv").read_text("utf-8").splitlines()
    fields = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [Thing(kind, *(tuple(f.strip() for f in field.split(";")) for field in rest)) for kind, *rest in fields]


class Writer:
    """Draws rows of a language."""

    def __init__(self, language: str, seed: int) -> None:
        self._language, self._draw = language, random.Random(f"{language} {seed}")
        self._wordings: dict[str, Any] = tomllib.loads((_HERE / "lexical" / f"{language}.toml").read_text("utf-8"))
        self._things = things(language)

    def rows(self, held: bool, number: int) -> Iterator[dict[str, Any]]:
        order = list(range(len(self._things)))
        random.Random(_SHUFFLED).shuffle(order)
        apart = set(order[: len(order) // _HELD])
        pool = [thing for i, thing in enumerate(self._things) if (i in apart) == held]
        for at in range(number):
            yield {**self._row(pool[at % len(pool)]), "held": held}

    def _row(self, thing: Thing) -> dict[str, Any]:
        lines = [self._line(other) for other in self._others(thing)]
        for near in thing.near:
            if self._draw.random() < _NEAR:
                self._put(lines, self._said(self._wordings["present"][thing.kind], near))
        own = self._line(thing) if self._draw.random() < _PRESENT or not lines else ""
        place = self._put(lines, own) if own else 0
        between = self._draw.choice(["\n", "\n", " ", "; "])
        lines = [line.rstrip(".") for line in lines] if between == "; " else lines
        own = own.rstrip(".")
        head = self._filled(self._draw.choice(self._wordings["head"]))
        above = f"{head}\n" if head and self._draw.random() < _PRESENT else ""
        text = above + between.join(lines)
        start = len(above) + sum(len(line) + len(between) for line in lines[:place])
        return {
            "question": self._question(thing, own),
            "passage": text,
            "header": self._draw.choice(["", f"note {self._draw.randint(1, 400)}"]),
            "answers": [{"start": start, "end": start + len(own)}] if own else [],
            "language": self._language,
            "source": f"lexical_{self._language}",
        }

    def _others(self, thing: Thing) -> Sequence[Thing]:
        """Other things to speak of: contracts have their own."""
        legal = thing.kind == "legal"
        pool = [o for o in self._things if (o.kind == "legal") == legal and not o.alike(thing)]
        return self._draw.sample(pool, self._draw.randint(_FEW, _MANY))

    def _question(self, thing: Thing, own: str) -> str:
        dated = own and thing.kind in _DATED and _YEAR.search(own) and self._draw.random() < _WHEN
        wordings = self._wordings["when"] if dated else self._wordings["asked"][thing.kind]
        return str(self._draw.choice(wordings)).replace("{l}", self._draw.choice(thing.said))

    def _line(self, thing: Thing) -> str:
        absent = thing.kind in self._wordings["absent"] and self._draw.random() < _ABSENT
        return self._said(
            self._wordings["absent" if absent else "present"][thing.kind], self._draw.choice(thing.written)
        )

    def _said(self, wordings: Sequence[str], name: str) -> str:
        said = self._filled(self._draw.choice(wordings)).replace("{p}", name)
        return said[0].upper() + said[1:]

    def _filled(self, wording: str) -> str:
        year, month, day = self._draw.randint(1990, 2025), self._draw.randint(1, 12), self._draw.randint(1, 28)
        written = {
            "en": [f"{day}/{month}/{year % 100:02}", f"{day} {_MONTHS[month - 1]} {year}"],
            "de": [f"{day:02}.{month:02}.{year}"],
            "ko": [f"{year}-{month:02}-{day:02}", f"{year}년 {month}월 {day}일"],
        }[self._language]
        number = str(self._draw.choice([2, 3, 4, 5, 10, 20, 25, 40, 50, 75, 100]))
        filled = wording.replace("{d}", self._draw.choice(written)).replace("{y}", str(year))
        return filled.replace("{n}", number)

    def _put(self, lines: list[str], line: str) -> int:
        """Where a line was put among others, at random."""
        place = self._draw.randint(0, len(lines))
        lines.insert(place, line)
        return place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, default=3600, help="of a language, for training")
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    with args.out.open("w", encoding="utf-8") as out:
        for language in ("en", "de", "ko"):
            writer = Writer(language, args.seed)
            for held, number in ((False, args.rows), (True, args.rows // _HELD)):
                for row in writer.rows(held, number):
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
