"""What can be said of a run."""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """The first four are written in ``run.json``; the last two are what a reader finds, and are never written."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    STALE = "stale"
    """``running`` by its own word, but its process is gone."""
    BROKEN = "broken"
    """No ``run.json``, or one that cannot be understood."""

    @property
    def written(self) -> bool:
        """Whether ``run.json`` may hold it."""
        return self not in (RunStatus.STALE, RunStatus.BROKEN)
