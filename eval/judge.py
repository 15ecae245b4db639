"""A language model as judge: optional, never the default, and always with a figure of how far it agrees.

On a grounding set it stands beside the detectors and agrees or not with people. On a case set it judges the answers
given, and agrees or not with the deterministic finding that the answer cites gold.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from string import Template

from casefolio.eval.grounding import Detection
from casefolio.ingest.document import Span
from casefolio.ingest.errors import GeneratorError

Chat = Callable[[str], str]
_SAID = re.compile(r"\b(UN)?SUPPORTED\b", re.IGNORECASE)


def chat_model(name: str) -> Chat:
    """A LangChain chat model by its `init_chat_model` name (`openai:…`, `ollama:…`), greedy.

    Raises:
        GeneratorError: where LangChain or the provider's package is missing.
    """
    try:
        from langchain.chat_models import init_chat_model

        model = init_chat_model(name, temperature=0)
    except (ImportError, ValueError) as error:
        told = f"the judge {name} cannot be opened: {type(error).__name__}"
        raise GeneratorError(told, "install the package of its provider") from error
    return from_langchain(model)


def from_langchain(model: object) -> Chat:
    """Any LangChain chat model as a function from prompt to reply."""

    def ask(prompt: str) -> str:
        reply = model.invoke(prompt).content  # type: ignore[attr-defined]
        if isinstance(reply, str):
            return reply
        return "".join(str(part.get("text", "")) for part in reply if isinstance(part, dict))

    return ask


class Judge:
    """Asks a model whether an answer follows from passages."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._template = Template((Path(__file__).parent / "templates" / "judge.md").read_text("utf-8"))

    def supported(self, question: str, passages: Sequence[str], answer: str) -> bool | None:
        """Its verdict; None where the reply is neither of the two words, or both."""
        joined = "\n\n".join(f"[{i}] {text}" for i, text in enumerate(passages, start=1))
        # The fence comes from the content: no document can hold it, and the prompt stays the same in every run.
        fence = "=" * 6 + hashlib.sha256(f"{question}\0{joined}\0{answer}".encode()).hexdigest()[:16]
        prompt = self._template.substitute(fence=fence, question=question, passages=joined, answer=answer)
        said = {bool(match.group(1)) for match in _SAID.finditer(self._chat(prompt))}
        return None if len(said) != 1 else not said.pop()

    def detect(self, response: str, contexts: Sequence[str], question: str, language: str | None) -> Detection:
        """The judge as a detector: all of a response is flagged, or nothing; without a verdict it is undecided."""
        verdict = self.supported(question, contexts, response)
        if verdict is None:
            return Detection(0.5, ())
        return Detection(1.0, ()) if verdict else Detection(0.0, (Span(0, len(response)),))
