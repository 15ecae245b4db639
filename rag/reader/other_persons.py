"""The guard of persons: a fact of somebody else is no answer.

A question names people or parties; a document says whom it is about. Candidates from documents about others are
dropped, whatever the reader thinks of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from casefolio.ingest.identity import Identity
from casefolio.names_in_questions import names_in, no_names, people
from casefolio.reader.reading import Candidate
from casefolio.stems import words

_HEAD = 2500  # characters in which a document says whom it is about
_HANGUL = re.compile(r"[가-힣]")
_NEAR = 3  # words within which given name and surname stand together
_SHORTEST = 2


def about_the_named(question: str, known: Sequence[str], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates of the documents that the names in a question mean; all of them where it names nobody.

    A document that holds fewer than three quarters of the names that the best one holds is about somebody else. So is
    one that gives the surname of a person asked about to another given name and never to this one. Where a person is
    asked about by full name whom no document knows, none answers.

    Args:
        question: as it was put.
        known: names in it that the folder bears, as they stand in the question.
        candidates: of all documents that were read.
    """
    formal = names_in(question)
    known = [_as_written(name) for name in known]
    full = people([*formal, *known])
    names = {w for name in [*formal, *known] for w in words(name) if _names_somebody(w)}
    if not names:
        return list(candidates)
    said, heads = _words_by_document(candidates)
    share = {d: sum(_holds(n, found) for n in names) for d, found in said.items()}
    best = max(share.values(), default=0)
    if not best:
        return [] if full else list(candidates)
    kept = {d for d, n in share.items() if n * 4 >= 3 * best}
    for person in full:
        kept -= {d for d in kept if not _together(person, list(said[d])) and _somebody_else(person, heads[d])}
    return [c for c in candidates if c.hit.document in kept]


def of_other_patients(
    names: Sequence[str], candidates: Sequence[Candidate], identities: Mapping[str, Identity]
) -> frozenset[str]:
    """Paths of the documents about patients who do not bear the names asked for, where others do.

    That a name stands somewhere in a letter does not make its bearer the patient: a wife is named in her husband's.

    Args:
        names: in the question, as they stand in it.
        candidates: of all documents that were read.
        identities: what the documents say they are, by path.
    """
    asked = {w for name in names for w in words(_as_written(name)) if _names_somebody(w)}
    patients = {
        path: " ".join(identity.values("patient"))
        for path in {c.hit.document for c in candidates}
        if (identity := identities.get(path)) is not None and identity.values("patient")
    }
    borne = {path: sum(_holds(name, words(f"{path} {said}")) for name in asked) for path, said in patients.items()}
    if not any(borne.values()):
        return frozenset()
    # "Mrs Pemberton" may be anybody of that name
    whole = {path for path, said in patients.items() if sum(map(_names_somebody, words(said))) > 1}
    return frozenset(path for path, n in borne.items() if not n and path in whole)


def _words_by_document(candidates: Iterable[Candidate]) -> tuple[dict[str, list[str]], dict[str, str]]:
    said: dict[str, list[str]] = {}
    heads: dict[str, str] = {}
    for c in {(c.hit.document, c.hit.chunk.span): c for c in candidates}.values():
        text = f"{c.header}\n{c.hit.text}"
        said.setdefault(c.hit.document, words(c.hit.document)).extend(words(text))
        heads[c.hit.document] = (heads.get(c.hit.document, "") + "\n" + text)[:_HEAD]
    return said, heads


def _as_written(name: str) -> str:
    """A name without the small words at its ends, where it has capitals: no "Joan take", if the folder bears "take"."""
    parts = name.split()
    capital = [at for at, part in enumerate(parts) if part[:1].isupper()]
    return " ".join(parts[capital[0] : capital[-1] + 1]) if capital else name


def _names_somebody(word: str) -> bool:
    return (len(word) > _SHORTEST or not word.isascii()) and word not in no_names()


def _holds(name: str, found: Sequence[str]) -> bool:
    return name in found or (_HANGUL.match(name) is not None and any(w.startswith(name) for w in found))


def _together(person: Sequence[str], found: Sequence[str]) -> bool:
    """Whether all words of a name stand close together somewhere, in any order."""
    for at, word in enumerate(found):
        if word.startswith(person[0]):
            near = found[max(0, at - _NEAR) : at + _NEAR + 1]
            if all(any(w.startswith(part) for w in near) for part in person[1:]):
                return True
    return False


def _somebody_else(person: Sequence[str], head: str) -> bool:
    """Whether a text gives the surname to another given name."""
    if len(person) < 2:
        return False
    last, first = rf"\b(?i:{re.escape(person[-1])})", r"([A-ZÄÖÜÀ-Ý][\w'’-]+)"
    given = {(m[1] or m[2]).lower() for m in re.finditer(rf"\b{first}\s+{last}\b|{last},\s+{first}", head)} - no_names()
    return bool(given - set(person))
