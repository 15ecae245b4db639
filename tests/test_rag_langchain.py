"""Casefolio inside LangChain, and the events of an answer, over a real library."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from casefolio.events import Asking, Done, Passages, Restated, Text
from casefolio.generators.scripted import Scripted
from casefolio.library import Library

pytestmark = pytest.mark.filterwarnings("ignore")

LETTERS = {
    "marlowe/letter.txt": "Riverside Hospital\n\nRe: Mr. Owen Marlowe, born 4 May 1951\n\n"
    "Mr. Marlowe was admitted on 12 March 2022 with atrial fibrillation.\n"
    "Apixaban 5 mg twice daily is continued.\n",
    "quill/letter.txt": "Riverside Hospital\n\nRe: Mr. Peter Quill, born 8 June 1966\n\n"
    "Mr. Quill was admitted on 2 January 2022 with appendicitis.\n"
    "Cefuroxime 500 mg twice daily is continued.\n",
}
QUESTION = "When was Owen Marlowe admitted?"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("letters")
    for path, text in LETTERS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    with Library.open(folder) as opened:
        opened.sync(encode=True)
        yield opened


def test_the_retriever_gives_documents_with_true_offsets(library: Library) -> None:
    pytest.importorskip("langchain_core")
    from langchain_core.retrievers import BaseRetriever

    from casefolio.langchain import CasefolioRetriever

    retriever = CasefolioRetriever(library=library, k=3)
    assert isinstance(retriever, BaseRetriever)
    found = retriever.invoke(QUESTION)
    assert found[0].metadata["source"] == "marlowe/letter.txt"
    for document in found:
        text = LETTERS[document.metadata["source"]]
        assert text[document.metadata["start"] : document.metadata["end"]] == document.page_content
        assert len(document.metadata["sha256"]) == 64
        assert document.metadata["page"] == 1


def test_the_retriever_keeps_its_scope(library: Library) -> None:
    pytest.importorskip("langchain_core")
    from casefolio.langchain import CasefolioRetriever

    found = CasefolioRetriever(library=library, scope="quill/**").invoke(QUESTION)
    assert {d.metadata["source"] for d in found} <= {"quill/letter.txt"}


def test_the_tool_answers_in_quotes_or_says_that_it_cannot(library: Library) -> None:
    pytest.importorskip("langchain_core")
    from casefolio.langchain import casefolio_tool

    tool = casefolio_tool(library)
    said = tool.invoke({"question": QUESTION})
    assert "12 March 2022" in said
    assert "marlowe/letter.txt, page 1" in said
    assert "status: abstained" in tool.invoke({"question": "What is the blood group of Owen Marlowe?"})


def test_the_tool_tells_an_agent_what_went_wrong(library: Library) -> None:
    pytest.importorskip("langchain_core")
    from casefolio.ingest.errors import GeneratorError
    from casefolio.langchain import casefolio_tool

    assert "question is empty" in casefolio_tool(library).invoke({"question": " "})
    gone = casefolio_tool(library, generator=Scripted(GeneratorError("the server is gone")))
    told = gone.invoke({"question": QUESTION})
    assert "12 March 2022" in told
    assert "the server is gone" in told
    gone = casefolio_tool(library, generator=Scripted(GeneratorError("the server is gone")))
    assert "gone" in gone.invoke({"question": "What did Owen Marlowe say of the weather in Bath?"})


def test_the_tool_can_be_named(library: Library) -> None:
    pytest.importorskip("langchain_core")
    from casefolio.langchain import casefolio_tool

    tools = [casefolio_tool(library, name=name, description=f"Ask {name}.") for name in ("letters", "contracts")]
    assert [(t.name, t.description) for t in tools] == [("letters", "Ask letters."), ("contracts", "Ask contracts.")]


def test_the_quotes_are_there_before_the_model_is_asked(library: Library) -> None:
    from casefolio.asking import stream

    writer = Scripted("He was admitted on 12 March 2022 for his heart.")
    seen = []
    for event in stream(library, QUESTION, generator=writer):
        seen.append(type(event).__name__)
        if isinstance(event, Asking):
            assert writer.history == []
    assert seen[:3] == ["Passages", "Text", "Asking"]


def test_events_come_in_order_and_their_text_is_the_answer(library: Library) -> None:
    from casefolio.asking import stream

    writer = Scripted(["Mr. Marlowe was admitted ", "on 12 March 2022 [1]. He was ", "then sent to the moon [1]."])
    events = list(stream(library, QUESTION, generator=writer))
    assert isinstance(events[0], Passages)
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    assert "".join(e.text for e in events if isinstance(e, Text)) == answer.text
    assert "moon" not in answer.text
    assert answer.citations[0].document == "marlowe/letter.txt"


def test_a_scope_is_never_left(library: Library) -> None:
    """The question names a document that the scope does not allow; it is not read whole either."""
    from casefolio.asking import ask

    answer = ask(library, QUESTION, scope="quill/**")
    assert "marlowe/letter.txt" not in {c.document for c in answer.citations}
    assert "12 March" not in answer.text


def test_a_follow_up_is_answered_and_shown_as_it_was_asked(library: Library) -> None:
    from casefolio.asking import ask, stream

    first = ask(library, QUESTION)
    second = ask(library, "And what dose of apixaban does he take?", history=[first])
    assert "Apixaban 5 mg" in second.text
    events = list(stream(library, "And what dose of apixaban does he take?", history=[first]))
    assert events[0] == Restated(second.asked)
    assert second.question == "And what dose of apixaban does he take?"
    assert "Owen Marlowe" in second.asked


def test_fifty_at_once_do_not_mix_their_scopes(library: Library) -> None:
    from casefolio.asking import aask

    async def all_of_them() -> list[set[str]]:
        scopes = ["marlowe/**", "quill/**"] * 25
        answers = await asyncio.gather(
            *(aask(library, "When was the patient admitted?", scope=scope) for scope in scopes)
        )
        return [{c.document.split("/")[0] for c in a.citations} for a in answers]

    found = asyncio.run(all_of_them())
    assert found == [{"marlowe"}, {"quill"}] * 25


def test_astream_gives_the_same_events(library: Library) -> None:
    from casefolio.asking import astream

    async def collect() -> list[str]:
        return [type(event).__name__ async for event in astream(library, QUESTION)]

    assert asyncio.run(collect()) == ["Passages", "Text", "Done"]


def test_a_day_that_is_none_is_refused(library: Library) -> None:
    from casefolio.asking import ask
    from casefolio.ingest.errors import UsageError

    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        ask(library, QUESTION, as_of="soon")


@pytest.mark.parametrize("bye", ["/quit", "quit", "exit"])
def test_chat_on_a_pipe(
    bye: str, library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io
    import sys

    from casefolio.cli import main

    typed = f"{QUESTION}\n\nand what dose of apixaban does he take?\n{bye}\nlost\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert main(["chat", str(library.folder), "--no-sync"]) == 0
    out = capsys.readouterr()
    assert "12 March 2022" in out.out
    assert "Apixaban 5 mg" in out.out
    assert out.err.count("asked as:") == 1  # neither the farewell nor what follows was asked
