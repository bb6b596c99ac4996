"""Starts: from the data and a random generator to k first centroids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from kmeans_cli.core.distance import squared_distances
from kmeans_cli.core.prepare import Prepared, in_chunks
from kmeans_cli.core.samples import Block, Samples
from kmeans_cli.core.types import Float64Array, FloatArray, IntArray, MapBlocks

_U32 = 2.0**-24


@dataclass(frozen=True)
class Start:
    """Where a fit begins.

    Attributes:
        centroids: (k, d) float64.
        indices: (k,) the samples they are, or None when they are none.
    """

    centroids: Float64Array
    indices: IntArray | None


@dataclass(frozen=True)
class StartCase:
    """What an init may use: ``n_clusters`` starts are wanted from ``samples``, drawn with ``rng``."""

    n_clusters: int
    samples: Samples
    prepared: Prepared
    rng: np.random.Generator
    map_blocks: MapBlocks

    def start_at(self, indices: IntArray) -> Start:
        """The start at these samples."""
        return Start(self.samples.take(indices).astype(np.float64), indices)

    def weights(self) -> Float64Array:
        """(n,) the weights, ones when there are none."""
        weights = self.samples.weights
        return np.ones(self.samples.n) if weights is None else weights


Init: TypeAlias = Callable[[StartCase], Start]


def sample(case: StartCase) -> Start:
    """K distinct samples, drawn evenly, or by weight where there are weights (Forgy 1965).

    scikit-learn calls it "random", the first report "training data set".
    """
    weights = case.samples.weights
    share = None if weights is None else weights / weights.sum()
    return case.start_at(case.rng.choice(case.samples.n, case.n_clusters, replace=False, p=share))


def uniform(case: StartCase) -> Start:
    """Vectors drawn evenly between the smallest and the largest value of the whole matrix, one range for all features.

    The first report's "random" start; on images most such vectors are far from every sample, so clusters become empty.
    """
    shape = case.n_clusters, case.samples.d
    return Start(case.rng.uniform(case.prepared.lowest, case.prepared.highest, shape), None)


def kmeans_plus_plus(case: StartCase) -> Start:
    """Greedy k-means++ (Arthur & Vassilvitskii 2007): samples drawn by squared distance to the nearest one chosen.

    Each step draws 2 + ⌊ln k⌋ candidates and keeps the one that leaves the least inertia, as their original program
    and scikit-learn do.
    """
    weights = case.weights()
    n_candidates = 2 + int(np.log(case.n_clusters))
    chosen = [_draw(weights, case.rng, 1)[0]]
    (closest,) = _come_closest(case, np.array(chosen), np.full(case.samples.n, np.inf))
    while len(chosen) < case.n_clusters:
        candidates = _draw(weights * closest, case.rng, n_candidates)
        after = _come_closest(case, candidates, closest)
        best = int(np.argmin(after @ weights))
        chosen.append(candidates[best])
        closest = after[best].copy()
    return case.start_at(np.array(chosen))


def farthest(case: StartCase) -> Start:
    """A random sample, then always the sample farthest from those chosen (Gonzalez 1985). Ties: the lowest index."""
    chosen = [_draw(case.weights(), case.rng, 1)[0]]
    closest = np.where(case.weights() > 0, np.inf, -1.0)
    while len(chosen) < case.n_clusters:
        _come_closer(case, chosen[-1], closest)
        chosen.append(int(np.argmax(closest)))
    return case.start_at(np.array(chosen))


def _come_closer(case: StartCase, index: int, closest: Float64Array) -> None:
    """Let (n,) ``closest`` squared distances know of one more chosen sample; in float64, so that ties are ties."""
    goal = case.samples.take(np.array([index])).astype(np.float64)

    def measure(block: Block) -> None:
        def write(where: slice, rows: FloatArray) -> None:
            np.minimum(closest[where], squared_distances(rows, goal), out=closest[where])

        in_chunks(case.samples, block, write)

    list(case.map_blocks(measure, case.samples.blocks()))


INITS: dict[str, Init] = {
    "k-means++": kmeans_plus_plus,
    "sample": sample,
    "uniform": uniform,
    "farthest": farthest,
}


PARALLEL = "parallel"
"""k-means‖, for data that are read in passes; see ``stream_start``."""

INIT_NAMES = (*INITS, PARALLEL)
"""What a user may ask for."""


def _draw(shares: Float64Array, rng: np.random.Generator, n: int) -> IntArray:
    """``n`` sample indices, each drawn in proportion to its share (evenly when all are 0)."""
    cumulated = np.cumsum(shares)
    if cumulated[-1] <= 0:
        # Every sample already is a centroid: fewer distinct samples than clusters.
        return rng.integers(len(shares), size=n)
    drawn: IntArray = np.searchsorted(cumulated, rng.random(n) * cumulated[-1], side="right")
    return drawn


def _come_closest(case: StartCase, indices: IntArray, closest: Float64Array) -> Float64Array:
    """(m, n) what (n,) ``closest`` squared distances become with each of m samples, relative to the squared scale.

    From float32 products; those too small for their rounding are computed in float64, so a duplicate of a chosen
    sample has distance 0 and is never drawn while other samples are left.
    """
    rows, lengths, samples = case.prepared.rows, case.prepared.lengths, case.samples
    goals = rows[indices]
    exact_goals = samples.take(indices).astype(np.float64)
    relative = 4 * (samples.d + 8) * _U32
    out = np.empty((len(indices), samples.n))

    def measure(block: Block) -> None:
        reach = lengths[block.rows].astype(np.float64) ** 2 + lengths[indices, None].astype(np.float64) ** 2
        product = np.ascontiguousarray((rows[block.rows] @ goals.T).T)
        product *= -2
        squared = reach + product
        reach *= relative
        # np.nonzero takes longer for a matrix than all the rest.
        goal, row = np.divmod(np.flatnonzero(squared <= reach), squared.shape[1])
        if len(row):
            exact = squared_distances(samples.take(block.start + row), exact_goals[goal])
            squared[goal, row] = exact / case.prepared.scale**2
        np.minimum(closest[block.rows], squared, out=out[:, block.rows])

    list(case.map_blocks(measure, samples.blocks()))
    return out
