"""What counts as saying the reference answer."""

from __future__ import annotations

import pytest

from casefolio.eval.measures.saying import says
from casefolio.eval.overhearing import Overheard
from casefolio.generators.scripted import Scripted
from casefolio.prompts.prompt import Prompt

SAID = [
    ("She takes rosuvastatin 10 mg daily.", "10 mg", True),
    ("She takes rosuvastatin 20 mg daily.", "10 mg", False),
    ("12,000 Euro wurden zugesprochen.", "12.000 Euro", True),
    ("Das Natrium lag bei 137 mmol/l.", "137 mmol/l", True),
    ("No, she may not.", "No", True),
    ("Yes, she may.", "No", False),
    ("Nein.", "Ja", False),
    ("The application was dismissed.", "No, it was dismissed", True),
    ("우측 폐 하엽에 6 mm 결절이 있다.", "우측 폐 하엽, 6 mm", True),
    ("좌측 폐 상엽에 8 mm 결절이 있다.", "우측 폐 하엽, 6 mm", False),
    ("I don't know.", "Her mother", False),
    ("", "10 mg", False),
]


@pytest.mark.parametrize(("text", "reference", "is_said"), SAID)
def test_numbers_words_and_yes_or_no_tell(text: str, reference: str, is_said: bool) -> None:
    assert says(text, reference) is is_said


def test_a_gold_quote_says_it_too() -> None:
    quote = "The Provider may not subcontract the Services without the prior written consent of the Hospital."
    assert says(f"It is said: {quote}", "No", [quote])
    assert not says("The Provider may subcontract.", "No", [quote])


def test_what_a_model_said_is_kept_and_counted_once() -> None:
    model = Overheard(Scripted(["A dose ", "of 3 mg."], "Nothing."))
    prompt = Prompt("Answer.", "Which dose?", (), (), "", "", 0, "")
    assert "".join(model.stream(prompt)) == "A dose of 3 mg."
    taken = model.taken()
    assert taken == {"said": "A dose of 3 mg.", "prompt_tokens": 18, "answer_tokens": 15}
    assert model.taken() == {}
