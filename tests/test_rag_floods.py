"""Hangs and floods: time is linear in what is given, and what cannot be read ends in one line and the right status."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from casefolio import Library
from casefolio.cli import main
from casefolio.eval.results import write_json
from casefolio.indexes.filters import scope_filter
from casefolio.ingest.errors import UsageError
from casefolio.reindexing import index_folder

SOURCE = Path(__file__).parent.parent
ENDS_S = 60  # of the processor, where it takes a hundredth of one: what goes back at each letter takes years
LETTER = "Mr. Marlowe takes apixaban 3 mg twice daily. He was seen in March.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("floods")
    (root / "a.txt").write_text(LETTER)
    index_folder(root)
    return root


# ------------------------------------------------------------ scopes


@pytest.mark.parametrize(
    "scope", ["*" * 40, "*a" * 40, "a*" * 200, "/".join(["**", "a"] * 40), "[a-z]*" * 60 + "!", "?*" * 90]
)
def test_a_scope_of_forty_stars_takes_no_time(scope):
    inside = scope_filter(scope)
    began = time.process_time()
    for path in ("a" * 250, "/".join("a" * 120), "/".join(["a" * 120, "b" * 120])):
        inside(path)
    assert time.process_time() - began < ENDS_S


@pytest.mark.parametrize(
    ("scope", "yes", "no"),
    [
        ("*.pdf", ["a.pdf", "x/y/a.pdf"], ["a.txt", "a.pdf.txt"]),
        ("patient_7/", ["patient_7/a", "patient_7/b/c", "x/patient_7/a"], ["patient_7"[:-1] + "8/a"]),
        ("patient_7/**", ["patient_7/a", "patient_7/b/c"], ["x/patient_7/a", "patient_8/a"]),
        ("/a", ["a", "a/b"], ["b/a"]),
        ("a/b", ["a/b", "a/b/c"], ["x/a/b"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/x", "b"]),
        ("**/b", ["b", "a/b", "a/b/c"], ["a"]),
        ("[ab]?.txt", ["a1.txt"], ["c1.txt", "a.txt"]),
        ("[!ab].txt", ["c.txt"], ["a.txt"]),
        ("*.txt,!b.txt", ["a.txt"], ["b.txt"]),
        ("a\\*", ["a*"], ["ab"]),
        ("x/*.eml", ["x/m.eml", "x/m.eml/note.txt"], ["x/y/m.eml"]),
    ],
)
def test_a_scope_means_what_it_means_in_gitignore(scope, yes, no):
    inside = scope_filter(scope)
    assert [inside(path) for path in yes] == [True] * len(yes)
    assert [inside(path) for path in no] == [False] * len(no)


@pytest.mark.parametrize("scope", ["a\\", "!", "a" * 2000])
def test_a_scope_that_is_none_is_named(scope):
    with pytest.raises(UsageError, match="no pattern"):
        scope_filter(scope)


# ------------------------------------------------------------ questions


@pytest.mark.parametrize("letter", "aAeIlmNXßé0-가")
def test_a_question_of_equal_letters_takes_no_time(folder, letter):
    with Library.open(folder) as library:
        library.search("apixaban")
        for question in (letter * 40, f"Was nimmt {letter * 200}?", f"{letter} " * 200):
            began = time.process_time()
            if any(c.isalnum() for c in question):
                library.ask(question, history=[("What does he take?", "He takes apixaban.")])
            assert time.process_time() - began < ENDS_S


@pytest.mark.parametrize("question", ["a" * 16_000, "a word " * 5_000])
def test_a_question_beyond_all_questions_is_refused(folder, capsys, question):
    began = time.process_time()
    assert main(["ask", str(folder), question]) == 2
    told = capsys.readouterr().err
    assert "may have 200" in told or "at most 10000" in told
    assert time.process_time() - began < ENDS_S


# ------------------------------------------------------------ numbers


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1.5])
@pytest.mark.parametrize("name", ["threshold", "support_threshold"])
def test_a_threshold_that_is_no_probability_is_refused(folder, name, value):
    with Library.open(folder) as library, pytest.raises(UsageError, match=name):
        library.ask("How much apixaban?", **{name: value})


@pytest.mark.parametrize(
    "words",
    [
        ["--timeout", "nan"],
        ["--timeout", "-1"],
        ["--timeout", "inf"],
        ["--context", "0"],
        ["-k", "0"],
        ["-k", "9" * 5000],
    ],
)
def test_numbers_that_are_none_are_usage(folder, capsys, words):
    try:
        status = main(
            ["ask", str(folder), "How much?", "--llm", "openai:x", "--base-url", "http://127.0.0.1:9", *words]
        )
    except SystemExit as error:
        status = error.code
    assert status == 2
    assert "Traceback" not in capsys.readouterr().err


# ------------------------------------------------------------ lines


VERBS = [("ask", "--questions"), ("search", "--queries"), ("annotate",), ("verify",)]
ENDLESS = ["/dev/full", "/dev/zero", "/", "/proc/self/mem"]
# one process for all of them, which may hold three gigabytes
LIMITED = """
import io, json, resource, sys
from contextlib import redirect_stderr, redirect_stdout
from casefolio.cli import main
resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30))
for words in json.loads(sys.argv[1]):
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as told:
        status = main(words)
    print(json.dumps([words, status, told.getvalue()]), flush=True)
