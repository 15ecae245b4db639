"""A question taken apart: which document it means, what it asks for, and what type of answer it wants."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.generators.concepts import Concept, asked
from rag.generators.drugs import members_asked
from rag.generators.kinds import expected, is_many, is_yes_no
from rag.generators.stems import asked_terms, words

_ASKS = re.compile(
    r"\b(?:what|which|who|whose|whom|when|where|why|how|can|may|must|does|do|did|is|are|was|were|has|have|under|up to|"
    r"in what|for how|"
    r"w(?:as|er|en|em|ann|o|ie|elche\w*|arum|essen)|darf|kann|muss|hat|ist|gilt)\b|무엇|누구|누가|언제|어디|어떤|어느|얼마|몇|왜|어떻게",
    re.IGNORECASE,
)
_TITLE = r"(?:(?:Herrn?|Frau|Mr|Mrs|Ms|Miss|Dr|Prof|PD|Patientin|Patienten|Patient|med)\b\.?\s+)"
_CAPITAL = r"[A-ZÄÖÜÀ-Ý][\w'’\-]*"
_NAME = re.compile(
    rf"{_TITLE}+(?:[A-Z]\.\s*)*(?:(?:von|van|de|der|da|di|zu)\s+)*{_CAPITAL}(?:\s+(?:(?:von|van|de|der|da|di|zu)\s+)*{_CAPITAL})*"
    rf"|(?:{_CAPITAL}|[A-Z]\.)(?:\s+(?:[A-Z]\.|(?:von|van|de|der|da|di|zu|of|the|and|&)\s+(?={_CAPITAL}))?\s*{_CAPITAL})+"
)
# "Hausärztin von Erika Beispiel": the noun before the "von" is no part of the name when two more words follow.
_OF = re.compile(rf"^{_CAPITAL}\s+(?:von|of)\s+(?=\S+\s+\S+)")
_ARTICLE = re.compile(
    r"(?:The|An?|This|That|His|Her|Its|Their|Our|Each|No|In|On|At|If|Der|Die|Das|Den|Dem|Ein\w*|Im|Am|Bei)\s+"
)
_KO_NAME = re.compile(r"([가-힣]{2,4})\s?(?:환자|님|씨)")
_TITLES = frozenset(
    ("herr", "herrn", "frau", "mrs", "prof", "patient", "patientin", "patienten", "und", "and", "the", "von", "van")
)
_SPLIT = re.compile(r"(?<=[;:,])\s+|(?<=[.!?])\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Question:
    """What a question says.

    Attributes:
        text: as it was put.
        ask: the part that asks, without the clause that only says which document is meant.
        language: ISO 639-1.
        names: lower-case words of the names in it (patient, parties, title): they choose the document.
        terms: stems of what is asked for, names left out.
        topic: those of them that no concept stands for: a page about something else lacks them.
        concepts: what it asks for, where that is known.
        kind: type of answer expected, or empty.
        yes_no: whether yes or no would answer it.
        members: of the class of drugs that it asks for, where it asks for one.
        many: whether it asks for a list (all medications).
    """

    text: str
    ask: str
    language: str
    names: frozenset[str]
    terms: tuple[str, ...]
    concepts: tuple[Concept, ...]
    kind: str
    yes_no: bool
    many: bool
    members: re.Pattern[str] | None = None
    topic: tuple[str, ...] = ()


def _parts(text: str) -> tuple[str, str]:
    """The clause that names the document, and the clause that asks."""
    pieces = _SPLIT.split(text.strip())
    for at in range(len(pieces) - 1, 0, -1):
        if _ASKS.match(pieces[at]):
            lead = " ".join(pieces[:at])
            # A lead that asks by itself ("When, and in which town, …") belongs to the question.
            return ("", text) if _ASKS.match(lead) else (lead, " ".join(pieces[at:]))
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


def _plain(known: Sequence[str], language: str) -> list[str]:
    """Names that retrieval recognised, without the words that say what is asked: it may take a run too far."""
    return [w for name in known for w in re.findall(r"[^\s,;:?]+", name) if not asked(w, language)]


def analyse(text: str, language: str, known: Sequence[str] = ()) -> Question:
    """Take a question apart.

    Args:
        text: the question.
        language: ISO 639-1.
        known: names in it that retrieval recognised, as they stand.
    """
    lead, ask = _parts(text)
    names = [*names_in(lead), *names_in(ask), *_plain(known, language)]
    bare = ask
    for name in sorted(names, key=len, reverse=True):
        bare = bare.replace(name, " ")
    found = asked(bare, language)
    kind = next((c.kind for c in found if c.kind), "") or expected(bare)
    if kind == "person" and found and not any(c.kind for c in found):
        kind = ""  # "Who may inspect the records?" is answered by a role, seldom by a name
    named = frozenset(w for name in names for w in words(name) if len(w) > 2 or not w.isascii()) - _TITLES
    members = members_asked(bare) if any(c.kind in ("drug", "dose") for c in found) else None
    return Question(
        text, ask, language, named, asked_terms(bare, language), found, kind, is_yes_no(ask), is_many(ask), members,
        _topic(bare, language, found),
    )  # fmt: skip


def _topic(bare: str, language: str, found: Sequence[Concept]) -> tuple[str, ...]:
    for concept in found:
        for pattern in concept.ask:
            bare = pattern.sub(" ", bare)
    return asked_terms(bare, language)
