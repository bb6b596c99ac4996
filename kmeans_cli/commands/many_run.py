"""What all runs of several fits share: their folder, new or gone on with, and each fit kept as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config, dump
from kmeans_cli.errors import FitError
from kmeans_cli.runs import RunFolder, RunStatus, open_run, reopen_run


class Labelled(Protocol):
    """What an error can name."""

    @property
    def number(self) -> int:
        """Its number in the run, from 0."""
        ...

    @property
    def label(self) -> str:
        """What it is."""
        ...


_J = TypeVar("_J", bound=Labelled)
_O = TypeVar("_O")


@dataclass(frozen=True)
class ManyReport:
    """What several fits found and where it is kept.

    Attributes:
        run_dir: The run folder.
        n_fits: The fits of the run.
        n_done: Those that ended, the failed ones too.
        failures: The error of each that failed.
        metrics: What ``metrics.json`` holds; None while fits are missing.
        interrupted: Why the run was stopped early, or None.
        dataset: The data set's name.
        refused: A line for each result that was not kept.
        image: The file of the only picture, where it was asked for; None without one.
    """

    run_dir: Path
    n_fits: int
    n_done: int
    failures: tuple[str, ...]
    metrics: dict[str, Any] | None
    interrupted: str | None
    dataset: str = ""
    refused: tuple[str, ...] = ()
    image: Path | None = None


def open_folder(
    command: str, label: str, record: Mapping[str, Any], config: Config, where: RunPlace, options: ManyOptions
) -> AbstractContextManager[RunFolder]:
    """The folder of the run that is to be gone on with, or a new one; see ``open_run`` and ``reopen_run``."""
    if options.resume is not None:
        return reopen_run(options.resume.path, record=record, config=dump(config))
    return open_run(where.runs_dir, command, label, record=record, config=dump(config))


def keep_outcomes(
    outcomes: Generator[tuple[_J, _O | str]],
    keep: Callable[[_O], object],
    keep_failure: Callable[[_J, str], object],
    *,
    fail_fast: bool,
) -> None:
    """Keep each outcome, and the line of each error, as soon as it is there.

    Args:
        outcomes: What ``run_all`` hands back.
        keep: Writes an outcome to the run folder.
        keep_failure: Writes there that a job failed, and why.
        fail_fast: Stop at the first that fails.

    Raises:
        FitError: If one failed under ``fail_fast``.
    """
    with closing(outcomes):
        for job, outcome in outcomes:
            if not isinstance(outcome, str):
                keep(outcome)
                continue
            keep_failure(job, outcome)
            if fail_fast:
                raise FitError(f"fit {job.number} ({job.label}) failed: {outcome}")


def check_not_all_failed(n_fits: int, errors: Sequence[str]) -> None:
    """Check that there is something to conclude from.

    Raises:
        FitError: If all fits failed.
    """
    if len(errors) == n_fits:
        which = "the only fit failed" if n_fits == 1 else f"all {n_fits} fits failed, the first"
        raise FitError(f"{which}: {errors[0]}")


def mark_failures(folder: RunFolder, n_fits: int, n_failed: int) -> None:
    """Note in ``run.json`` that some fits failed, if they did."""
    if n_failed:
        folder.mark(RunStatus.COMPLETED, f"{n_failed} of {n_fits} fits failed")
