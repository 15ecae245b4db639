"""The house stands in one direction: imports run to the left, and heavy libraries wait until they are used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ("ingest", "indexes", "prompts", "rag", "eval")
HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "langchain",
    "langchain_core",
    "sklearn",
    "onnxruntime",
    "faiss",
}


def imports(path):
    """Modules a file imports: (module, whether at the top of the file)."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {n for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)}
    guarded = {
        n for i in ast.walk(tree) if isinstance(i, ast.If) and "TYPE_CHECKING" in ast.dump(i.test) for n in ast.walk(i)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            yield name, node not in inside and node not in guarded


def package_of(name):
    """The folder of a module: the rooms of `rag` stand at the top of the package."""
    first, _, rest = name.partition(".")
    second = rest.partition(".")[0]
    return first if first != "casefolio" else second if second in ORDER else "rag"


FILES = [p for package in ORDER for p in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize("package", ORDER)
def test_imports_never_run_back(package):
    rank = ORDER.index(package)
    back = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in FILES
        if path.relative_to(ROOT).parts[0] == package
        for name, _ in imports(path)
        if package_of(name) in ORDER and ORDER.index(package_of(name)) > rank
    ]
    assert not back


def test_heavy_libraries_wait_until_they_are_used():
    early = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in FILES
        for name, at_top in imports(path)
        # rag/langchain.py subclasses what LangChain defines, so whoever imports it wants LangChain
        if at_top and name.split(".")[0] in HEAVY and path.name != "langchain.py"
    ]
    assert not early


def test_import_rag_leaves_torch_unloaded():
    code = "import sys, casefolio, casefolio.library\n"
    code += "sys.exit(not {'torch', 'transformers', 'langchain'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
