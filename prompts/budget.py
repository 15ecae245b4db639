"""Token budgets: how long a text is for a model, and how many sources fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from casefolio.ingest.errors import PromptError
from casefolio.prompts.estimating import estimate, margin

_CHAT_OVERHEAD = 32  # tokens that chat formats put around two messages


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts tokens for one model.

    Attributes:
        count: number of tokens of a text.
        exact: whether that is the model's own tokenizer.
        note: what to tell the user where it is not exact.
        margin: share by which the true number may be larger; as much room is left free.
    """

    count: Callable[[str], int]
    exact: bool
    note: str = ""
    margin: float = 0.0


def estimating(note: str = "") -> Counter:
    """The counter for a model whose tokenizer is out of reach."""
    return Counter(estimate, False, note, margin())


def byte_bound(text: str) -> int:
    """An upper bound for any byte-pair tokenizer: each token spells at least one byte."""
    return len(text.encode("utf-8"))


@lru_cache(maxsize=8)
def openai_counter(model: str) -> Counter:
    """Counter for one of OpenAI's models: tiktoken, or an estimate where its tables are not to be had."""
    try:
        import tiktoken

        with _from_disk():
            try:
                encoding = tiktoken.encoding_for_model(model)
            except KeyError:
                encoding = tiktoken.get_encoding("o200k_base")
    except Exception:  # no package, no cached table: each raises its own kind
        return estimating()
    return Counter(lambda text: len(encoding.encode(text, disallowed_special=())), True)


@contextmanager
def _from_disk() -> Iterator[None]:
    """tiktoken fetches a table that is not in its cache; inside, it does without."""
    from tiktoken import load

    def refuse(blobpath: str) -> bytes:
        raise FileNotFoundError(blobpath)

    fetch, load.read_file = load.read_file, refuse
    try:
        yield
    finally:
        load.read_file = fetch


def fitting(sources: Sequence[str], fixed: str, counter: Counter, window: int, reserve: int) -> tuple[int, int]:
    """How many of the sources fit, counted from the first; whole ones only.

    Args:
        sources: rendered sources, best first.
        fixed: all of the prompt but the sources.
        counter: of the model.
        window: tokens the model can hold, prompt and answer together.
        reserve: tokens kept free for the answer.

    Returns:
        Number of sources, and tokens of the prompt with them.

    Raises:
        PromptError: where not even the first fits.
    """
    room = int((window - reserve) / (1 + counter.margin))
    used = counter.count(fixed) + _CHAT_OVERHEAD
    for number, source in enumerate(sources):
        # Counted apart with a blank line: tokenizers merge little across one, and never to more tokens than the sum.
        cost = counter.count(source) + counter.count("\n\n")
        if used + cost > room:
            if number == 0:
                raise PromptError(
                    f"the prompt needs {used + cost} tokens and the model has room for {room}",
                    "use a model with a longer context, or fewer output tokens",
                )
            return number, used
        used += cost
    return len(sources), used
