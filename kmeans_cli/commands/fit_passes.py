"""``kmeans fit`` of data that are read in passes: larger than memory, or by the workers of a cluster."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np

from kmeans_cli import records
from kmeans_cli.checkpoints import Checkpoints
from kmeans_cli.commands.fit import (
    BYTES_OF_PROGRAM,
    NAME,
    FitPlan,
    FitReport,
    finished_report,
    jobs_of,
    open_folder,
    thread_count,
)
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.record import logged, origin
from kmeans_cli.commands.resume import resume_offered
from kmeans_cli.commands.start import given_start, sha256_of, with_start_named
from kmeans_cli.commands.streams import (
    NOTES,
    Streamed,
    check_settings,
    evaluate_stream,
    notes_folder,
    open_map,
    open_stream,
    shards_of,
    survey_stream,
    without_labels,
    write_labels,
)
from kmeans_cli.config import Config
from kmeans_cli.core.engine import check
from kmeans_cli.core.init import PARALLEL
from kmeans_cli.core.stream_start import n_drawn
from kmeans_cli.core.types import MapBlocks, StopReason
from kmeans_cli.datasets.raw import name_of
from kmeans_cli.datasets.scale import resolved_dtype
from kmeans_cli.datasets.shard_files import Shard
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.errors import ConfigError
from kmeans_cli.evaluation import FitOutcome
from kmeans_cli.experiment import FitJob, run_fit
from kmeans_cli.interruption import Interruption
from kmeans_cli.memory import available_bytes
from kmeans_cli.plots import PLOTS
from kmeans_cli.progress import Progress, Stage, Warned
from kmeans_cli.runs import Run, RunFolder, RunStatus, check_label

_SHARE_OF_FREE = 0.8


def stream_of(config: Config, resume: Run | None = None) -> FileStream | None:
    """The data as a stream, when the fit has to be done in passes; None when they fit into memory.

    A run that is gone on with is done as it was begun, whatever memory there is now.

    Raises:
        ConfigError: If the data or a setting do not allow for it.
        PlaceError: If a shard is missing, broken or unlike the others.
    """
    shards, on_cluster = shards_of(config.data), config.executor.name == "dask"
    if not shards:
        if on_cluster:
            problem = "spreads a single fit over shards: data.path must be an .npy file or a folder of them"
            raise ConfigError(problem, where="executor.name", value="dask")
        _refuse_parallel(config)
        return None
    if not _needs_passes(config, shards, resume):
        _refuse_parallel(config)
        return None
    stream = open_stream(config.data)
    assert stream is not None  # it has shards
    check_settings(config.data, config.kmeans.algorithm)
    least = bytes_in_passes(stream, config)
    if config.executor.memory_bytes is not None and config.executor.memory_bytes < least:
        allowed = f"at least {least / 2**20:,.0f}MiB, for so many threads and so large a k"
        raise ConfigError("is too little", where="executor.memory", value=config.executor.memory, allowed=allowed)
    return stream


def bytes_in_memory(shards: Sequence[Shard], dtype: str) -> int:
    """About the memory that data take in a fit that holds them: twice while they are read, labels, distances, bounds.

    What the program takes without any is not in it.
    """
    n = sum(math.prod(shard.shape[:1]) for shard in shards)
    # What a header claims beyond the end of its file is refused when the file is read.
    n_values = sum(min(math.prod(shard.shape), shard.n_stored) for shard in shards)
    itemsize = resolved_dtype(dtype, np.empty(0, shards[0].dtype)).itemsize
    return 2 * n_values * itemsize + 64 * min(n, n_values)


def bytes_in_passes(stream: FileStream, config: Config) -> int:
    """About the memory a fit takes that reads them in passes: blocks and a piece's labels for each thread, a draw."""
    k, block = config.kmeans.n_clusters, 8 << 20
    longest = max(piece.n for piece in stream.pieces())
    each_thread = 4 * block + 32 * longest + 4 * 8 * k * stream.d
    last_labels = 4 * stream.n if config.kmeans.is_minibatch else 0
    shared = (128 << 20) + last_labels + 16 * 8 * k * stream.d
    return BYTES_OF_PROGRAM + shared + thread_count(config) * each_thread


def plan_in_passes(config: Config, stream: FileStream, *, where: RunPlace) -> FitPlan:
    """What ``fit_in_passes`` would do, from the headers of the files; nothing is read or written."""
    assert config.data.path is not None
    jobs = jobs_of(config, given_start(config.kmeans, where.runs_dir))
    shape, peak = (stream.n, stream.d), bytes_in_passes(stream, config)
    return FitPlan(name_of(config.data.path), shape, str(stream.dtype), 0, jobs, thread_count(config), peak)


