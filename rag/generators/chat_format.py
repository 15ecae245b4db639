"""A model's own chat template, filled so that text of documents can never be read as a control token.

A letter may hold `<|im_end|>`. Rendered and tokenised as one text, it would end the user's turn, and what follows
it would speak as the system. So the template is rendered around stand-ins, and the contents are tokenised apart, as
plain text.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from casefolio.ingest.errors import GeneratorError

Message = dict[str, str]
Part = tuple[str, bool]  # text, and whether it is the template's own, in which control tokens mean something


def chat_parts(template: str, messages: Sequence[Message], *, bos: str = "", eos: str = "") -> list[Part]:
    """The rendered chat, cut into what the template says and what we say.

    Args:
        template: Jinja, as it stands in the model's file; empty for a model that has none.
        messages: with `role` and `content`.
        bos: token that begins a text, as the template may want to write it.
        eos: token that ends one.

    Raises:
        GeneratorError: where the template cannot be rendered.
    """
    if not template:
        return _plain(messages)
    try:
        return _around(template, messages, bos, eos)
    except Exception as first:  # a template is a program of a stranger: it may raise anything
        if len(messages) < 2:
            raise _unusable(first) from first
    try:
        # some know no system's turn, and say so by raising
        return _around(template, _in_one(messages), bos, eos)
    except Exception as second:
        raise _unusable(second) from second


def _around(template: str, messages: Sequence[Message], bos: str, eos: str) -> list[Part]:
    codes = [f"CONTENT{secrets.token_hex(8)}" for _ in messages]
    stands_in = [{**m, "content": code} for m, code in zip(messages, codes, strict=True)]
    whole = _render(template, stands_in, bos, eos)
    contents = dict(zip(codes, (m["content"] for m in messages), strict=True))
    if any(whole.count(code) != 1 for code in codes):
        raise ValueError("a message is left out or said twice")
    parts = re.split(f"({'|'.join(codes)})", whole)
    return [(contents.get(part, part), part not in contents) for part in parts if part]


def _render(template: str, messages: Sequence[Message], bos: str, eos: str) -> str:
    from jinja2.exceptions import TemplateError
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = lambda form: datetime.now(UTC).strftime(form)
    values: dict[str, Any] = {"messages": messages, "add_generation_prompt": True, "bos_token": bos, "eos_token": eos}
    return environment.from_string(template).render(**values, tools=None, enable_thinking=False)


def _in_one(messages: Sequence[Message]) -> list[Message]:
    return [{"role": "user", "content": "\n\n".join(m["content"] for m in messages)}]


def _plain(messages: Sequence[Message]) -> list[Part]:
    return [("\n\n".join([*(m["content"] for m in messages), "Answer:"]), False)]


def _unusable(error: Exception) -> GeneratorError:
    kind = type(error).__name__
    return GeneratorError(f"the chat template of this model cannot be used ({kind})", "use another build of the model")
