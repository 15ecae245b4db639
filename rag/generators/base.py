"""What the rest of the house may ask of a language model, and what keeps it within bounds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from collections.abc import Generator as Closable
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from casefolio.ingest.errors import GeneratorError
from casefolio.prompts.budget import Counter
from casefolio.prompts.prompt import Prompt

BEAT_S = 0.1  # a model that is silent gives an empty piece this often, so that who waits can look up and stop it
_SLOW = "raise the time-out or use a faster model"
_DEEPEST = 8  # links of a chain of errors
# What servers say when a prompt is too long for them (OpenAI, vLLM, llama.cpp, LM Studio, TGI), and how long it may be.
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|exceed_context|n_ctx|max_model_len|prompt is too long"
    r"|must be <= \d+|too many tokens",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    r"(?:context (?:length|size|window)(?: is| of|:)? ?\(?|n_ctx\W+|must be <= |max_model_len\W+)(\d{2,8})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one generation.

    Attributes:
        timeout_s: seconds a whole answer may take, from request to last piece.
        retries: further attempts where nothing has arrived yet.
        backoff_s: pause before the first retry; doubles each time.
        output_tokens: asked of the model as its maximum.
        output_characters: where an answer is cut whatever the model says.
    """

    timeout_s: float = 120.0
    retries: int = 2
    backoff_s: float = 0.5
    output_tokens: int = 512
    output_characters: int = 8_000


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model chooses its next word: the likeliest, unless told otherwise.

    Attributes:
        temperature: 0 takes the likeliest; more lets chance in.
        repetition_penalty: 1 lets words be said again, as quotes must be; checkpoints often ask for more.
        seed: of chance.
    """

    temperature: float = 0.0
    repetition_penalty: float = 1.0
    seed: int = 0


@runtime_checkable
class Generator(Protocol):
    """Writes an answer to a prompt, piece by piece.

    The contract: pieces joined are the answer, some may be empty; the iterator may be closed early and then frees what
    it holds;
    failures are `GeneratorError`s that say what to do; a generator may be used from several threads.
    """

    @property
    def name(self) -> str:
        """As the user named it, e.g. `ollama:llama3`."""

    @property
    def window(self) -> int:
        """Tokens that prompt and answer may have together."""

    @property
    def limits(self) -> Limits:
        """Bounds it keeps."""

    def counter(self) -> Counter:
        """Counts tokens as the model does, or about so (see `Counter.margin`)."""

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """Pieces of the answer as they come.

        Raises:
            GeneratorError: where the model cannot be reached, takes too long or breaks off.
        """


def bounded(
    open_stream: Callable[[], Iterator[str]], limits: Limits, name: str, transient: Callable[[Exception], bool]
) -> Iterator[str]:
    """Pieces of a stream, tried again while nothing has come, cut at the limits.

    Args:
        open_stream: starts one attempt.
        limits: the bounds.
        name: of the generator, for messages.
        transient: whether an error may pass by itself (time-out, overload, connection).

    Raises:
        GeneratorError: after the last attempt, or where a stream breaks off with text already out.
    """
    began = time.monotonic()
    for attempt in range(limits.retries + 1):
        started = False
        try:
            with closing(closable(open_stream())) as pieces:
                for piece in _within(pieces, limits, began, name):
                    started = started or bool(piece)
                    yield piece
            return
        except GeneratorError:
            raise
        except Exception as raised:
            error = _cause(raised)
            if isinstance(error, GeneratorError):
                raise error from raised
            if started:
                raise GeneratorError(f"{name} broke off in mid-answer: {_short(error)}", "ask again") from error
            pause = limits.backoff_s * 2**attempt
            spent = time.monotonic() - began + pause > limits.timeout_s  # this reason says more than the time-out would
            if attempt == limits.retries or spent or not transient(error):
                raise GeneratorError(f"{name} gave no answer: {_short(error)}", advice(error)) from error
            yield from _pause(pause)


def _cause(error: Exception) -> Exception:
    """The error, or one of ours that a library caught on its way and wrapped."""
    at: BaseException | None = error
    for _ in range(_DEEPEST):
        if at is None or isinstance(at, GeneratorError):
            return at or error
        at = at.__cause__ or at.__context__
    return error


def _pause(seconds: float) -> Iterator[str]:
    """Empty pieces for so long."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        yield ""
        time.sleep(min(BEAT_S, left))


def closable(pieces: Iterator[str]) -> Closable[str, None, None]:
    """A generator, so that closing it closes what it draws from."""
    yield from pieces


def _within(pieces: Iterator[str], limits: Limits, began: float, name: str) -> Iterator[str]:
    written = 0
    for piece in pieces:
        if time.monotonic() - began > limits.timeout_s:
            what = "broke off: it was silent when" if written and not piece else "took longer than"
            over = " were over" if written and not piece else ""
            raise GeneratorError(f"{name} {what} {limits.timeout_s:g} s{over}", _SLOW)
        room = limits.output_characters - written
        yield piece[:room]
        written += len(piece)
        if written >= limits.output_characters:
            return


def _short(error: Exception) -> str:
    """Kind and first line of an error, without what a server may have echoed of the prompt."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:160]}" if lines else type(error).__name__


def advice(error: Exception) -> str:
    """What the user can do about it, by the kind of the error and its HTTP status."""
    status = getattr(error, "status_code", None)
    kind = type(error).__name__.lower()
    said = str(error)
    if _TOO_LONG.search(said):
        holds = _HOLDS.search(said)
        return f"the prompt is too long for it: give --context {holds[1] if holds else 'N'}, or ask with a smaller -k"
    if status is not None and 300 <= status < 400:
        return "it sends requests on to another address, which is not followed: give that one as --base-url"
    if status in (401, 403):
        return "check the key: OPENAI_API_KEY, or CASEFOLIO_API_KEY together with --base-url"
    if status == 404:
        return "check the model's name and --base-url (many servers want it to end in /v1)"
    if status == 429:
        return "the server is busy or a quota is used up; wait and ask again"
    if status is not None and status >= 500:
        return "the server failed; look at its log and ask again"
    if "timeout" in kind:
        return _SLOW
    if "connect" in kind:
        return "is the server running, and is --base-url right?"
    return "ask again, or ask without --llm"


def complete(generator: Generator, prompt: Prompt) -> str:
    """The whole answer."""
    return "".join(generator.stream(prompt))
