"""A generator that remembers what its model said, before anything was held back of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from casefolio.generators.base import Generator, closable
from casefolio.prompts.prompt import Prompt


class Overheard:
    """Passes everything on; `taken()` gives what was said since it was last asked.

    Args:
        inner: the model.
    """

    def __init__(self, inner: Generator) -> None:
        self._inner = inner
        self._said: list[str] = []
        self._prompts: list[Prompt] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """Pieces of the answer, kept as they pass."""
        self._prompts.append(prompt)
        with closing(closable(self._inner.stream(prompt))) as pieces:
            for piece in pieces:
                self._said.append(piece)
                yield piece
        self._said.append("\n")

    def taken(self) -> dict[str, Any]:
        """What the model said for one question, and tokens that it read and wrote; empty where it was not asked."""
        if not self._prompts:
            return {}
        count = self._inner.counter().count
        text = "".join(self._said).strip()
        read = sum(count(prompt.system) + count(prompt.user) for prompt in self._prompts)
        self._said, self._prompts = [], []
        return {"said": text, "prompt_tokens": read, "answer_tokens": count(text) if text else 0}
