"""Not a word made up: numbers, dates, doses, sides, drugs and names of a sentence are those of its quotes.

A form that the tables of `ingest.meaning` and of drugs list as equal is the same word ("15 %", "15 percent").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.annotating import sides
from casefolio.ingest.meaning.facts import VALUES, profile
from casefolio.names_in_questions import names_in, no_names
from casefolio.reader.guards import drugs_in
from casefolio.stems import terms, words

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_SHORTEST = 3


def invented(claim: str, held: str, known: Iterable[str], language: str) -> tuple[str, ...]:
    """What a sentence states that its quotes do not have; empty where nothing is.

    Args:
        claim: the sentence.
        held: its quotes, with the heading above them.
        known: words of the names that were asked for and that the document bears.
        language: of the sentence.
    """
    out = [*_values(claim, held, language)]
    out.extend(sorted(drugs_in(claim, language) - drugs_in(held, language)))
    said, there = sides(claim, language), sides(held, language)
    if not ("both" in there or (said == {"both"} and there == {"left", "right"})):
        out.extend(sorted(said - there))
    borne = {*words(held), *terms(held, language), *known}
    for name in names_in(f". {claim}"):
        out.extend(w for w in words(name) if _tells(w) and not {w, *terms(w, language)} & borne)
    return tuple(out)


def _values(claim: str, held: str, language: str) -> list[str]:
    digits = set(_DIGITS.findall(held))
    out = []
    for finding in align(profile(claim, language), profile(held, language)):
        if finding.status != "missing" or finding.kind not in VALUES or finding.claim is None:
            continue
        said = finding.claim.of(claim)
        if not _DIGITS.search(said) or set(_DIGITS.findall(said)) - digits:
            out.append(said)
    return out


def _tells(word: str) -> bool:
    return word not in no_names() and (len(word) >= _SHORTEST or not word.isascii())
