"""What runs of ``kmeans fit`` share, in memory or in passes: their folder, new or gone on with, and what it tells."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmeans_cli import fit_files, records
from kmeans_cli.checkpoints import CHECKPOINTS, Checkpoints
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.resume import check_unchanged, check_whole, has_all
from kmeans_cli.config import Config, dump
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import PlaceError
from kmeans_cli.evaluation import FitOutcome
from kmeans_cli.interruption import Interruption
from kmeans_cli.plots.registry import PLOTS
from kmeans_cli.progress import Progress, Stage, Warned
from kmeans_cli.runs import Run, RunFolder, RunStatus, open_run, reopen_run

NAME = "fit"


@dataclass(frozen=True)
class FitReport:
    """What a fit found and where it is kept.

    Attributes:
        run_dir: The run folder.
        dataset: The data set's name.
        metrics: What ``metrics.json`` holds.
        interrupted: Why the fit was stopped early, or None.
    """

    run_dir: Path
    dataset: str
    metrics: dict[str, Any]
    interrupted: str | None


def finished_report(run: Run, config: Config, dataset: Dataset, start_sha256: str | None) -> FitReport | None:
    """The report of a run that is to be gone on with, but has nothing left to do; None if it has.

    Raises:
        ConfigError, PlaceError: If it cannot be gone on with, or is completed, but damaged.
    """
    check_unchanged(run, config, dataset, start_sha256)
    if run.status is not RunStatus.COMPLETED or not has_all(run, config, dataset.sha256, start_sha256):
        return None
    check_whole(run)
    RunFolder(run.path, run.record).remove(CHECKPOINTS)  # those that a crash at the very end left
    return FitReport(run.path, dataset.name, run.metrics, None)


def open_folder(
    config: Config, dataset: Dataset, where: RunPlace, resume: Run | None, record: dict[str, Any]
) -> AbstractContextManager[RunFolder]:
    """A new run folder, or that of the run to go on with."""
    if resume is not None:
        return reopen_run(resume.path, record=record, config=dump(config))
    label = config.name or f"{dataset.name}-k{config.kmeans.n_clusters}"
    return open_run(where.runs_dir, NAME, label, record=record, config=dump(config))


def metrics_of(outcome: FitOutcome, warnings: Sequence[str], seconds: dict[str, float]) -> dict[str, Any]:
    """What ``metrics.json`` holds.

    Args:
        outcome: The best fit.
        warnings: What else is to be known, of the data.
        seconds: What was spent besides the fit.
    """
    return {
        "fit": outcome.fitted.job.number,
        **outcome.metrics,
        "warnings": [*warnings, *outcome.metrics["warnings"]],
        "seconds": outcome.metrics["seconds"] | seconds | {"figures": 0.0},
    }


def write_numbers_and_figures(
    folder: RunFolder,
    config: Config,
    dataset: Dataset,
    outcome: FitOutcome,
    metrics: dict[str, Any],
    progress: Progress,
    should_stop: Interruption,
) -> bool:
    """Write ``metrics.json``, and the figures with the time they took; False when a signal left some undrawn."""
    for warning in metrics["warnings"]:
        progress(Warned(warning))
    # The numbers first: figures take longer, and a signal may cut them short.
    folder.write_json("metrics.json", metrics)
    if not config.figures.enabled:
        return True
    began = time.perf_counter()
    progress(Stage("drawing figures"))
    view = fit_files.build_view(dataset, outcome)
    drawn = records.write_figures(folder, PLOTS, view, config.figures, should_stop=lambda: should_stop.signalled)
    metrics["seconds"]["figures"] = time.perf_counter() - began
    folder.write_json("metrics.json", metrics)
    return drawn


def remove_checkpoints(checkpoints: Checkpoints, should_stop: Interruption) -> None:
    """Of a run that is completed, whatever comes now."""
    with should_stop.deferred(), suppress(PlaceError):
        checkpoints.remove()
