"""A sentence with one thing changed so that it is no longer true of its page: values, sides, names, negation."""

from __future__ import annotations

import random
import re
from itertools import combinations

# Words that exclude each other, to be put one for the other; whole words but in Korean.
OPPOSITES = {
    "en": (
        ("left", "right"), ("increased", "decreased"), ("mild", "severe"), ("upper", "lower"), ("before", "after"),
        ("mother", "father"), ("sister", "brother"), ("son", "daughter"), ("morning", "evening"), ("may", "must"),
        ("started", "stopped"), ("present", "absent"), ("granted", "denied"), ("included", "excluded"), ("seller", "buyer"),
        ("landlord", "tenant"), ("claimant", "defendant"), ("lender", "borrower"), ("employer", "employee"),
        ("customer", "supplier"), ("higher", "lower"), ("anterior", "posterior"), ("medial", "lateral"), ("benign", "malignant"),
        ("positive", "negative"), ("first", "second"), ("continue", "stop"), ("with", "without"), ("more", "less"),
    ),
    "de": (
        ("links", "rechts"), ("linken", "rechten"), ("linke", "rechte"), ("linker", "rechter"), ("linkes", "rechtes"),
        ("Mutter", "Vater"), ("Schwester", "Bruder"), ("Sohn", "Tochter"), ("mit", "ohne"), ("vor", "nach"), ("morgens", "abends"),
        ("muss", "darf"), ("erhöht", "erniedrigt"), ("abgesetzt", "angesetzt"), ("Mieter", "Vermieter"), ("Käufer", "Verkäufer"),
        ("Kläger", "Beklagte"), ("Auftraggeber", "Auftragnehmer"), ("Arbeitgeber", "Arbeitnehmer"), ("obere", "untere"),
        ("positiv", "negativ"), ("gut", "schlecht"), ("mehr", "weniger"), ("erste", "zweite"), ("begonnen", "beendet"),
        ("Leihgeber", "Leihnehmer"), ("ventral", "dorsal"), ("medial", "lateral"), ("leichte", "schwere"), ("früh", "spät"),
    ),
    "ko": (
        ("좌측", "우측"), ("왼쪽", "오른쪽"), ("어머니", "아버지"), ("증가", "감소"), ("상승", "저하"), ("시작", "중단"), ("임대인", "임차인"),
        ("매도인", "매수인"), ("원고", "피고"), ("있음", "없음"), ("있다", "없다"), ("이전", "이후"), ("이상", "이하"), ("아들", "딸"),
        ("도급인", "수급인"), ("양성", "음성"), ("오전", "오후"), ("아침", "저녁"), ("인용", "기각"), ("상부", "하부"), ("경증", "중증"),
        ("갑", "을"), ("가능", "불가"), ("허용", "금지"), ("정상", "비정상"), ("사용자", "근로자"), ("대주", "차주"),
    ),
}  # fmt: skip
NEGATIONS = {
    "en": (
        (r"\bno evidence of\b", "evidence of"), (r"\bis not\b", "is"), (r"\bwas not\b", "was"), (r"\bdoes not\b", "does"),
        (r"\bshall not\b", "shall"), (r"\bhas no\b", "has a"), (r"\bare not\b", "are"), (r"\bdenies\b", "reports"), (r"\bcannot\b", "can"),
        (r"\bis\b(?! not| no)", "is not"), (r"\bwas\b(?! not| no)", "was not"), (r"\bshall\b(?! not)", "shall not"),
        (r"\bhas\b(?! not| no)", "has not"), (r"\bcan\b(?! not)", "cannot"), (r"\bwill\b(?! not)", "will not"), (r"\bmust\b(?! not)", "need not"),
    ),
    "de": (
        (r"\bkeine\b", "eine"), (r"\bkein\b", "ein"), (r"\bkeinen\b", "einen"), (r"\bnicht ", ""), (r"\bohne\b", "mit"),
        (r"\bist\b(?! nicht| kein)", "ist nicht"), (r"\bwurde\b(?! nicht)", "wurde nicht"), (r"\beine\b", "keine"), (r"\bein\b", "kein"),
        (r"\bmuss\b", "muss nicht"), (r"\bhat\b(?! nicht| kein)", "hat nicht"), (r"\bwird\b(?! nicht)", "wird nicht"), (r"\beinen\b", "keinen"),
    ),
    "ko": (
        ("하지 않았다", "하였다"), ("하지 않는다", "한다"), ("하지 아니한다", "한다"), ("되지 않았다", "되었다"), ("없음", "있음"), ("없다", "있다"), ("없었다", "있었다"),
        ("하였다", "하지 않았다"), ("되었다", "되지 않았다"), ("있음", "없음"), ("있다", "없다"), ("한다", "하지 아니한다"), ("할 수 있다", "할 수 없다"), ("안 ", ""),
    ),
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\d.,/:-])\d{1,3}(?:[.,]\d{3})*(?:[.,]\d+)?(?![\d/:-]|[.,]\d)")
_DATE = re.compile(
    r"\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4}|\d{4}-\d\d-\d\d|\d{4}[.년]\s?\d{1,2}[.월]\s?\d{1,2}[.일]?"
    r"|\d{1,2}\.? (?:January|February|March|April|May|June|July|August|September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember)(?: \d{4})?"
)
_DOSE = re.compile(
    r"\d+(?:[.,]\d+)?\s?(?:mg|µg|mcg|g|ml|IE|IU|%|mm|cm|days|weeks|months|Tage|Wochen|Monate|EUR|€|일|주|개월|원)(?!\w)"
)
_NAME = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Herrn|Frau)\.? (?:[A-ZÄÖÜ][\wäöüß'-]+ )?[A-ZÄÖÜ][\wäöüß'-]+|[가-힣]{2,4}(?= ?(?:님|씨|과장|교수|원장))"
)
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
        pairs = [(m, n) for m, n in combinations(pattern.finditer(text), 2) if m[0] != n[0]]
        if pairs:
            m, n = rng.choice(pairs)
            said = text[: m.start()] + n[0] + text[m.end() : n.start()] + m[0] + text[n.end() :]
            out.append((f"exchanged {kind}", said))
    return out


