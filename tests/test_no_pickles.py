"""Nothing that comes from outside is ever unpickled, evaluated or made into objects."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import kmeans_cli

_ROOT = Path(kmeans_cli.__file__).parent
# A private temporary folder between this process and its own workers; no user's file.
_OWN_WORKERS = {"shared.py", "posting.py"}
_NEVER = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
_READS = {"np.load", "npy.read_array", "np.lib.format.read_array"}
_CODE = {"eval", "exec", "compile", "__import__"}


def _nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in _ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path.relative_to(_ROOT).as_posix(), node


def test_pickle_is_for_our_own_workers_only() -> None:
    """No module imports a pickling library but those between this process and its workers."""
    users = {
        path
        for path, node in _nodes()
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)])
        if name.split(".")[0] in _NEVER
    }
    assert users == _OWN_WORKERS


def test_numpy_never_unpickles() -> None:
    """Every call that reads or writes arrays says ``allow_pickle=False``, or is of a function that has no pickles."""
    for path, node in _nodes():
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant), path
            assert node.value.value is False, path
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _READS:
            assert any(keyword.arg == "allow_pickle" for keyword in node.keywords), path


def test_no_text_becomes_code() -> None:
    """Neither ``eval`` nor its relatives are called, and YAML only by the loader that makes plain values."""
    for path, node in _nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in _CODE, path
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "yaml":
            assert node.attr not in ("load", "full_load", "unsafe_load", "load_all", "Loader", "UnsafeLoader"), path
