"""ALGORITHMS: name -> class. An exact algorithm differs from the others only in how few distances it computes."""

from __future__ import annotations

from typing import Protocol

from kmeans_cli.core.algorithms.hamerly import Hamerly
from kmeans_cli.core.algorithms.lloyd import Lloyd
from kmeans_cli.core.algorithms.projected import Projected
from kmeans_cli.core.prepare import Prepared
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


def choose(algorithm: str, n: int, d: int, k: int) -> tuple[str, str]:  # noqa: ARG001
    """The algorithm to run, and why.

    Args:
        algorithm: A name, or ``auto``.
        n: Number of samples.
        d: Number of features.
        k: Number of clusters.
    """
    return (algorithm, "as asked") if algorithm != "auto" else ("lloyd", "the only exact algorithm so far")
