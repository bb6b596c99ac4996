"""The unit all commands share: a fit from one start, brought into canonical order."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kmeans_cli import metrics
from kmeans_cli.checkpoints import Checkpoint, Checkpoints
from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.prepare import Prepared, prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.stream import Stream
from kmeans_cli.core.types import (
    FitState,
    Float64Array,
    IntArray,
    IterationRecord,
    KMeansResult,
    MapBlocks,
    OnIteration,
)
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.metrics.params import EvaluateParams
from kmeans_cli.progress import FitDone, FitStarted, Iteration, Progress, Stage
from kmeans_cli.sweep import FitKey

_KEPT_ROWS = 4096  # the distances between so many take 128 MiB


@dataclass(frozen=True)
class FitJob:
    """One fit to do.

    Attributes:
        number: Its number in the run, from 0.
        params: The settings of the fit.
        seed: Of all its random draws.
        start: (k, d) given first centroids, or None.
        distance_sums: Record the distance sum of each iteration.
        trace: Keep the centroids of each iteration.
        minibatch: The settings of mini-batch, where ``params`` ask for it.
        start_number: Which of the starts of its k and init, from 0.
    """

    number: int
    params: KMeansParams
    seed: int
    start: Float64Array | None = None
    distance_sums: bool = False
    trace: bool = False
    minibatch: MiniBatchParams = field(default_factory=MiniBatchParams)
    start_number: int = 0

    @property
    def key(self) -> FitKey:
        """What it is among the fits of its run."""
        return FitKey(self.params.n_clusters, self.params.init_name, self.start_number)

    @property
    def label(self) -> str:
        """What an error calls it."""
        return f"k = {self.params.n_clusters}, {self.params.init_name}"

    def started(self, n_fits: int) -> FitStarted:
        """What is told when it begins, in a run of so many."""
        params = self.params
        return FitStarted(self.number, n_fits, params.n_clusters, params.init_name, self.seed, params.max_iter)


@dataclass(frozen=True)
class FitData:
    """A data set with what is made of it once for all fits.

    Attributes:
        dataset: The data.
        samples: The training samples as the engine sees them.
        prepared: Of these.
        test: The held-out samples likewise; None without their classes.
        seconds: What preparing took.
        silhouette_distances: Between the rows of the silhouette, for several fits; None: each fit measures them.
        stream: What is fitted, when it is read in passes and all the above is a draw from it; None: the samples.
    """

    dataset: Dataset
    samples: ArraySamples
    prepared: Prepared
    test: tuple[ArraySamples, Prepared] | None
    seconds: float
    silhouette_distances: metrics.DistanceBlocks | None = None
    stream: Stream | None = None

    @classmethod
    def of(cls, dataset: Dataset, map_blocks: MapBlocks) -> FitData:
        """Prepare a data set and its held-out split."""
        began = time.perf_counter()
        samples = ArraySamples(dataset.X, dataset.weights)
        prepared = prepare(samples, map_blocks)
        test = None
        if dataset.test is not None and dataset.test.y is not None:
            held_out = ArraySamples(dataset.test.X)
            test = held_out, prepare(held_out, map_blocks)
        return cls(dataset, samples, prepared, test, time.perf_counter() - began)

    def for_many(self, params: EvaluateParams, data_seed: int, map_blocks: MapBlocks) -> FitData:
        """The same with what only pays when many fits are evaluated: the distances that all silhouettes look at."""
        if not 0 < min(params.silhouette_samples, self.samples.n) <= _KEPT_ROWS:
            return self
        began = time.perf_counter()
        rows = self.samples.take(metrics.draw_rows(self.samples.n, params.silhouette_samples, data_seed))
        distances = metrics.distance_blocks(rows, map_blocks)
        return replace(self, silhouette_distances=distances, seconds=self.seconds + time.perf_counter() - began)


@dataclass(frozen=True)
class Fitted:
    """A finished fit in canonical order; ``trace`` is (n_iter + 1, k, d) float32, its first row the start."""

    job: FitJob
    result: KMeansResult
    trace: NDArray[np.float32] | None


def seed_of_fit(seed: int, number: int) -> int:
    """The seed of fit ``number`` of a run with ``seed``: the same for every k and init, start 0 has the run's own.

    Example:
        >>> seed_of_fit(7, 0)
        7
    """
    return seed if number == 0 else int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def run_fit(
    data: FitData,
    job: FitJob,
    n_fits: int,
    map_blocks: MapBlocks,
    progress: Progress,
    should_stop: Callable[[], bool],
    checkpoints: Checkpoints | None = None,
) -> Fitted:
    """Do one fit, from where it was left if it was begun, and bring its clusters into canonical order.

    The order is by majority class, then size, then first member, so "cluster 3" means the same in every repetition;
    a given start keeps its own.

    Raises:
        FitError: If the fit cannot go on.
        PlaceError: If a checkpoint is broken or cannot be written.
    """
    params = job.params
    progress(job.started(n_fits))
    begun = None if checkpoints is None else checkpoints.find(job.number)
    trace = [] if begun is None else list(begun.trace)
    if begun is not None:
        progress(Stage(f"going on after iteration {len(begun.state.history)}"))

    result = fit(
        data.stream or data.samples,
        params,
        minibatch=job.minibatch,
        seed=job.seed,
        start=job.start,
        state=None if begun is None else begun.state,
        prepared=data.prepared,
        map_blocks=map_blocks,
        on_iteration=_watch(job, trace, checkpoints, progress, should_stop),
        distance_sums=job.distance_sums,
    )
    if checkpoints is not None:
        checkpoints.write()
    j_clust = result.inertia / (data.prepared.total_weight if data.stream is None else data.stream.n)
    progress(FitDone(job.number, result.n_iter, j_clust, result.stop_reason.value, result.seconds["fit"]))
    order = _canonical_order(result, data) if job.start is None else np.arange(params.n_clusters)
    traced = np.stack([step[order] for step in trace]) if trace else None
    return Fitted(job, result.renumbered(order), traced)


def _watch(
    job: FitJob,
    trace: list[NDArray[np.float32]],
    checkpoints: Checkpoints | None,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> OnIteration:
    """What is done after each iteration: it is told, added to the trace and, now and then, made a checkpoint."""

    def on_iteration(record: IterationRecord, state: FitState) -> bool:
        progress(Iteration(job.number, record))
        if job.trace:
            steps = (state.centroids,) if trace else (state.start, state.centroids)
            trace.extend(step.astype(np.float32) for step in steps)
        if checkpoints is not None:
            checkpoints.see(job.number, Checkpoint(state, trace))
        return should_stop()

    return on_iteration


def _canonical_order(result: KMeansResult, data: FitData) -> IntArray:
    if data.stream is not None:
        from kmeans_cli.core.stream_result import StreamResult  # late: with all that passes need

        assert isinstance(result, StreamResult)  # which has no labels at hand, and no classes
        order: IntArray = np.lexsort((result.first_members, -result.cluster_sizes))
        return order
    return metrics.canonical_order(result.labels, len(result.centroids), data.dataset.y)
