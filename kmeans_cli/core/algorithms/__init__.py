"""ALGORITHMS: name -> class. An exact algorithm differs from the others only in how few distances it computes."""

from __future__ import annotations

from typing import Protocol

from kmeans_cli.core.algorithms.lloyd import Lloyd
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import Float64Array, LabelArray, MapBlocks


class Algorithm(Protocol):
    """What the engine asks of an algorithm; it is made anew for each fit."""

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        """Keep what is needed."""
        ...

    def moved(self, centroids: Float64Array) -> None:
        """The (k, d) centroids are now these: keep bounds valid."""
        ...

    def assign(self) -> LabelArray:
        """(n,) int32, the exact nearest centroid of every sample; a new array each time."""
        ...


ALGORITHMS: dict[str, type[Algorithm]] = {"lloyd": Lloyd}
MINIBATCH = "minibatch"
"""No exact algorithm: it has a loop of its own, in ``minibatch.py``."""

ALGORITHM_NAMES = ("auto", *ALGORITHMS, MINIBATCH)
"""What a user may ask for."""


def choose(algorithm: str, n: int, d: int, k: int) -> tuple[str, str]:  # noqa: ARG001
    """The algorithm to run, and why.

    Args:
        algorithm: A name, or ``auto``.
        n: Number of samples.
        d: Number of features.
        k: Number of clusters.
    """
    return (algorithm, "as asked") if algorithm != "auto" else ("lloyd", "the only exact algorithm so far")
