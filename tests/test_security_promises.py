"""SECURITY.md promises nothing that no test holds."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_promise_names_tests_that_are_there() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    promised = page[page.index("## What is promised") : page.index("## What is not promised")]
    here = {
        name
        for file in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    promises = re.split(r"^\* ", promised.partition("## What deletion")[0], flags=re.MULTILINE)[1:]
    assert len(promises) >= 12
    for promise in promises:
        named = re.findall(r"`(test_\w+)`", promise)
        assert named, promise[:60]
        assert set(named) <= here, set(named) - here
    assert set(re.findall(r"`(test_\w+)`", promised)) <= here


def test_the_attack_scripts_are_run_by_the_checks() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for script in (ROOT / "benchmarks" / "attacks").glob("*.py"):
        assert f"benchmarks/attacks/{script.name}" in makefile
    assert "attacks" in (ROOT / ".ci" / "run").read_text("utf-8")
