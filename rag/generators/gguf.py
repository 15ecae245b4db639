"""Models in one file, run in this process by llama.cpp: `gguf:FILE`. Needs `casefolio[llama]`."""

from __future__ import annotations

import codecs
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from casefolio.generators.base import Limits, Sampling, bounded
from casefolio.generators.chat_format import chat_parts
from casefolio.generators.gguf_file import GgufFile, read_gguf
from casefolio.generators.gguf_trial import way_to_run
from casefolio.generators.llama_engine import Engine
from casefolio.generators.pumping import worked
from casefolio.ingest.errors import GeneratorError
from casefolio.prompts.budget import Counter
from casefolio.prompts.prompt import Prompt

WINDOW_CAP = 8192  # tokens; a few hundred MB of memory for models of 1 to 7 B, and longer than any prompt of ours
_LEAST_WINDOW = 256


class GgufModel:
    """A model from a GGUF file, with the chat template in it, greedy unless told.

    What was read for earlier prompts is kept: a prompt that begins like one of them is read from where they part. One
    answer is generated at a time; other threads wait for their turn. Closing a stream stops the model within a tenth
    of a second, also while it reads a prompt.

    Args:
        path: of the file.
        limits: bounds of one generation.
        window: tokens that prompt and answer may have together; what the model was trained for, at most 8,192, unless
            given.
        sampling: how the next token is chosen.

    Raises:
        GeneratorError: where llama-cpp-python is not installed, or the file is none that it can run.
    """

    def __init__(
        self, path: str, limits: Limits | None = None, window: int | None = None, sampling: Sampling | None = None
    ) -> None:
        self.name = f"gguf:{path}"
        self.limits = limits or Limits(retries=0)
        self._about = read_gguf(path)
        self.window = _window(self._about, window)
        self._sampling = sampling or Sampling()
        file = Path(path).expanduser().resolve()
        self._engine = _engine(file, file.stat().st_mtime_ns, self.window)

    def counter(self) -> Counter:
        """The model's own tokenizer."""
        return Counter(lambda text: len(self._engine.tokens(text, control=False)), True)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """Pieces of the answer; closing the iterator stops the model."""
        return bounded(lambda: self._attempt(prompt), self.limits, self.name, lambda error: False)

    def _attempt(self, prompt: Prompt) -> Iterator[str]:
        def work(put: Callable[[str], None], stopped: threading.Event) -> None:
            tokens = _chat(self._engine, self._about.template, prompt)
            room = min(self.limits.output_tokens, self.window - len(tokens))
            if room < 1:
                told = f"the prompt has {len(tokens)} tokens and {self.name} holds {self.window}"
                raise GeneratorError(told, "give --context N, or ask with a smaller -k")
            decoder = codecs.getincrementaldecoder("utf-8")("ignore")
            for piece in self._engine.written(tokens, room, self._sampling, stopped):
                put(decoder.decode(piece))

        return worked(work, self._engine.turn)


def _window(about: GgufFile, wanted: int | None) -> int:
    trained = about.context or WINDOW_CAP
    if wanted is None:
        return min(trained, WINDOW_CAP)
    if wanted > trained:
        raise GeneratorError(f"--context {wanted} is more than the {trained} tokens this model was trained for", "")
    return max(wanted, _LEAST_WINDOW)


@lru_cache(maxsize=1)
def _engine(file: Path, _: int, window: int) -> Engine:
    """The loaded model; one at a time, for it may fill the memory."""
    return Engine(file, window, plain=way_to_run(file) == "plain")


def _chat(engine: Engine, template: str, prompt: Prompt) -> list[int]:
    """Tokens of a whole prompt, in the model's own form."""
    bos, eos = engine.spelt
    tokens: list[int] = []
    for text, control in chat_parts(template, prompt.messages(), bos=bos, eos=eos):
        tokens += engine.tokens(text, control=control)
    first = engine.begins_with
    return tokens if first < 0 or tokens[:1] == [first] else [first, *tokens]
