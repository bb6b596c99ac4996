"""The benchmarks are not run by the tests, but they must not rot."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = sorted(path.stem for path in (Path(__file__).parent / "bench").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmarks_can_be_imported(name: str) -> None:
    """Every module of the benchmarks finds what it imports."""
    assert import_module(f"tests.bench.{name}").__doc__
