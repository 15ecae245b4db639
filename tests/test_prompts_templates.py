"""Prompt files: complete, checked when they are read, filled once."""

from __future__ import annotations

from pathlib import Path

import pytest

from casefolio.ingest.errors import PromptError
from casefolio.prompts.prompt import ABSTENTION
from casefolio.prompts.template import FOLDER, LANGUAGES, PLACEHOLDERS, parse, template


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_every_template_is_there_in_every_language(name: str, language: str) -> None:
    found = template(name, language)
    assert found.name == f"{name}.{language}"
    assert found.system
    if name != "pairs":  # it asks for questions, and has none
        assert found.user.rstrip().endswith("{{question}}")


def test_no_file_is_left_over() -> None:
    assert {"en", "de", "ko"} <= set(LANGUAGES)
    assert {p.name for p in FOLDER.iterdir()} == {f"{n}.{lang}.md" for n in PLACEHOLDERS for lang in LANGUAGES}


def test_another_language_gets_english() -> None:
    assert template("answer", "fr").name == "answer.en"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rules {{fence}} {{abstention}}\n=====\n{{question}}", "sources"),
        ("rules {{fence}} {{abstention}} {{extra}}\n=====\n{{sources}} {{question}}", "extra"),
        ("rules {{fence}} {{abstention}} {{sources}} {{question}}", "====="),
    ],
)
def test_a_wrong_template_is_refused_when_it_is_read(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "answer.en.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PromptError, match=complaint):
        parse(path)


def test_values_are_put_in_once() -> None:
    """A document that holds a placeholder does not get it filled."""
    system, user = template("answer", "en").fill(
        {"sources": "text with {{question}} and {{fence}}", "question": "Q?", "fence": "f00", "abstention": ABSTENTION}
    )
    assert "text with {{question}} and {{fence}}" in user
    assert ABSTENTION in system


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(PromptError, match="fence"):
        template("answer", "en").fill({"sources": "", "question": "", "abstention": ""})
