"""fit(): it owns the random generator, the empty policies and the history; ``exact_loop.py`` has the loop itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kmeans_cli.core.algorithms import ALGORITHMS, choose
from kmeans_cli.core.algorithms.minibatch import BatchLoop
from kmeans_cli.core.begin import begin_at, drawn
from kmeans_cli.core.check import check
from kmeans_cli.core.distance import own_squared_distances
from kmeans_cli.core.empty import EMPTY_POLICIES, EmptyCase
from kmeans_cli.core.exact_loop import CANCELLED, ExactLoop
from kmeans_cli.core.init import Start, StartCase
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.prepare import Prepared, prepare
from kmeans_cli.core.result import build_result, weighted_sum
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.stream import Stream
from kmeans_cli.core.types import (
    FitState,
    Float64Array,
    IterationRecord,
    KMeansResult,
    LabelArray,
    MapBlocks,
    OnIteration,
    StopReason,
)
from kmeans_cli.core.update import ClusterSums

__all__ = ["check", "fit"]


def fit(
    samples: Samples | Stream,
    params: KMeansParams,
    *,
    minibatch: MiniBatchParams | None = None,
    seed: int = 0,
    start: Float64Array | None = None,
    state: FitState | None = None,
    prepared: Prepared | None = None,
    map_blocks: MapBlocks = map,
    clock: Callable[[], float] = time.perf_counter,
    on_iteration: OnIteration | None = None,
    distance_sums: bool = False,
) -> KMeansResult:
    """One k-means fit from one start.

    Args:
        samples: The data; a stream is read in passes, and gives a ``StreamResult``.
        params: The settings; ``init`` is the caller's concern when it names a file or run, and so is ``n_init`` but for
            mini-batch, which chooses among its starts before it begins.
        minibatch: The settings of algorithm ``minibatch``; None: the defaults.
        seed: Of every random draw of this fit.
        start: (k, d) given first centroids, instead of ``params.init``.
        state: Go on from here instead of starting, with the same samples and settings.
        prepared: Of these samples; made here if not given.
        map_blocks: How to map a function over blocks: the builtin, or threads.
        clock: Seconds, for the records.
        on_iteration: Called after each iteration; returning True stops the fit.
        distance_sums: Also record Σ wᵢ‖xᵢ − c‖ in each iteration, at the cost of a pass.

    Returns:
        The result; its labels are the nearest centroids and its inertia is theirs. Its seconds count what led to the
        state too.

    Raises:
        ConfigError: If k is larger than the number of samples, or the start has another shape.
        FitError: If a cluster becomes empty under ``empty: error``.

    Example:
        >>> samples = ArraySamples(np.array([[0.0], [1.0], [9.0], [10.0]]))
        >>> fit(samples, KMeansParams(n_clusters=2)).inertia
        1.0
    """
    began = clock()
    check(samples, params, start)
    if isinstance(samples, Stream):
        from kmeans_cli.core.pass_loop import fit_stream  # late: a third of the core, for data read in passes only

        return fit_stream(
            samples,
            params,
            minibatch or MiniBatchParams(),
            seed=seed,
            start=start,
            state=state,
            map_blocks=map_blocks,
            clock=clock,
            on_iteration=on_iteration,
            distance_sums=distance_sums,
        )
    batches = minibatch or MiniBatchParams()
    if prepared is None:
        prepared = prepare(samples, map_blocks)
    after_prepare = clock()
    rng = np.random.default_rng(seed)
    case = StartCase(params.n_clusters, samples, prepared, rng, map_blocks)
    begin = begin_at(state, start, rng, lambda: drawn(case, params, batches))
    after_init = clock()
    loop: _Loop | BatchLoop
    if params.is_minibatch:
        loop = BatchLoop(samples, params, batches, prepared, map_blocks, clock, rng, begin, state, distance_sums)
    else:
        loop = _Loop(samples, params, prepared, map_blocks, clock, rng, begin, state, distance_sums)
    stop_reason = loop.run(on_iteration)
    result = loop.result(stop_reason)
    seconds = {
        "prepare": after_prepare - began,
        "init": after_init - after_prepare,
        "fit": clock() - after_init + (0.0 if state is None else state.seconds),
    }
    return replace(result, seconds=seconds)


class _Loop(ExactLoop):
    """The state of a running fit and its steps."""

    def __init__(
        self,
        samples: Samples,
        params: KMeansParams,
        prepared: Prepared,
        map_blocks: MapBlocks,
        clock: Callable[[], float],
        rng: np.random.Generator,
        begin: Start,
        state: FitState | None,
        distance_sums: bool,
    ) -> None:
        self.samples, self.params, self.prepared = samples, params, prepared
        self.map_blocks, self.clock, self.rng, self.begin = map_blocks, clock, rng, begin
        self.distance_sums = distance_sums
        self.name, self.reason = choose(params.algorithm, samples.n, samples.d, params.n_clusters)
        self.algorithm = ALGORITHMS[self.name](samples, prepared, map_blocks)
        self.clusters = ClusterSums(samples, prepared, params.n_clusters, map_blocks)
        self.centroids = begin.centroids
        self.labels: LabelArray = np.full(samples.n, -1, dtype=np.int32)
        self.history: list[IterationRecord] = []
        if state is not None:
            self.centroids, self.labels, self.history = state.centroids, state.labels.copy(), list(state.history)
            self.clusters.restore(state.sums, state.labels)
        self.algorithm.moved(self.centroids)

    def result(self, stop_reason: StopReason) -> KMeansResult:
        """Measured directly, after a last assignment unless no label changed, for then no centroid did either."""
        if stop_reason is not StopReason.LABELS:
            self.algorithm.assign(self.labels)
        return build_result(
            self.samples,
            self.prepared,
            self.centroids,
            self.labels,
            begin=self.begin,
            history=self.history,
            stop_reason=stop_reason,
            algorithm=self.name,
            algorithm_reason=self.reason,
            cure=f"empty: {self.params.empty}",
            map_blocks=self.map_blocks,
        )

    def _iterate(self) -> None:
        began = self.clock()
        moves = self.algorithm.assign(self.labels)
        self.clusters.move(moves, self.labels)
        means = self.clusters.means(empty=self.centroids)
        empty = np.flatnonzero(self.clusters.empty)
        steps = means - self.centroids
        shift = math.sqrt(np.einsum("ij,ij->i", steps, steps).max())
        inertia, distance_sum = self._measure(means)
        # Where nothing moved, the centroids of empty clusters attracted nobody; a new draw would undo the fixed point.
        if len(empty) and len(moves.indices):
            case = EmptyCase(empty, means, self.labels, self.samples, self.prepared, self.rng, self.map_blocks)
            means[empty] = EMPTY_POLICIES[self.params.empty](case)
        self.centroids = means
        self.algorithm.moved(means)
        self.history.append(
            IterationRecord(
                iteration=len(self.history) + 1,
                inertia=inertia,
                j_clust=inertia / self.prepared.total_weight,
                centroid_shift=shift,
                n_moved=len(moves.indices),
                n_empty=len(empty),
                seconds=self.clock() - began,
                distance_sum=distance_sum,
            )
        )

    def _measure(self, means: Float64Array) -> tuple[float, float | None]:
        inertia = self.clusters.inertia()
        cancelled = inertia < CANCELLED * self.prepared.total
        if not (cancelled or self.distance_sums):
            return inertia, None
        squared = own_squared_distances(self.samples, means, self.labels, self.map_blocks)
        if cancelled:
            inertia = weighted_sum(squared, self.samples.weights)
        if not self.distance_sums:
            return inertia, None
        return inertia, weighted_sum(np.sqrt(squared), self.samples.weights)

    def _state(self) -> FitState:
        return FitState(
            centroids=self.centroids,
            labels=self.labels.copy(),
            start=self.begin.centroids,
            sums=self.clusters.sums.copy(),
            rng_state=dict(self.rng.bit_generator.state),
            history=tuple(self.history),
            init_indices=self.begin.indices,
        )
