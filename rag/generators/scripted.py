"""A generator that says what it was told to, and remembers what it was asked: for tests and demonstrations."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from casefolio.generators.base import Limits, bounded
from casefolio.ingest.errors import GeneratorError
from casefolio.prompts.budget import Counter, byte_bound
from casefolio.prompts.prompt import Prompt

Reply = str | Exception | Iterable[str] | Callable[[Prompt], str]


class Scripted:
    """Takes its answers from a queue, one a request, and keeps the prompts in `history`.

    A reply is a text, pieces of a text (endless ones are fine), a function of the prompt, or an error to raise.
    """

    def __init__(
        self, *replies: Reply, name: str = "scripted", window: int = 16_000, limits: Limits | None = None
    ) -> None:
        self.name = name
        self.window = window
        self.limits = limits or Limits(retries=0)
        self.queue: deque[Reply] = deque(replies)
        self.history: list[Prompt] = []

    def counter(self) -> Counter:
        """Bytes: never too few."""
        return Counter(byte_bound, False)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """The next reply, in pieces."""
        self.history.append(prompt)
        if not self.queue:
            raise GeneratorError(f"{self.name} has no reply left", "give it more")
        reply = self.queue.popleft()
        return bounded(lambda: _pieces(reply, prompt), self.limits, self.name, lambda error: False)


def _pieces(reply: Reply, prompt: Prompt) -> Iterator[str]:
    if isinstance(reply, Exception):
        raise reply
    if callable(reply):
        reply = reply(prompt)
    yield from [reply] if isinstance(reply, str) else reply
