"""Local causal models through transformers: `transformers:PATH_OR_NAME`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from casefolio.generators.base import Limits, Sampling, bounded
from casefolio.generators.chat_format import chat_parts
from casefolio.generators.pumping import worked
from casefolio.ingest.errors import GeneratorError
from casefolio.prompts.budget import Counter
from casefolio.prompts.prompt import Prompt

_USUAL_WINDOW = 4096  # where neither model nor tokenizer says how much it holds
_ABSURD = 10**7  # tokenizers without a limit claim astronomic ones


class LocalModel:
    """A causal model on this machine, with its own chat template, greedy unless told.

    Weights are read from safetensors only and no code of the repository runs. One answer is generated at a time; other
    threads wait for their turn.

    Args:
        path_or_name: folder, or name on the hub.
        limits: bounds of one generation.
        device: `cpu`, `cuda`, …; a GPU where there is one, unless named.
        sampling: how the next token is chosen, whatever the checkpoint's `generation_config.json` asks for.

    Raises:
        GeneratorError: where transformers is not installed or the model cannot be loaded.
    """

    def __init__(
        self, path_or_name: str, limits: Limits | None = None, device: str = "", sampling: Sampling | None = None
    ) -> None:
        self.name = f"transformers:{path_or_name}"
        self.limits = limits or Limits(retries=0)
        self._tokenizer, self._model = _load(path_or_name, device)
        self._sampling = sampling or Sampling()
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
        return worked(lambda put, stopped: self._work(prompt, put, stopped), self._turn)

    def _work(self, prompt: Prompt, put: Callable[[str], None], stopped: threading.Event) -> None:
        from transformers import StoppingCriteria, StoppingCriteriaList, TextStreamer

        class Stop(StoppingCriteria):
            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                import torch

                return torch.full((input_ids.shape[0],), stopped.is_set(), device=input_ids.device, dtype=torch.bool)

        class Putting(TextStreamer):
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
                put(text)

        tokens = self._tokens(prompt)
        length = tokens["input_ids"].shape[1]
        room = min(self.limits.output_tokens, self.window - length)
        if room < 1:
            told = f"the prompt has {length} tokens and {self.name} holds {self.window}"
            raise GeneratorError(told, "ask with a smaller -k")
        self._model.generate(
            **tokens,
            max_new_tokens=room,
            **self._choice(),
            pad_token_id=_pad(self._tokenizer),
            streamer=Putting(self._tokenizer, skip_prompt=True, skip_special_tokens=True),
            stopping_criteria=StoppingCriteriaList([Stop()]),
        )

    def _choice(self) -> dict[str, Any]:
        """How the next token is chosen, said in full: what is not said comes from the checkpoint."""
        how = self._sampling
        chance = {"temperature": how.temperature, "top_k": 40, "top_p": 0.95} if how.temperature else {}
        plain: dict[str, Any] = {"temperature": None, "top_k": None, "top_p": None}
        if how.temperature:
            import torch

            torch.manual_seed(how.seed)
        return {
            **plain, **chance, "do_sample": bool(chance), "repetition_penalty": how.repetition_penalty,
            "no_repeat_ngram_size": 0, "num_beams": 1,
        }  # fmt: skip

    def _tokens(self, prompt: Prompt) -> Any:
        import torch

        bos, eos = (str(t or "") for t in (self._tokenizer.bos_token, self._tokenizer.eos_token))
        ids: list[int] = []
        for text, control in chat_parts(self._tokenizer.chat_template or "", prompt.messages(), bos=bos, eos=eos):
            ids += self._tokenizer(text, add_special_tokens=False, split_special_tokens=not control)["input_ids"]
        if not self._tokenizer.chat_template:
            ids = self._tokenizer.build_inputs_with_special_tokens(ids)
        tokens = torch.tensor([ids], device=self._model.device)
        return {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}


def _pad(tokenizer: Any) -> int | None:
    return tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id  # type: ignore[no-any-return]


@lru_cache(maxsize=2)
def _load(path_or_name: str, device: str) -> tuple[Any, Any]:
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise GeneratorError("local models need transformers and torch", "pip install 'casefolio[torch]'") from error
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
