"""Names in a question, and what it asks beside them: who is meant, by form alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.stems import asked_terms, words

ASKS = re.compile(
    r"\b(?:what|which|who|whose|whom|when|where|why|how|can|may|must|does|do|did|is|are|was|were|has|have|under|up to|"
    r"in what|for how|"
    r"w(?:as|er|en|em|ann|o|ie|elche\w*|arum|essen)|darf|kann|muss|hat|ist|gilt)\b|무엇|누구|누가|언제|어디|어떤|어느|얼마|몇|왜|어떻게",
    re.IGNORECASE,
)
_TITLE = r"(?:(?:Herrn?|Frau|Mr|Mrs|Ms|Miss|Dr|Prof|PD|Patientin|Patienten|Patient|med)\b\.?\s+)"
_CAPITAL = r"[A-ZÄÖÜÀ-Ý][\w'’\-]*"
_NAME = re.compile(
    rf"{_TITLE}+(?:[A-Z]\.\s*)*(?:(?:von|van|de|der|da|di|zu)\s+)*{_CAPITAL}(?:\s+(?:(?:von|van|de|der|da|di|zu)\s+)*{_CAPITAL})*"
    rf"|(?:{_CAPITAL}|[A-Z]\.)(?:\s+(?:[A-Z]\.|(?:von|van|de|da|di|zu|of|the|and|&)\s+(?={_CAPITAL}))?\s*{_CAPITAL})+"
)
# "Hausärztin von Erika Beispiel": the noun before the "von" is no part of the name when two more words follow.
_OF = re.compile(rf"^{_CAPITAL}\s+(?:von|of)\s+(?=\S+\s+\S+)")
_ARTICLE = re.compile(
    r"(?:The|An?|This|That|His|Her|Its|Their|Our|Each|No|In|On|At|If|Der|Die|Das|Den|Dem|Ein\w*|Im|Am|Bei)\s+"
)
_KO_NAME = re.compile(r"([가-힣]{2,4})\s?(?:환자|님|씨)")
_PART = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_KO_FULL = re.compile(r"[가-힣]{2,4}")
NO_GIVEN = frozenset(
    """
    herr herrn frau mr mrs ms miss dr prof pd med patient patientin patienten von van de der die das den dem da di zu of
    the and this an name claimant defendant kläger klägerin beklagte beklagter dear to re her his hon sir
    """.split()  # noqa: SIM905
)
_TITLES = frozenset(
    ("herr", "herrn", "frau", "mrs", "prof", "patient", "patientin", "patienten", "und", "and", "the", "von", "van")
)
_SPLIT = re.compile(r"(?<=[;:,])\s+|(?<=[.!?])\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Question:
    """What a question says by its form.

    Attributes:
        text: as it was put.
        ask: the part that asks, without the clause that only says which document is meant.
        names: lower-case words of the names in it (patient, parties, title).
        terms: stems of what is asked for, names left out.
    """

    text: str
    ask: str
    names: frozenset[str]
    terms: tuple[str, ...]


def _parts(text: str) -> tuple[str, str]:
    """The clause that names the document, and the clause that asks."""
    pieces = _SPLIT.split(text.strip())
    for at in range(len(pieces) - 1, 0, -1):
        if ASKS.match(pieces[at]):
            lead = " ".join(pieces[:at])
            # A lead that asks by itself ("When, and in which town, …") belongs to the question.
            return ("", text) if ASKS.match(lead) else (lead, " ".join(pieces[at:]))
    return "", text


def names_in(text: str) -> list[str]:
    """Names in a text: runs of capitalised words, titled or not, not the capital that opens it."""
    found = []
    for match in _NAME.finditer(text):
        name = match.group()
        if match.start() == 0 and not re.match(_TITLE, name):
            _, _, rest = name.partition(" ")
            name = rest if " " in rest else ""  # "Welche Blutgruppe" is no name
        name = _OF.sub("", name)
        article = _ARTICLE.match(name)
        if article:
            bare = name[article.end() :]
            name = bare if " " in bare else ""  # "The Supplier" is a role, "The Norwood Clinic" a name
        found.append(name)
    return [n for n in found if n] + [m.group(1) for m in _KO_NAME.finditer(text)]


def _without(names: Sequence[str], text: str) -> str:
    """A text without names, each as whole words."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?![^\W가-힣])", " ", text)
    return text


def analyse(text: str, language: str) -> Question:
    """Take a question apart.

    Args:
        text: the question.
        language: ISO 639-1.
    """
    lead, ask = _parts(text)
    names = [*names_in(lead), *names_in(ask)]
    named = frozenset(w for name in names for w in words(name) if _names_somebody(w)) - _TITLES
    return Question(text, ask, named, asked_terms(_without(names, ask), language))


def _names_somebody(word: str) -> bool:
    return (len(word) > 2 or not word.isascii()) and not word.startswith("환자") and word not in NO_GIVEN


def people(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Words of each full name among names, titles and initials left out."""
    out = []
    for name in names:
        parts = [w.removesuffix("'s").removesuffix("’s") for w in _PART.findall(name) if w.lower() not in NO_GIVEN]
        parts = [w.lower() for w in parts if len(w) > 2 or not w.isascii()]
        if 2 <= len(parts) <= 3 or _KO_FULL.fullmatch(name):
            out.append(tuple(parts))
    return tuple(dict.fromkeys(out))
