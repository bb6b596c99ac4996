"""``kmeans runs clean``: old or unfinished runs, removed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kmeans_cli.errors import ConfigError
from kmeans_cli.progress import Progress, Stage
from kmeans_cli.runs import RunStatus, RunSummary, list_runs
from kmeans_cli.runs.claim import is_run_name
from kmeans_cli.runs.clean import remove_leftovers, remove_run, renew_latest, size_of

REMOVABLE = tuple(status.value for status in RunStatus if status is not RunStatus.RUNNING)
_UNASKED = (RunStatus.RUNNING, RunStatus.BROKEN)
"""What only goes when it is named: never the first, and what nobody can read may still be worth a look."""

_BEGINNING = timedelta(minutes=1)
"""Longer than any run takes from its folder to its first ``run.json``."""


@dataclass(frozen=True)
class Chosen:
    """A run that is to go.

    Attributes:
        run: The run.
        size: Of its files, in bytes.
    """

    run: RunSummary
    size: int


@dataclass(frozen=True)
class Wanted:
    """Which runs are to go; both conditions hold.

    Attributes:
        older_than: Ended (or, where that is not known, started) longer ago than this; None: whenever.
        status: One of these; None: any that has ended, but not ``broken``.

    Raises:
        ConfigError: For neither, and for a status that is none or must stay.
    """

    older_than: timedelta | None
    status: Collection[str] | None

    def __post_init__(self) -> None:
        """Check."""
        if self.older_than is None and self.status is None:
            raise ConfigError("which runs? say --older-than or --status", where="runs clean")
        for name in self.status or ():
            if name not in REMOVABLE:
                raise ConfigError("is no status that can be removed", where="--status", value=name, allowed=REMOVABLE)

    def __call__(self, run: RunSummary) -> bool:
        """Whether a run is one of them."""
        wanted = run.status not in _UNASKED if self.status is None else run.status.value in self.status
        return wanted and self._is_run(run) and (self.older_than is None or self._is_old(run, self.older_than))

    def _is_run(self, run: RunSummary) -> bool:
        """Other programs have a ``run.json``, too; and a run that has none yet may be about to begin."""
        return run.status is not RunStatus.BROKEN or (is_run_name(run.name) and self._is_old(run, _BEGINNING))

    def _is_old(self, run: RunSummary, age: timedelta) -> bool:
        moment = _moment(run)
        return moment is not None and datetime.now(UTC) - moment > age


def choose(wanted: Wanted, runs_dir: Path) -> list[Chosen]:
    """The runs that would go, the newest first; none where there is no folder yet.

    Raises:
        PlaceError: ``runs_dir`` is unreadable.
    """
    found = list_runs(runs_dir) if runs_dir.exists() else []
    return [Chosen(run, size_of(run.path)) for run in found if wanted(run)]


def clean(chosen: Collection[Chosen], wanted: Callable[[RunSummary], bool], runs_dir: Path, progress: Progress) -> None:
    """Remove runs, and see that ``latest`` is one of those left.

    Raises:
        PlaceError: If one cannot be removed, or somebody goes on with it; those before are gone.
    """
    try:
        remove_leftovers(runs_dir)
        for each in chosen:
            progress(Stage(f"removing {each.run.name}"))
            remove_run(each.run.path, still=wanted)
    finally:
        if runs_dir.exists():
            renew_latest(runs_dir)


def _moment(run: RunSummary) -> datetime | None:
    """When something last happened to a run, as far as its record or at least its name tells."""
    for text in (run.finished, run.started, run.name.partition("-")[0]):
        try:
            moment = datetime.fromisoformat(text or "")
        except ValueError:
            continue
        if moment.tzinfo is not None:
            return moment
    return None
