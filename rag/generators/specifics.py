"""The particular things a question asks about, and whether a sentence speaks of them.

"Which dose of warfarin" asks for a dose (a concept) of warfarin (its specific). A dose of anything else answers it
wrongly, however well it is a dose. Specifics are the content words that are neither names nor words of the concept.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from rag.generators.concepts import Concept
from rag.generators.dates import is_date, plain_dates, same_day
from rag.generators.stems import is_asking, terms

_WORD = re.compile(r"\d+(?:[.,/-]\d+)*|[^\W_]+(?:['’-][^\W_]+)*")
_LITERAL = re.compile(r"[^\W\d_]{2,}")
_NO_LITERAL = re.compile(r"\(\?[:=!<imsx-]*|\\[a-zA-Z]|\{[^}]*\}")
_HANGUL = re.compile(r"[가-힣]")
# "under the services agreement" says which document; "right to" is no side.
_TITLE = re.compile(
    r"\b(?:[a-z]+ )?(?:agreement|contract|lease|judgment|discharge letter)\b|"
    r"\bright(?= (?:to|of|is|are|does|do|has|there|under)\b)",
    re.IGNORECASE,
)
_OR = frozenset({"or", "oder", "bzw", "또는", "혹은"})
_KO_VERB = re.compile(r"(?:[한할된될인는]|하여|하고|되어|습니까|니까|나요|고|게|야|서)$")
_KO_SHORT = re.compile(r"([가-힣])(?:은|는|이|가|을|를|의|에|도|로|으로|와|과)")
_KIN = 0.65  # share of the longer of two stems that both must begin with
_PART = 5  # letters of a part of a compound
_PARTIAL = 0.6  # what a part of a compound is worth
_ENDING = 8  # letters that a concept's word may have behind it in a language of compounds
_LEFT = 4  # letters before a concept's word that make a compound's own part
_ACRONYM = (3, 5)  # letters
_SYNONYM = 0.8


@dataclass(frozen=True, slots=True)
class Specific:
    """One thing asked about.

    Attributes:
        word: lower case, as it stands in the question.
        forms: stems of it, and of its synonyms.
        own: the stems that are its own.
        noun: whether it names a thing: figures, nouns where the language shows them; the others weigh less.
    """

    word: str
    forms: frozenset[str]
    own: frozenset[str]
    noun: bool = True


@lru_cache(maxsize=4)
def _generic(language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    tables = tomllib.loads(Path(__file__).with_name("generic.toml").read_text(encoding="utf-8"))
    table = tables.get(language, tables["en"])
    return frozenset(table["whole"]), tuple(table["begin"])


@lru_cache(maxsize=4)
def _synonyms(language: str) -> dict[str, frozenset[str]]:
    """Stem of a question to stems that may stand for it; phrases and marks of fields left out."""
    path = resources.files("indexes") / "data" / f"synonyms_{language}.txt"
    table: dict[str, set[str]] = {}
    if not path.is_file():
        return {}
    for line in path.read_text("utf-8").splitlines():
        if "|" not in line or line.startswith("#"):
            continue
        left, right = ([w for w in side.split() if "_" not in w and w[0] != "#"] for side in line.split("|", 1))
        answers = {t for w in right for t in _stems(w, language)}
        for word in left:
            for stem in _stems(word, language):
                table.setdefault(stem, set()).update(answers)
    return {stem: frozenset(found) for stem, found in table.items()}


def _stems(word: str, language: str) -> tuple[str, ...]:
    """Stems of a word; a Korean one as it stands, less its particle."""
    if _HANGUL.search(word):
        from indexes.analyzers import without_particle

        short = _KO_SHORT.fullmatch(word)
        return (short[1] if short else without_particle(word),)
    return terms(word, language)


@lru_cache(maxsize=256)
def _vocabulary(patterns: tuple[re.Pattern[str], ...]) -> tuple[str, ...]:
    """Literal beginnings of words in a concept's patterns."""
    shortest = {True: 2, False: 3}
    found = (w.lower() for p in patterns for w in _LITERAL.findall(_NO_LITERAL.sub(" ", p.pattern)))
    return tuple(dict.fromkeys(w for w in found if len(w) >= shortest[bool(_HANGUL.search(w))]))


def specifics(asking: str, language: str, concepts: Sequence[Concept]) -> tuple[Specific, ...]:
    """What a question asks about in particular.

    Args:
        asking: the question without its names.
        language: ISO 639-1.
        concepts: what it asks for; the words of those that are `open` stay specific.
    """
    known = tuple(
        w for c in concepts if not c.open for w in _vocabulary((*c.ask, *c.strong, *c.cues))
    )  # fmt: skip
    whole, begin = _generic(language)
    asking = _TITLE.sub(" ", asking)
    found: list[Specific | None] = []
    for written in _WORD.findall(plain_dates(asking)):
        word = written.lower().removesuffix("'s").removesuffix("’s")
        framing = (word.isascii() and len(word) < 2) or is_asking(word) or word in whole or word.startswith(begin)
        rest = "" if framing else _beside(word, known, language)
        stems = _stems(rest, language) if rest else ()
        if not stems or rest in whole or (_HANGUL.search(rest) and (stems[0] in whole or stems[0].startswith(begin))):
            found.append(None)
            continue
        more = {t for s in stems for t in _synonyms(language).get(s, ())}
        found.append(Specific(rest, frozenset({*stems, *more}), frozenset(stems), _is_noun(written, language)))
    _drop_alternatives(found, [w.lower() for w in _WORD.findall(plain_dates(asking))])
    return tuple({s.word: s for s in found if s}.values())


