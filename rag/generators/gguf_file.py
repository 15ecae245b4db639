"""What a GGUF file says of itself, read with every bound checked: the library that runs it may abort on a lie.

The form is documented at https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. A file that passes here has whole
metadata, whole tensors, a vocabulary and a decoder; whether its weights make sense nobody can tell beforehand.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from casefolio.ingest.errors import GeneratorError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_MOST_KEYS, _MOST_TENSORS, _MOST_ITEMS = 4_096, 65_536, 8_000_000
_KEY_BYTES, _TEXT_BYTES = 65_535, 4_000_000
_DIMENSIONS = 4
# metadata that says how the model is built; each must be a number where it is there
_SIZES = ("block_count", "embedding_length", "attention.head_count")
# models that read and do not write, and parts of models
_NO_WRITERS = frozenset(
    {"bert", "nomic-bert", "jina-bert-v2", "t5encoder", "clip", "wavtokenizer-dec", "gemma-embedding"}
)
_HINT = "name a model in GGUF that answers, e.g. an instruct model of 1 to 7 B"


@dataclass(frozen=True, slots=True)
class GgufFile:
    """The part of the metadata that we use.

    Attributes:
        architecture: e.g. `qwen2`.
        context: tokens it was trained to hold; 0 where it does not say.
        template: of its chats, in Jinja; empty where there is none.
        tokens: size of the vocabulary.
    """

    architecture: str
    context: int
    template: str
    tokens: int


class _Broken(ValueError):
    """What is wrong, in a few words."""


class _Cursor:
    """Reads forward in a file and never beyond its end."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._at, self._size = data, 0, len(data)

    @property
    def at(self) -> int:
        return self._at

    def take(self, count: int) -> bytes:
        if count > self._size - self._at:
            raise _Broken("it ends too early")
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, form: str) -> Any:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def count(self, most: int, what: str) -> int:
        found = int(self.number("Q"))
        if found > most:
            raise _Broken(f"it claims {found} {what}")
        return found

    def text(self, most: int = _TEXT_BYTES) -> bytes:
        return self.take(self.count(most, "bytes of one text"))

    def value(self) -> Any:
        """A number or text; of a list its length, which is all that is asked of one."""
        kind = self.number("I")
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        if kind == _STRING:
            return self.text()
        if kind != _ARRAY:
            raise _Broken(f"it has a value of an unknown kind {kind}")
        inner, length = self.number("I"), self.count(_MOST_ITEMS, "items of one list")
        if inner in _SCALARS:
            self.take(length * struct.calcsize("<" + _SCALARS[inner]))
        elif inner == _STRING:
            for _ in range(length):
                self.text()
        else:
            raise _Broken(f"it has a list of an unknown kind {inner}")
        return _List(length)


class _List(int):
    """Length of a list, told apart from a number."""


def read_gguf(path: str | Path) -> GgufFile:
    """Read and check the metadata of a model file. Half a second for the largest vocabularies, once a file.

    Raises:
        GeneratorError: in one line, where the file is missing, no GGUF, cut short, or no model that writes.
    """
    file = Path(path).expanduser()
    try:
        if file.is_dir():
            raise GeneratorError(f"{path} is a folder, not a GGUF file", _HINT)
        state = file.stat()
        return _read(file, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise GeneratorError(f"{path} cannot be read: {error.strerror or type(error).__name__}", _HINT) from error
    except _Broken as error:
        raise GeneratorError(f"{path} is no sound GGUF model: {error}", _HINT) from error


@lru_cache(maxsize=8)
def _read(file: Path, size: int, _: int) -> GgufFile:
    if not file.is_file():
        raise _Broken("it is no ordinary file")
    if size < 24:
        raise _Broken("it is too short")
    with file.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        cursor = _Cursor(data)
        if cursor.take(4) != _MAGIC:
            raise _Broken("it does not begin like one")
        version = cursor.number("I")
        if version not in _VERSIONS:
            raise _Broken(f"version {version} is not known")
        tensors = cursor.count(_MOST_TENSORS, "tensors")
        keys = cursor.count(_MOST_KEYS, "settings")
        known = {}
        for _key in range(keys):
            name = cursor.text(_KEY_BYTES).decode("utf-8", "replace")
            known[name] = cursor.value()
        _check_tensors(cursor, tensors, known, size)
    return _described(known)


def _check_tensors(cursor: _Cursor, tensors: int, known: Mapping[str, Any], size: int) -> None:
    """Names, shapes and places of the tensors; each must begin inside the file."""
    if not tensors:
        raise _Broken("it holds no weights")
    furthest, names = 0, set()
    for _ in range(tensors):
        name = cursor.text(_KEY_BYTES)
        if name in names:
            raise _Broken("two of its tensors have one name")
        names.add(name)
        dimensions = cursor.number("I")
        if not 1 <= dimensions <= _DIMENSIONS:
            raise _Broken(f"it has a tensor of {dimensions} dimensions")
        if 0 in [cursor.number("Q") for _ in range(dimensions)]:
            raise _Broken("it has an empty tensor")
        cursor.number("I")
        furthest = max(furthest, cursor.number("Q"))
    alignment = known.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 65_536:
        raise _Broken("its alignment makes no sense")
    begin = -(-cursor.at // alignment) * alignment
    if begin + furthest >= size:
        raise _Broken("it ends too early: was it copied whole?")


def _described(known: Mapping[str, Any]) -> GgufFile:
    def text(key: str) -> str:
        value = known.get(key, b"")
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""

    architecture = text("general.architecture")
    if not architecture:
        raise _Broken("it does not say what architecture it has")
    if architecture in _NO_WRITERS or text("general.type") in ("adapter", "mmproj", "imatrix"):
        raise _Broken(f"it holds {text('general.type') or architecture} weights, which write no text")
    for key in _SIZES:
        value = known.get(f"{architecture}.{key}")
        if not isinstance(value, int) or value < 1:
            raise _Broken(f"its {key} makes no sense")
    vocabulary = known.get("tokenizer.ggml.tokens")
    if not isinstance(vocabulary, _List) or not vocabulary:
        raise _Broken("it has no vocabulary")
    context = known.get(f"{architecture}.context_length", 0)
    if isinstance(context, bytes | float) or context < 0:
        raise _Broken("its context length makes no sense")
    return GgufFile(architecture, int(context), text("tokenizer.chat_template"), int(vocabulary))