def _opposed(text: str, language: str) -> list[tuple[str, str]]:
    out = []
    for one, other in OPPOSITES[language]:
        pattern = re.compile(f"{one}|{other}" if language == "ko" else rf"\b(?:{one}|{other})\b", re.IGNORECASE)
        hits = {m[0].lower() for m in pattern.finditer(text)}
        if not hits:
            continue

        def turn(m: re.Match[str], one: str = one, other: str = other) -> str:
            said = other if m[0].lower() == one.lower() else one
            return said.capitalize() if m[0][0].isupper() else said

        # All of them at once: where both stand in the sentence they change places.
        out.append(("opposite" if len(hits) == 1 else "exchanged opposites", pattern.sub(turn, text)))
    return out


def _negated(text: str, language: str, rng: random.Random) -> list[tuple[str, str]]:
    found = [(p, r) for p, r in NEGATIONS[language] if re.search(p, text)]
    if not found:
        return []
    pattern, put = rng.choice(found[:3])
    return [("negation", re.sub(pattern, put, text, count=1))]


def _scaled(text: str, rng: random.Random) -> list[tuple[str, str]]:
    hits = [m for m in _NUMBER.finditer(text) if m.start() > 3]
    if not hits:
        return []
    m = rng.choice(hits)
    comma = "," in m[0] and len(m[0].rpartition(",")[2]) != 3
    value = float(m[0].replace(".", "").replace(",", ".") if comma else m[0].replace(",", ""))
    changed = value * rng.choice(_FACTORS) if rng.random() < 0.6 else value + rng.choice((1, 2, 5, -1))
    said = f"{max(changed, 1):g}"
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
