"""One program's fit of one work in a process of its own: ``python -m tests.bench.alone WORK CONTENDER``.

Beside another program's it would be disturbed: threads of OpenMP and OpenBLAS that have nothing to do keep a core busy
for a while, and a fit of a few milliseconds then takes many times as long.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench.peers import CONTENDERS, inertia
from tests.bench.works import SCALED, WORKS

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_WARM_UP_ITERATIONS = 2


def alone(work: str, contender: str) -> dict[str, Any]:
    """What a program took for a work, after a warm-up, and what it came to.

    Returns:
        ``seconds`` (the median of the work's repeats), ``n_iter``, ``algorithm``, ``phases`` (seconds), ``inertia``
        (float64), and ``peak_mib``, by how much the fits raised the memory in use; None where the system does not tell.
    """
    command = [sys.executable, "-m", "tests.bench.alone", work, contender]
    measured: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return measured


def main(name: str, contender: str) -> None:
    """Measure, and print as JSON."""
    work, run = (WORKS | SCALED)[name](), CONTENDERS[contender]
    before = _restart_peak()
    run(work, _WARM_UP_ITERATIONS)
    fits = [run(work) for _ in range(work.repeats)]
    peak = None if before is None else (_kib("VmHWM") - before) / 1024
    measured = {
        "seconds": statistics.median(fitted.seconds for fitted in fits),
        "n_iter": fits[-1].n_iter,
        "algorithm": fits[-1].algorithm,
        "phases": dict(fits[-1].phases),
        "inertia": inertia(work, fits[-1].labels),
        "peak_mib": peak,
    }
    print(json.dumps(measured))


def _restart_peak() -> int | None:
    """Let the peak be counted from now on; the KiB in use, the data among them."""
    if not _RESET.exists():
        return None
    _RESET.write_text("5")
    return _kib("VmRSS")


def _kib(field: str) -> int:
    return int(next(line for line in _STATUS.read_text().splitlines() if line.startswith(field)).split()[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
