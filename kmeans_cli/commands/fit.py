"""``kmeans fit``: one data set, the best of ``n_init`` fits."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmeans_cli import records
from kmeans_cli.checkpoints import CHECKPOINTS, Checkpoints
from kmeans_cli.commands.fit_plan import load, thread_count
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.record import logged, origin
from kmeans_cli.commands.resume import check_unchanged, check_whole, has_all, resume_offered
from kmeans_cli.commands.start import sha256_of, with_start_named
from kmeans_cli.config import Config, dump
from kmeans_cli.core.types import MapBlocks, StopReason
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import PlaceError
from kmeans_cli.evaluation import FitOutcome, evaluate
from kmeans_cli.experiment import FitData, FitJob, Fitted, run_fit
from kmeans_cli.interruption import Interruption
from kmeans_cli.plots.registry import PLOTS
from kmeans_cli.progress import Progress, Stage, Warned
from kmeans_cli.runs import Run, RunFolder, RunStatus, check_label, open_run, reopen_run
from kmeans_cli.threads import open_block_map

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


def fit(
    config: Config, *, where: RunPlace, progress: Progress, should_stop: Interruption, resume: Run | None = None
) -> FitReport:
    """Fit, evaluate, record; in a new run, or in one that ended early and is gone on with.

    Raises:
        ConfigError: If the settings do not suit the data, or the run to go on with; nothing is changed then.
        PlaceError: If data or that run cannot be read (nothing is changed either), or the folder not be written.
        FitError: If the fit cannot go on.
        Interrupted: If a signal came before the fit, or a second one.
    """
    began = time.perf_counter()
    if config.name is not None:
        check_label(config.name)
    config = with_start_named(config, where.runs_dir)
    dataset, jobs = load(config, where, progress)
    start_sha256 = sha256_of(jobs[0].start)
    finished = None if resume is None else finished_report(resume, config, dataset, start_sha256)
    if finished is not None:
        return finished
    load_seconds = time.perf_counter() - began
    threads = thread_count(config)
    record = origin(config, dataset, where, threads, start_sha256)
    with (
        # From here on the first signal lets what was reached be recorded.
        should_stop.deferred(),
        open_folder(config, dataset, where, resume, record) as folder,
        resume_offered(NAME, folder.path),
        open_block_map(threads) as map_blocks,
    ):
        folder.remove("figures")
        checkpoints = Checkpoints(folder, config.checkpoint_seconds)
        progress = logged(progress, folder)
        for note in dataset.notes:
            folder.log(note)
        data = FitData.of(dataset, map_blocks)
        fits = _fit_all(data, jobs, map_blocks, progress, should_stop, checkpoints)
        records.write_history(folder, {fitted.job.number: fitted.result.history for fitted in fits})
        best = min(fits, key=lambda fitted: fitted.result.inertia)
        progress(Stage("evaluating"))
        outcome = evaluate(data, best, config.evaluate, config.data.seed, map_blocks)
        metrics = _metrics(dataset, outcome, {"load": load_seconds, "prepare": data.seconds, "figures": 0.0})
        whole = len(fits) == len(jobs) and fits[-1].result.stop_reason is not StopReason.INTERRUPTED
        whole &= _record(folder, config, dataset, outcome, metrics, progress, should_stop)
        if not whole:
            folder.mark(RunStatus.INTERRUPTED, should_stop.reason)
    if whole:
        with should_stop.deferred(), suppress(PlaceError):  # the run is completed, whatever comes now
            checkpoints.remove()
    return FitReport(folder.path, dataset.name, metrics, None if whole else should_stop.reason)


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


def _fit_all(
    data: FitData,
    jobs: tuple[FitJob, ...],
    map_blocks: MapBlocks,
    progress: Progress,
    should_stop: Interruption,
    checkpoints: Checkpoints,
) -> list[Fitted]:
    fits: list[Fitted] = []
    for job in jobs:
        if fits and should_stop():
            break
        fits.append(run_fit(data, job, len(jobs), map_blocks, progress, should_stop, checkpoints))
    return fits


def _metrics(dataset: Dataset, outcome: FitOutcome, seconds: dict[str, float]) -> dict[str, Any]:
    """What ``metrics.json`` holds."""
    return {
        "fit": outcome.fitted.job.number,
        **outcome.metrics,
        "warnings": [*dataset.warnings, *outcome.metrics["warnings"]],
        "seconds": outcome.metrics["seconds"] | seconds,
    }


def _record(
    folder: RunFolder,
    config: Config,
    dataset: Dataset,
    outcome: FitOutcome,
    metrics: dict[str, Any],
    progress: Progress,
    should_stop: Interruption,
) -> bool:
    """Write all files but the history; False when a signal left figures undrawn."""
    model = records.write_model(folder, "model.npz", dataset, outcome)
    records.write_labels(folder, dataset, outcome)
    records.write_centroids(folder, model)
    records.write_trace(folder, outcome.fitted)
    for warning in metrics["warnings"]:
        progress(Warned(warning))
    # The numbers first: figures take longer, and a signal may cut them short.
    folder.write_json("metrics.json", metrics)
    if not config.figures.enabled:
        return True
    began = time.perf_counter()
    progress(Stage("drawing figures"))
    view = records.build_view(dataset, outcome)
    drawn = records.write_figures(folder, PLOTS, view, config.figures, should_stop=lambda: should_stop.signalled)
    metrics["seconds"]["figures"] = time.perf_counter() - began
    folder.write_json("metrics.json", metrics)
    return drawn
