"""A model file is tried in a process of its own before it is run in ours: llama.cpp aborts on what it does not expect.

Two things end the process that loads a model, and neither can be caught in it: a file that lies about itself, and a
build of the library with instructions that the processor names and does not have (AMX in many virtual machines).
The first is told in one line, the second is tried again without them. What was found is remembered for this file,
library and processor.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from casefolio.ingest.errors import GeneratorError

_TRIAL_WINDOW = 512
_LONGEST_S = 300.0
_HINT = "use another build of the model, or install llama-cpp-python anew with CMAKE_ARGS=-DGGML_NATIVE=OFF"
_WAYS = ("full", "plain")


def way_to_run(file: Path) -> str:
    """`full`, or `plain` where this build runs here only without what some processors have.

    Raises:
        GeneratorError: where it does not run at all.
    """
    note = _note(file)
    with suppress(OSError):
        known = note.read_text(encoding="ascii")
        if known in _WAYS:
            return known
    for way in _WAYS:
        if _runs(file, way):
            from casefolio.indexes.home import write_private

            with suppress(OSError):  # a cache that cannot be written costs time, not the answer
                write_private(note, way.encode("ascii"))
            return way
    raise GeneratorError(f"{file.name} ends the process that loads it", _HINT)


def _note(file: Path) -> Path:
    from importlib.metadata import PackageNotFoundError, version

    from casefolio.generators.llama_engine import llama_api
    from casefolio.indexes.encoders.cache import cache_folder

    llama_api()
    try:
        library = version("llama-cpp-python")
    except PackageNotFoundError:
        library = ""
    state = file.stat()
    seen = [file, state.st_size, state.st_mtime_ns, state.st_ino, library, platform.machine(), _processor()]
    return cache_folder() / "models" / hashlib.sha256("\0".join(map(str, seen)).encode()).hexdigest()


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("flags"):
                return line
    return platform.processor()


def _runs(file: Path, way: str) -> bool:
    """Whether a process that loads the model and reads a few tokens comes to its end.

    Raises:
        GeneratorError: what it says where it refuses the model.
    """
    command = [sys.executable, "-m", "casefolio.generators.gguf_trial", str(file), way]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise GeneratorError(f"{file.name} was not loaded within {_LONGEST_S:g} s", "use a smaller model") from None
    if done.returncode == 1:
        said = done.stdout.decode("utf-8", "replace").strip().splitlines()
        raise GeneratorError(said[-1] if said else f"{file.name} cannot be run", "is the file whole?")
    return done.returncode == 0


def main(file: str, way: str) -> int:
    """Load the model, read a few tokens and write one."""
    from casefolio.generators.base import Sampling
    from casefolio.generators.llama_engine import Engine

    try:
        engine = Engine(Path(file), _TRIAL_WINDOW, plain=way == "plain")
        # as many as are read at once: other code runs for many tokens than for one
        tokens = (engine.tokens("one two three four ", control=False) * 64)[:256] or [0]
        for _ in engine.written(tokens, 2, Sampling(), threading.Event()):
            pass
    except GeneratorError as error:
        print(error.message)
        return 1
    return 0


if __name__ == "__main__":
    # nothing is left to tidy up, and what a hostile file has left behind is not to be met at the end
    status = main(*sys.argv[1:3])
    sys.stdout.flush()
    os._exit(status)
