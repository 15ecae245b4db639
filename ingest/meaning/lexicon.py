"""Rules as data: one line of a table is one rule, and the rules of a language compile into one dictionary scan.

A line has six columns, separated by tabs: kind, value, direction, pattern, scope, example.

* **kind** is a field of `Assertion` (`negated`, `certainty`, `temporality`, `experiencer`, `side`, `severity`,
  `modality`, `state`, `conditions`), or `pseudo` (words that look like a cue and are none), `end` (where scopes
  stop), `absorb` (of the kind that its value names, the next cue of the clause belongs to this one: "darf … nicht"), or
  `counted` (beside another: each of these words turns a sentence, and is counted where two are laid word on word).
  `negated+temporality` sets two fields, with two values.
* **value** is what the field is set to; for `end` the kinds whose scopes stop, separated by commas, or `all`.
* **direction** is `forward`, `backward` or `both`, seen from the cue.
* **scope** is `section`, `sentence`, `clause`, `phrase` or a number of tokens.
* **pattern** is words with a little more: `a|b` one of them, `a?` may be missing, `wort*` any ending, `<gap3>` up to
  three other words, `<n>` a number, `<year>`, `<end>` of a clause, `<inf>` and `<part>` a German infinitive and
  participle, `<hangul>` a syllable, `<name>` a word without digits; what follows `&` must stand there and is no part
  of the cue; `=` in front makes capitals count. Korean patterns may start and end within a word; `^` asks for a word's
  beginning, `$` for its end.
* **example** is a sentence of our own with the target in `[brackets]`, which must get the value; a target in `{braces}`
  must not. A test runs each.

Words for a side have no row: those of `contrasts.toml` are cues as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casefolio.ingest.languages import DEFAULT, FOLDER, LANGUAGES, applying, known, own
from casefolio.ingest.meaning.patterns import DIGITS, HANGUL, NUMBER_WORDS, pattern_regex, variants, weight

KINDS = ("negated", "certainty", "temporality", "experiencer", "side", "severity", "modality", "state", "conditions")
_OTHERS = ("pseudo", "end", "absorb", "counted")
DIRECTIONS = ("forward", "backward", "both")
SIDES = ("left", "right", "both")
SCOPES = ("section", "sentence", "clause", "phrase")

WORD = re.compile(r"\w+|[^\w\s]|\n")
_TABLE = "assertions.tsv"
_PREFIX = 4
_NEAR = "4"  # tokens over which a word that names a part with its side is said of another thing
_KNOWN, _LONGEST_KNOWN = 20_000, 40  # words whose rules are remembered, and their length

Table = dict[str, list[tuple[str, "Rule"]]]


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


@dataclass(frozen=True, slots=True)
class Group:
    """The rules that may start at one word, longest first, as one alternation; group i+1 belongs to rule i."""

    regex: re.Pattern[str]
    rules: tuple[Rule, ...]
    cased: tuple[re.Pattern[str] | None, ...]
    single: tuple[re.Pattern[str], ...]
    # what the token behind may begin with, where that can be told; "" at the end
    following: frozenset[str] | None = None


class _Groups:
    """The groups of a table, each compiled when it is first asked for."""

    def __init__(
        self, table: Table, following: Callable[[str, list[tuple[str, Rule]]], frozenset[str] | None] | None = None
    ) -> None:
        self._table, self._following = table, following
        self._compiled: dict[str, Group] = {}

    def __bool__(self) -> bool:
        return bool(self._table)

    def get(self, key: str) -> Group | None:
        """The group under a key, or None."""
        listed = self._table.get(key)
        if listed is None:
            return None
        if (found := self._compiled.get(key)) is None:
            found = self._compiled[key] = _compile(listed, self._following(key, listed) if self._following else None)
        return found


class Lexicon:
    """The rules of a language, found by the first word, its first letters, or (Korean) two syllables within a word."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        tables: tuple[Table, Table, Table] = ({}, {}, {})
        for rule in rules:
            for start, pattern in variants(rule.pattern):
                place, key = _place(start)
                tables[place].setdefault(key, []).append((pattern, rule))
        words, prefixes, syllables = tables
        for word, listed in words.items():
            listed += prefixes.get(word[:_PREFIX], ())
        for syllable, listed in syllables.items():
            listed += syllables.get(syllable[:1], ()) if len(syllable) > 1 else ()
        # A text names few of the words: what may start at one is compiled when it is first met.
        self._words = _Groups(words, _followers)
        self._prefixes, self._syllables = _Groups(prefixes), _Groups(syllables)
        # What may start at a word, and at which of its syllables: the same words come again and again.
        self._known: dict[str, tuple[Group | None, tuple[tuple[int, Group], ...]]] = {}

    def find(self, text: str, folded: str, tokens: list[re.Match[str]]) -> Iterator[tuple[Rule, int, int]]:
        """Rule, start and end of every match: leftmost, of those the longest; matches do not overlap.

        Args:
            text: as it stands.
            folded: the same in lower case, of the same length.
            tokens: matches of `WORD` in `folded`.
        """
        known = self._known
        done = 0
        for number, token in enumerate(tokens, 1):
            word = token.group()
            group, within = known.get(word) or self._look_up(word)
            if group is None and not within:
                continue
            start = token.start()
            # "2016년" is one token: what follows its number stands within it.
            if group is not None and group.following is not None and not word[-1].isalpha():
                after = tokens[number].group()[0] if number < len(tokens) else ""
                group = group if after in group.following else None
            if group is not None and start >= done and (found := _match(group, text, folded, start)):
                yield found
                done = found[2]
            for offset, syllable in within:
                position = start + offset
                if position >= done and (found := _match(syllable, text, folded, position)):
                    yield found
                    done = found[2]

    def _look_up(self, word: str) -> tuple[Group | None, tuple[tuple[int, Group], ...]]:
        """The rules that may start at a word, and those that may start at a syllable of it, by its place."""
        group = self._words.get(word) or self._prefixes.get(word[:_PREFIX])
        if group is None and word[0].isdigit():
            group = self._words.get(DIGITS)
        within: tuple[tuple[int, Group], ...] = ()
        if self._syllables and word > "ㄱ":
            at = ((i, self._syllables.get(word[i : i + 2]) or self._syllables.get(c)) for i, c in enumerate(word))
            within = tuple((i, found) for i, found in at if found is not None)
        if len(self._known) >= _KNOWN:
            self._known.clear()
        if len(word) <= _LONGEST_KNOWN:
            self._known[word] = group, within
        return group, within


