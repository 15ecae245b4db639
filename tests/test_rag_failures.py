"""What fails once is tried again where the machine failed, and is a line of the ledger where the file did."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from casefolio import Library
from casefolio.cli import main
from casefolio.ingest import opening
from casefolio.ingest.document import Document, Unread
from casefolio.ingest.folder_listing import list_files
from casefolio.ingest.opening import file_sha256
from casefolio.ingest.pool import Reader
from casefolio.ingest.reading import read_file
from casefolio.ingest.scratch import Scratch, sweep
from casefolio.mirroring import Mirror
from casefolio.reindexing import index_folder

SOURCE = Path(__file__).parent.parent
LETTER = "Alpha note. The patient received ketamine before the procedure.\n"


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "files"
    root.mkdir()
    (root / "a.txt").write_text(LETTER)
    return root


# ------------------------------------------------------------ the machine, or the file


def failing(*outcomes):
    """`read_file` that gives these outcomes first, and then reads."""
    left = list(outcomes)

    def read(self, paths):
        for path in paths:
            yield [Unread(path, "", "", left.pop(0), passing=True)] if left else read_file(self._root, path)

    return read


def test_a_failure_of_the_machine_is_tried_again_at_the_next_sync(folder, monkeypatch):
    monkeypatch.setattr("casefolio.ingest.pool.Reader.read", failing("the process that read it ended: Killed"))
    with Library.open(folder) as library:
        assert library.sync().not_read == 1
        assert library.ledger()[0].hint == "it is tried again at the next sync"
        assert library.sync().read == 1
        assert library.search("ketamine")[0].document == "a.txt"
        assert not library.sync().changes.any


def test_what_the_machine_fails_each_time_is_given_up_after_a_few(folder, monkeypatch):
    monkeypatch.setattr("casefolio.ingest.pool.Reader.read", failing(*["Killed"] * 99))
    with Library.open(folder) as library:
        tries = [library.sync().changes.any for _ in range(8)]
    assert tries == [True] * 5 + [False] * 3


def test_a_failure_of_the_file_is_not_tried_again(folder):
    (folder / "b.pdf").write_bytes(b"%PDF-1.4 nonsense")
    with Library.open(folder) as library:
        library.sync()
        assert not library.sync().changes.any


def test_a_process_that_was_killed_costs_no_file(tmp_path):
    for number in range(6):
        (tmp_path / f"{number}.txt").write_text(LETTER)
    with Reader(tmp_path, jobs=1) as reader:
        out = []
        for documents in reader.read([f"{n}.txt" for n in range(6)]):
            out += documents
            for worker in reader._busy + reader._idle:
                os.kill(worker._process.pid, signal.SIGKILL)
    assert [type(d) for d in out] == [Document] * 6


def test_a_file_that_changes_while_it_is_read_is_read_again(folder, monkeypatch):
    state, changes = opening._state, [1, 1, 1]

    def moving(found):
        if changes and changes.pop():
            (folder / "a.txt").write_text(LETTER.replace("ketamine", "propofol"))
            return 0, 0, 1, time.monotonic_ns()
        return state(found)

    monkeypatch.setattr(opening, "_state", moving)
    (document,) = read_file(folder, "a.txt")
    assert "propofol" in document.text
    monkeypatch.setattr(opening, "_state", lambda found: (0, 0, 1, time.monotonic_ns()))
    (unread,) = read_file(folder, "a.txt")
    assert (unread.passing, unread.reason) == (True, "cannot be opened: it changes while it is read")


def test_the_new_text_is_found_right_after_an_edit(folder):
    index_folder(folder)
    (folder / "a.txt").write_text("Beta note. The tenant pays the rent by the third of each month.\n")
    with Library.open(folder) as library:
        library.sync()
        assert "third of each month" in library.search("By when must the tenant pay the rent?")[0].text


# ------------------------------------------------------------ swapped after they were listed


def test_a_file_that_became_a_link_or_a_pipe_is_neither_followed_nor_waited_for(folder, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    for swap in (
        lambda p: p.symlink_to(tmp_path / "secret.txt"),
        os.mkfifo,
        lambda p: p.symlink_to("/dev/zero"),
        Path.mkdir,
    ):
        (folder / "b.txt").unlink(missing_ok=True)
        swap(folder / "b.txt")
        (unread,) = read_file(folder, "b.txt")
        assert unread.reason in (opening.LEAVES, opening.NO_FILE)
        assert file_sha256(folder, "b.txt").startswith("unreadable")
    (folder / "b.txt").rmdir()
    (folder / "sub").symlink_to(tmp_path)
    assert read_file(folder, "sub/secret.txt")[0].reason == opening.LEAVES


def test_a_huge_file_is_not_hashed(folder):
    with (folder / "sparse.bin").open("wb") as file:
        file.truncate(20_000_000_000)
    assert file_sha256(folder, "sparse.bin").startswith("too large")
    with Library.open(folder) as library:
        assert [u.document for u in library.sync().unread] == ["sparse.bin"]
        assert not library.sync().changes.any


# ------------------------------------------------------------ odd folders


def test_a_folder_that_may_not_be_entered_is_a_line(folder, monkeypatch):
    for name in ("shut", "blind"):
        (folder / name).mkdir()
        (folder / name / "b.txt").write_text(LETTER)
    scandir, stat = os.scandir, os.stat

    def no_scandir(place):
        if str(place).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(place))
        return scandir(place)

    def no_stat(place, *words, **more):
        if str(place).endswith("blind/b.txt"):
            raise PermissionError(13, "Permission denied", str(place))
        return stat(place, *words, **more)

    monkeypatch.setattr("os.scandir", no_scandir)
    monkeypatch.setattr("os.stat", no_stat)
    files, refused = list_files(folder)
    assert files == ["a.txt"]
    assert [(u.path, u.reason) for u in refused] == [
        ("blind/b.txt", "cannot be opened: Permission denied"), ("shut", "cannot be opened: Permission denied"),
    ]  # fmt: skip


def test_a_folder_1100_levels_deep_stops_nothing(folder):
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1_100):
        os.mkdir("d", dir_fd=here)
        here, before = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(before)
    os.close(os.open("deep.txt", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    summary = index_folder(folder)
    assert (summary.read, summary.not_read) == (1, 1)  # the deep one is empty
    assert len(list_files(folder)[0]) == 2
    subprocess.run(["rm", "-rf", str(folder / "d")], check=True)  # too deep for those who clean up after tests


def test_a_path_beyond_the_systems_limit_is_a_line(folder):
    here, name = os.open(folder, os.O_RDONLY), "d" * 200
    for _ in range(25):
        os.mkdir(name, dir_fd=here)
        here, before = os.open(name, os.O_RDONLY, dir_fd=here), here
        os.close(before)
    os.close(here)
    summary = index_folder(folder)
    assert summary.read == 1
    (unread,) = summary.unread
    assert "File name too long" in unread.reason
    subprocess.run(["rm", "-rf", str(folder / name)], check=True)


# ------------------------------------------------------------ broken off


def test_an_index_that_was_broken_off_says_how_much_is_missing(folder, monkeypatch, capsys):
    for number in range(69):
        (folder / f"{number}.txt").write_text(f"Note {number}. The patient received ketamine.\n")
    commit, commits = Mirror._commit, []

    def killed(self, waiting):
        if sum(map(len, commits)) >= 32:
            raise KeyboardInterrupt
        commits.append(waiting)
        commit(self, waiting)

    monkeypatch.setattr(Mirror, "_commit", killed)
    with pytest.raises(KeyboardInterrupt):
        index_folder(folder)
    monkeypatch.undo()
    main(["doctor", str(folder), "--json"])
    assert json.loads(capsys.readouterr().out)["missing"] == 38
    main(["doctor", str(folder)])
    assert "not read to its end: 38 files" in capsys.readouterr().out
    for question, status in (
        ("What did the patient receive?", {"supported"}),
        ("Who is the landlord?", {"unread", "supported"}),
    ):
        main(["ask", str(folder), question, "--no-sync", "--json"])
        answer = json.loads(capsys.readouterr().out)
        assert answer["status"] in status
        assert "38 files are missing" in answer["notes"][0]
        assert answer["unread"][-1]["document"] == "(38 files)"
    main(["ask", str(folder), "What did the patient receive?", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert not any("missing" in note for note in answer["notes"])
    assert answer["unread"] == []


def test_an_index_killed_before_its_first_file_says_so(folder):
    with Library.open(folder) as library:
        answer = library.ask("What did the patient receive?")
    assert answer.status == "unread"
    assert "not read to its end" in answer.notes[0]


# ------------------------------------------------------------ no rest of text


def test_what_reading_writes_is_gone_when_it_ends_and_the_users_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text(LETTER)
    with Reader(tmp_path / "files", jobs=1) as reader:
        assert len(list(reader.read(["a.txt"]))) == 1
        (scratch,) = tmp_path.glob("casefolio-*")
        assert scratch.stat().st_mode & 0o777 == 0o700
        (scratch / "letter.doc").write_text(LETTER)
    assert not list(tmp_path.glob("casefolio-*"))


def test_what_a_kill_left_is_swept_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    command = "import os; from casefolio.ingest.scratch import Scratch as S\n"
    command += "(S().folder / 'x').touch(); os.kill(os.getpid(), 9)"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", command], env=environment, check=False)
    held = Scratch()
    (tmp_path / "casefolio-1-mine").symlink_to(SOURCE)
    (tmp_path / "casefolio-report-2024").mkdir()
    assert len(list(tmp_path.glob("casefolio-*"))) == 3  # swept by the new one
    sweep()
    assert held.folder.is_dir()
    held.remove()
    assert (SOURCE / "pyproject.toml").exists()


def test_ctrl_c_while_a_program_works_leaves_nothing(tmp_path, monkeypatch):
    """As where LibreOffice works on a file: a program that was started by a reading process holds text on disk."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "soffice").write_text("#!/bin/sh\nsleep 600\n")
    (tools / "soffice").chmod(0o755)
    root = tmp_path / "files"
    root.mkdir()
    (root / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") + bytes(600))
    environment = {
        **os.environ,
        "PYTHONPATH": str(SOURCE),
        "TMPDIR": str(tmp_path),
        "PATH": f"{tools}:{os.environ['PATH']}",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "casefolio", "index", str(root)], env=environment, stderr=subprocess.PIPE,
        # a test run in the background of a shell inherits "ignore Ctrl-C"
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        for _ in range(6000):
            time.sleep(0.05)
            if list(tmp_path.glob("casefolio-*/**/in.doc")):
                break
        else:
            pytest.fail("LibreOffice was not started")
        process.send_signal(signal.SIGINT)
        assert process.wait(300) == 130
    finally:
        process.kill()
        process.communicate()
    assert not list(tmp_path.glob("casefolio-*"))
