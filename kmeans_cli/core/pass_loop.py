"""Exact Lloyd over a stream: each iteration is one pass over the pieces, whose sums are added in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from kmeans_cli.core.begin import begin_at
from kmeans_cli.core.empty import EMPTY_POLICIES
from kmeans_cli.core.exact_loop import CANCELLED, ExactLoop
from kmeans_cli.core.init import Start
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.passes import Assign, Measure, PieceMeasures
from kmeans_cli.core.stream import Stream
from kmeans_cli.core.stream_batches import StreamBatchLoop
from kmeans_cli.core.stream_empty import StreamEmptyCase
from kmeans_cli.core.stream_result import LABELS, StreamResult, build_stream_result
from kmeans_cli.core.stream_start import draw_stream_start
from kmeans_cli.core.types import (
    FitState,
    Float64Array,
    IntArray,
    IterationRecord,
    MapBlocks,
    OnIteration,
    StopReason,
)


def fit_stream(
    stream: Stream,
    params: KMeansParams,
    batches: MiniBatchParams,
    *,
    seed: int,
    start: Float64Array | None,
    state: FitState | None,
    map_blocks: MapBlocks,
    clock: Callable[[], float],
    on_iteration: OnIteration | None,
    distance_sums: bool,
) -> StreamResult:
    """One fit of a stream; for ``engine.fit``, which describes the arguments.

    A state's ``labels`` are empty, and its ``sums`` are the centroids its labels were nearest to: going on from it
    costs a pass more.
    """
    began = clock()
    rng = np.random.default_rng(seed)
    begin = begin_at(state, start, rng, lambda: draw_stream_start(stream, params, batches, rng, map_blocks))
    after_init = clock()
    loop: _PassLoop | StreamBatchLoop
    if params.is_minibatch:
        loop = StreamBatchLoop(stream, params, batches, map_blocks, clock, rng, begin, state, distance_sums)
    else:
        loop = _PassLoop(stream, params, map_blocks, clock, rng, begin, distance_sums)
        if state is not None:
            loop.restore(state)
    result = loop.result(loop.run(on_iteration))
    before = 0.0 if state is None else state.seconds
    seconds = {"prepare": 0.0, "init": after_init - began, "fit": clock() - after_init + before}
    return replace(result, seconds=seconds)


class _PassLoop(ExactLoop):
    """The state of a running fit and its steps."""

    def __init__(
        self,
        stream: Stream,
        params: KMeansParams,
        map_blocks: MapBlocks,
        clock: Callable[[], float],
        rng: np.random.Generator,
        begin: Start,
        distance_sums: bool,
    ) -> None:
        self.stream, self.params, self.map_blocks, self.clock = stream, params, map_blocks, clock
        self.rng, self.begin, self.distance_sums = rng, begin, distance_sums
        self.centroids = self.assigned = begin.centroids
        self.history: list[IterationRecord] = []

    @property
    def note(self) -> str:
        """The note with the labels of the last iteration; the next one writes another, so it can be done twice."""
        return f"{LABELS}-{len(self.history) % 2}"

    def restore(self, state: FitState) -> None:
        """Go on from a state: its labels are found again by a pass."""
        self.centroids, self.assigned, self.history = state.centroids, state.sums, list(state.history)
        list(self._map(Assign(self.stream, self.assigned, None, self.note)))

    def result(self, stop_reason: StopReason) -> StreamResult:
        """The last assignment, so that the labels belong to the centroids, measured directly."""
        return build_stream_result(
            self.stream,
            self.centroids,
            begin=self.begin,
            history=self.history,
            stop_reason=stop_reason,
            algorithm="lloyd",
            algorithm_reason="the data are read in passes",
            cure=f"empty: {self.params.empty}",
            map_blocks=self.map_blocks,
        )

    def _iterate(self) -> None:
        began, frame = self.clock(), self.stream.frame
        joined = f"{LABELS}-{(len(self.history) + 1) % 2}"
        sums, sizes, n_moved = self._assign(self.note if self.history else None, joined)
        self.assigned, filled = self.centroids, sizes > 0
        means = self.centroids.copy()
        means[filled] = frame.origin + sums[filled] / sizes[filled, None]
        shift = np.sqrt(np.square(means[filled] - self.centroids[filled]).sum(axis=1).max())
        explained = float((np.square(sums[filled]).sum(axis=1) / sizes[filled]).sum())
        inertia, distance_sum = self._measure(means, joined, max(0.0, frame.total - explained))
        empty = np.flatnonzero(~filled)
        # Where nothing moved, the centroids of empty clusters attracted nobody; a new draw would undo the fixed point.
        if len(empty) and n_moved:
            case = StreamEmptyCase.of(self.stream, joined, empty, means, self.rng, self.map_blocks)
            means[empty] = EMPTY_POLICIES[self.params.empty](case)
        self.centroids = means
        self.history.append(
            IterationRecord(
                iteration=len(self.history) + 1,
                inertia=inertia,
                j_clust=inertia / frame.n,
                centroid_shift=float(shift),
                n_moved=n_moved,
                n_empty=len(empty),
                seconds=self.clock() - began,
                distance_sum=distance_sum,
            )
        )

    def _assign(self, former: str | None, joined: str) -> tuple[Float64Array, IntArray, int]:
        """One pass: (k, d) sums of the clusters about the origin, their (k,) sizes, and how many samples moved."""
        sums = np.zeros(self.centroids.shape)
        sizes, n_moved = np.zeros(len(sums), dtype=np.int64), 0
        for piece in self._map(Assign(self.stream, self.centroids, former, joined)):
            sums += piece.sums
            sizes += piece.sizes
            n_moved += piece.n_moved
        return sums, sizes, n_moved

    def _measure(self, means: Float64Array, note: str, inertia: float) -> tuple[float, float | None]:
        """The inertia, by a pass where rounding took it from the sums; and the sum of distances, where it is asked."""
        cancelled = inertia < CANCELLED * self.stream.frame.total
        if not (cancelled or self.distance_sums):
            return inertia, None
        measured: PieceMeasures = reduce(add, self._map(Measure(self.stream, means, note)))
        distance_sum = measured.distance_sum if self.distance_sums else None
        return float(measured.inertias.sum()) if cancelled else inertia, distance_sum

    def _map(self, function: Callable[..., Any]) -> Any:
        return self.map_blocks(function, self.stream.pieces())

    def _state(self) -> FitState:
        return FitState(
            centroids=self.centroids,
            labels=np.zeros(0, dtype=np.int32),
            start=self.begin.centroids,
            sums=self.assigned,
            rng_state=dict(self.rng.bit_generator.state),
            history=tuple(self.history),
            init_indices=self.begin.indices,
        )