def _match(group: Group, text: str, folded: str, start: int) -> tuple[Rule, int, int] | None:
    match = group.regex.match(folded, start)
    if match is None or match.lastindex is None:
        return None
    index = match.lastindex - 1
    cased = group.cased[index]
    if cased is None or cased.match(text, start):
        return group.rules[index], start, match.end()
    # The capitals were wrong, so the shorter rules of the group have their turn.
    for later in range(index + 1, len(group.rules)):
        single, cased = group.single[later].match(folded, start), group.cased[later]
        if single and (cased is None or cased.match(text, start)):
            return group.rules[later], start, single.end()
    return None


def _place(start: str) -> tuple[int, str]:
    """Which table (words, prefixes, syllables) a pattern belongs into, and under which key."""
    if syllables := re.match(f"[{HANGUL}]{{1,2}}", start):
        return 2, start[0] if start.endswith("?") else syllables[0]
    token = WORD.match(start)
    if start == DIGITS or token is None:
        return 0, start
    if start[token.end() :] == "*":
        if token.end() < _PREFIX:
            raise ValueError(f"a pattern that starts with {start!r} needs {_PREFIX} letters before the *")
        return 1, token.group()[:_PREFIX]
    return 0, token.group()


def _followers(key: str, listed: list[tuple[str, Rule]]) -> frozenset[str] | None:
    """What the token behind a number or a mark may begin with: these stand everywhere, and hardly ever start a rule."""
    if key != DIGITS and key[0].isalnum():
        return None
    # A number may go on behind a point, words may be joined by a hyphen, and a line may end between them.
    out = {"-", "\n", ".", ","} if key == DIGITS else {"-", "\n"}
    for pattern, _ in listed:
        first, *rest = pattern.replace(" & ", " ").split(" ")
        behind = first.removeprefix("=")[len(key) :] if key != DIGITS else ""
        for item in (behind, *rest) if behind else rest:
            body = item.removesuffix("?") if len(item) > 1 else item
            if body == "<n>":
                out |= {*"0123456789", *(word[0] for word in NUMBER_WORDS)}
            elif body.startswith("<"):
                return None  # any word, or none
            else:
                out |= {a.lstrip("^=").lower()[:1] for a in body.split("|")}
            if body == item:
                break
        else:
            return None
    return frozenset(out)


