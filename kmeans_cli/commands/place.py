"""Where a command works: what is not part of the config because it changes no number."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunPlace:
    """Where a command finds data and leaves its run.

    Attributes:
        runs_dir: The folder of run folders.
        argv: The command line, for the record.
        data_dir: Where downloaded data sets are looked for first, or None.
    """

    runs_dir: Path = Path("runs")
    argv: tuple[str, ...] = ()
    data_dir: Path | None = None