def fit_in_passes(
    config: Config,
    stream: FileStream,
    *,
    where: RunPlace,
    progress: Progress,
    should_stop: Interruption,
    resume: Run | None = None,
) -> FitReport:
    """Fit, evaluate, record; as ``fit``, but no process ever holds the data.

    Raises:
        ConfigError: If the settings do not suit the data; no run folder is made then.
        PlaceError: If a shard cannot be read, or is no more what it was, or the folder not be written.
        FitError: If the fit cannot go on.
        Interrupted: If a signal came outside the fit itself.
    """
    began = time.perf_counter()
    if config.name is not None:
        check_label(config.name)
    config = with_start_named(config, where.runs_dir)
    jobs = jobs_of(config, given_start(config.kmeans, where.runs_dir))
    try:
        check(stream, config.kmeans, jobs[0].start)
    except ConfigError as error:
        raise error.at(f"kmeans.{error.where}") from None
    threads = thread_count(config)
    with ExitStack() as readers:
        reading = open_map(config.executor, threads, progress, stream.d * stream.raw_dtype.itemsize)
        map_blocks = readers.enter_context(reading)
        streamed = survey_stream(stream, config.data, map_blocks, progress)
        load_seconds = time.perf_counter() - began
        dataset = streamed.data.dataset
        start_sha256 = sha256_of(jobs[0].start)
        finished = None if resume is None else finished_report(resume, config, dataset, start_sha256)
        if finished is not None:
            return finished
        record = origin(config, dataset, where, threads, start_sha256)
        record["dataset"] |= {"shape": [stream.n, stream.d], "in_passes": True}
        with (
            should_stop.deferred(),
            open_folder(config, dataset, where, resume, record) as folder,
            resume_offered(NAME, folder.path),
        ):
            folder.remove("figures")
            work = _Work(folder, config, streamed, map_blocks, logged(progress, folder), should_stop)
            try:
                metrics = work.do(stream, jobs, load_seconds)
            finally:
                readers.close()  # some may still be at a piece when another one failed
                folder.remove(NOTES)
            if not work.whole:
                folder.mark(RunStatus.INTERRUPTED, should_stop.reason)
        if work.whole:
            work.checkpoints.remove()
    return FitReport(folder.path, dataset.name, metrics, None if work.whole else should_stop.reason)


class _Work:
    """The fits of a run and what is made of the best of them."""

    def __init__(
        self,
        folder: RunFolder,
        config: Config,
        streamed: Streamed,
        map_blocks: MapBlocks,
        progress: Progress,
        should_stop: Interruption,
    ) -> None:
        self.folder, self.config, self.map_blocks = folder, config, map_blocks
        self.progress, self.should_stop = progress, should_stop
        assert isinstance(streamed.data.stream, FileStream)
        self.stream = replace(streamed.data.stream, notes=notes_folder(folder))
        self.data = replace(streamed.data, stream=self.stream)
        self.checkpoints = Checkpoints(folder, config.checkpoint_seconds)
        self.whole = True

    def do(self, stream: FileStream, jobs: tuple[FitJob, ...], load_seconds: float) -> dict[str, Any]:
        """All of it; what ``metrics.json`` holds."""
        for note in (*self.data.dataset.notes, *self._notes(stream)):
            self.folder.log(note)
        histories, best = {}, None
        for job in jobs:
            if best is not None and self.should_stop():
                break
            fitted = run_fit(
                self.data, job, len(jobs), self.map_blocks, self.progress, self.should_stop, self.checkpoints
            )
            histories[job.number] = fitted.result.history
            if best is None or fitted.result.inertia < best.result.inertia:
                best = fitted
                # The next fit writes over the labels of this one.
                write_labels(self.folder, self.stream, best)
        assert best is not None
        self.whole = len(histories) == len(jobs) and fitted.result.stop_reason is not StopReason.INTERRUPTED
        records.write_history(self.folder, histories)
        self.progress(Stage("evaluating"))
        evaluated = evaluate_stream(self.data, best, self.config.evaluate, self.config.data.seed, self.map_blocks)
        metrics = {"fit": best.job.number, **evaluated.metrics}
        metrics["warnings"] = [*self._notes(stream), *metrics["warnings"]]
        metrics["seconds"] |= {"load": load_seconds, "prepare": self.data.seconds, "figures": 0.0}
        self._record(evaluated, metrics)
        return metrics

    def _record(self, outcome: FitOutcome, metrics: dict[str, Any]) -> None:
        dataset = self.data.dataset
        records.write_model(self.folder, "model.npz", dataset, without_labels(outcome))
        records.write_centroids(self.folder, dataset, outcome)
        records.write_trace(self.folder, outcome.fitted)
        for warning in metrics["warnings"]:
            self.progress(Warned(warning))
        self.folder.write_json("metrics.json", metrics)
        if self.config.figures.enabled:
            began = time.perf_counter()
            self.progress(Stage("drawing figures"))
            view = records.build_view(dataset, outcome)
            signalled = self.should_stop
            self.whole &= records.write_figures(
                self.folder, PLOTS, view, self.config.figures, should_stop=lambda: signalled.signalled
            )
            metrics["seconds"]["figures"] = time.perf_counter() - began
            self.folder.write_json("metrics.json", metrics)

    def _notes(self, stream: FileStream) -> tuple[str, ...]:
        """What is true of a draw only, in words."""
        notes = [f"scores and figures are of {len(self.data.dataset.X):,} of {stream.n:,} samples"]
        kmeans = self.config.kmeans
        if kmeans.init in ("k-means++", "farthest"):
            drawn = n_drawn(stream, kmeans.n_clusters)
            notes.append(f"the start ({kmeans.init}) was made on {drawn:,} of {stream.n:,} samples")
        return tuple(notes)


def _needs_passes(config: Config, shards: Sequence[Shard], resume: Run | None) -> bool:
    on_cluster = config.executor.name == "dask"
    if resume is None:
        return on_cluster or bytes_in_memory(shards, config.data.dtype) > _limit(config)
    if on_cluster and not resume.was_in_passes:
        problem = "cannot go on with a run whose data were held in memory"
        raise ConfigError(problem, where="executor.name", value="dask")
    return resume.was_in_passes


def _limit(config: Config) -> float:
    """The bytes that data may take in a fit: a limit that is given is the whole program's."""
    given = config.executor.memory_bytes
    return _SHARE_OF_FREE * available_bytes() if given is None else given - BYTES_OF_PROGRAM


def _refuse_parallel(config: Config) -> None:
    if config.kmeans.init == PARALLEL:
        allowed = "k-means++, which needs as many passes as k, and has all data at hand here"
        raise ConfigError("is for data that are read in passes", where="kmeans.init", value=PARALLEL, allowed=allowed)
