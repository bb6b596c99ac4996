"""How much memory a process takes, and may still take."""

from __future__ import annotations

import math
from pathlib import Path

PROGRAM_BYTES = 60 << 20
"""What Python with its libraries takes."""

_MEMINFO = Path("/proc/meminfo")
_OWN_GROUP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")


def available_bytes() -> float:
    """What Linux would give without swapping, caches that it can drop included; infinite where nothing says so.

    At most what the control group of this process, a container say, is allowed (Linux, "Control Group v2").
    """
    return min(_available_here(), *_allowed())


def _available_here() -> float:
    for line in _lines(_MEMINFO):
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return math.inf


def _allowed() -> list[float]:
    """The limits of this process's group and of those it is in; infinity first, so that there is one."""
    own = next((line[3:].strip("/") for line in _lines(_OWN_GROUP) if line.startswith("0::")), "")
    folder = _GROUPS / own
    limits = [_lines(group / "memory.max") for group in (folder, *folder.parents) if group.is_relative_to(_GROUPS)]
    return [math.inf, *(int(lines[0]) for lines in limits if lines and lines[0].isdecimal())]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
