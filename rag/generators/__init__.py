"""Generators: passages to answers. `extractive` needs no model; others are opened by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casefolio.generators.base import Generator, Limits, Sampling

EXTRACTIVE = "extractive"


def generator_from(
    name: str | None,
    base_url: str | None = None,
    *,
    limits: Limits | None = None,
    window: int | None = None,
    sampling: Sampling | None = None,
    trace: bool = False,
) -> Generator | None:
    """The generator of a name; None for `extractive`, which no model stands behind.

    Args:
        name: `extractive`, `gguf:FILE`, `transformers:PATH_OR_NAME`, or any `init_chat_model` name such as
            `openai:gpt-4o-mini`.
        base_url: of a server that speaks the provider's protocol.
        limits: bounds of one generation.
        window: tokens that prompt and answer may have together; what model or server say, unless given.
        sampling: how the model chooses its words; the likeliest, unless given.
        trace: whether LangSmith's tracer may be sent what a LangChain model is asked.

    Raises:
        GeneratorError: where it cannot be opened.
    """
    if name is None or name == EXTRACTIVE:
        return None
    if name.startswith("gguf:"):
        from casefolio.generators.gguf import GgufModel

        return GgufModel(name.removeprefix("gguf:"), limits, window, sampling)
    if name.startswith("transformers:"):
        from casefolio.generators.local import LocalModel

        return LocalModel(name.removeprefix("transformers:"), limits, sampling=sampling)
    from casefolio.generators.chat_models import ChatModel

    return ChatModel(name, base_url, limits, window, sampling=sampling, trace=trace)
