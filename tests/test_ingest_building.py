"""Text and offsets grow together: whatever is appended, every span says what was appended there."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.ingest import limits
from casefolio.ingest.document import PAGE_BREAK, Span
from casefolio.ingest.errors import LimitExceeded
from casefolio.ingest.loaders.shared.building import Builder, canonical, one_line
from casefolio.ingest.loaders.shared.grids import Line, append_table, column_names

WORDS = st.text(alphabet=st.sampled_from("ab 5,mg|\n\t\r\x00\x0b\f\ufeff\ud800환é\xa0"), max_size=12)
STEPS = st.one_of(
    st.tuples(st.just("paragraph"), WORDS, st.booleans()),
    st.tuples(st.just("furniture"), WORDS, st.booleans()),
    st.tuples(st.just("heading"), WORDS, st.integers(-1, 4)),
    st.tuples(st.just("section"), WORDS, st.integers(1, 4)),
    st.tuples(st.just("row"), st.lists(WORDS, max_size=4), st.booleans()),
    st.tuples(st.just("break"), st.booleans(), st.booleans()),
    st.tuples(st.just("end"), st.none(), st.none()),
)


@given(st.lists(STEPS, max_size=25))
def test_offsets_are_carried(steps: list[tuple[str, object, object]]) -> None:
    builder = Builder()
    said: list[tuple[Span, str]] = []
    for kind, what, how in steps:
        match kind:
            case "paragraph" | "furniture":
                text = str(what)
                span = builder.paragraph(text, furniture=kind == "furniture", tight=bool(how))
                said.append((span, canonical(text).strip("\n\t \xa0")))
            case "heading":
                said.append((builder.heading(str(what), int(str(how))), one_line(str(what))))
            case "section":
                builder.open_section(str(what), int(str(how)))
            case "row":
                builder.row(what, header=bool(how))  # type: ignore[arg-type]
            case "break":
                builder.break_page(soft=bool(what), within=bool(how))
            case _:
                builder.end_table()
    reading = builder.reading("text/plain")
    text = reading.text
    assert all(span.of(text) == words for span, words in said)
    assert not set("\r\x00\ufeff\ud800") & set(text)
    assert reading.pages[0].span.start == 0
    assert reading.pages[-1].span.end == len(text)
    for one, other in itertools.pairwise(reading.pages):
        assert text[one.span.end : other.span.start] == PAGE_BREAK
        assert other.number == one.number + 1
    for row in reading.rows:
        assert row.span.of(text).strip()
        assert "\n" not in row.span.of(text)
    for one_section, other_section in itertools.combinations(reading.sections, 2):
        # sections nest or stand apart, they never cross
        a, b = one_section.span, other_section.span
        assert a.start <= b.start
        assert not (a.start < b.start < a.end < b.end)
    assert all(section.heading.of(text) in ("", section.title) for section in reading.sections)


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([["Drug", "Dose", "When"], ["Ramipril", "5 mg", "1-0-0"]], ("Drug", "Dose", "When")),
        ([["Wirkstoff", "Dosis"], ["Ramipril", "5 mg"], ["Torasemid", "10 mg"]], ("Wirkstoff", "Dosis")),
        ([["", "2021", "2022"], ["Fee", "900", "1200"]], ("", "2021", "2022")),
        ([["Wert", "01.03.", "02.03."], ["Kalium", "4,1", "3,9"]], ("Wert", "01.03.", "02.03.")),
        ([["Value", "2021-03-01", "2021-03-02"], ["Potassium", "4.1", "3.9"]], ("Value", "2021-03-01", "2021-03-02")),
        ([["Potassium", "4.1", "3.9"], ["Sodium", "140", "141"]], ()),
        ([["Start", "2021"], ["End", "2024"]], ()),
        ([["Name:", "Jane"], ["Born:", "1950"]], ()),
        ([["5", "6", "7"], ["8", "9", "10"]], ()),
        ([["약품명", "용량", "용법"], ["아스피린", "100 mg", "1일 1회"]], ("약품명", "용량", "용법")),
        ([["Drug", "Drug"], ["a", "1"]], ()),
        ([["only one row", "of words", "here"]], ()),
    ],
)
def test_the_first_row_names_columns_only_where_it_differs(rows: list[list[str]], names: tuple[str, ...]) -> None:
    assert column_names([Line(row) for row in rows])[1] == names


def test_marked_header_rows_are_joined() -> None:
    head = [Line(["", "Dose", "Dose"], header=True), Line(["Drug", "morning", "evening"], header=True)]
    lines = [*head, Line(["R", "1", "0"])]
    assert column_names(lines) == (2, ("Drug", "Dose morning", "Dose evening"))


def test_rows_below_an_interruption_keep_the_names() -> None:
    builder = Builder()
    names = append_table(builder, [Line(["Drug", "Dose", "When"]), Line(["A", "1", "x"])])
    builder.paragraph("between")
    append_table(builder, [Line(["B", "2", "y"])], names)
    assert [row.columns for row in builder.reading("text/plain").rows] == [("Drug", "Dose", "When")] * 2


def test_text_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BUILT_CHARACTERS", 10)
    builder = Builder()
    builder.paragraph("12345")
    with pytest.raises(LimitExceeded):
        builder.paragraph("123456")