def _compile(listed: list[tuple[str, Rule]], following: frozenset[str] | None = None) -> Group:
    # The first alternative that matches wins, so the one with more of its own words must stand first.
    ordered = sorted(set(listed), key=lambda pair: (-weight(pair[0]), pair[0], pair[1].source))
    regexes = [pattern_regex(pattern) for pattern, _ in ordered]
    cased = tuple(re.compile(pattern_regex(p, cased=True)) if "=" in p else None for p, _ in ordered)
    single = tuple(re.compile(regex) for regex in regexes) if any(cased) else ()
    rules = tuple(rule for _, rule in ordered)
    return Group(re.compile("|".join(f"({regex})" for regex in regexes)), rules, cased, single, following)


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of one table.

    Raises:
        ValueError: a line is not six columns, or names a kind, direction or scope that does not exist.
    """
    rules = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            rules.append(_rule(line, f"{path.parent.name}/{path.name}:{number}"))
    return tuple(rules)


def _rule(line: str, source: str) -> Rule:
    columns = line.split("\t")
    if len(columns) != 6:
        raise ValueError(f"{source}: a rule has 6 columns, not {len(columns)}")
    kind, value, direction, pattern, scope, example = columns
    kinds, values = kind.split("+"), value.split("+")
    if len(kinds) != len(values) or not set(kinds) <= {*KINDS, *_OTHERS}:
        raise ValueError(f"{source}: no such kind or value: {kind} {value}")
    if direction not in DIRECTIONS or not (scope in SCOPES or scope.isdigit()):
        raise ValueError(f"{source}: no such direction or scope: {direction} {scope}")
    return Rule(tuple(zip(kinds, values, strict=True)), direction, pattern, scope, example, source)


@cache
def lexicon(language: str) -> Lexicon:
    """The rules of a language, and of those written within it; none for one that has no folder."""
    folders = [FOLDER / name for name in applying(language)] if language in LANGUAGES else []
    files = [folder / _TABLE for folder in folders]
    rules = [rule for file in files if file.is_file() for rule in read_rules(file)]
    return Lexicon((*rules, *(rule for folder in folders for rule in _side_rules(folder.name))))


def _side_rules(language: str) -> Iterator[Rule]:
    """The words for a side of `contrasts.toml` as cues."""
    words, source = own(language, "contrasts"), f"{language}/contrasts.toml"
    for side in SIDES:
        for name, scope in ((side, "clause"), (f"{side}_near", _NEAR)):
            for word in words.get(name, ()):
                yield Rule((("side", side),), "both", _side_pattern(word), scope, "", source)


def _side_pattern(word: str) -> str:
    """A word as `contrasts.toml` notes it, as a pattern; a Korean one begins a word, and ends it unless it is open."""
    if not re.search(f"[{HANGUL}]", word):
        return word.replace("-", " - ")
    begun = word[1:] if word.startswith("*") else f"^{word}"
    return begun[:-1] if begun.endswith("*") else f"{begun}$"


@cache
def counted_words(language: str) -> frozenset[str]:
    """Words that turn a sentence wherever they stand in it: the rows `counted`, without their marks."""
    path = FOLDER / known(language) / _TABLE
    rules = read_rules(path if path.is_file() else FOLDER / DEFAULT / _TABLE)
    counted = [rule.pattern for rule in rules if any(kind == "counted" for kind, _ in rule.effects)]
    return frozenset(word.strip("^$=").lower() for pattern in counted for word in pattern.split("|"))
