"""In which language is a passage written? A small rule: scripts first, then short words, letters and endings.

A model would be more exact on dozens of languages; this one has to be right on three, on questions of five words as
well as on whole files, and costs microseconds.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

from casefolio.ingest.languages import DEFAULT, LANGUAGES, common, own

_SAMPLE = 3000  # characters of a long text that are looked at: a third each from its start, middle and end
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPT_SHARE = 0.3  # of all letters, where a language's own data say no other
_TELL = 2  # short words that tell a language by themselves
_WORD_POINTS, _LETTER_POINTS, _ENDING_POINTS = 2.0, 1.0, 0.5


def detect_language(text: str) -> str:
    """Language of `text`.

    Args:
        text: a question, a passage or a whole file; only a sample of a long one is read.

    Returns:
        One of `LANGUAGES`, another ISO 639-1 code where a cheap rule can tell, or `und`.
    """
    sample = _sample(text)
    letters = sum(map(str.isalpha, sample))
    if not letters:
        return "und"
    return _by_script(sample, letters) or _by_words(sample)


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    third, middle = _SAMPLE // 3, len(text) // 2
    return f"{text[:third]} {text[middle : middle + third]} {text[-third:]}"


def _by_script(sample: str, letters: int) -> str:
    for code, (pattern, share) in _scripts().items():
        if len(pattern.findall(sample)) / letters >= share:
            return code
    return ""


def script_language(text: str) -> str:
    """The language of `LANGUAGES` whose own script stands anywhere in a text, or empty."""
    return next((code for code, (script, _) in _scripts().items() if code in LANGUAGES and script.search(text)), "")


def _by_words(sample: str) -> str:
    words, characters, endings = _latin()
    points: defaultdict[str, float] = defaultdict(float)
    for word in _WORD.findall(sample.lower()):
        for code in words.get(word, ()):
            points[code] += _WORD_POINTS
        if len(word) > 5:
            for code, ends in endings.items():
                if word.endswith(ends):
                    points[code] += _ENDING_POINTS
    for character in set(sample.lower()):
        for code in characters.get(character, ()):
            points[code] += _LETTER_POINTS
    if not points:
        return "und"
    # A tie goes to English, in which German terms are rarer than English ones are in German, then by code.
    return min(points, key=lambda code: (-points[code], code != DEFAULT, code))


def told_by_words(text: str) -> str:
    """The language that two short words of a text tell at least, and no other language as many; else empty."""
    (first, most), (_, next_most) = (*_telling_words(text).most_common(2), ("", 0), ("", 0))[:2]
    return first if most >= _TELL and most > next_most else ""


def _telling_words(text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for word in _WORD.findall(text.lower()):
        counts.update(set(_latin()[0].get(word, ())))
    return counts


def tied_by_words(text: str) -> frozenset[str]:
    """Languages of which a text has equally many telling words, where more than one has the most."""
    counts = _telling_words(text)
    most = {code for code, n in counts.items() if n == max(counts.values())}
    return frozenset(most) if len(most) > 1 else frozenset()


@cache
def _scripts() -> dict[str, tuple[re.Pattern[str], float]]:
    """Letters of the scripts that settle the matter alone, and the share of all letters from which on they do."""
    ours = {code: own(code, "language") for code in LANGUAGES}
    found = {
        code: (_letters(about["script"]), float(about.get("share", _SCRIPT_SHARE)))
        for code, about in ours.items()
        if "script" in about
    }
    others = common("other_languages")["scripts"]
    return found | {code: (_letters(ranges), _SCRIPT_SHARE) for code, ranges in others.items() if code not in found}


def _letters(ranges: list[list[str]]) -> re.Pattern[str]:
    return re.compile("[" + "".join(f"{chr(int(a, 16))}-{chr(int(b, 16))}" for a, b in ranges) + "]")


@cache
def _latin() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    ours, others = {code: own(code, "language") for code in LANGUAGES}, common("other_languages")
    words = {code: about.get("telling", "") for code, about in ours.items()}
    letters = {code: about.get("letters", "") for code, about in ours.items()}
    endings = {code: tuple(about["endings"]) for code, about in ours.items() if "endings" in about}
    return (
        _by_item((code, set(text.split())) for code, text in (others["words"] | words).items()),
        _by_item((code, set(text)) for code, text in (others["letters"] | letters).items()),
        endings,
    )


def _by_item(pairs: Iterable[tuple[str, set[str]]]) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for code, items in pairs:
        for item in items:
            table[item] = (*table.get(item, ()), code)
    return table
