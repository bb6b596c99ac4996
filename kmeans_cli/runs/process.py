"""Whether the process that wrote a run is still there. Process numbers are used again, so a number is not enough."""

from __future__ import annotations

import os
from pathlib import Path

_GONE = ("Z", "X")  # a zombie has ended; only its parent has not looked yet


def start_of(pid: int) -> str | None:
    """``<boot id>/<clock ticks from boot to the start of the process>``; None without a process or a ``/proc``.

    Ticks and not a date: they do not move when the machine's clock is set.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks and parentheses
    state, ticks = fields[0], fields[19]  # fields 3 and 22 of proc(5)
    return None if state in _GONE else f"{boot}/{ticks}"


def is_alive(pid: int, started: str | None) -> bool:
    """Whether process ``pid`` of this machine runs, and is the one that started then (None: not known)."""
    if started is not None:
        return start_of(pid) == started
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # somebody else's, but there
    except (OSError, OverflowError):
        return False
    return True
