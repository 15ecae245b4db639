"""Text of others never acts on the terminal: in no verb, no name, no error, no line of progress; JSON stays exact."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path

import pytest

from casefolio.cli import main
from casefolio.cli.screen import Screen, acts, escaped, on_one_line, shown
from casefolio.reindexing import index_folder

SOURCE = Path(__file__).parent.parent
# erase the line, write into the clipboard, set the title; C1 forms of the same; turn the order of what is read
TRICKS = (
    "\x1b[2K\x1b[1A \x1b]52;c;cm0=\x07 \x1b]0;title\x07 \x9b2K \x7f \x08\x08 \u202e5.2\u202c \u2066x\u2069"
    " \ufeff\u200b\u200e"
)
ACTING = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) in ("Cc", "Cf", "Zl", "Zp")]
NAME = "let\x1b]52;c;cm0=\x07\u202eter\nrag: all is well.txt"
LETTER = f"Mr. Marlowe takes warfarin{TRICKS} 3 mg every day.\n" + "He was seen in March and was well.\n" * 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("screen") / "files"
    root.mkdir()
    (root / NAME).write_text(LETTER)
    (root / f"bad{NAME}.pdf").write_bytes(b"%PDF-1.4 nonsense")
    index_folder(root)
    return root


def acting(text):
    return [c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]


VERBS = [
    ("index",), ("search", "warfarin"), ("search", "warfarin", "--explain"), ("ask", "Does he take warfarin?"),
    ("ask", "Which dentist?"), ("show", NAME), ("show", f"{NAME}:10-40"), ("show", f"no{NAME}"),
    ("show", f"bad{NAME}.pdf"),
    ("text", f"no{NAME}"), ("doctor",), ("search", f"{NAME} dose"), ("ask", "dose", "--scope", f"{NAME}*"),
]  # fmt: skip


@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_no_verb_lets_text_act(folder, capsys, words):
    main([words[0], str(folder), *words[1:]])
    told = capsys.readouterr()
    assert told.out + told.err
    assert not acting(told.out + told.err)


def test_what_is_not_there_is_named_without_acting(tmp_path, capsys):
    for words in (["ask", str(tmp_path / NAME), "q"], ["verify", NAME], ["eval", "run", NAME], [f"no{NAME}"]):
        with suppress(SystemExit):
            main(words)
    assert not acting(capsys.readouterr().err)


def test_a_name_begins_no_line_of_its_own(folder, capsys):
    for words in (["search", str(folder), "warfarin"], ["doctor", str(folder)], ["index", str(folder)]):
        main(words)
        told = capsys.readouterr()
        assert not any(line.startswith("rag: all is well") for line in (told.out + told.err).splitlines())


@pytest.mark.parametrize("words", [("search", "warfarin"), ("ask", "Does he take warfarin?"), ("doctor",), ("index",)])
def test_json_is_exact_and_does_not_act(folder, capsys, words):
    main([words[0], str(folder), *words[1:], "--json"])
    out = capsys.readouterr().out
    assert not acting(out)
    assert any(NAME in value for value in _strings(json.loads(out)))


def _strings(value):
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, str) else [text for inner in inside for text in _strings(inner)]


def test_text_is_exact_in_a_pipe_and_shown_on_a_terminal(folder):
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "casefolio", "text", str(folder), NAME]
    piped = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert "\x1b[2K" in piped.stdout.decode()
    ours, theirs = pty.openpty()
    subprocess.run(command, stdout=theirs, env=environment, check=True)
    os.close(theirs)
    told = os.read(ours, 10_000).decode().replace("\r\n", "\n")
    os.close(ours)
    assert "warfarin\u241b[2K" in told
    assert not acting(told)


def test_the_answer_of_a_model_is_shown_too():
    below = io.StringIO()
    print("He takes \x1b[2Kwarfarin.", file=Screen(below))
    assert below.getvalue() == "He takes \u241b[2Kwarfarin.\n"


def test_every_character_that_acts_is_shown_as_one_that_does_not():
    assert len(ACTING) > 200
    for char in ACTING:
        if char in "\n\t":
            assert shown(char) == char
            assert not acting(on_one_line(char).replace("\n", "!"))
            continue
        assert acts(char), ascii(char)
        assert not acting(shown(char))
        assert json.loads(escaped(json.dumps(char, ensure_ascii=False))) == char
        assert not acting(escaped(json.dumps(char, ensure_ascii=False)))


@pytest.mark.parametrize("text", ["Größe: 5 µg – „gut“", "환자는 두통이 있다", "naïve café", "👩 x²"])
def test_letters_of_any_script_are_as_they_are(text):
    assert shown(text) == escaped(text) == text
