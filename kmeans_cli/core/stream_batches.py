"""Mini-batch over a stream: each batch is read when it is drawn; the last assignment is a pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np

from kmeans_cli.core.algorithms import MINIBATCH
from kmeans_cli.core.algorithms.minibatch import BatchLoop
from kmeans_cli.core.init import Start
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.stream import Stream
from kmeans_cli.core.stream_result import StreamResult, build_stream_result
from kmeans_cli.core.types import FitState, IntArray, MapBlocks, StopReason


class StreamBatchLoop(BatchLoop):
    """As ``BatchLoop``, which sees the rows of the present batch only, as if they were all."""

    def __init__(
        self,
        stream: Stream,
        params: KMeansParams,
        batches: MiniBatchParams,
        map_blocks: MapBlocks,
        clock: Callable[[], float],
        rng: np.random.Generator,
        begin: Start,
        state: FitState | None,
        distance_sums: bool,
    ) -> None:
        samples = cast(Samples, stream)  # it asks for n, d and weights only
        prepared = stream.frame.whole()
        super().__init__(samples, params, batches, prepared, map_blocks, clock, rng, begin, state, distance_sums)
        self._stream, self._every = stream, np.arange(self.size)
        self._last = self.labels
        self._drawn: IntArray = np.zeros(0, dtype=np.int64)
        self.labels = self.labels[:0]

    def result(self, stop_reason: StopReason) -> StreamResult:
        """The exact assignment of all samples to the centroids, measured directly."""
        return build_stream_result(
            self._stream,
            self._centroids(),
            begin=self.begin,
            history=self.history,
            stop_reason=stop_reason,
            algorithm=MINIBATCH,
            algorithm_reason="as asked",
            cure=f"minibatch.reassignment_ratio: {self.batches.reassignment_ratio:g}",
            map_blocks=self.map_blocks,
        )

    def _bounds(self) -> None:
        """None: an outline would take a pass."""

    def _draw(self) -> IntArray:
        """Read a batch; its samples are called by their places in it."""
        self._last[self._drawn] = self.labels
        self._drawn = super()._draw()
        self.labels = self._last[self._drawn]
        rows, frame = self._stream.take(self._drawn), self._stream.frame
        apart = rows - frame.mean
        squares = np.einsum("ij,ij->i", apart, apart) / frame.scale**2
        self.prepared = replace(frame.prepared(rows), squares=squares)
        return self._every

    def _full_j_clust(self) -> float:
        return self.result(StopReason.INTERRUPTED).inertia / self._stream.n

    def _state(self) -> FitState:
        self._last[self._drawn] = self.labels
        return replace(super()._state(), labels=self._last)
