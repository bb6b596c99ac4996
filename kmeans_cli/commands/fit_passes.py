"""``kmeans fit`` of data that are read in passes: larger than memory, or by the workers of a cluster."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from kmeans_cli import fit_files, records
from kmeans_cli.checkpoints import Checkpoints
from kmeans_cli.commands.fit_plan import check_start, jobs_of, thread_count
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
from kmeans_cli.commands.start import given_start, sha256_of, with_start_named
from kmeans_cli.config import Config
from kmeans_cli.core.stream_start import n_drawn
from kmeans_cli.core.types import MapBlocks, StopReason
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.evaluation import FitOutcome
from kmeans_cli.experiment import FitData, FitJob, run_fit
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Progress, Stage
from kmeans_cli.runs import Run, RunFolder, RunStatus, check_label
from kmeans_cli.stream_labels import NOTES, notes_folder, write_labels
from kmeans_cli.stream_map import open_map
from kmeans_cli.streamed import evaluate_stream, survey_stream, without_labels


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
    start = given_start(config.kmeans, where.runs_dir)
    check_start(stream, config, start)
    jobs, start_sha256 = jobs_of(config, start), sha256_of(start)
    threads = thread_count(config)
    with ExitStack() as readers:
        row_bytes = stream.d * stream.raw_dtype.itemsize
        reading = open_map(config.executor, threads, row_bytes, progress, should_stop)
        map_blocks = readers.enter_context(reading)
        data = survey_stream(stream, config.data, map_blocks, progress)
        load_seconds = time.perf_counter() - began
        dataset = data.dataset
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
            work = _Work(folder, config, data, map_blocks, logged(progress, folder), should_stop)
            try:
                metrics = work.do(stream, jobs, load_seconds)
            finally:
                readers.close()  # some may still be at a piece when another one failed
                folder.remove(NOTES)
            if not work.whole:
                folder.mark(RunStatus.INTERRUPTED, should_stop.reason)
        if work.whole:
            remove_checkpoints(work.checkpoints, should_stop)
    return FitReport(folder.path, dataset.name, metrics, None if work.whole else should_stop.reason)


class _Work:
    """The fits of a run and what is made of the best of them."""

    def __init__(
        self,
        folder: RunFolder,
        config: Config,
        data: FitData,
        map_blocks: MapBlocks,
        progress: Progress,
        should_stop: Interruption,
    ) -> None:
        self.folder, self.config, self.map_blocks = folder, config, map_blocks
        self.progress, self.should_stop = progress, should_stop
        assert isinstance(data.stream, FileStream)
        self.stream = replace(data.stream, notes=notes_folder(folder))
        self.data = replace(data, stream=self.stream)
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
        _write_arrays(self.folder, self.data.dataset, evaluated)
        warnings = (*self.data.dataset.warnings, *self._notes(stream))
        metrics = metrics_of(evaluated, warnings, {"load": load_seconds, "prepare": self.data.seconds})
        self.whole &= write_numbers_and_figures(
            self.folder, self.config, self.data.dataset, evaluated, metrics, self.progress, self.should_stop
        )
        return metrics

    def _notes(self, stream: FileStream) -> tuple[str, ...]:
        """What is true of a draw only, in words."""
        notes = [f"scores and figures are of {len(self.data.dataset.X):,} of {stream.n:,} samples"]
        kmeans = self.config.kmeans
        if kmeans.init in ("k-means++", "farthest"):
            drawn = n_drawn(stream, kmeans.n_clusters)
            notes.append(f"the start ({kmeans.init}) was made on {drawn:,} of {stream.n:,} samples")
        return tuple(notes)


def _write_arrays(folder: RunFolder, dataset: Dataset, outcome: FitOutcome) -> None:
    model = fit_files.write_model(folder, "model.npz", dataset, without_labels(outcome))
    fit_files.write_centroids(folder, model)
    fit_files.write_trace(folder, outcome.fitted)
