"""One model in llama.cpp: its vocabulary, its context, and what it has read before.

llama.cpp keeps one conversation at hand, and a prompt that begins like it costs only what differs. But between two
questions on the same passages another prompt may be read (a follow-up is made whole, another user asks): what is
pushed aside is kept, and taken up again where it is the better beginning.
"""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from casefolio.generators.base import Sampling
from casefolio.ingest.errors import GeneratorError

KEPT_BYTES = 256 * 2**20
_BATCH = 256  # tokens read at once: the memory grows with it, the speed no more
_WORTH = 64  # tokens; fewer are read again sooner than they are put aside
_FAULT = 4  # GGML_LOG_LEVEL_ERROR
_PIECE_BYTES = 256
_TOP_K, _TOP_P = 40, 0.95  # where chance is let in


def llama_api() -> Any:
    """The module `llama_cpp`.

    Raises:
        GeneratorError: where it is not installed, or does not start.
    """
    try:
        import llama_cpp
    except ImportError as error:
        raise GeneratorError("models in GGUF need llama-cpp-python", "pip install 'casefolio[llama]'") from error
    except (OSError, RuntimeError) as error:
        raise GeneratorError("llama-cpp-python is installed and does not start", "install it again") from error
    return llama_cpp


class Engine:
    """A loaded model. Nothing here may be used by two threads at once but `tokens`; `turn` is held by who uses it.

    Args:
        file: a GGUF file that `read_gguf` has passed.
        window: tokens of the context.
        plain: without the instructions that only some processors have (AMX, repacked weights): slower, runs everywhere.

    Raises:
        GeneratorError: where the model cannot be loaded.
    """

    def __init__(self, file: Path, window: int, *, plain: bool = False) -> None:
        self.turn = threading.Lock()
        self.window = window
        self._api = api = llama_api()
        # that of the stream at work; in a list, which the library may ask without holding the engine
        self._stop = [threading.Event()]
        said = _heard(api)
        api.llama_backend_init()
        settings = api.llama_model_default_params()
        settings.use_extra_bufts = not plain
        settings.n_gpu_layers = -1 if api.llama_supports_gpu_offload() else 0
        model = api.llama_model_load_from_file(os.fsencode(file), settings)
        context = api.llama_init_from_model(model, self._settings(window)) if model else None
        if not context:
            why = said[0] if said else "it was refused"
            raise GeneratorError(f"{file.name} cannot be run: {why}", "is the file whole, and llama-cpp-python new?")
        self._context = context
        self._vocabulary = api.llama_model_get_vocab(model)
        self._memory = api.llama_get_memory(context)
        # what these have read cannot be cut back to a shared beginning
        self._whole_only = bool(api.llama_model_is_recurrent(model) or api.llama_model_is_hybrid(model))
        self._read: list[int] = []  # tokens that the context holds
        self._kept: dict[tuple[int, ...], bytes] = {}
        weakref.finalize(self, _free, api, context, model)

    def _settings(self, window: int) -> Any:
        api = self._api
        settings = api.llama_context_default_params()
        settings.n_ctx = window
        settings.n_batch = settings.n_ubatch = min(_BATCH, window)
        settings.n_threads = settings.n_threads_batch = _processors()
        settings.no_perf = True
        stop = self._stop
        # asked between two steps of one reading; a member, for the library holds no reference of its own
        self._look = api.ggml_abort_callback(lambda _: stop[0].is_set())
        settings.abort_callback = self._look
        return settings

    def tokens(self, text: str, *, control: bool) -> list[int]:
        """Tokens of a text; control tokens in it are read as such only where `control`."""
        encoded = text.encode("utf-8", "replace")
        if not encoded:
            return []
        room = len(encoded) + 8
        for _ in range(2):
            buffer = (ctypes.c_int32 * room)()
            n = self._api.llama_tokenize(self._vocabulary, encoded, len(encoded), buffer, room, False, control)
            if n >= 0:
                return list(buffer[:n])
            room = -n  # some spell a blank in three bytes
        raise GeneratorError("the model's tokenizer does not take this text", "use another build of the model")

    @property
    def begins_with(self) -> int:
        """The token that every prompt begins with; -1 for none."""
        begins = self._api.llama_vocab_get_add_bos(self._vocabulary)
        return int(self._api.llama_vocab_bos(self._vocabulary)) if begins else -1

    @property
    def spelt(self) -> tuple[str, str]:
        """The tokens that begin and end a text, as a chat template writes them."""
        api, vocabulary = self._api, self._vocabulary
        both = (api.llama_vocab_bos(vocabulary), api.llama_vocab_eos(vocabulary))
        begin, end = ((api.llama_vocab_get_text(vocabulary, t) or b"") if t >= 0 else b"" for t in both)
        return begin.decode("utf-8", "replace"), end.decode("utf-8", "replace")

    def written(self, tokens: Sequence[int], room: int, how: Sampling, stop: threading.Event) -> Iterator[bytes]:
        """Bytes of one token after another, until the model ends or `room` tokens are written.

        Args:
            tokens: the prompt, at least one.
            room: the most tokens written.
            how: how the next one is chosen.
            stop: set by another thread; reading and writing end within a tenth of a second.
        """
        self._stop[0] = stop
        chooser = self._chooser(how)
        try:
            self._take_up(tokens)
            following = list(tokens[len(self._read) :])
            for _ in range(room):
                if not self._reads(following):
                    return
                token = int(self._api.llama_sampler_sample(chooser, self._context, -1))
                if self._api.llama_vocab_is_eog(self._vocabulary, token):
                    return
                yield self._bytes_of(token)
                following = [token]
        finally:
            self._api.llama_sampler_free(chooser)

    def _reads(self, tokens: list[int]) -> bool:
        """Read tokens into the context; False where that was stopped."""
        for begin in range(0, len(tokens), _BATCH):
            part = tokens[begin : begin + _BATCH]
            if self._stop[0].is_set():
                return False
            buffer = (ctypes.c_int32 * len(part))(*part)
            failed = self._api.llama_decode(self._context, self._api.llama_batch_get_one(buffer, len(part)))
            if failed:
                self._cut(len(self._read))  # what was begun is no part of it
                if self._stop[0].is_set():
                    return False
                raise GeneratorError("the model broke off while it read", "ask again, or with a smaller -k")
            self._read += part
        return True

    def _chooser(self, how: Sampling) -> Any:
        api = self._api
        chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        steps = []
        if how.repetition_penalty != 1.0:
            size = api.llama_vocab_n_tokens(self._vocabulary)
            steps.append(api.llama_sampler_init_penalties(size, 64, how.repetition_penalty, 0.0, 0.0))
        if how.temperature > 0:
            steps += [api.llama_sampler_init_top_k(_TOP_K), api.llama_sampler_init_top_p(_TOP_P, 1)]
            steps += [api.llama_sampler_init_temp(how.temperature), api.llama_sampler_init_dist(how.seed)]
        else:
            steps.append(api.llama_sampler_init_greedy())
        for step in steps:
            api.llama_sampler_chain_add(chain, step)
        return chain

    def _bytes_of(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(_PIECE_BYTES)
        n = self._api.llama_token_to_piece(self._vocabulary, token, buffer, _PIECE_BYTES, 0, False)
        return buffer.raw[: max(n, 0)]

    def _take_up(self, tokens: Sequence[int]) -> None:
        """Make the best known beginning of `tokens` what the context holds, short of its last token at least."""
        here = shared(self._read, tokens)
        if not self._whole_only:
            if len(self._read) - here >= _WORTH:
                self._put_aside()
            best = max(self._kept, key=lambda kept: shared(kept, tokens), default=())
            if shared(best, tokens) >= here + _WORTH and self._restore(best):
                here = shared(best, tokens)
        # the last token is read again in any case: what comes after it is known from reading it
        self._cut(min(here, len(tokens) - 1))

    def _cut(self, length: int) -> None:
        if length and not (length == len(self._read) and self._whole_only):
            cut = not self._whole_only and self._api.llama_memory_seq_rm(self._memory, 0, length, -1)
            length = length if cut else 0
        if not length:
            self._api.llama_memory_clear(self._memory, True)
        del self._read[length:]

    def _put_aside(self) -> None:
        key = tuple(self._read)
        size = int(self._api.llama_state_seq_get_size(self._context, 0))
        if not 0 < size <= KEPT_BYTES:
            return
        buffer = (ctypes.c_uint8 * size)()
        written = int(self._api.llama_state_seq_get_data(self._context, buffer, size, 0))
        if written > 0:
            self._kept.pop(key, None)
            self._kept[key] = ctypes.string_at(buffer, written)
        while sum(map(len, self._kept.values())) > KEPT_BYTES:
            del self._kept[next(iter(self._kept))]

    def _restore(self, key: tuple[int, ...]) -> bool:
        state = self._kept.pop(key)
        self._cut(0)
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if int(self._api.llama_state_seq_set_data(self._context, buffer, len(state), 0)) <= 0:
            self._cut(0)
            return False
        self._kept[key] = state  # the most recently used
        self._read = list(key)
        return True


def shared(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens two begin with alike."""
    for n, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return n
    return min(len(a), len(b))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_SAID: list[str] = []


def _heard(api: Any) -> list[str]:
    """Nothing of the library goes to the terminal; what it says of faults is kept here, the cause first."""
    _SAID.clear()
    api.llama_log_set(_listener(api), ctypes.c_void_p(0))
    return _SAID


_LISTENERS: list[Any] = []  # one for the process; the library holds no reference of its own


def _listener(api: Any) -> Any:
    def hear(level: int, text: bytes, _: Any) -> None:
        line = text.decode("utf-8", "replace").strip()
        if level == _FAULT and line:
            _SAID.append(line.rpartition("error loading model: ")[2][:160])

    if not _LISTENERS:
        _LISTENERS.append(api.llama_log_callback(hear))
    return _LISTENERS[0]


def _free(api: Any, context: Any, model: Any) -> None:
    api.llama_free(context)
    api.llama_model_free(model)
