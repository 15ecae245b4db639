"""Questions of the corpus with an answer, as claims: "How much ramipril? 5 mg", "Ramipril: 5 mg", "It is 5 mg"."""

from __future__ import annotations

import random
import re

_END = re.compile(r"[\s?!.]+$")
_YES = re.compile(r"(?i)(?:yes|ja|예|네|응|맞)")
_NO = re.compile(r"(?i)(?:no|nein|아니|안)")
_SAID = {"en": ("Yes", "No"), "de": ("Ja", "Nein"), "ko": ("예", "아니오")}
# "What was the creatinine at discharge" -> "The creatinine at discharge was"; a question of another form stays one.
_STATED = {
    "en": [
        (r"(?i)^what(?:'s| is| was) (the|her|his|their|its) (.+)$", r"\1 \2 {is} {a}"),
        (r"(?i)^who (\w+ .+)$", r"{a} \1"),
        (r"(?i)^how (?:high|long|large|big|much) (?:is|was) (the|her|his) (.+)$", r"\1 \2 {is} {a}"),
        (r"(?i)^when (was|is) (.+?) (\w+ed|born|due|seen|given)$", r"\2 \1 \3: {a}"),
        (r"(?i)^which (.+?) (?:did|does|do) (.+)$", r"\1 that \2: {a}"),
    ],
    "de": [
        (r"(?i)^(?:was|wie hoch|wie lang|wie groß) (ist|war|sind) (der|die|das|ihr\w*|sein\w*) (.+)$", r"\2 \3 \1 {a}"),
        (r"(?i)^wer (\w+ .+)$", r"{a} \1"),
        (r"(?i)^wann (wurde|ist|war|wird) (.+?) (ge\w+|\w+iert|ver\w+|ent\w+|be\w+)$", r"\2 \1 {a} \3"),
        (r"(?i)^an welchem Tag (.+)$", r"\1: {a}"),
    ],
    "ko": [
        (r"^(.+?)(은|는|이|가) (?:무엇|얼마|언제|누구|몇)\S*$", r"\1\2 {a}이다"),
        (r"^(.+?)(은|는|이|가)? ?(?:어느 쪽|어디|어느 것)\S*$", r"\1\2 {a}이다"),
    ],
}  # fmt: skip


def stated(question: str, answer: str, language: str, rng: random.Random) -> str:
    """One claim made of a question and an answer to it, right or wrong.

    Args:
        question: as asked, with or without a question mark.
        answer: a value, a name, some words.
        language: `en`, `de`, `ko`.
        rng: chooses the form.
    """
    bare, answer = _END.sub("", question), answer.strip().rstrip(".")
    forms = []
    for pattern, put in _STATED[language]:
        if re.search(pattern, bare):
            is_ = "was" if re.match(r"(?i)what was|how \w+ was", bare) else "is"
            said = re.sub(pattern, put, bare).replace("{is}", is_).replace("{a}", answer)
            forms = [said[0].upper() + said[1:] + "."] * 3
            break
    mark = "" if len(bare.split()) < 4 and "?" not in question else "?"
    forms += [f"{bare}{mark} {answer}", f"{bare}{mark} {answer}.", f"{answer} ({bare}{mark})"]
    if not mark:
        forms += [f"{bare}: {answer}", f"{bare} {answer}"]
    else:
        forms += [f"{bare}? - {answer}", f"{question} {answer[0].upper()}{answer[1:]}"]
    return rng.choice(forms)


def yes_no(answer: str) -> bool | None:
    """Whether an answer begins with yes or no; None where with neither."""
    if _NO.match(answer):
        return False
    return True if _YES.match(answer) else None


def said(yes: bool, language: str) -> str:
    """The word itself."""
    return _SAID[language][0 if yes else 1]
