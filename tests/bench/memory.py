"""The peak memory of one fit, in a process of its own: ``python -m tests.bench.memory WORK CONTENDER``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench.peers import CONTENDERS
from tests.bench.works import WORKS

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_memory(work: str, contender: str) -> float | None:
    """MiB by which a fit raises the memory in use, the data not counted; None where the system does not tell."""
    if not _RESET.exists():
        return None
    command = [sys.executable, "-m", "tests.bench.memory", work, contender]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _kib(field: str) -> int:
    return int(next(line for line in _STATUS.read_text().splitlines() if line.startswith(field)).split()[1])


def main(name: str, contender: str) -> None:
    """Print it."""
    work = WORKS[name]()
    _RESET.write_text("5")  # the peak is from now on
    before = _kib("VmRSS")
    CONTENDERS[contender](work)
    print((_kib("VmHWM") - before) / 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
