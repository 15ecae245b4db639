"""A question taken apart: which document it means, what it asks for, and what type of answer it wants."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexes.analyzers import without_particle
from rag.generators.concepts import Concept, asked
from rag.generators.drugs import is_drug, members_asked
from rag.generators.kinds import is_many, is_yes_no, wanted
from rag.generators.specifics import Specific, specifics
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
        specifics: the particular things it asks about; a sentence that speaks of none of them is no answer.
        people: words of each full name of a person.
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
    specifics: tuple[Specific, ...] = ()
    people: tuple[tuple[str, ...], ...] = ()


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


def _plain(known: Sequence[str], language: str, found: Sequence[str]) -> list[str]:
    """Names that retrieval recognised, without the words that say what is asked: it may take a run too far.

    German and Korean do not tell a name from a noun by its capital: what was found by its form goes first there.
    """
    if language in ("de", "ko") and found:
        own = {w for name in found for w in words(name)}
        known = [name for name in known if own & set(words(name)) and len(words(name)) <= len(own)]
    every = (w for name in known for w in re.findall(r"[^\s,;:?]+", name) if not asked(w, language))
    if language == "ko":  # an object is what is asked about, seldom the name of a document
        return [without_particle(w) for w in every if not w.endswith(("을", "를"))]
    return [w for w in every if language != "en" or not w[:1].islower()]


def _shorter(name: str, known: Sequence[str]) -> str:
    """A run of German capitals without the nouns beside a name, where retrieval knows the name alone."""
    inside = [k for k in known if k in name and " " in k]
    return max(inside, key=len) if inside and len(name.split()) > 2 else name


def _bare(name: str, language: str) -> str:
    """A German run of capitals without the nouns that say what is asked ("Dosis Metformin")."""
    if language != "de" or re.match(_TITLE, name):
        return name
    return " ".join(w for w in name.split() if not asked(w, language) and not is_drug(w))


def _without(names: Sequence[str], text: str) -> str:
    """A text without names, each as whole words."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?![^\W가-힣])", " ", text)
    return text


def analyse(text: str, language: str, known: Sequence[str] = ()) -> Question:
    """Take a question apart.

    Args:
        text: the question.
        language: ISO 639-1.
        known: names in it that retrieval recognised, as they stand.
    """
    lead, ask = _parts(text)
    formal = [*names_in(lead), *(_shorter(n, known) if language == "de" else n for n in names_in(ask))]
    formal = [n for n in (_bare(n, language) for n in formal) if n]
    names = [*formal, *_plain(known, language, formal)]
    bare = ask
    bare = _without(names, bare)
    found = asked(bare, language)
    kind = wanted(bare, next((c.kind for c in found if c.kind), ""))
    if kind == "person" and found and not any(c.kind for c in found):
        kind = ""  # "Who may inspect the records?" is answered by a role, seldom by a name
    named = frozenset(w for name in names for w in words(name) if _names_somebody(w)) - _TITLES
    members = members_asked(bare) if any(c.kind in ("drug", "dose") for c in found) else None
    return Question(
        text, ask, language, named, asked_terms(bare, language), found, kind, is_yes_no(ask), is_many(ask), members,
        _topic(bare, language, found), _particular(bare, language, found, members), people(formal),
    )  # fmt: skip


def _names_somebody(word: str) -> bool:
    return (len(word) > 2 or not word.isascii()) and not word.startswith("환자") and word not in NO_GIVEN


def without_concepts(question: Question) -> Question:
    """The same question as it looks where nothing of what it asks for is known."""
    bare = " ".join(w for w in re.findall(r"[^\s?!,;]+", question.ask) if not set(words(w)) & question.names)
    return replace(
        question, concepts=(), kind=wanted(bare, ""), members=None, topic=question.terms,
        specifics=_particular(bare, question.language, (), None),
    )  # fmt: skip


def _particular(
    bare: str, language: str, found: Sequence[Concept], members: re.Pattern[str] | None
) -> tuple[Specific, ...]:
    """Specifics; a class of drugs that is asked for is none: its members stand for it."""
    every = specifics(bare, language, found)
    if language == "de" and any(not c.open for c in found) and not any(s.noun for s in every):
        return ()  # beside a concept, a verb or an adjective alone frames the question
    return tuple(s for s in every if not members_asked(s.word)) if members is not None else every


def people(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Words of each full name among names, titles and initials left out."""
    out = []
    for name in names:
        parts = [w.removesuffix("'s").removesuffix("’s") for w in _PART.findall(name) if w.lower() not in NO_GIVEN]
        parts = [w.lower() for w in parts if len(w) > 2 or not w.isascii()]
        if 2 <= len(parts) <= 3 or _KO_FULL.fullmatch(name):
            out.append(tuple(parts))
    return tuple(dict.fromkeys(out))


def _topic(bare: str, language: str, found: Sequence[Concept]) -> tuple[str, ...]:
    for concept in found:
        for pattern in concept.ask:
            bare = pattern.sub(" ", bare)
    return asked_terms(bare, language)
