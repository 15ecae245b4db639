"""Words that exclude each other, found in a text: left and right, mild and severe, Buyer and Seller, before and after.

Which classes of words exclude each other stands in `common/contrasts.toml`, their words in that of each language.
Words of one class are synonyms, so the class also serves as a word's key when a claim's words are looked for in a
quote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from casefolio.ingest.languages import common, every

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Contrast:
    """One member of a group found in a text: tokens `first` to `last` (inclusive)."""

    kind: str
    group: int
    value: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    group: int
    value: str
    parts: tuple[str, ...]
    open_end: bool
    dotted: bool
    exact: str


def listed(words: dict[str, list[str]], value: str) -> list[str]:
    """The words of a class in a language's table, those that reach less far with them."""
    return [*words.get(value, ()), *words.get(f"{value}_near", ())]


@cache
def _entries() -> tuple[dict[str, list[_Entry]], dict[str, list[_Entry]]]:
    """Entries by their whole first word, and those whose only word is open by its first two letters."""
    whole: dict[str, list[_Entry]] = {}
    prefix: dict[str, list[_Entry]] = {}
    for number, group in enumerate(common("contrasts")["group"]):
        for value in group["classes"]:
            for spelling in (word for _, words in every("contrasts") for word in listed(words, value)):
                parts = tuple(_WORD.findall(spelling.lower()))
                open_end = spelling.endswith("*")
                exact = spelling[1:] if spelling.startswith("=") else ""
                entry = _Entry(group["kind"], number, value, parts, open_end, spelling.endswith("."), exact)
                if open_end and len(parts) == 1:
                    prefix.setdefault(parts[0][:2], []).append(entry)
                else:
                    whole.setdefault(parts[0], []).append(entry)
    for table in (whole, prefix):
        for entries in table.values():
            entries.sort(key=lambda e: (-len(e.parts), -sum(map(len, e.parts))))
    return whole, prefix


def _fits(entry: _Entry, tokens: Sequence[str], at: int, text: str, ends: Sequence[int]) -> bool:
    last = at + len(entry.parts) - 1
    if last >= len(tokens):
        return False
    for offset, part in enumerate(entry.parts):
        token = tokens[at + offset]
        if token != part and not (offset == len(entry.parts) - 1 and entry.open_end and token.startswith(part)):
            return False
    if entry.exact and text[ends[last] - len(entry.exact) : ends[last]] != entry.exact:
        return False
    if entry.dotted and len(entry.parts) == 1:
        return text[ends[last] : ends[last] + 1] == "."
    return True


def contrasts(text: str, tokens: Sequence[str], ends: Sequence[int]) -> list[Contrast]:
    """Members of groups in a text, longest match first at each word; one word may belong to several groups.

    Args:
        text: the text.
        tokens: its words in lower case, in order.
        ends: where each word ends in `text`.
    """
    whole, prefix = _entries()
    out: list[Contrast] = []
    covered: dict[int, int] = {}  # group -> last token taken by it
    for i, token in enumerate(tokens):
        found = whole.get(token, []) + prefix.get(token[:2], []) + (prefix.get(token[:1], []) if len(token) > 1 else [])
        taken: dict[int, int] = {}
        for entry in sorted(found, key=lambda e: (-len(e.parts), -len(e.parts[0]))) if len(found) > 1 else found:
            if entry.group in taken or covered.get(entry.group, -1) >= i:
                continue
            if _fits(entry, tokens, i, text, ends):
                last = i + len(entry.parts) - 1
                taken[entry.group] = last
                out.append(Contrast(entry.kind, entry.group, entry.value, i, last))
        covered.update(taken)
    return out
