"""``kmeans fit``: one data set, the best of ``n_init`` fits."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kmeans_cli import datasets, records
from kmeans_cli.checkpoints import CHECKPOINTS, Checkpoints
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.record import logged, origin
from kmeans_cli.commands.resume import check_unchanged, check_whole, has_all, resume_offered
from kmeans_cli.commands.start import given_start, sha256_of, with_start_named
from kmeans_cli.config import Config, dump
from kmeans_cli.core.engine import check
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import Float64Array, MapBlocks, StopReason
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.evaluation import FitOutcome, evaluate
from kmeans_cli.experiment import FitData, FitJob, Fitted, run_fit, seed_of_fit
from kmeans_cli.interruption import Interruption
from kmeans_cli.plots.registry import PLOTS
from kmeans_cli.progress import Progress, Stage, Warned
from kmeans_cli.runs import Run, RunFolder, RunStatus, check_label, open_run, reopen_run
from kmeans_cli.sweep import starts_per_k
from kmeans_cli.threads import available_cores, open_block_map

NAME = "fit"

BYTES_OF_PROGRAM = 130 << 20
"""Python, NumPy and matplotlib with figures drawn (measured)."""


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


@dataclass(frozen=True)
class FitPlan:
    """What a fit would do.

    Attributes:
        dataset: The data set's name.
        shape: (n, d) of the training samples.
        dtype: float32 or float64.
        n_test: Held-out samples.
        jobs: The fits.
        threads: Threads of a fit.
        bytes_peak: About the memory the whole process needs.
        in_passes: Why the data are read in passes; None: they are held in memory.
    """

    dataset: str
    shape: tuple[int, int]
    dtype: str
    n_test: int
    jobs: tuple[FitJob, ...]
    threads: int
    bytes_peak: int
    in_passes: str | None = None


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
    dataset, jobs = _load(config, where, progress)
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


def plan(config: Config, *, where: RunPlace, progress: Progress) -> FitPlan:
    """What ``fit`` would do, after reading and checking the data; nothing is written."""
    dataset, jobs = _load(config, where, progress)
    n, d = dataset.X.shape
    n_test = 0 if dataset.test is None else len(dataset.test.X)
    # The samples, as much again while they are read and made ready, and labels, distances and bounds.
    matrices = (n + n_test) * d * dataset.X.itemsize * 2
    working = n * 64 + 8 * config.kmeans.n_clusters * d * 8
    peak = BYTES_OF_PROGRAM + matrices + working
    return FitPlan(dataset.name, (n, d), str(dataset.X.dtype), n_test, jobs, thread_count(config), peak)


def thread_count(config: Config) -> int:
    """Threads of a fit."""
    return config.executor.jobs or available_cores()


def _load(config: Config, where: RunPlace, progress: Progress) -> tuple[Dataset, tuple[FitJob, ...]]:
    start = given_start(config.kmeans, where.runs_dir)
    dataset = datasets.load(config.data, data_dir=where.data_dir, progress=progress)
    try:
        check(ArraySamples(dataset.X, dataset.weights), config.kmeans, start)
    except ConfigError as error:
        raise error.at(f"kmeans.{error.where}") from None
    return dataset, jobs_of(config, start)


def jobs_of(config: Config, start: Float64Array | None) -> tuple[FitJob, ...]:
    """The fits of a run, from drawn starts or (k, d) a given one."""
    (n_starts,) = starts_per_k(config.kmeans, 1)
    # Mini-batch chooses among its starts before it begins; an exact fit is made from each.
    n_fits, n_init = (1, n_starts) if config.kmeans.is_minibatch else (n_starts, 1)
    return tuple(
        FitJob(
            number,
            replace(config.kmeans, n_init=n_init),
            seed_of_fit(config.seed, number),
            start,
            config.evaluate.distance_sum_history,
            config.trace,
            config.minibatch,
        )
        for number in range(n_fits)
    )


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
