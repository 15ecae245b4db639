"""Forms that models put around what they say, peeled off: heads, courtesies, marks in words, leading yes and no.

A right sentence must not fall for its form, and a form says nothing that a page could support. The forms are data in
`peeling.toml` of each language, each with tested examples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from casefolio.ingest.languages import all_of, every

_BOLD = re.compile(r"\*\*|__|`+")
_ITALIC = re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+|>\s+)")
_AFTER_VERDICT = r"(?:\s*[,.!;:–—-]+\s*|\s*$)"
_MOST_LEADS = 4


@dataclass(frozen=True, slots=True)
class Peeled:
    """What is left of a sentence.

    Attributes:
        text: the sentence; empty where all of it was form.
        numbers: of sources, named in what was peeled off.
    """

    text: str
    numbers: tuple[int, ...]


def plain(line: str) -> str:
    """A line without Markdown's emphasis and heads; links stay, they are looked at later."""
    return _ITALIC.sub(r"\1", _BOLD.sub("", _HEADING.sub("", line)))


def peel(sentence: str) -> Peeled:
    """A sentence without the forms around it."""
    text, numbers = sentence.strip(), list[int]()
    for form in _forms("tail"):
        if found := form.search(text):
            numbers.extend(_numbers(found.group()))
            text = text[: found.start()] + text[found.end() :]
    for _ in range(_MOST_LEADS):
        found = next((m for form in _forms("whole") if (m := form.fullmatch(text))), None)
        if found is not None:
            return Peeled("", (*numbers, *_numbers(text)))
        found = next((m for form in _forms("lead") if (m := form.match(text))), None)
        if found is None:
            break
        numbers.extend(_numbers(found.group()))
        text = text[found.end() :].strip()
    return Peeled(text, tuple(numbers))


def yes_no_of(sentence: str) -> tuple[bool | None, str]:
    """The yes (True) or no (False) that a sentence begins with, and what it says beside; None where neither does."""
    for says, form in _verdicts():
        if found := form.match(sentence):
            return says, sentence[found.end() :].strip()
    return None, sentence


def examples() -> list[tuple[str, str, str]]:
    """Kind of form, a sentence as a model writes it, and what must be left of it."""
    forms = [(form["at"], raw, left) for form in _listed("form") for raw, left in form["examples"]]
    return forms + [(form["says"], raw, left) for form in _listed("verdict") for raw, left in form["examples"]]


def source_words() -> list[str]:
    """What a mark may say before its number, in any language."""
    return all_of("peeling", "sources")


def _numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d{1,3}", text)]


def _listed(kind: str) -> list[dict[str, Any]]:
    """Forms of a kind, of all languages."""
    return [form for _, table in every("peeling") for form in table.get(kind, ())]


@cache
def _forms(at: str) -> tuple[re.Pattern[str], ...]:
    ends = {"tail": r"(?=\s*[.!?]?\s*$)", "lead": "", "whole": r"\s*[.!]?"}[at]
    begins = "" if at == "tail" else r"\s*"
    found = (form["pattern"] for form in _listed("form") if form["at"] == at)
    return tuple(re.compile(f"{begins}(?:{pattern}){ends}", re.IGNORECASE) for pattern in found)


@cache
def _verdicts() -> tuple[tuple[bool, re.Pattern[str]], ...]:
    return tuple(
        (form["says"] == "yes", re.compile(f"\\s*(?:{form['pattern']}){_AFTER_VERDICT}", re.IGNORECASE))
        for form in _listed("verdict")
    )
