"""``kmeans fit``: one data set, the best of ``n_init`` fits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from kmeans_cli import fit_files, records
from kmeans_cli.checkpoints import Checkpoints
from kmeans_cli.commands.fit_plan import load, thread_count
from kmeans_cli.commands.fit_run import (
    NAME,
    FitReport,
    finished_report,
    metrics_of,
    open_folder,
    remove_checkpoints,
    write_numbers_and_figures,
)
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.record import logged, origin
from kmeans_cli.commands.resume import resume_offered
from kmeans_cli.commands.start import sha256_of, with_start_named
from kmeans_cli.config import Config
from kmeans_cli.core.types import MapBlocks, StopReason
from kmeans_cli.evaluation import evaluate
from kmeans_cli.experiment import FitData, FitJob, Fitted, run_fit
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Progress, Stage
from kmeans_cli.runs import Run, RunFolder, RunStatus, check_label
from kmeans_cli.threads import open_block_map


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
        seconds = {"load": load_seconds, "prepare": data.seconds}
        metrics, drawn = _record(folder, config, data, fits, seconds, map_blocks, progress, should_stop)
        whole = drawn and len(fits) == len(jobs) and fits[-1].result.stop_reason is not StopReason.INTERRUPTED
        if not whole:
            folder.mark(RunStatus.INTERRUPTED, should_stop.reason)
    if whole:
        remove_checkpoints(checkpoints, should_stop)
    return FitReport(folder.path, dataset.name, metrics, None if whole else should_stop.reason)


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


def _record(
    folder: RunFolder,
    config: Config,
    data: FitData,
    fits: Sequence[Fitted],
    seconds: dict[str, float],
    map_blocks: MapBlocks,
    progress: Progress,
    should_stop: Interruption,
) -> tuple[dict[str, Any], bool]:
    """Write all files, of the best fit but for the histories; its numbers, and whether all figures were drawn."""
    dataset = data.dataset
    records.write_history(folder, {fitted.job.number: fitted.result.history for fitted in fits})
    best = min(fits, key=lambda fitted: fitted.result.inertia)
    progress(Stage("evaluating"))
    outcome = evaluate(data, best, config.evaluate, config.data.seed, map_blocks)
    model = fit_files.write_model(folder, "model.npz", dataset, outcome)
    fit_files.write_labels(folder, dataset, outcome)
    fit_files.write_centroids(folder, model)
    fit_files.write_trace(folder, outcome.fitted)
    metrics = metrics_of(outcome, dataset.warnings, seconds)
    drawn = write_numbers_and_figures(folder, config, dataset, outcome, metrics, progress, should_stop)
    return metrics, drawn
