"""Starts from data that are read in passes: k-means‖, a start on a draw of the samples, or samples themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, cast

import numpy as np

from kmeans_cli.core.begin import drawn
from kmeans_cli.core.init import PARALLEL, Start, StartCase, kmeans_plus_plus
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.passes import Assign, labelled_blocks, own_squared
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples, Samples
from kmeans_cli.core.stream import Piece, Stream
from kmeans_cli.core.types import Float64Array, IntArray, MapBlocks

_WITHOUT_ROWS = ("sample", "uniform")  # what needs no more of the data than some rows, or their range
_ROUNDS = 5
_PER_ROUND = 2  # times k
_CLOSEST, _NEAREST = "closest", "candidates"
_DRAWN_BYTES = 32 << 20


def draw_stream_start(
    stream: Stream, params: KMeansParams, batches: MiniBatchParams, rng: np.random.Generator, map_blocks: MapBlocks
) -> Start:
    """K first centroids.

    ``parallel`` is k-means‖, in passes over all samples; ``sample`` and ``uniform`` are as ever; the others are made on
    ``n_drawn`` samples, and so is the choice among the starts of mini-batch.
    """
    if params.init_name == PARALLEL:
        return _Parallel(stream, params.n_clusters, rng, map_blocks).start()
    asked = cast(Samples, stream)  # these inits ask for n, d, weights and rows by index only
    case = StartCase(params.n_clusters, asked, stream.frame.whole(), rng, map_blocks)
    if params.init_name in _WITHOUT_ROWS and not params.is_minibatch:
        return drawn(case, params, batches)
    some = np.sort(rng.choice(stream.n, n_drawn(stream, params.n_clusters), replace=False))
    samples = ArraySamples(stream.take(some))
    start = drawn(replace(case, samples=samples, prepared=prepare(samples, map_blocks)), params, batches)
    return Start(start.centroids, None if start.indices is None else some[start.indices])


def n_drawn(stream: Stream, n_clusters: int) -> int:
    """On how many samples a start is made that needs many looks at each: 100 for each cluster, if they fit 32 MiB."""
    fitting = _DRAWN_BYTES // (stream.d * stream.dtype.itemsize)
    return min(stream.n, max(10_000, 100 * n_clusters), max(fitting, 10 * n_clusters))


@dataclass(frozen=True)
class _ComeCloser:
    """Let the kept squared distances to the nearest candidate know of more candidates; the sum of them."""

    stream: Stream
    candidates: Float64Array
    number: int

    def __call__(self, piece: Piece) -> float:
        squared = np.empty(piece.n)
        for where, rows, labels in labelled_blocks(self.stream, piece, self.candidates):
            squared[where] = own_squared(rows, self.candidates, labels)
        if self.number:
            squared = np.minimum(squared, self.stream.kept(f"{_CLOSEST}-{1 - self.number % 2}", piece))
        self.stream.keep(f"{_CLOSEST}-{self.number % 2}", piece, squared)
        return float(squared.sum())


@dataclass(frozen=True)
class _Draw:
    """Draw each sample of a piece on its own, in proportion to its squared distance; it looks at notes only."""

    reads_rows: ClassVar[bool] = False
    stream: Stream
    factor: float
    seed: int
    number: int

    def __call__(self, piece: Piece) -> IntArray:
        closest = self.stream.kept(f"{_CLOSEST}-{self.number % 2}", piece)
        rng = np.random.default_rng([self.seed, self.number, piece.index])
        return piece.start + np.flatnonzero(rng.random(piece.n) < self.factor * closest)


@dataclass(frozen=True)
class _Parallel:
    """k-means‖: a few rounds that each draw about 2k samples at once; k-means++ on these, by how many they stand for.

    Source: Bahmani, Moseley, Vattani, Kumar & Vassilvitskii, "Scalable k-means++", VLDB 2012, algorithm 2, with ℓ = 2k
    and five rounds, as they recommend.
    """

    stream: Stream
    n_clusters: int
    rng: np.random.Generator
    map_blocks: MapBlocks

    def start(self) -> Start:
        chosen = self._candidates()
        samples = ArraySamples(self.stream.take(chosen), self._shares(chosen))
        prepared = prepare(samples, self.map_blocks)
        start = kmeans_plus_plus(StartCase(self.n_clusters, samples, prepared, self.rng, self.map_blocks))
        assert start.indices is not None
        return Start(start.centroids, chosen[start.indices])

    def _candidates(self) -> IntArray:
        """The samples drawn in all rounds, ascending; more at random where these are fewer than k."""
        seed = int(self.rng.integers(1 << 62))
        drawn = chosen = self.rng.integers(self.stream.n, size=1)
        for number in range(_ROUNDS):
            closer = _ComeCloser(self.stream, self.stream.take(drawn).astype(np.float64), number)
            left = sum(self.map_blocks(closer, self.stream.pieces()))
            if left == 0:
                break
            draw = _Draw(self.stream, _PER_ROUND * self.n_clusters / left, seed, number)
            drawn = np.concatenate(list(self.map_blocks(draw, self.stream.pieces())))
            if not len(drawn):
                break
            chosen = np.union1d(chosen, drawn)
        missing = self.n_clusters - len(chosen)
        if missing > 0:
            others = self.rng.choice(self.stream.n, self.n_clusters, replace=False)
            chosen = np.sort(np.append(chosen, np.setdiff1d(others, chosen)[:missing]))
        return chosen

    def _shares(self, chosen: IntArray) -> Float64Array:
        """(m,) how many samples each candidate is the nearest of."""
        candidates = self.stream.take(chosen).astype(np.float64)
        sizes = np.zeros(len(chosen))
        for piece in self.map_blocks(Assign(self.stream, candidates, None, _NEAREST), self.stream.pieces()):
            sizes += piece.sizes
        return sizes