def _drop_alternatives(found: list[Specific | None], written: Sequence[str]) -> None:
    """In "rights or duties", where one is no specific, neither is the other."""
    for at in range(1, len(written) - 1):
        if written[at] in _OR and (found[at - 1] is None or found[at + 1] is None):
            found[at - 1] = found[at + 1] = None


def _is_noun(word: str, language: str) -> bool:
    if language == "de":
        return not word[0].islower()
    return _KO_VERB.search(word) is None


def _beside(word: str, known: Sequence[str], language: str) -> str:
    """What of a word no concept stands for: all of it, the part before a concept's word in a compound, or nothing."""
    for literal in known:
        if word.startswith(literal) and (language == "en" or len(word) <= len(literal) + _ENDING):
            return ""
    if language != "en":
        at = [word.find(literal) for literal in known if len(literal) > 4 or _HANGUL.search(literal)]
        inside = [a for a in at if a > 0]
        if inside:
            left = word[: min(inside)]
            return left if len(left) >= (2 if _HANGUL.search(left) else _LEFT) else ""
    return word


def credit(specific: Specific, term: str) -> float:
    """How far a stem of a text speaks of a specific: 1 for itself, less for a synonym or a compound's part."""
    if term in specific.own:
        return 1.0
    if term in specific.forms:
        return _SYNONYM
    return max((_kin(form, term) for form in specific.own), default=0.0)


def _kin(a: str, b: str) -> float:
    short, long = sorted((a, b), key=len)
    if len(short) < 4 or not a.isalpha() or not b.isalpha():
        return 0.0
    common = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(short))
    if common >= _KIN * len(long):
        return 1.0
    if len(short) >= _PART and (long.startswith(short) or long.endswith(short)):
        return 1.0 if short == a else _PARTIAL
    return 0.0


class Matcher:
    """Which specifics a text holds; remembers what each stem is worth.

    Args:
        found: the specifics of a question, in its order.
        language: of the question.
    """

    def __init__(self, found: Sequence[Specific], language: str) -> None:
        self.found = found
        self._language = language
        self._known: dict[str, tuple[tuple[int, float], ...]] = {}
        self._korean = [(i, s) for i, s in enumerate(found) if _HANGUL.search(s.word)]
        self._dates = [(i, s.word) for i, s in enumerate(found) if is_date(s.word)]
        self._acronyms = list(_acronyms(found))
        self._short = [(i, s.word) for i, s in enumerate(found) if 3 <= len(s.word) <= 5 and s.word.isalpha()]

    def held(self, text: str, stems: Iterable[str]) -> list[float]:
        """For each specific, how far the text holds it, 0 to 1.

        Args:
            text: of a sentence.
            stems: of the same text, in the question's language.
        """
        out = [0.0] * len(self.found)
        for stem in stems:
            if stem not in self._known:
                worth = ((i, credit(s, stem)) for i, s in enumerate(self.found))
                self._known[stem] = tuple((i, w) for i, w in worth if w)
            for i, worth_of in self._known[stem]:
                out[i] = max(out[i], worth_of)
        for i, specific in self._korean:
            out[i] = max(out[i], _korean(specific, text))
        for i, day in self._dates:
            out[i] = max(out[i], float(same_day(day, text)))
        for letters, places in self._acronyms:
            if re.search(rf"(?<!\w){letters}(?!\w)", text):
                for i in places:
                    out[i] = 1.0
        return self._spelled_out(text, out)

    def _spelled_out(self, text: str, out: list[float]) -> list[float]:
        """"LVEF" is said by "left ventricular ejection fraction"."""
        open_ = [(i, w) for i, w in self._short if not out[i]]
        if open_ and text.isascii():
            initials = "".join(w[0] for w in _WORD.findall(text.lower()) if w[0].isalpha())
            for i, word in open_:
                if _consonant(word) and word in initials:
                    out[i] = 1.0
        return out


def _consonant(word: str) -> bool:
    """Whether a short word reads like an acronym: at most one vowel."""
    return sum(c in "aeiouy" for c in word) <= 1


def _korean(specific: Specific, text: str) -> float:
    best = 0.0
    for form in specific.forms:
        worth = 1.0 if form in specific.own else _SYNONYM
        if len(form) == 1:
            best = max(best, worth if re.search(rf"(?<![가-힣]){form}", text) else 0.0)
        elif form in text:
            best = max(best, worth)
        elif len(form) > 2 and form[:-1] in text:
            best = max(best, worth * 0.9)
        elif len(form) > 3 and (form[:2] in text or form[-2:] in text):
            best = max(best, worth * _PARTIAL / 2)
    return best


def _acronyms(found: Sequence[Specific]) -> Iterable[tuple[str, range]]:
    least, most = _ACRONYM
    latin = [s.word for s in found]
    for start in range(len(latin)):
        for end in range(start + least, min(start + most, len(latin)) + 1):
            letters = "".join(w[0] for w in latin[start:end]).upper()
            if letters.isascii() and letters.isalpha():
                yield letters, range(start, end)
