"""What shaped an index: fingerprints of the code and the data tables that reading a file runs through.

After an upgrade another fingerprint tells what must be done again, and nobody keeps a number by hand. `build` is cheap
and changes with every byte of the code; `fingerprint` is exact: it follows the imports from a room, leaves comments
and docstrings out, and counts only the data files that these rooms name.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from casefolio.ingest.languages import FOLDER

_ROOM = Path(__file__).parent
_DATA = (".toml", ".tsv", ".txt", ".json", ".xcu")
_IN_TABLE = re.compile(r"[a-z][\w.]*:\w+")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_LENGTH = 16  # hexadecimal digits


@cache
def build(*folders: Path) -> str:
    """Fingerprint of all code and data in `ingest` and in further folders, to the byte."""
    files = (path for folder in (_ROOM, *folders) for path in sorted(folder.rglob("*")))
    return _digest(path.read_bytes() for path in files if path.suffix in (".py", *_DATA))


@cache
def fingerprint(*rooms: str) -> str:
    """Fingerprint of what some rooms (`ingest.reading`) do: of their code, of all they import, and of their data."""
    files = _reached(rooms)
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    said = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    code = (ast.unparse(_bare(tree)).encode() for tree in trees)
    return _digest([*code, *(path.read_bytes() for path in data_files(files, said))])


def data_files(files: Iterable[Path], said: Iterable[object]) -> list[Path]:
    """Data files that code names: those beside it by their name, tables of languages by their stem as well."""
    names = set(said)
    beside = {path for file in files for path in file.parent.iterdir() if path.suffix in _DATA and path.name in names}
    tables = {path for path in FOLDER.rglob("*.*") if path.suffix in _DATA and names & {path.name, path.stem}}
    return sorted(beside | tables)


def _reached(rooms: Iterable[str]) -> list[Path]:
    """The files of some rooms and of all rooms of ours that they import, wherever in their code."""
    ours = {name.partition(".")[0] for name in (__name__, *rooms)}
    found: dict[str, Path] = {}
    waiting = list(rooms)
    while waiting:
        name = waiting.pop()
        path = _file(name) if name not in found and name.partition(".")[0] in ours else None
        if path is not None:
            found[name] = path
            waiting += _imports(ast.parse(path.read_text("utf-8")))
    return sorted(set(found.values()))


def _file(name: str) -> Path | None:
    """Where a module's code lies; None for a name that is none, such as that of a function."""
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:  # its parent is no package
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None


def _imports(tree: ast.Module) -> Iterator[str]:
    """Names of modules that code imports, or names in a table of rooms (`ingest.loaders.pdf.loader:read_pdf`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _IN_TABLE.fullmatch(node.value):
            yield node.value.partition(":")[0]


def _bare(tree: ast.Module) -> ast.Module:
    """The code without its docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def _digest(pieces: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for piece in pieces:
        whole.update(hashlib.sha256(piece).digest())
    return whole.hexdigest()[:_LENGTH]
