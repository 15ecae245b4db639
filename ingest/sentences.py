"""Where sentences end: in running text, in letters with lines of their own, in notes without full stops.

Every gap of white space is looked at once, with a bounded window on either side, so the time is linear in the text.
What a dot means is decided from the `sentences.toml` of a language; what a line break means, from how full a line is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from casefolio.ingest.abbreviations import Dots, dots
from casefolio.ingest.document import Span
from casefolio.ingest.languages import any_of

# A piece without any sentence end is cut here, in characters: no sentence of a contract is that long.
LONGEST = 2000
_WINDOW = 48
# How a sentence behind another begins: not behind an abbreviation, which is short.
_BEGUN = re.compile(r"[^\W\d_]{3}[.?!]\s+([^\W\d_])")
_NOTE, _FEW, _MOSTLY = 20_000, 4, 0.75
_FORM = 4  # words of a field of a form and its answer
_CUT = 4  # letters from which a word may be told to be cut short by its ending
_LINE_WINDOW = 400

_GAP = re.compile(r"\s+")
_CLOSERS = "\"'”’“»«)]}*"
_TERMINATORS = ".!?…。！？"
# White space that may part two sentences: behind a mark, or with a line break in it.
# It begins with what each has, white space, so that the search leaps from blank to blank.
_BREAK = re.compile(rf"\s(?:(?<=[{re.escape(_TERMINATORS + _CLOSERS)}]\s)\s*|(?<!\s\s)(?:(?<=\n)|[^\S\n]*\n)\s*)")
_OPENING = re.compile(r"[(\[{„“\"'«»/]")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_LEADERS = ("....", "……", ". . .", ".. ..", "· · ·", "____", "····")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,3}")
_NUMBER = re.compile(r"\d{1,4}")
_DATE_PART = re.compile(r"\d{1,4}\.")
_NUMBERING = re.compile(r"(?:\d{1,3}(?:\.\d{1,3})*|[ivxlcIVXLC]{1,6}|[A-Za-z]|[가-하])")
_SPACED = re.compile(r"(?<!\w)(?:\w\.\s?)+\w$")
# Units that are written without a dot: "um 6 kg.", "18 mg/l.", "54 ml/min."
_UNIT = r"[kmdcnpµμu]?(?:mol|g|l|L|m|U|IU|IE|Eq|kat|osm)"
_MEASURED = re.compile(
    rf"\d\s?(?:[kmcµμu]g|cm|mm|m?l|mmHg|mcg|{_UNIT}(?:/(?:[kmdcnpµμu]?(?:mol|g|l|L|m²)|min|h|d|kg)){{1,2}})$"
)
# What opens an item of a list or a clause at the start of a line.
_ITEM = re.compile(
    r"#{1,6}\s|[-–—•‣▪●◦*·o○□■※]\s|\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxIVX]{1,5}|[가-하])[.)]\s|\(\w{1,4}\)\s?|"
    rf"\d{{1,3}}(?:\.\d{{1,3}})+\s|§|[①-⑳]|{any_of('sentences', 'clause')}"
)
# A number that opens a line and may be an amount: "91.4 kg on admission", no "4.2 The tenant".
_AMOUNT = re.compile(r"\d{1,3}(?:\.\d{1,3})+\s+(?:[^\W\dA-ZÄÖÜ가-힣]|[%°℃]|[A-Z]{2,3}\b)|\d{1,3}\.\d{3}\s")
_COLUMNS = re.compile(r"\t|\s\|\s|\S {3,}\S.*\S {3,}\S")
_FIELD = re.compile(r"[^\n:]{1,20}:\s*\S+")  # a label and one word
_LABEL = re.compile(r"[A-ZÄÖÜ가-힣][^\W\d_]{1,18}(?: [^\W\d_]{1,18})?:[ \t]+\S")  # at a line's start: "Diagnosis: …"
# A day and a column, or a colon, behind it open an entry: "2025-04-22  Dr Bae", "20.02.25 FD  …", "5/7 D: …".
_ENTRY = re.compile(r"\d{1,4}[-./]\d{1,2}(?:[-./]\d{1,4})?\.?(?:[ ]\w{1,3})?(?:[ ]{2,}|\t|:\s)")
_CLAUSE_END = re.compile(r"[;:,、，·]\s|[;、，]|\s[-–—]\s")


def sentence_spans(text: str, language: str) -> list[Span]:
    """Sentences of `text`, in order.

    Args:
        text: a passage or a whole document.
        language: ISO 639-1 code or `und`; chooses the lists of abbreviations.

    Returns:
        Spans without white space at their ends which cover every character that is not white space. None is longer
        than `LONGEST` characters.
    """
    rules = dots(language)
    width = _wrap_width(text)
    small = _in_small_letters(text)
    spans: list[Span] = []
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    for gap in _BREAK.finditer(text, start, end):
        a, b = gap.span()
        if text[b].islower() and not small and text[a - 1] == "." and "\n" not in gap[0]:
            continue  # the most frequent case
        if a > start and _ends(text, a, b, rules, width, small):
            spans.extend(_bounded(text, start, a))
            start = b
    if start < end:
        spans.extend(_bounded(text, start, end))
    return spans


def _in_small_letters(text: str) -> bool:
    """Whether a note is written without capitals at the beginning of its sentences."""
    begun = [m[1].islower() for m in _BEGUN.finditer(text, 0, _NOTE)]
    return len(begun) >= _FEW and sum(begun) >= _MOSTLY * len(begun)


def _ends(text: str, a: int, b: int, rules: Dots, width: int, small: bool) -> bool:
    """Whether the white space at `a` to `b` parts two sentences; `small`: they begin in small letters here."""
    before, after = text[max(0, a - _WINDOW) : a], text[b : b + _WINDOW]
    gap = text[a:b]
    if "\n" in gap and _ITEM.match(after) and not _alone(text, a) and not _AMOUNT.match(after):
        return True
    bare = before.rstrip(_CLOSERS)
    if bare and bare[-1] in _TERMINATORS:
        meaning = _terminated(bare, after, rules, _blank(gap), small)
        if meaning is not None or "\n" not in gap:
            return bool(meaning)
    return "\n" in gap and _line_ends(text, a, b, rules, width, small)


def _terminated(before: str, after: str, rules: Dots, blank: bool, small: bool) -> bool | None:
    """Whether the full stop (or other mark) at the end of `before` ends a sentence; None where a line break decides.

    `blank`: whether an empty line follows, so that "3x tgl." may end one as well; `small`: whether sentences begin in
    small letters.
    """
    if before.endswith(_LEADERS):
        return False  # a table of contents, or a form: "Rent ........ 900"
    if before[-1] != ".":
        return small or not after[0].islower()
    if (after[0].islower() and not small) or after[0] in ",;:)":
        return False
    undotted = before.rstrip(".")
    if not undotted or undotted[-1].isspace():
        return True
    last = _OPENING.split(undotted.rsplit(None, 1)[-1])[-1]
    if not last:
        return True
    position = len(undotted) - len(last)
    token, following = last.lower().rpartition("-")[2], _FIRST_WORD.match(after)
    word = following[0].lower() if following else ""
    if _opens_line(before, position) and _NUMBERING.fullmatch(last):
        return False
    spaced = _SPACED.search(undotted)
    if spaced is not None and "".join(spaced[0].split()).lower() in rules.never:
        return False  # "o. g. Patient"
    if _NUMBER.fullmatch(token):
        return not _is_ordinal(before[:position], token, after, word, rules)
    if token in rules.before_number:
        return not (after[0].isdigit() or (_NUMBERING.match(after) and (len(word) < 2 or after[: len(word)].isupper())))
    if len(token) == 1 and token not in rules.lettered and _closes(undotted, rules):
        return True  # a word of one syllable, no initial
    if _MEASURED.search(undotted) and after[0].isupper():
        return True  # "um 6 kg. Marcumar wurde abgesetzt"; "Müller KG." measures nothing
    if token in rules.maybe or (len(token) == 1 and token.isalpha()) or _DOTTED.fullmatch(token):
        return True if word in rules.starters and after[0].isupper() else None
    if last[0].islower() and len(token) > _CUT and token.endswith(rules.cut):
        return False
    return (None if blank else False) if token in rules.never else True


def _blank(gap: str) -> bool:
    """Whether white space holds an empty line; that of a page's end says nothing."""
    return gap.count("\n") > 1 and "\f" not in gap


