"""The data sets that every algorithm, start and policy is tried on. A new one is tested by adding it to ``CASES``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.datasets import load_digits

from kmeans_cli.core.samples import ArraySamples, Block
from kmeans_cli.core.types import Float64Array, FloatArray


@dataclass(frozen=True, eq=False)
class Case:
    """Data and how many clusters to look for; ``generic``: without ties, so that rounding decides nothing."""

    X: FloatArray
    k: int
    weights: Float64Array | None = None
    generic: bool = True

    @property
    def samples(self) -> ArraySamples:
        return ArraySamples(self.X, self.weights)


class SmallBlocks(ArraySamples):
    """Samples in blocks of 50 rows, so that small data have many."""

    def blocks(self) -> Sequence[Block]:
        return [Block(i, start, min(start + 50, self.n)) for i, start in enumerate(range(0, self.n, 50))]


@cache
def digits() -> FloatArray:
    """(1797, 64) in [0, 1]; multiples of 1/16."""
    return load_digits().data / 16


def blobs(n: int = 150, d: int = 3, seed: int = 0) -> Float64Array:
    """Five well-separated clouds."""
    rng = np.random.default_rng(seed)
    return 10 * rng.normal(size=(5, d))[rng.integers(5, size=n)] + rng.normal(size=(n, d))


def _weighted() -> Case:
    weights = np.random.default_rng(1).exponential(size=150)
    weights[::7] = 0
    return Case(blobs(seed=2), 5, weights)


CASES: dict[str, Case] = {
    "blobs": Case(blobs(), 5),
    "blobs-many": Case(blobs(seed=3), 30),
    "digits-float64": Case(digits()[:500], 10),
    "digits-float32": Case(digits()[:500].astype(np.float32), 10),
    "wide": Case(np.random.default_rng(4).random((60, 784)).astype(np.float32), 4),
    "duplicates": Case(np.repeat(blobs(8), 9, axis=0), 6, generic=False),
    "few-distinct": Case(np.repeat(blobs(3), 20, axis=0), 5, generic=False),
    "few-distinct-float32": Case(np.repeat(blobs(3), 20, axis=0).astype(np.float32), 5, generic=False),
    "constant": Case(np.full((12, 2), 5.0), 3, generic=False),
    "zeros": Case(np.zeros((12, 2), np.float32), 3, generic=False),
    "collinear": Case(np.outer(np.arange(40.0), [1, 2, -1]), 4, generic=False),
    "grid": Case(np.stack(np.meshgrid(range(6), range(6)), -1).reshape(-1, 2).astype(np.float32), 7, generic=False),
    "offset-1e6": Case(blobs() + 1e6, 5),
    "offset-1e9": Case(blobs() + 1e9, 5),
    "offset-1e4-float32": Case((blobs() + 1e4).astype(np.float32), 5),
    "tiny": Case(blobs() * 1e-20, 5),
    "tiny-float32": Case((blobs() * 1e-20).astype(np.float32), 5),
    "large": Case(blobs() * 1e20, 5),
    "large-float32": Case((blobs() * 1e15).astype(np.float32), 5),
    "one-far": Case(np.vstack([blobs(60), [[1e7, 0, 0]]]), 4),
    "k-1": Case(blobs(40), 1),
    "k-n": Case(blobs(25), 25, generic=False),
    "one-sample": Case(blobs(1), 1),
    "one-feature": Case(np.random.default_rng(5).normal(size=(80, 1)), 6),
    "weighted": _weighted(),
    "weights-far-apart": Case(blobs(seed=6), 5, 10.0 ** np.random.default_rng(7).uniform(-6, 6, 150)),
}
