"""Rules as data: one line of a table is one rule, and the rules of a language compile into one dictionary scan.

A line has six columns, separated by tabs: kind, value, direction, pattern, scope, example.

* **kind** is a field of `Assertion` (`negated`, `certainty`, `temporality`, `experiencer`, `side`, `severity`,
  `modality`, `conditions`), or `pseudo` (words that look like a cue and are none), or `end` (where scopes stop).
  `negated+temporality` sets two fields, with two values.
* **value** is what the field is set to; for `end` the kinds whose scopes stop, separated by commas, or `all`.
* **direction** is `forward`, `backward` or `both`, seen from the cue.
* **scope** is `section`, `sentence`, `clause`, `phrase` or a number of tokens.
* **pattern** is words with a little more: `a|b` one of them, `a?` may be missing, `wort*` any ending, `<gap3>` up to
  three other words, `<n>` a number, `<year>`, `<end>` of a clause; what follows `&` must stand there and is no part of
  the cue; `=` in front makes capitals count. Korean patterns may start and end within a word; `^` asks for a word's
  beginning, `$` for its end.
* **example** is a sentence of our own with the target in `[brackets]`, which must get the value; a target in `{braces}`
  must not. A test runs each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.meaning.words import word_list

KINDS = ("negated", "certainty", "temporality", "experiencer", "side", "severity", "modality", "conditions")
LANGUAGES = ("en", "de", "ko")
DIRECTIONS = ("forward", "backward", "both")
SCOPES = ("section", "sentence", "clause", "phrase")

WORD = re.compile(r"\w+|[^\w\s]|\n")
_HANGUL = "가-힣"
_PREFIX = 4
_NUMBER_WORDS = sorted(word_list("numbers"))
_DIGITS = "<digits>"
_CLASSES = {
    "<n>": rf"(?:\d+(?:[.,]\d+)?|{'|'.join(_NUMBER_WORDS)})",
    "<year>": r"(?:19|20)\d\d",
    "<end>": r"\s*(?:[.;,\n)]|$)",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a table; `effects` are pairs of kind and value."""

    effects: tuple[tuple[str, str], ...]
    direction: str
    pattern: str
    scope: str
    example: str
    source: str

    @property
    def limit(self) -> int:
        """Number of tokens the scope may run, 0 for a named scope."""
        return int(self.scope) if self.scope.isdigit() else 0

    @property
    def cased(self) -> str:
        """The literal words whose capitals count, or nothing."""
        return self.pattern[1:] if self.pattern.startswith("=") else ""


@dataclass(frozen=True, slots=True)
class Group:
    """The rules that may start at one word, longest first, as one alternation; group i+1 belongs to rule i."""

    regex: re.Pattern[str]
    rules: tuple[Rule, ...]


