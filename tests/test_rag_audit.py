"""The audit log: one line edited, removed, moved or cut off is found; a half line after a kill is not held against it."""  # noqa: E501

from __future__ import annotations

import pytest

from casefolio.ingest.errors import StoreError
from casefolio.serving.audit import AuditLog, verify


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "audit.jsonl"
    writing = AuditLog(path)
    for number in range(5):
        writing.add({"who": "anna", "what": "ask", "question": f"question {number}"})
    writing.close()
    return path


def test_a_log_as_written_stands_and_goes_on(log):
    assert (verify(log).lines, verify(log).fault) == (5, "")
    again = AuditLog(log)
    again.add({"who": "ben", "what": "ask"})
    again.close()
    assert (verify(log).lines, verify(log).fault) == (6, "")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: [lines[0], lines[1].replace("question 1", "question 9"), *lines[2:]],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines[:3], "{}\n", *lines[3:]],
        lambda lines: [],
    ],
)
def test_one_edited_or_removed_line_is_found(log, tamper):
    log.write_text("".join(tamper(log.read_text().splitlines(keepends=True))))
    assert verify(log).fault
    with pytest.raises(StoreError, match="broken"):
        AuditLog(log)


def test_a_half_line_after_a_kill_is_dropped(log):
    with log.open("a") as file:
        file.write('{"n": 6, "who": "an')
    AuditLog(log).close()
    assert (verify(log).lines, verify(log).fault) == (5, "")
