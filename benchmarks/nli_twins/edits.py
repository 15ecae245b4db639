"""A sentence with one thing changed so that it is no longer true of its page: values, sides, names, negation."""

from __future__ import annotations

import random
import re
import tomllib
from itertools import combinations
from pathlib import Path

_TABLES = tomllib.loads(Path(__file__).with_name("edits.toml").read_text(encoding="utf-8"))
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember"
)
_NUMBER = re.compile(r"(?<![\d.,/:-])\d{1,3}(?:[.,]\d{3})*(?:[.,]\d+)?(?![\d/:-]|[.,]\d)")
_DATE = re.compile(
    r"\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4}|\d{4}-\d\d-\d\d|\d{4}[.년]\s?\d{1,2}[.월]\s?\d{1,2}[.일]?"
    rf"|\d{{1,2}}\.? (?:{_MONTHS})(?: \d{{4}})?"
)
_DOSE = re.compile(
    r"\d+(?:[.,]\d+)?\s?(?:mg|µg|mcg|g|ml|IE|IU|%|mm|cm|days|weeks|months|Tage|Wochen|Monate|EUR|€|일|주|개월|원)(?!\w)"
)
_NO_NAME = (
    "선생|환자|보호|어머|아버|할머|할아|며느|사장|대표|고객|의사|부모|아드|따|장모|장인|"
    "형|누|남편|부인|간호|담당|사모|원장|과장|교수|관리|조합"
)
_NAME = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Herrn|Frau)\.? (?:[A-ZÄÖÜ][\wäöüß'-]+ )?[A-ZÄÖÜ][\wäöüß'-]+|"
    rf"(?<![가-힣])(?!{_NO_NAME})[가-힣]{{2,4}}(?= ?(?:님|씨|과장|교수|원장))"
)
# A number that is no value: of a clause or an item, or part of a date or a time.
_NO_VALUE = re.compile(
    rf"^\W{{0,4}}\d+[.)]|{_DATE.pattern}|(?:{_MONTHS}) \d{{1,2}}(?:, \d{{4}})?|"
    r"(?:§|Art|Ziff|Nr|No|clause|Section|para|제)\.? ?\d+|"
    r"[A-Za-z]\w*\d+|\d+[:시] ?\d\d|\d{4}년|\d+월(?: ?\d+일)?"
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_FACTORS = (0.1, 0.5, 2, 10, 1.2, 3)


def edited(text: str, others: list[str], language: str, rng: random.Random) -> list[tuple[str, str]]:
    """(kind, changed sentence) for every kind of change that the sentence allows.

    Args:
        text: a sentence.
        others: other sentences of its document, whose names may be put for its own.
        language: `en`, `de`, `ko`.
        rng: chooses among several.
    """
    found = [*_exchanged(text, rng), *_opposed(text, language), *_negated(text, language, rng)]
    found += [*_scaled(text, rng), *_renamed(text, others, rng)]
    return [(kind, said) for kind, said in found if said != text]


def _exchanged(text: str, rng: random.Random) -> list[tuple[str, str]]:
    out = []
    for kind, pattern in (("dates", _DATE), ("doses", _DOSE), ("numbers", _NUMBER), ("names", _NAME)):
        found = _numbers(text) if pattern is _NUMBER else list(pattern.finditer(text))
        pairs = [(m, n) for m, n in combinations(found, 2) if m[0] != n[0]]
        if pairs:
            m, n = rng.choice(pairs)
            said = text[: m.start()] + n[0] + text[m.end() : n.start()] + m[0] + text[n.end() :]
            out.append((f"exchanged {kind}", said))
    return out


def _opposed(text: str, language: str) -> list[tuple[str, str]]:
    out = []
    for one, other in _TABLES[language]["opposites"]:
        pattern = _either(one, other, language)
        hits = {m[0].lower() for m in pattern.finditer(text)}
        if not hits:
            continue

        def turn(m: re.Match[str], one: str = one, other: str = other) -> str:
            said = other if m[0].lower() == one.lower() else one
            return said.capitalize() if m[0][0].isupper() else said

        # All of them at once: where both stand in the sentence they change places.
        out.append(("opposite" if len(hits) == 1 else "exchanged opposites", pattern.sub(turn, text)))
    return out


def _either(one: str, other: str, language: str) -> re.Pattern[str]:
    if language != "ko":
        return re.compile(rf"\b(?:{one}|{other})\b", re.IGNORECASE)
    if len(one) == 1:  # a party (갑, 을), no syllable of another word and no particle
        return re.compile(rf"(?<![가-힣])(?:{one}|{other})(?=(?:은|는|이|가|의|에게|에|을|과|와)(?![가-힣]))")
    if one == "이상":  # at least, not "nothing unusual"
        return re.compile(rf"(?<=[\d%개일월년원주명회세분]) ?\b(?:{one}|{other})|(?<=\d[가-힣])(?:{one}|{other})")
    return re.compile(rf"{one}|{other}")


def borrowed(text: str, passage: str, rng: random.Random) -> list[tuple[str, str]]:
    """The sentence with one value put for another of its kind that its passage has elsewhere.

    Args:
        text: a sentence.
        passage: what stands around it.
        rng: chooses among several.
    """
    out = []
    for kind, pattern in (("dates", _DATE), ("doses", _DOSE), ("numbers", _NUMBER), ("names", _NAME)):
        mine = _numbers(text) if pattern is _NUMBER else list(pattern.finditer(text))
        theirs = sorted({m[0] for m in (_numbers(passage) if pattern is _NUMBER else pattern.finditer(passage))})
        theirs = [t for t in theirs if t not in text and not any(m[0] in t or t in m[0] for m in mine)]
        if kind == "doses":
            mine = [m for m in mine if any(_unit(t) == _unit(m[0]) for t in theirs)]
        if not mine or not theirs:
            continue
        m = rng.choice(mine)
        fits = [t for t in theirs if kind != "doses" or _unit(t) == _unit(m[0])]
        out.append((f"borrowed {kind}", text[: m.start()] + rng.choice(fits) + text[m.end() :]))
    return out


def _unit(dose: str) -> str:
    return dose.lstrip("0123456789., ")


def _numbers(text: str) -> list[re.Match[str]]:
    """Numbers that are values."""
    taken = [m.span() for m in _NO_VALUE.finditer(text)]
    return [m for m in _NUMBER.finditer(text) if not any(a < m.end() and m.start() < b for a, b in taken)]


def _negated(text: str, language: str, rng: random.Random) -> list[tuple[str, str]]:
    found = [(p, r) for p, r in _TABLES[language]["negations"] if re.search(p, text)]
    if not found:
        return []
    pattern, put = rng.choice(found[:3])
    return [("negation", re.sub(pattern, put, text, count=1))]


def _scaled(text: str, rng: random.Random) -> list[tuple[str, str]]:
    hits = [m for m in _numbers(text) if m.start() > 3]
    if not hits:
        return []
    m = rng.choice(hits)
    grouped = _GROUPED.fullmatch(m[0]) is not None
    comma = "," in m[0] and not grouped
    value = float(re.sub(r"[.,]", "", m[0]) if grouped else m[0].replace(".", "").replace(",", ".") if comma else m[0])
    changed = value * rng.choice(_FACTORS) if rng.random() < 0.6 else value + rng.choice((1, 2, 5, -1))
    whole = value == int(value)
    said = f"{max(round(changed) if whole else changed, 1):g}"
    if said == f"{value:g}" or "e" in said:
        return []
    return [("number", text[: m.start()] + (said.replace(".", ",") if comma else said) + text[m.end() :])]


def _renamed(text: str, others: list[str], rng: random.Random) -> list[tuple[str, str]]:
    mine = list(_NAME.finditer(text))
    theirs = sorted({m[0] for s in others for m in _NAME.finditer(s)} - {m[0] for m in mine})
    theirs = [n for n in theirs if not any(n.split()[-1] == m[0].split()[-1] for m in mine)]
    if not mine or not theirs:
        return []
    m = rng.choice(mine)
    return [("name", text[: m.start()] + rng.choice(theirs) + text[m.end() :])]
