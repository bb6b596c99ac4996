"""``kmeans`` as a process of its own, to be killed; what is seen of it from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def start(folder: Path, *args: str, tmp: Path | None = None) -> subprocess.Popen[str]:
    """``kmeans`` with these arguments, working in a folder; its temporary files go to ``tmp``."""
    return subprocess.Popen(
        [sys.executable, "-m", "kmeans_cli", *args],
        cwd=folder,
        env=os.environ | {"TMPDIR": str(tmp or tempfile.gettempdir())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Return as soon as it is so; fail when it does not come to pass."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)


def workers_of(pid: int) -> list[int]:
    """The worker processes of a process, as /proc knows them; none of one that has ended."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    except OSError:
        return []


def run_in(runs: Path) -> Path | None:
    """The one run that was begun in a folder; None before its first record."""
    records = list(runs.glob("2*/run.json"))
    return records[0].parent if records else None


def record_of(runs: Path) -> dict[str, Any]:
    """What ``run.json`` of the one run says; nothing before there is one."""
    run = run_in(runs)
    return {} if run is None else dict(json.loads((run / "run.json").read_text()))
