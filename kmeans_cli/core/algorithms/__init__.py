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


# Below so many distances per iteration, looking for the few that count costs more than all of them.
_LITTLE_WORK = 1 << 19
# From so many features on, a subspace of 62 is much cheaper than all of them.
_WIDE = 128


def choose(algorithm: str, n: int, d: int, k: int) -> tuple[str, str]:
    """The algorithm to run, and why.

    Args:
        algorithm: A name, or ``auto``.
        n: Number of samples.
        d: Number of features.
        k: Number of clusters.
    """
    if algorithm != "auto":
        return algorithm, "as asked"
    if n * k < _LITTLE_WORK:
        return "lloyd", f"{n * k:,} distances per iteration are too few for bounds to pay"
    if d < _WIDE:
        return "hamerly", f"many samples and only {d} features"
    # A number for each sample and cluster is remembered.
    if k > d:
        return "hamerly", f"{k} clusters of {d} features: remembering distances would take more memory than the data"
    return "projected", f"many samples of {d} features"