def _alone(text: str, a: int) -> bool:
    """Whether the line before `a` is nothing but a number: it belongs to what follows."""
    line = text[max(text.rfind("\n", 0, a) + 1, a - _WINDOW) : a].strip(" \t\f(.)")
    return _NUMBERING.fullmatch(line) is not None


def _opens_line(before: str, position: int) -> bool:
    return before[:position].rpartition("\n")[2].strip(" \t\f(") == "" and (
        "\n" in before[:position] or len(before) < _WINDOW
    )


def _is_ordinal(before: str, number: str, after: str, word: str, rules: Dots) -> bool:
    previous = before.split()[-1:] or [""]
    if _DATE_PART.fullmatch(previous[0]) and (after[0].isdigit() or not after[0].isupper()):
        return True
    if after[0].isdigit():
        return len(number) < 3 or (len(number) == 4 and re.match(r"\d{1,2}\.", after) is not None)
    small = len(number) < 3
    return small and (word in rules.ordinal_after or previous[0].lower().strip("(") in rules.ordinal_before)


def _line_ends(text: str, a: int, b: int, rules: Dots, width: int, small: bool) -> bool:
    """Whether a line break after words without a full stop ends a sentence: not where the line is merely full."""
    line = text[max(text.rfind("\n", 0, a) + 1, a - _LINE_WINDOW) : a].strip()
    stop = text.find("\n", b, b + _LINE_WINDOW)
    following = text[b : stop if stop >= 0 else b + _LINE_WINDOW]
    gap = text[a:b]
    blank = _blank(gap)
    if not blank and _goes_on(line, following, rules, deeper=_indent(text, b) > _indent(text, a)):
        return False
    if line.endswith(":") or _closes(line, rules) or (blank and line.endswith(",") and _greeting().match(line)):
        return True
    if following[0].islower() and not (small and (blank or line[-1:] == ".")):
        return len(line) < (0.6 * min(width, 100) if not blank else 40) and line[-1:] not in (",", "-")
    if blank or _COLUMNS.search(line) or _COLUMNS.search(following) or _ENTRY.match(following):
        return True
    if _LABEL.match(following) and (line[-1:].isdigit() or _LABEL.match(line)):
        return True  # behind a day or another label; in running text a colon may follow any word
    first = following.split(None, 1)[0]
    return len(line) + len(first) < 0.85 * width


