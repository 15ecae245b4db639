"""The command line as a person and a program meet it: real files, and whole processes where a process matters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from casefolio.cli import VERBS

pytestmark = pytest.mark.whole
ROOT = Path(__file__).parent.parent
LETTERS = {
    "poole/discharge.txt": "Discharge Summary\nPatient: Mary Poole\n\nMrs. Poole was admitted on 3 May 2021 with chest"
    " pain. She was discharged on apixaban 5 mg twice daily.\n",
    "lane/discharge.txt": "Discharge Summary\nPatient: Hugo Lane\n\nMr. Lane was admitted on 7 June 2022 after a fall."
    " He was discharged on warfarin 3 mg once daily.\n",
    "weber/brief.txt": "Entlassungsbrief\nPatientin: Frau Erika Weber, geb. 3.4.1950\n\nDie Patientin wurde am 5.6.2021"
    " entlassen. Kein Anhalt für eine Fraktur.\n",
    "kim/요약.txt": "퇴원요약\n환자명: 김민수\n\n환자는 2021년 4월 3일 퇴원하였다. 와파린을 처방하였다.\n",
}


def process(*words):
    return subprocess.run(
        [sys.executable, "-m", "casefolio", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def write(root):
    for name, text in LETTERS.items():
        path = root / name
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    return root


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "files")


@pytest.fixture(scope="module")
def indexed(rag, tmp_path_factory):
    """For tests that change nothing."""
    root = write(tmp_path_factory.mktemp("indexed") / "files")
    assert rag("index", root).returncode == 0
    return root


def one(result):
    assert result.returncode in (0, 3, 4), result.stderr
    return json.loads(result.stdout)


def test_index_then_ask_in_quotes(folder):
    summary = one(process("index", folder, "--json"))
    assert sorted(summary["added"]) == sorted(LETTERS)
    assert summary["with_vector"] == summary["passages"] > 0
    answer = one(process("ask", folder, "Which anticoagulant was Hugo Lane discharged on?", "--json"))
    assert answer["status"] == "supported"
    assert answer["citations"][0]["document"] == "lane/discharge.txt"
    assert "warfarin" in answer["citations"][0]["quote"]


def test_every_hit_and_citation_is_a_slice_of_the_text(indexed, rag):
    texts = {name: rag("text", indexed, name).stdout for name in LETTERS}
    assert texts == LETTERS
    for question in (
        "What was Mary Poole discharged on?",
        "Wann wurde Frau Weber entlassen?",
        "김민수 환자는 언제 퇴원했나?",
    ):
        hits = one(rag("search", indexed, question, "--json", "--no-sync"))["hits"]
        citations = one(rag("ask", indexed, question, "--json", "--no-sync"))["citations"]
        assert hits
        assert all(texts[h["document"]][h["start"] : h["end"]] == h["text"] for h in hits)
        assert all(texts[c["document"]][c["start"] : c["end"]] == c["quote"] for c in citations)


def test_batches_keep_order_and_ids(indexed, tmp_path, rag):
    questions = [{"id": f"q{n}", "question": q} for n, q in enumerate(["What was Hugo Lane discharged on?", "xyzzy"])]
    file = tmp_path / "q.jsonl"
    file.write_text("\n".join(map(json.dumps, questions)), "utf-8")
    result = rag("ask", indexed, "--questions", file)
    assert result.returncode == 0
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["q0", "q1"]
    queries = tmp_path / "s.jsonl"
    queries.write_text(json.dumps({"id": "a", "text": "warfarin"}), "utf-8")
    line = json.loads(rag("search", indexed, "--queries", queries).stdout)
    assert line["id"] == "a"
    assert line["hits"][0]["rank"] == 1
    assert set(line["hits"][0]) == {"document", "start", "end", "page", "section", "score", "rank", "via", "text"}


def test_scope_is_applied_before_ranking(indexed, rag):
    hits = one(rag("search", indexed, "discharged on warfarin", "--scope", "poole/**", "--json"))["hits"]
    assert {h["document"] for h in hits} == {"poole/discharge.txt"}


def test_a_threshold_silences_and_lets_speak(indexed, rag):
    question = "What was Mary Poole discharged on?"
    assert rag("ask", indexed, question, "--threshold", "0.01").returncode == 0
    assert rag("ask", indexed, question, "--threshold", "1").returncode == 3


def test_filters_tell_what_they_leave_out(indexed, rag):
    found = rag("search", indexed, "apixaban", "--kind", "discharge letter", "--language", "en")
    assert "poole/discharge.txt" in found.stdout
    none = rag("search", indexed, "apixaban", "--kind", "foo")
    assert none.stdout == ""
    assert "no document is of kind 'foo'; kinds here: discharge_letter" in none.stderr
    assert "no document passes the filters" in rag("search", indexed, "apixaban", "--language", "xx").stderr


def test_documents_without_a_date_are_named(folder, rag):
    (folder / "memo.txt").write_text("Apixaban was discussed.\n", "utf-8")
    (folder / "dated.txt").write_text("Discharge Summary\nDate: 4 May 2022\n\nApixaban was continued.\n", "utf-8")
    found = rag("search", folder, "apixaban", "--since", "2021")
    assert "memo.txt" not in found.stdout
    note = next(line for line in found.stderr.splitlines() if "without a date, and so left out" in line)
    assert "memo.txt" in note
    assert "dated.txt" not in note
    assert "dated.txt" in found.stdout
    assert "memo.txt" not in rag("search", folder, "apixaban", "--since", "2021", "--scope", "dated.txt").stderr


def test_exit_status_tells_what_happened(folder, rag):
    rag("index", folder)
    assert rag("ask", folder, "What is the capital of Mongolia?", "--no-sync").returncode == 3
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 truncated")
    unread = rag("ask", folder, "What is the capital of Mongolia?", "--json")
    assert unread.returncode == 4
    assert json.loads(unread.stdout)["unread"][0]["document"] == "broken.pdf"


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["ask", "{folder}", ""], 2, "empty"),
        (["ask", "{folder}", "why?", "-k", "0"], 2, "-k"),
        (["ask", "{folder}", "why?", "--threshold", "2"], 2, "threshold is a probability from 0 to 1"),
        (["search", "{folder}"], 2, "QUERY"),
        (["ask", "{folder}/nowhere", "why?"], 1, "no such folder"),
        (["index", "{folder}/lane/discharge.txt"], 1, "not a folder"),
        (["text", "{folder}", "no.txt"], 2, "no.txt"),
        (["show", "{folder}", "lane/discharge.txt:5-3"], 2, "backwards"),
        (["index", "{folder}", "--encoder", "nonsense"], 1, "nonsense"),
        (["check", "{folder}/nowhere.html"], 2, "no such file"),
        (["annotate", "{folder}/nowhere.jsonl"], 2, "nowhere.jsonl: No such file or directory (check the path)"),
        (["frobnicate"], 2, "frobnicate"),
    ],
)
def test_bad_arguments_are_one_clear_line(indexed, words, status, told, rag):
    result = rag(*(w.format(folder=indexed) for w in words))
    assert result.returncode == status, result.stderr
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout


def test_bad_files_cost_only_themselves(folder, rag):
    (folder / "empty.txt").write_bytes(b"")
    (folder / "cut.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog")
    (folder / "lies.docx").write_bytes(b"\x7fELF not a document")
    (folder / "noise.pdf").write_bytes(bytes(range(256)) * 20)
    result = rag("index", folder, "--json")
    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    assert summary["read"] == len(LETTERS)
    assert {u["document"] for u in summary["unread"]} == {"cut.pdf", "lies.docx", "noise.pdf"}
    assert "4 not read (1 empty)" in rag("index", folder).stdout
    ledger = one(rag("doctor", folder, "--json"))["files"]
    assert {f["document"]: f["status"] for f in ledger}["empty.txt"] == "unread"
    assert all(f["reason"] for f in ledger if f["status"] == "unread")


def test_a_folder_without_anything_readable(tmp_path, rag):
    assert rag("index", tmp_path).returncode == 0
    assert rag("ask", tmp_path, "why?").returncode == 3
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 nonsense")
    assert rag("ask", tmp_path, "why?").returncode == 4


def test_a_damaged_index_is_made_anew_and_that_is_told(folder, rag):
    rag("index", folder)
    (folder / ".rag" / "casefolio.sqlite").write_bytes(b"not a database" * 1000)
    refused = rag("ask", folder, "why?", "--no-sync")
    assert refused.returncode == 1
    assert ".rag is not trusted: it is damaged" in refused.stderr
    result = rag("ask", folder, "why?")
    assert result.returncode in (0, 3)
    assert "it is made anew" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_damaged_cache_is_rebuilt(folder, rag):
    rag("index", folder)
    for path in (folder / ".rag" / "cache").rglob("*"):
        if path.is_file() and path.name != "complete.json":
            path.write_bytes(b"damaged")
    assert one(rag("search", folder, "warfarin", "--json", "--no-sync"))["hits"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_needs_an_index_elsewhere(folder, tmp_path, rag):
    folder.chmod(0o555)
    try:
        refused = rag("index", folder)
        assert refused.returncode == 1
        assert "--index" in refused.stderr
        assert rag("index", folder, "--index", tmp_path / "idx").returncode == 0
    finally:
        folder.chmod(0o755)


def test_no_space_left_is_said(folder, tmp_path):
    result = subprocess.run(
        ["sh", "-c", f"ulimit -f 8; exec {sys.executable} -m casefolio index {folder}"],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert str(folder) in result.stderr


def test_two_processes_index_at_once(folder):
    command = [sys.executable, "-m", "casefolio", "index", str(folder), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    results = [p.communicate(timeout=600) for p in both]
    assert [p.returncode for p in both] == [0, 0], results
    summaries = [json.loads(out) for out, _ in results]
    assert sorted(len(s["added"]) for s in summaries) == [0, len(LETTERS)]


def test_killed_at_any_moment_the_next_run_ends_the_same(folder, tmp_path, rag):
    for number in range(30):
        (folder / f"note{number}.txt").write_text(f"Note {number}. The wound of patient {number} heals well.\n" * 20)
    whole = tmp_path / "whole"
    rag("index", folder, "--index", whole)
    broken = tmp_path / "broken"
    command = [sys.executable, "-m", "casefolio", "index", str(folder), "--index", str(broken)]
    for delay in (0.3, 0.5, 0.7, 0.9, 1.2):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert rag("index", folder, "--index", broken).returncode == 0
    for question in ("How does the wound of patient 7 heal?", "warfarin"):
        hits = [
            one(rag("search", folder, question, "--index", i, "--no-sync", "--json"))["hits"] for i in (whole, broken)
        ]
        assert hits[0] == hits[1]


def test_help_needs_no_heavy_module():
    code = "import sys; sys.argv = ['rag', '--help']\nfrom casefolio.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += (
        "heavy = {'torch', 'numpy', 'onnxruntime', 'faiss', 'langchain', 'transformers', 'lxml'} & set(sys.modules)\n"
    )
    code += "sys.exit(repr(heavy) if heavy else 0)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stderr


def test_a_cold_question_imports_no_torch(indexed):
    code = (
        "import sys; from casefolio.cli import main\n"
        f"main(['ask', {str(indexed)!r}, 'What was Lane given?', '--no-sync'])\n"
    )
    code += (
        "sys.exit(repr(sorted(m for m in ('torch', 'transformers', 'langchain', 'sklearn') if m in sys.modules)) if "
    )
    code += "{'torch', 'transformers', 'langchain', 'sklearn'} & set(sys.modules) else 0)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stderr


def test_the_readme_holds_the_help_of_every_verb():
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = subprocess.run(
        [sys.executable, "-m", "casefolio", "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
    ).stdout
    for verb in VERBS:
        assert f"rag {verb} " in readme
        assert verb in shown


def test_what_the_readme_says_of_a_verb_its_help_says_too(rag):
    lines = [
        line.split() for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.startswith("    rag ")
    ]
    told = {words[1]: [w.strip("[]") for w in words if w.startswith(("[-", "-"))] for words in lines}
    assert set(told) == set(VERBS)
    for verb in ("index", "search", "ask", "show", "text", "doctor"):
        shown = rag(verb, "--help").stdout
        assert "FOLDER" in shown
        for option in told[verb]:
            assert option in shown, f"rag {verb} knows no {option}"
