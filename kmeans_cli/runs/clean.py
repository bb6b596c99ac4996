"""Run folders removed, at once and whole, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kmeans_cli.errors import PlaceError
from kmeans_cli.runs.atomic import place_errors
from kmeans_cli.runs.claim import LATEST, is_run_name, link_latest
from kmeans_cli.runs.reopen import locked
from kmeans_cli.runs.status import RunStatus
from kmeans_cli.runs.summary import RunSummary, list_runs, summarise

_REMOVING = ".removing"


def remove_run(folder: Path, *, still: Callable[[RunSummary], bool]) -> None:
    """Remove a run folder: first from sight, in one step, then from the disk. Links in it are removed, not followed.

    Args:
        folder: Directly in a folder of runs.
        still: Asked once more while nobody else can go on with the run.

    Raises:
        PlaceError: If it is a link, is being gone on with, is not any more what it was, or cannot be removed.
    """
    if folder.is_symlink():
        raise PlaceError("is a link, and is not followed", where=str(folder))
    with locked(folder), place_errors(folder, "cannot be removed"):
        if not still(summarise(folder)):
            raise PlaceError("is not any more what it was when it was asked for", where=str(folder))
        _remove(folder.rename(folder.with_name(f".{folder.name}{_REMOVING}")))


def remove_leftovers(runs_dir: Path) -> None:
    """Remove what is left of runs whose removal was cut short; what somebody else calls so stays.

    Raises:
        PlaceError: If it cannot be removed.
    """
    for hidden in runs_dir.glob(f".*{_REMOVING}"):
        of_a_run = is_run_name(hidden.name.removeprefix(".").removesuffix(_REMOVING))
        if of_a_run and hidden.is_dir() and not hidden.is_symlink():
            with place_errors(hidden, "cannot be removed"):
                _remove(hidden)


def renew_latest(runs_dir: Path) -> None:
    """Point ``latest`` to the newest run that is left, where it points to none any more; without any, remove it."""
    link = runs_dir / LATEST
    if not link.is_symlink() or link.exists():
        return
    left = (run for run in list_runs(runs_dir) if run.status is not RunStatus.BROKEN)
    newest = next(left, None)
    with suppress(OSError):  # a convenience
        if newest is None:
            link.unlink()
        else:
            link_latest(newest.path)


def _remove(hidden: Path) -> None:
    with suppress(FileNotFoundError):  # another process that cleans here removes it, too
        shutil.rmtree(hidden)


def size_of(folder: Path) -> int:
    """The bytes of all files in a folder; of links only their own."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_symlink() or path.is_file())
