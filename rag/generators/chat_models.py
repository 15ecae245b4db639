"""Any chat model that LangChain knows, by its `init_chat_model` name: `openai:gpt-…`, `ollama:llama3`, …

`base_url` points an `openai:` model at any server that speaks the same protocol.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Any

from casefolio.generators.base import Limits, Sampling, bounded
from casefolio.generators.pumping import drawn
from casefolio.generators.served import Server
from casefolio.ingest.errors import GeneratorError
from casefolio.prompts.budget import Counter, estimating, openai_counter
from casefolio.prompts.prompt import Prompt

_WINDOW = 8192  # tokens; a safe size for a server that does not say
_TRANSIENT = ("timeout", "connect", "ratelimit", "overloaded", "internalserver", "serviceunavailable", "remoteprotocol")


class ChatModel:
    """A LangChain chat model behind a URL.

    Args:
        name: `PROVIDER:MODEL`.
        base_url: of the server, where it is not the provider's own.
        limits: bounds of one generation.
        window: tokens that prompt and answer may have together; what the server says, unless given.
        sampling: how the next token is chosen; a server is told the temperature alone.
        trace: whether LangSmith's tracer may be sent what the model is asked, where its variables are set.

    Raises:
        GeneratorError: where LangChain or the provider's package is missing, or the name means nothing to it.
    """

    def __init__(
        self, name: str, base_url: str | None = None, limits: Limits | None = None, window: int | None = None,
        *, sampling: Sampling | None = None, trace: bool = False,
    ) -> None:  # fmt: skip
        self.name = name
        self.limits = limits or Limits()
        self._window = window
        self._trace = trace
        self._model = _open(name, base_url, self.limits, sampling or Sampling())
        provider, _, model = name.partition(":")
        self._server = Server(base_url, model, _key()) if base_url and provider == "openai" else None

    @property
    def window(self) -> int:
        """What was given, else what the server says, else a size that is safe."""
        return self._window or (self._server.window() if self._server else None) or _WINDOW

    def counter(self) -> Counter:
        """The server's own tokenizer, tiktoken for OpenAI's models, else an estimate."""
        provider, _, model = self.name.partition(":")
        if self._server is not None:
            return self._server.counter()
        return openai_counter(model) if provider == "openai" else estimating()

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """Pieces of the answer."""
        return bounded(lambda: self._attempt(prompt), self.limits, self.name, _may_pass)

    def _attempt(self, prompt: Prompt) -> Iterator[str]:
        return drawn(lambda: self._pieces(prompt))

    async def _pieces(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        finished = said = False
        with _untraced() if not self._trace else nullcontext():
            try:
                async with aclosing(self._model.astream([("system", prompt.system), ("human", prompt.user)])) as chunks:
                    async for chunk in chunks:
                        told = getattr(chunk, "response_metadata", None) or {}
                        finished = finished or bool(told.get("finish_reason"))
                        piece = chunk.text if isinstance(chunk.text, str) else chunk.text()
                        said = said or bool(piece)
                        yield piece
            except ValueError as error:
                if "No generation chunks" not in str(error):  # LangChain's words for a stream without an event
                    raise
        if not finished and self.name.startswith("openai:"):
            # A connection closed in mid-stream ends the loop like a finished answer does; only the reason differs.
            what = "before the answer was finished" if said else "without an answer"
            raise ConnectionError(f"the server closed the connection {what}")


def _untraced() -> AbstractContextManager[Any]:
    """No tracer inside, whatever the variables said when LangSmith was loaded."""
    from langsmith import tracing_context

    return tracing_context(enabled=False, parent=False)


def _key() -> str:
    """For a server that is not the provider's own: the key for OpenAI is not sent to somebody else."""
    return os.environ.get("CASEFOLIO_API_KEY", "")


def _open(name: str, base_url: str | None, limits: Limits, sampling: Sampling) -> Any:
    provider, colon, model = name.partition(":")
    if not (provider and colon and model):
        raise GeneratorError(f"no such model: {name}", "write PROVIDER:MODEL, e.g. openai:gpt-4o-mini or ollama:llama3")
    try:
        from langchain.chat_models import init_chat_model
    except ImportError as error:
        raise GeneratorError("chat models need LangChain", "pip install 'casefolio[langchain]'") from error
    settings: dict[str, Any] = {"temperature": sampling.temperature, "max_tokens": limits.output_tokens}
    if base_url:
        settings["base_url"] = base_url
    if provider == "openai":
        from casefolio.generators.connections import clients

        settings |= {"timeout": limits.timeout_s, "max_retries": 0, **clients(base_url)}
        if base_url:
            settings["api_key"] = _key() or "none"
    try:
        return init_chat_model(model, model_provider=provider, **settings)
    except ImportError as error:
        hint = f"pip install langchain-{provider}"
        raise GeneratorError(f"{provider} models need their LangChain package", hint) from error
    except Exception as error:
        first = str(error).strip().splitlines()[0][:160]
        raise GeneratorError(f"{name} cannot be set up: {first}", _setup_hint(provider)) from error


def _setup_hint(provider: str) -> str:
    return "set OPENAI_API_KEY, or give --base-url" if provider == "openai" else "see LangChain's page of this provider"


def _may_pass(error: Exception) -> bool:
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status in (408, 409, 429) or status >= 500
    return isinstance(error, ConnectionError) or any(word in type(error).__name__.lower() for word in _TRANSIENT)
