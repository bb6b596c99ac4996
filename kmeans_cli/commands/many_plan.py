"""Which fits a run of many has, which of them are there already, and who does the rest."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kmeans_cli import datasets
from kmeans_cli.commands.many_options import ManyOptions, check_count
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.resume import check_same, damage_of, find_reusable, has_all
from kmeans_cli.config import Config
from kmeans_cli.core.engine import check
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.crew import Crew, choose_crew
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.experiment import FitJob, seed_of_fit
from kmeans_cli.fit_records import FITS, read_fits
from kmeans_cli.memory import PROGRAM_BYTES
from kmeans_cli.progress import Progress
from kmeans_cli.runs import Run, RunStatus, check_label
from kmeans_cli.sweep import fit_keys, swept_ks


@dataclass(frozen=True)
class ManyPlan:
    """What is to be done.

    Attributes:
        dataset: The data.
        jobs: All fits of the run, by number.
        pending: Those that are not there yet.
        crew: Who does them.
        done: The completed run in which nothing is left to do, or None.
        load_seconds: What reading the data took.
        bytes_peak: An upper estimate of the memory of all processes together.
    """

    dataset: Dataset
    jobs: tuple[FitJob, ...]
    pending: tuple[FitJob, ...]
    crew: Crew
    done: Run | None
    load_seconds: float
    bytes_peak: int


def plan_many(command: str, config: Config, *, where: RunPlace, options: ManyOptions, progress: Progress) -> ManyPlan:
    """Read and check the data, and look at what is there; nothing is written.

    Raises:
        ConfigError: If the settings cannot be right, for themselves, with these data or with the run to go on with.
        PlaceError: If the data or that run cannot be read.
    """
    began = time.perf_counter()
    jobs = _jobs(config, options)
    dataset = datasets.load(config.data, data_dir=where.data_dir, progress=progress)
    _check_largest(config, dataset)
    if options.resume is not None:
        check_same(options.resume, config, dataset)
    load_seconds = time.perf_counter() - began
    pending = _pending(jobs, options)
    done = _done(command, config, dataset, pending, where, options)
    pending = () if done is not None else pending
    work = float(dataset.X.size) * sum(job.params.n_clusters for job in pending)
    crew = choose_crew(config.executor, len(pending), work)
    peak = _bytes_peak(config, dataset, crew)
    _check_memory(config, peak)
    return ManyPlan(dataset, jobs, pending, crew, done, load_seconds, peak)


def _jobs(config: Config, options: ManyOptions) -> tuple[FitJob, ...]:
    if config.name is not None:
        check_label(config.name)
    keys = fit_keys(config.kmeans, config.sweep)
    check_count(len(keys), options)
    return tuple(
        FitJob(
            number,
            replace(config.kmeans, n_clusters=key.k, init=key.init, n_init=1),
            seed_of_fit(config.seed, key.start),
            distance_sums=config.evaluate.distance_sum_history,
            trace=config.trace,
            minibatch=config.minibatch,
            start_number=key.start,
        )
        for number, key in enumerate(keys)
    )


def _check_largest(config: Config, dataset: Dataset) -> None:
    largest = replace(config.kmeans, n_clusters=max(swept_ks(config.kmeans, config.sweep)))
    try:
        check(ArraySamples(dataset.X, dataset.weights), largest)
    except ConfigError as error:
        raise error.at("kmeans.n_clusters" if config.sweep.k is None else "sweep.k") from None


def _pending(jobs: Sequence[FitJob], options: ManyOptions) -> tuple[FitJob, ...]:
    try:
        stored = [] if options.resume is None else read_fits(options.resume.path)
    except PlaceError as error:
        # Nothing that took hours is thrown away for a disk that may read it tomorrow: who knows better removes it.
        raise PlaceError(f"{error}; without its .json in {FITS}, --resume does this fit again") from error
    there = {fit.key for fit in stored if fit.error is None or not options.retry_failed}
    return tuple(job for job in jobs if job.key not in there)


def _done(
    command: str,
    config: Config,
    dataset: Dataset,
    pending: Sequence[FitJob],
    where: RunPlace,
    options: ManyOptions,
) -> Run | None:
    """The completed run that is what is asked for, gone on with or used again; None: there is something to do."""
    run = options.resume
    if run is None:
        return find_reusable(config, dataset.sha256, command, where.runs_dir) if options.reuse else None
    nothing_left = run.status is RunStatus.COMPLETED and not pending and has_all(run, config, dataset.sha256)
    # What is damaged is made again from the fits, which are there.
    return run if nothing_left and damage_of(run) is None else None


def _check_memory(config: Config, peak: int) -> None:
    limit = config.executor.memory_bytes
    if limit is not None and peak > limit:
        allowed = (
            f"at least {peak / 2**20:,.0f}MiB, or fewer jobs; `kmeans fit` goes through larger .npy data in passes"
        )
        raise ConfigError("is too little", where="executor.memory", value=config.executor.memory, allowed=allowed)


def _bytes_peak(config: Config, dataset: Dataset, crew: Crew) -> int:
    n, d = len(dataset.X), int(dataset.X.shape[1])
    n_test = 0 if dataset.test is None else len(dataset.test.X)
    # The matrix and its float32 copy, the held-out rows likewise, and the distances of the silhouette.
    data = (n + n_test) * d * (dataset.X.itemsize + 4) + 8 * min(config.evaluate.silhouette_samples, n) ** 2
    k = max(swept_ks(config.kmeans, config.sweep))
    working = n * 64 + 8 * k * d * 8 + PROGRAM_BYTES
    if crew.executor == "serial":
        return data + working
    return 2 * data + (1 + crew.workers) * working  # in this process, and once for all workers
