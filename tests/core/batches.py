"""Mini-batch fits that several tests make."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import FloatArray, KMeansResult

from .cases import digits


def minibatch(k: int, **settings: object) -> KMeansParams:
    """The settings of a mini-batch fit."""
    return KMeansParams(k, algorithm="minibatch", **settings)


def fit_digits(seed: int = 0, **settings: object) -> KMeansResult:
    """Ten clusters of the digits in batches of 256."""
    batches = MiniBatchParams(**({"batch_size": 256} | settings))
    return fit(ArraySamples(digits()), minibatch(10), minibatch=batches, seed=seed)


def wide() -> FloatArray:
    """(3000, 300) in 70 clouds, so wide that an outline of them is made for as many clusters."""
    rng = np.random.default_rng(2)
    return (rng.random((70, 300))[rng.integers(70, size=3000)] + 0.4 * rng.random((3000, 300))).astype(np.float32)
