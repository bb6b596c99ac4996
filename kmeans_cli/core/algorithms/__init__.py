"""ALGORITHMS: name -> class. An exact algorithm differs from the others only in how few distances it computes."""

from __future__ import annotations

from typing import Protocol

from kmeans_cli.core.algorithms.hamerly import Hamerly
from kmeans_cli.core.algorithms.lloyd import Lloyd
from kmeans_cli.core.algorithms.projected import Projected
from kmeans_cli.core.prepare import SMALL_VALUES, Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import Float64Array, LabelArray, MapBlocks, Moves


class Algorithm(Protocol):
    """What the engine asks of an algorithm; it is made anew for each fit."""

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        """Keep what is needed."""
        ...

    def moved(self, centroids: Float64Array) -> None:
        """The (k, d) centroids are now these: keep bounds valid."""
        ...

    def assign(self, labels: LabelArray) -> Moves:
        """Bring (n,) int32 labels (−1: none yet) up to date in place: the exact nearest centroid of every sample."""
        ...


ALGORITHMS: dict[str, type[Algorithm]] = {"lloyd": Lloyd, "hamerly": Hamerly, "projected": Projected}
MINIBATCH = "minibatch"
"""No exact algorithm: it has a loop of its own, in ``minibatch.py``."""

ALGORITHM_NAMES = ("auto", *ALGORITHMS, MINIBATCH)
"""What a user may ask for."""


# All measured on an AVX-512 machine, see the docstring of ``choose``.
_FEW_DISTANCES = 50_000
_FEW_SAMPLES = 20_000
_MANY_SAMPLES = 8_000
_WIDE = 256


def choose(algorithm: str, n: int, d: int, k: int) -> tuple[str, str]:
    """The algorithm to run, and why.

    Measured (seconds of one whole fit, from one start each; on one thread, without a last figure on two)::

        n       d    k    lloyd   hamerly  projected
        1,797   64   10   0.0062  0.0069
        1,797   64   100  0.024   0.029
        4,000   2    40   0.025   0.031
        4,000   64   40   0.031   0.037
        10,000  2    50   0.038   0.040
        20,000  8    5    0.069   0.075
        60,000  3    10   0.198   0.181
        100,000 2    5    0.131   0.070
        1,000   784  20   0.020   0.021    0.033
        4,000   784  20   0.121   0.092    0.103
        4,000   784  100  0.211   0.173    0.166
        16,000  784  5    0.426   0.284    0.238
        16,000  784  100  1.738   0.971    0.762
        30,000  196  50   2.038   0.733    0.855
        30,000  49   200  1.032   0.653    0.684

    Args:
        algorithm: A name, or ``auto``.
        n: Number of samples.
        d: Number of features.
        k: Number of clusters.
    """
    if algorithm != "auto":
        return algorithm, "as asked"
    if n * k < _FEW_DISTANCES:
        return "lloyd", f"{n * k:,} distances per iteration are too few for bounds to pay"
    if n <= _FEW_SAMPLES and n * d <= SMALL_VALUES:
        return "lloyd", f"{n:,} samples × {d} features are too few for bounds to pay"
    if d < _WIDE or n < _MANY_SAMPLES:
        return "hamerly", f"{n:,} samples × {d} features are too few for a subspace to pay"
    if k > d:
        return "hamerly", f"to remember {k:,} distances of each sample would take more memory than the samples"
    return "projected", f"{n:,} samples × {d} features are enough for a subspace to pay"
