"""Folders of one letter for fifty patients: does the right patient's letter come first?

    python benchmarks/namesakes.py [--folders 20] [--patients 50] [--seed 7]

Every letter of a folder has the same words but for name, birth date, side, dose and dates; some surnames are borne by
two patients. Each patient is asked about by name in three ways. Prints the share of questions whose first hit is the
right letter, per language.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import tomllib
from pathlib import Path

from casefolio.library import Library

DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
FIRST = {language: data["first"].split() for language, data in DATA.items()}
LAST = {language: data["last"].split() for language, data in DATA.items()}
LETTER = {language: data["letter"] for language, data in DATA.items()}
ASKED = {language: data["asked"] for language, data in DATA.items()}
SIDES = {"en": ("left", "right"), "de": ("links", "rechts"), "ko": ("좌측", "우측")}


def patients(language: str, n: int, rng: random.Random) -> list[dict[str, str]]:
    pairs = rng.sample([(f, s) for f in FIRST[language] for s in LAST[language]], n)
    return [person(language, first, last, rng) for first, last in pairs]


def person(language: str, first: str, last: str, rng: random.Random) -> dict[str, str]:
    year, month, day = rng.randint(1935, 2000), rng.randint(1, 12), rng.randint(1, 20)
    form = {"en": "{2}/{1}/{0}", "de": "{2}.{1}.{0}", "ko": "{0}년 {1}월 {2}일"}[language]
    name = f"{last}{first}" if language == "ko" else f"{first} {last}"
    return {
        "name": name,
        "last": last,
        "last_and_first": name,
        "title": {"en": rng.choice(("Mr.", "Mrs.")), "de": rng.choice(("Frau", "Herrn")), "ko": ""}[language],
        "birth": form.format(year, month, day),
        "admitted": form.format(2023, month, day),
        "discharged": form.format(2023, month, day + rng.randint(2, 8)),
        "side": rng.choice(SIDES[language]),
        "weeks": str(rng.randint(3, 6)),
        "dose": rng.choice(("200", "400", "600")),
    }


def measure(language: str, n: int, rng: random.Random) -> tuple[int, int]:
    """Questions asked, and those whose first hit is the right letter."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        people = patients(language, n, rng)
        for number, patient in enumerate(people):
            (root / f"{number:03}.txt").write_text(LETTER[language].format(**patient), "utf-8")
        with Library.open(root) as library:
            library.sync(encode=True)
            right = [
                (library.search(question.format(**patient), k=1) or [None])[0]
                for patient in people
                for question in ASKED[language]
            ]
        wanted = [f"{number:03}.txt" for number in range(n) for _ in ASKED[language]]
        return len(wanted), sum(
            hit is not None and hit.document == name for hit, name in zip(right, wanted, strict=True)
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folders", type=int, default=20)
    parser.add_argument("--patients", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    totals: dict[str, list[int]] = {}
    for number in range(args.folders):
        language = ("en", "de", "ko")[number % 3]
        asked, right = measure(language, args.patients, rng)
        total = totals.setdefault(language, [0, 0])
        total[0] += asked
        total[1] += right
        print(f"folder {number + 1}/{args.folders} {language}: {right}/{asked}", file=sys.stderr)
    print("| language | questions | right letter first |\n|---|---|---|")
    for language, (asked, right) in totals.items():
        print(f"| {language} | {asked} | {right / asked:.4f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
