"""How much memory there is, by what Linux says."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from kmeans_cli import memory


def test_what_is_available_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what is free: caches fill that in the end; a limit of the group, or of one around it, bounds it."""
    (tmp_path / "meminfo").write_text("MemTotal: 9000 kB\nMemFree: 10 kB\nMemAvailable:    4000 kB\n")
    (tmp_path / "cgroup").write_text("1:name=other:/elsewhere\n0::/outer/inner\n")
    (tmp_path / "outer" / "inner").mkdir(parents=True)
    for name, path in (("_MEMINFO", "meminfo"), ("_OWN_GROUP", "cgroup"), ("_GROUPS", "")):
        monkeypatch.setattr(memory, name, tmp_path / path)
    assert memory.available_bytes() == 4000 * 1024
    (tmp_path / "outer" / "inner" / "memory.max").write_text("max\n")
    assert memory.available_bytes() == 4000 * 1024
    (tmp_path / "outer" / "memory.max").write_text("3000\n")
    assert memory.available_bytes() == 3000


def test_where_nothing_says_so_there_is_no_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system without /proc."""
    for name in ("_MEMINFO", "_OWN_GROUP", "_GROUPS"):
        monkeypatch.setattr(memory, name, tmp_path / "missing")
    assert memory.available_bytes() == math.inf
