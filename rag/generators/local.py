"""Local causal models through transformers: `transformers:PATH_OR_NAME`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import lru_cache
from queue import Empty
from typing import Any

from ingest.errors import GeneratorError
from prompts.budget import Counter
from prompts.prompt import Prompt
from rag.generators.base import BEAT_S, Limits, bounded

_USUAL_WINDOW = 4096  # where neither model nor tokenizer says how much it holds
_ABSURD = 10**7  # tokenizers without a limit claim astronomic ones
_POLL_S = BEAT_S


class LocalModel:
    """A causal model on this machine, with its own chat template, greedy.

    Weights are read from safetensors only and no code of the repository runs. One answer is generated at a time; other
    threads wait for their turn.

    Args:
        path_or_name: folder, or name on the hub.
        limits: bounds of one generation.
        device: `cpu`, `cuda`, …; a GPU where there is one, unless named.

    Raises:
        GeneratorError: where transformers is not installed or the model cannot be loaded.
    """

    def __init__(self, path_or_name: str, limits: Limits | None = None, device: str = "") -> None:
        self.name = f"transformers:{path_or_name}"
        self.limits = limits or Limits(retries=0)
        self._tokenizer, self._model = _load(path_or_name, device)
        self._turn = threading.Lock()

    @property
    def window(self) -> int:
        """The smaller of what model and tokenizer hold."""
        config = getattr(self._model.config, "max_position_embeddings", None)
        sizes = [n for n in (config, self._tokenizer.model_max_length) if n and n < _ABSURD]
        return int(min(sizes, default=_USUAL_WINDOW))

    def counter(self) -> Counter:
        """The model's own tokenizer."""
        return Counter(lambda text: len(self._tokenizer(text, add_special_tokens=False)["input_ids"]), True)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """Pieces of the answer; closing the iterator stops the model."""
        return bounded(lambda: self._attempt(prompt), self.limits, self.name, lambda error: False)

    def _attempt(self, prompt: Prompt) -> Iterator[str]:
        from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

        stopped = threading.Event()

        class Stop(StoppingCriteria):
            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                import torch

                return torch.full((input_ids.shape[0],), stopped.is_set(), device=input_ids.device, dtype=torch.bool)

        tokens = self._tokens(prompt)
        room = min(self.limits.output_tokens, self.window - tokens["input_ids"].shape[1])
        if room < 1:
            raise GeneratorError(f"the prompt fills the {self.window} tokens of {self.name}", "use a longer context")
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=_POLL_S)
        failure: list[BaseException] = []

        def work() -> None:
            try:
                self._model.generate(
                    **tokens,
                    max_new_tokens=room,
                    do_sample=False,
                    pad_token_id=_pad(self._tokenizer),
                    streamer=streamer,
                    stopping_criteria=StoppingCriteriaList([Stop()]),
                )
            except BaseException as error:  # handed to the reading thread
                failure.append(error)
                streamer.end()  # type: ignore[no-untyped-call]

        with self._turn:
            worker = threading.Thread(target=work, name="casefolio-generate", daemon=True)
            worker.start()
            try:
                yield from _drain(streamer, worker)
            finally:
                stopped.set()
                worker.join()
        if failure:
            raise failure[0]

    def _tokens(self, prompt: Prompt) -> Any:
        if self._tokenizer.chat_template:
            text = self._tokenizer.apply_chat_template(prompt.messages(), tokenize=False, add_generation_prompt=True)
            encoded = self._tokenizer(text, add_special_tokens=False, return_tensors="pt")
        else:
            encoded = self._tokenizer(f"{prompt.system}\n\n{prompt.user}\n\nAnswer:", return_tensors="pt")
        kept = {key: encoded[key] for key in ("input_ids", "attention_mask")}
        return {key: value.to(self._model.device) for key, value in kept.items()}


def _drain(streamer: Any, worker: threading.Thread) -> Iterator[str]:
    """Pieces of a streamer; an empty one each second without any, so that the caller looks at its clock."""
    while True:
        try:
            yield next(streamer)
        except StopIteration:
            return
        except Empty:
            if not worker.is_alive():
                return
            yield ""


def _pad(tokenizer: Any) -> int | None:
    return tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id  # type: ignore[no-any-return]


@lru_cache(maxsize=2)
def _load(path_or_name: str, device: str) -> tuple[Any, Any]:
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise GeneratorError("local models need transformers and torch", "pip install 'casefolio[local]'") from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(path_or_name, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(path_or_name, trust_remote_code=False, use_safetensors=True)
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0][:200]
        hint = "name a folder with config, tokenizer and safetensors weights, or a model on the hub"
        raise GeneratorError(f"no local model at {path_or_name}: {first}", hint) from error
    place = device or ("cuda" if torch.cuda.is_available() else "cpu")
    moved: Any = model
    return tokenizer, moved.to(place).eval()
