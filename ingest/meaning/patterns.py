"""Patterns of rules: a few words with a little notation become a regular expression.

The notation is explained in `ingest.meaning.lexicon`.
"""

from __future__ import annotations

import re

from casefolio.ingest.languages import about, every

HANGUL = "가-힣"


def _number_words() -> list[str]:
    """Numbers to ten in words, and those that say none exactly, in languages whose words stand apart."""
    words: set[str] = set()
    for language, numbers in every("numbers"):
        if not about(language).get("particles"):
            words |= {word.lower() for word, value in numbers.get("units", {}).items() if value <= 10}
            words |= set(numbers.get("vague", ()))
    return sorted(words)


NUMBER_WORDS = _number_words()
_MONTHS = sorted({month.lower() for _, dates in every("dates") for month in dates.get("months", ())})
DIGITS = "<digits>"
_CLASSES = {
    "<n>": rf"(?:\d+(?:[.,]\d+)?|{'|'.join(NUMBER_WORDS)})",
    # A year that is no part of a date: the day of a letter is no past.
    "<year>": rf"(?<![.\d/-])(?<!\. ){''.join(f'(?<!{m} )' for m in _MONTHS)}(?:19|20)\d\d",
    "<end>": r"\s*(?:[.;,\n)]|$)",
    "<inf>": r"\w+n(?!\w)",
    "<part>": r"\w+(?:t|en)(?!\w)",
    "<hangul>": f"[{HANGUL}]",
    "<name>": r"[^\W\d_]{2,20}?",
}


def pattern_regex(pattern: str, cased: bool = False) -> str:
    """The regular expression of a pattern, for text in lower case, or for text as it stands with words after `=`."""
    cue, _, context = pattern.partition(" & ")
    regex, last = _sequence(cue, "", cased)
    if context:
        return regex + "(?=" + _sequence(context, last, cased)[0] + ")"
    return regex


def _sequence(pattern: str, previous: str, cased: bool) -> tuple[str, str]:
    out = ""
    for marked in pattern.split(" "):
        exact = cased and marked.startswith("=")
        item = marked.removeprefix("=") if exact else marked.removeprefix("=").lower()
        optional = len(item) > 1 and item.endswith("?")
        body = item.removesuffix("?") if optional else item
        if gap := re.fullmatch(r"<gap(\d+)>", body):
            # Bounded and possessive: a chain of hyphens ("a-a-a-…") is neither split in many ways nor run through.
            out += rf"(?:[\s-]++\w[\w'’/-]{{0,40}}+){{0,{gap.group(1)}}}?"
            previous = "a"
            continue
        piece = _separator(previous, body) + (_item(body) if exact or not cased else f"(?i:{_item(body)})")
        out += f"(?:{piece})?" if optional else piece
        previous = body
    return out + (r"(?!\w)" if _latin(previous[-1]) or previous in ("<n>", "<year>") else ""), previous


def _separator(previous: str, item: str) -> str:
    if not previous:
        return ""
    if item.startswith("<end>") or re.match(f"[{HANGUL}^]", item):
        return r"\s*"
    between_words = (previous[-1].isalnum() or previous[-1] in "*>") and (item[0].isalnum() or item[0] == "<")
    return r"[\s-]+" if between_words else r"\s*"


def _item(item: str) -> str:
    return "(?:" + "|".join(_alternative(a) for a in item.split("|")) + ")"


def _alternative(word: str) -> str:
    if word in _CLASSES:
        return _CLASSES[word]
    head = f"(?<![{HANGUL}])" if word.startswith("^") else ""
    body = word.removeprefix("^")
    tail = r"\w*" if body.endswith("*") and len(body) > 1 else f"(?![{HANGUL}])" if body.endswith("$") else ""
    body = body[:-1] if tail else body
    # An apostrophe is typed in two ways; a full stop of an abbreviation may be followed by a space.
    escaped = re.escape(body).replace("'", "['’]").replace(r"\.", r"\.\s?")
    escaped = escaped.removesuffix(r"\s?")
    return head + escaped + tail + (r"(?!\w)" if not tail and _latin(body[-1]) else "")


def _latin(character: str) -> bool:
    return character.isalnum() and not "가" <= character <= "힣"


def variants(pattern: str) -> list[tuple[str, str]]:
    """The words that a pattern may start with, each with the pattern that starts with this word only.

    A number is `DIGITS` or one of the words for numbers.
    """
    first, _, rest = pattern.partition(" ")
    exact = "=" if first.startswith("=") else ""
    found = []
    for alternative in first.removeprefix("=").split("|"):
        whole = exact + alternative + (" " + rest if rest else "")
        if alternative in _CLASSES:
            starts = [DIGITS, *(NUMBER_WORDS if alternative == "<n>" else ())]
        else:
            starts = [alternative.lower().removeprefix("^")]
        found += [(start, whole) for start in starts]
    return found


def weight(pattern: str) -> int:
    """How much of its own words a pattern brings: of two that match at one place the heavier is meant."""
    literal = re.sub(r"<gap\d>|&|\S+\?(?= |$)|[\^$=]", " ", pattern)
    literal = re.sub(r"<\w+>", "#", literal)
    return sum(4 + min(len(a) for a in item.split("|")) for item in literal.split())