class Lexicon:
    """The rules of a language, found by the first word, its first letters, or (Korean) a syllable within a word."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        words: dict[str, list[Rule]] = {}
        prefixes: dict[str, list[Rule]] = {}
        syllables: dict[str, list[Rule]] = {}
        for rule in rules:
            for start in _starts(rule.pattern):
                table, key = _place(start, words, prefixes, syllables)
                if rule not in table.setdefault(key, []):
                    table[key].append(rule)
        for word, listed in words.items():
            listed += [r for r in prefixes.get(word[:_PREFIX], ()) if r not in listed]
        self._words = {word: _compile(listed) for word, listed in words.items()}
        self._prefixes = {prefix: _compile(listed) for prefix, listed in prefixes.items()}
        self._syllables = {syllable: _compile(listed) for syllable, listed in syllables.items()}

    def find(self, text: str, folded: str, tokens: list[re.Match[str]]) -> Iterator[tuple[Rule, int, int]]:
        """Rule, start and end of every match: leftmost, of those the longest; matches do not overlap.

        Args:
            text: as it stands.
            folded: the same in lower case, of the same length.
            tokens: matches of `WORD` in `folded`.
        """
        words, prefixes, syllables = self._words, self._prefixes, self._syllables
        numbers = words.get(_DIGITS)
        done = 0
        for token in tokens:
            start, end = token.span()
            if end <= done:
                continue
            word = token.group()
            if start >= done:
                group = words.get(word) or prefixes.get(word[:_PREFIX]) or (numbers if word[0].isdigit() else None)
                found = _match(group, text, folded, start) if group else None
                if found:
                    yield found
                    done = found[2]
            if syllables and word > "ㄱ":
                for position in range(max(start, done), end):
                    group = syllables.get(folded[position])
                    if group and position >= done and (found := _match(group, text, folded, position)):
                        yield found
                        done = found[2]


def _match(group: Group, text: str, folded: str, start: int) -> tuple[Rule, int, int] | None:
    match = group.regex.match(folded, start)
    if match is None or match.lastindex is None:
        return None
    rule = group.rules[match.lastindex - 1]
    if rule.cased and not text.startswith(rule.cased.split(" ")[0], start):
        return None
    return rule, start, match.end()


def _place(
    start: str, words: dict[str, list[Rule]], prefixes: dict[str, list[Rule]], syllables: dict[str, list[Rule]]
) -> tuple[dict[str, list[Rule]], str]:
    if re.match(f"[{_HANGUL}]", start):
        return syllables, start[0]
    if start == _DIGITS:
        return words, start
    token = WORD.match(start)
    if token is None:
        raise ValueError(f"a pattern must start with a word: {start!r}")
    if start[token.end() :] == "*":
        if token.end() < _PREFIX:
            raise ValueError(f"a pattern that starts with {start!r} needs {_PREFIX} letters before the *")
        return prefixes, token.group()[:_PREFIX]
    return words, token.group()


def _starts(pattern: str) -> list[str]:
    starts = []
    for alternative in pattern.removeprefix("=").lower().split(" ")[0].split("|"):
        if alternative in ("<n>", "<year>"):
            starts += [_DIGITS, *(_NUMBER_WORDS if alternative == "<n>" else ())]
        else:
            starts.append(alternative.removeprefix("^"))
    return starts


def _compile(rules: list[Rule]) -> Group:
    # The first alternative that matches wins, so the one with more of its own words must stand first.
    ordered = tuple(sorted(rules, key=lambda r: (-_weight(r.pattern), r.pattern)))
    return Group(re.compile("|".join(f"({pattern_regex(r.pattern)})" for r in ordered)), ordered)


def _weight(pattern: str) -> int:
    literal = re.sub(r"<gap\d>|&|\S+\?(?= |$)", " ", pattern)
    return sum(4 + max(len(a) for a in item.split("|")) for item in literal.split())


def pattern_regex(pattern: str) -> str:
    """The regular expression of a pattern, for text in lower case."""
    cue, _, context = pattern.removeprefix("=").lower().partition(" & ")
    regex, last = _sequence(cue, "")
    if context:
        return regex + "(?=" + _sequence(context, last)[0] + ")"
    return regex


def _sequence(pattern: str, previous: str) -> tuple[str, str]:
    out = ""
    for item in pattern.split(" "):
        optional = len(item) > 1 and item.endswith("?")
        body = item.removesuffix("?") if optional else item
        if gap := re.fullmatch(r"<gap(\d+)>", body):
            out += rf"(?:[\s-]+\w[\w'’/-]*){{0,{gap.group(1)}}}?"
            previous = "a"
            continue
        piece = _separator(previous, body) + _item(body)
        out += f"(?:{piece})?" if optional else piece
        previous = body
    return out + (r"(?!\w)" if _latin(previous[-1]) or previous in ("<n>", "<year>") else ""), previous


def _separator(previous: str, item: str) -> str:
    if not previous:
        return ""
    if item == "<end>" or re.match(f"[{_HANGUL}^]", item):
        return r"\s*"
    between_words = (previous[-1].isalnum() or previous[-1] in "*>") and (item[0].isalnum() or item[0] == "<")
    return r"[\s-]+" if between_words else r"\s*"


def _item(item: str) -> str:
    return "(?:" + "|".join(_alternative(a) for a in item.split("|")) + ")"


def _alternative(word: str) -> str:
    if word in _CLASSES:
        return _CLASSES[word]
    head = f"(?<![{_HANGUL}])" if word.startswith("^") else ""
    body = word.removeprefix("^")
    tail = r"\w*" if body.endswith("*") and len(body) > 1 else f"(?![{_HANGUL}])" if body.endswith("$") else ""
    body = body[:-1] if tail else body
    # An apostrophe is typed in two ways; a full stop of an abbreviation may be followed by a space.
    escaped = re.escape(body).replace("'", "['’]").replace(r"\.", r"\.\s?")
    escaped = escaped.removesuffix(r"\s?")
    return head + escaped + tail + (r"(?!\w)" if not tail and _latin(body[-1]) else "")


def _latin(character: str) -> bool:
    return character.isalnum() and not "가" <= character <= "힣"


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of one table.

    Raises:
        ValueError: a line is not six columns, or names a kind, direction or scope that does not exist.
    """
    rules = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            rules.append(_rule(line, f"{path.name}:{number}"))
    return tuple(rules)


def _rule(line: str, source: str) -> Rule:
    columns = line.split("\t")
    if len(columns) != 6:
        raise ValueError(f"{source}: a rule has 6 columns, not {len(columns)}")
    kind, value, direction, pattern, scope, example = columns
    kinds, values = kind.split("+"), value.split("+")
    if len(kinds) != len(values) or not set(kinds) <= {*KINDS, "pseudo", "end"}:
        raise ValueError(f"{source}: no such kind or value: {kind} {value}")
    if direction not in DIRECTIONS or not (scope in SCOPES or scope.isdigit()):
        raise ValueError(f"{source}: no such direction or scope: {direction} {scope}")
    return Rule(tuple(zip(kinds, values, strict=True)), direction, pattern, scope, example, source)


@cache
def lexicon(language: str) -> Lexicon:
    """The rules of `en`, `de` or `ko`; none for another language.

    Korean records write English between their words, so Korean has the English rules as well.
    """
    names = {"en": ("en",), "de": ("de",), "ko": ("ko", "en")}.get(language, ())
    folder = Path(__file__).parent / "rules"
    return Lexicon(tuple(rule for name in names for rule in read_rules(folder / f"{name}.tsv")))