@cache
def _greeting() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:{any_of('dates', 'greeting')})")


def _indent(text: str, at: int) -> int:
    """Blanks at the start of the line that `at` stands in."""
    start = text.rfind("\n", 0, at) + 1
    return len(text[start : start + _WINDOW]) - len(text[start : start + _WINDOW].lstrip(" \t"))


def _goes_on(line: str, following: str, rules: Dots, deeper: bool) -> bool:
    """Whether a line ends, or the next begins, with what cannot stand there in a whole sentence: "no", "und".

    `deeper`: whether the next line is indented further.
    """
    said = line.split()
    last = said[-1].lower() if said else ""
    if last in rules.open_words:
        # "Smoker: no" is an answer of a form; "CT of 2 May: no" is none, nor is "MRT: kein" before "Nachweis".
        answer = len(said) > 1 and said[-2].endswith((":", "?")) and len(said) <= _FORM
        return not answer or deeper or following.split(None, 1)[0].lower() in rules.denied
    if _FIELD.fullmatch(line):
        return False  # "이름: 정다은": a name ends as a particle does
    if last in rules.before_digits and following[0].isdigit():
        return True
    first = following.split(None, 1)[0].rstrip(".,;")
    return last.endswith(rules.going_on) or (first in rules.joined and not _closes(last, rules))


def _closes(line: str, rules: Dots) -> bool:
    return line.endswith(rules.closing) and not line.endswith((*rules.not_closing, *rules.going_on))


def _wrap_width(text: str) -> int:
    """Length of a full line, in characters; very large where lines are paragraphs."""
    lengths = sorted(len(line) for line in text[:200_000].split("\n") if line.strip())
    if not lengths:
        return 80
    width = lengths[int(0.9 * (len(lengths) - 1))]
    return max(width, 40) if width <= 140 else 1_000_000


def _bounded(text: str, start: int, end: int) -> Iterator[Span]:
    """`start` to `end` as one span, or as several of at most `LONGEST` characters."""
    while end - start > LONGEST:
        cut = clause_cut(text, start + LONGEST // 2, start + LONGEST)
        yield Span(start, start + len(text[start:cut].rstrip()))
        space = _GAP.match(text, cut, end)
        start = space.end() if space else cut
    if start < end:
        yield Span(start, end)


def clause_cut(text: str, low: int, high: int) -> int:
    """Best place to cut in `low` to `high`: after the last clause, else after the last word, else at `high`.

    A cut never falls between a letter and its combining mark.
    """
    window = text[low:high]
    clauses = [m.end() for m in _CLAUSE_END.finditer(window)]
    if clauses:
        return low + clauses[-1]
    words = [m.end() for m in _GAP.finditer(window)]
    return low + words[-1] if words else high
