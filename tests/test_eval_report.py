from __future__ import annotations

import html.parser
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from casefolio.eval.comparing import as_text, compare_runs
from casefolio.eval.html_report import marked
from casefolio.eval.measures.registry import is_detail, is_lower_better, meaning
from casefolio.eval.measures.score_tables import Passage
from casefolio.eval.plots import interval_plot, line_plot, number, ticks
from casefolio.eval.report import write_report
from casefolio.eval.runner import House, run
from casefolio.eval.sets import load_sets
from casefolio.eval.statistics import Figure
from casefolio.eval.system import Configuration
from casefolio.ingest.errors import UsageError

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "</p><script>console.error('x')</script><img src=http://example.invalid/a.png> & \"quoted\""


def verbatim(claim: str, quote: str, language: str | None) -> tuple[str, float]:
    return ("supported", 1.0) if claim in quote else ("unsupported", 0.0)


def write_sets(folder: Path) -> list[Path]:
    """A case set of eight letters, one of them hostile to the page, and pairs."""
    root = folder / "letters"
    (root / "documents").mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    for i in range(8):
        text = f"Letter about Anna{i}\n{HOSTILE if i == 3 else ''} Anna{i} takes drug{i} daily.\nBye Anna{i}.\n"
        (root / "documents" / f"anna{i}.txt").write_text(text, "utf-8")
        start = text.index(f"drug{i}")
        gold = {"document": f"anna{i}.txt", "start": start, "end": start + 5, "quote": f"drug{i}"}
        rows.append({"id": f"c{i}", "question": f"What takes Anna{i} daily? {HOSTILE if i == 2 else ''}",
                     "group": f"anna{i}", "gold": [gold], "answer": f"drug{i}"})  # fmt: skip
    rows.append({"id": "c8", "question": "Blood group?", "answerable": False, "group": "anna0", "language": "de"})
    (root / "cases.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    pairs = [{"id": str(i), "quote": "left", "claim": "left" if i % 2 else "right", "kind": f"k{i % 3}",
              "label": "supported" if i % 2 else "contradicted"} for i in range(6)]  # fmt: skip
    (folder / "twins.jsonl").write_text("".join(json.dumps(r) + "\n" for r in pairs), "utf-8")
    return [root, folder / "twins.jsonl"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    configurations = [Configuration("words"), Configuration("words", within="group")]
    facts = {"revision": "abc", "dirty": True, "versions": {"numpy": "2"}, "prompts": {}}
    run(load_sets(write_sets(tmp_path)), configurations, tmp_path / "out", facts, house=House(verifier=verbatim))
    write_report(tmp_path / "out")
    return tmp_path / "out"


class Sources(html.parser.HTMLParser):
    """Collects what a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "data", "action") or (name == "href" and tag != "a"):
                self.loaded.append(value or "")


def test_the_page_loads_nothing_and_runs_nothing(out: Path) -> None:
    text = (out / "report.html").read_text("utf-8")
    found = Sources()
    found.feed(text)
    assert found.loaded == ["data:,"]
    assert found.tags.isdisjoint({"script", "img", "iframe", "object", "embed"})
    assert "url(" not in text
    assert "@import" not in text
    assert "&lt;script&gt;" in text  # it is shown, not run


def test_the_page_shows_tables_plots_and_worst_cases(out: Path) -> None:
    text = (out / "report.html").read_text("utf-8")
    for part in ("recall@4000c", "Recall against k", "Risk against coverage", "by group", "Latency", "<mark>drug",
                 "revision", "abc with uncommitted changes", "words+in-group", "accuracy by kind"):  # fmt: skip
        assert part in text, part
    assert text.count("<svg viewBox") > 4


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_the_page_opens_in_a_browser_with_the_network_cut_and_no_console_error(out: Path, tmp_path: Path) -> None:
    said = browse(out / "report.html", tmp_path / "profile")
    assert "Where words did worst" in said.stdout
    assert "CONSOLE" not in said.stderr
    # the same page with one picture from elsewhere: such an error would have been seen
    broken = tmp_path / "broken.html"
    text = (out / "report.html").read_text("utf-8")
    broken.write_text(text.replace("<h1>", "<img src='http://example.invalid/a.png'><h1>"), "utf-8")
    assert "CONSOLE" in browse(broken, tmp_path / "profile").stderr


def browse(page: Path, profile: Path) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
        "--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND",
        "--enable-logging=stderr", "--v=0", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)


def test_json_and_markdown_tell_the_same(out: Path) -> None:
    found = json.loads((out / "report.json").read_text("utf-8"))
    letters = found["sets"][0]
    words, in_group = letters["configurations"]
    assert (words["name"], in_group["name"]) == ("words", "words+in-group")
    figure = words["figures"]["cites gold"]
    assert (figure["n"], figure["unscored"]) == (8, 0)
    markdown = (out / "report.md").read_text("utf-8")
    line = next(x for x in markdown.splitlines() if x.startswith("| cites gold"))
    assert f"{figure['value']:.3f}" in line
    assert "p50" in (out / "timings.json").read_text("utf-8")
    assert "p50" not in (out / "report.json").read_text("utf-8")


def test_a_measure_of_nothing_is_null(out: Path) -> None:
    text = (out / "report.json").read_text("utf-8")
    assert "NaN" not in text
    twins = json.loads(text)["sets"][1]["configurations"][1]
    assert twins["figures"]["contradiction precision"]["value"] is None  # it told none


def test_marks_are_joined_and_text_is_escaped() -> None:
    assert marked(Passage("t", "a<b c", ((0, 2), (1, 3)))) == "<mark>a&lt;</mark><mark>b</mark> c"
    assert marked(Passage("t", "abc", ((1, 99),))) == "a<mark>bc</mark>"
    assert marked(Passage("t", "abc", ())) == "abc"


def test_every_measure_is_explained(out: Path) -> None:
    report = write_report(out)
    names = {m for one in report.sets for m in one.measures}
    assert len(names) > 30
    assert [m for m in sorted(names) if not meaning(m)] == []
    assert meaning("negated F1")
    assert is_lower_better("wrong@4000c")
    assert not is_lower_better("recall@5")
    assert (is_detail("recall@5"), is_detail("recall@4000c"), is_detail("R@10")) == (True, False, False)


def test_ticks_are_round() -> None:
    assert ticks(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(1, 20) == [5, 10, 15, 20]
    assert ticks(3, 3) == [3]
    assert number(1.0) == "1"
    assert number(2.345) == "2.35"  # SVG needs no more


def test_a_curve_stands_where_its_values_are() -> None:
    svg = line_plot({"a": [(0.0, 0.0), (1.0, 1.0)]}, "x", "y")
    points = re.findall(r'points="([^"]+)"', svg)
    assert points == ["46,230 448,12"]
    assert line_plot({"a": []}, "x", "y") == ""


def test_only_the_lowest_groups_are_drawn_where_there_are_many() -> None:
    svg = interval_plot({f"g{i:02}": {"a": Figure(i / 60, n=1)} for i in range(60)}, "recall")
    assert "g39" in svg
    assert "g40" not in svg
    assert "the 40 lowest of 60" in svg


def test_a_run_compared_with_itself_differs_in_nothing(out: Path) -> None:
    pairs = compare_runs(f"{out}:words", f"{out}:words")
    assert {p.comparison.p for p in pairs} == {1.0}
    assert {p.comparison.difference for p in pairs} == {0.0}
    assert {p.winner for p in pairs} == {""}
    assert {p.set_name for p in compare_runs(str(out), str(out))} == {"letters", "twins"}


def test_the_better_configuration_wins_with_an_interval(out: Path) -> None:
    pairs = compare_runs(f"{out}:words", f"{out}:words+in-group")
    wrong = next(p for p in pairs if p.measure == "wrong@4000c")
    assert wrong.winner == "words+in-group"
    assert wrong.comparison.high < 0
    assert wrong.comparison.p < 0.05
    assert len(wrong.comparison.wins) == 8
    text = as_text(pairs)
    assert "| letters | recall@4000c |" in text
    assert json.dumps([p.as_json() for p in pairs], allow_nan=False)


def test_what_cannot_be_compared_is_said(out: Path) -> None:
    with pytest.raises(UsageError, match="no configuration of"):
        compare_runs(f"{out}:words", f"{out}:nobody")
    with pytest.raises(UsageError, match="holds no evaluation"):
        compare_runs(str(out), str(out.parent))
