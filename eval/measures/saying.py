"""Whether a text says what a reference answer says, told without a judge: by its numbers, its words and its yes or no.

Strict rather than kind: a paraphrase in other words counts as not said. It is for comparing systems that answer the
same questions, one of which may cite nothing; where citations are there, they say more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from casefolio.eval.measures.answers import tokens
from casefolio.ingest.languages import all_of

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SHARE = 0.6  # of the reference's words
_QUOTE_SHARE = 0.8  # of the words of a gold quote
_STEM = 5  # letters by which two words are taken for one
_YES_NO = {word: said for said, key in ((True, "yes"), (False, "no")) for word in all_of("questions", key)}


def says(text: str, reference: str, quotes: Sequence[str] = ()) -> bool:
    """Whether a text states the reference answer, or nearly all of a quote that holds it.

    Args:
        text: the whole answer.
        reference: the answer that was wanted; may begin with yes or no.
        quotes: gold passages.
    """
    wanted, found = _opening(reference), _opening(text)
    if wanted is not None and found is not None and wanted != found:
        return False
    if wanted is not None and len(tokens(reference)) <= 3:
        return found == wanted or any(_holds(text, quote, _QUOTE_SHARE) for quote in quotes)
    rest = reference if wanted is None else re.sub(r"^\W*\w+\W*", "", reference)
    return _holds(text, rest, _SHARE) or any(_holds(text, quote, _QUOTE_SHARE) for quote in quotes)


def _opening(text: str) -> bool | None:
    words = re.findall(r"\w+", text.lower())
    return _YES_NO.get(words[0]) if words else None


def _holds(text: str, wanted: str, share: float) -> bool:
    """Every number of what is wanted, and enough of its words."""
    there = {_plain(n) for n in _NUMBER.findall(text)}
    if any(_plain(n) not in there for n in _NUMBER.findall(wanted)):
        return False
    words = [w[:_STEM] for w in tokens(wanted) if not w.isdigit()]
    said = {w[:_STEM] for w in tokens(text)}
    return bool(words or _NUMBER.search(wanted)) and sum(w in said for w in words) >= share * len(words)


def _plain(number: str) -> str:
    """A number without what groups or ends it: 12.000, 12,000 and 12000 are one."""
    digits = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", number)
    return digits.replace(",", ".").lstrip("0") or "0"