"""


def test_a_file_without_an_end_is_refused(folder):
    tries = [
        [verb[0], str(folder), *verb[1:], file] if len(verb) > 1 else [*verb, file]
        for verb in VERBS
        for file in ENDLESS
    ]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, json.dumps(tries)],
        capture_output=True,
        text=True,
        timeout=600,
        env={"PYTHONPATH": str(SOURCE)},
    )
    ended = [json.loads(line) for line in done.stdout.splitlines()]
    assert [words for words, _, _ in ended] == tries, done.stderr
    for words, status, told in ended:
        assert status in (1, 2), words
        assert len(told.splitlines()) == 1, words


def test_a_pipe_without_an_end_is_given_up(folder):
    rag = f"{sys.executable} -m casefolio"
    command = f"yes '{{}}' | {rag} ask {folder} --questions -; tr '\\0' a </dev/zero | {rag} verify"
    environment = {"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"]}
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=600, env=environment)
    lines = [line for line in done.stderr.splitlines() if "rag:" in line]
    assert len(lines) == 2
    assert "line 10 lacks" in lines[0]
    assert "more than 16000000 characters" in lines[1]


VALUES = [None, True, 0, -1, 1.5, "", "x", "\ud800", [], [1], ["x"], {}, {"a": 1}, 10**400, "9" * 5000, LETTER]
FIELDS = {
    "annotate": ["id", "text", "language", "start", "end", "section_kind"],
    "verify": ["id", "claim", "quote", "contexts", "response", "question", "language"],
}


@pytest.mark.parametrize("verb", FIELDS)
def test_lines_of_any_kind_end_in_one_line(tmp_path, capsys, verb):
    rng = random.Random(7)
    file = tmp_path / "lines.jsonl"
    for _ in range(150):
        record = {name: rng.choice(VALUES) for name in FIELDS[verb] if rng.random() < 0.8}
        line = json.dumps(record)
        if rng.random() < 0.3:
            at = rng.randrange(len(line) + 1)
            line = line[:at] + rng.choice(["", "NaN", "\x00", "[" * 5000, "é", "\\"]) + line[at + rng.randrange(3) :]
        file.write_text(line, "utf-8")
        assert main([verb, str(file)]) in (0, 2), line
        told = capsys.readouterr()
        assert len(told.err.splitlines()) <= 1
        for answer in told.out.splitlines():
            json.loads(answer, parse_constant=lambda constant: pytest.fail(constant))


# ------------------------------------------------------------ what a run left


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    root = tmp_path_factory.mktemp("run")
    documents = root / "set" / "documents"
    documents.mkdir(parents=True)
    (documents / "a.txt").write_text(LETTER)
    gold = [{"document": "a.txt", "start": 0, "end": 44, "quote": LETTER[:44]}]
    rows = [
        {"id": f"q{n}", "question": "What does he take?", "answerable": True, "group": str(n), "gold": gold}
        for n in range(3)
    ]
    (root / "set" / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["eval", "run", str(root / "set"), "--encoder", "words", "--out", str(root / "out")]) == 0
    return root / "out"


def test_damaged_runs_end_in_one_line(whole_run, tmp_path, capsys):
    import shutil

    rng = random.Random(5)
    files = [p.relative_to(whole_run) for p in whole_run.rglob("*") if p.suffix in (".json", ".jsonl")]
    files = [f for f in files if f.name not in ("report.json", "timings.json")]
    for number in range(60):
        out = tmp_path / str(number)
        shutil.copytree(whole_run, out)
        file = out / rng.choice(files)
        data = file.read_bytes()
        at = rng.randrange(len(data))
        file.write_bytes(rng.choice([
            data[:at], data[:at] + b"\xff" + data[at:], b"[]\n", b"null\n", b"{}\n", b"[" * 5000,
            data.replace(b'"id"', b'"di"'), data.replace(b"[", b"{"),
            data.replace(b": ", b": null, \"x\": "), data.replace(b"0", b"NaN"),
            data.replace(b'"', b"", 1), data + data,
        ]))  # fmt: skip
        for words in (["report", str(out)], ["compare", str(out), str(whole_run)]):
            assert main(["eval", *words]) in (0, 1, 2)
            assert "Traceback" not in capsys.readouterr().err


def test_whole_json_is_written(tmp_path):
    write_json(tmp_path / "a.json", {"a": 1})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": 1}
