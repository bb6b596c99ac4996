"""Until when a sample's label is proven, without looking at the sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.distance import Where
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray

# Bounds are widened by this share, far more than float64 rounding, so that they never contradict what decides.
_MARGIN = 1e-9
# Scores of this many sample-centroid pairs at a time stay in a core's cache.
_PAIRS = 1 << 17
# From this share of due samples on, all are taken: reading rows where they lie is cheaper than gathering them.
_DENSE = 0.6


class Expiry:
    """Hamerly's two bounds (SDM 2010) as one number per sample that no iteration has to touch.

    Let u be at least a sample's distance to its centroid j and l at most its distance to any other. When centroids
    move, u grows by at most the shift of j and l falls by at most the largest shift of the others. So the label stays
    proven until the sum of the two, cumulated per cluster in ``drift``, has grown by l − u: until ``drift[j]`` reaches
    the sample's ``expiry``. Invariant: drift[label] < expiry implies that the label is the nearest centroid.
    """

    def __init__(self, prepared: Prepared, n_clusters: int) -> None:
        self._squares = prepared.squares
        self._drift = np.zeros(n_clusters)
        self._expiry = np.full(len(prepared.squares), -np.inf)

    def advance(self, shifts: Float64Array) -> None:
        """The centroids moved by these (k,) distances, in units of the scale."""
        largest = int(np.argmax(shifts))
        others = np.full(len(shifts), shifts[largest])
        others[largest] = np.delete(shifts, largest).max(initial=0.0)
        self._drift += (shifts + others) * (1 + _MARGIN)

    def due(self, labels: LabelArray) -> IntArray | None:
        """The samples whose label is no longer proven, ascending; None: better look at all."""
        due = np.flatnonzero(self._drift[labels] >= self._expiry)
        return None if len(due) > _DENSE * len(labels) else due

    def renew(self, where: Where, labels: LabelArray, upper: NDArray[np.float32], lower: NDArray[np.float32]) -> None:
        """Give m samples new bounds.

        Args:
            where: Which samples.
            labels: (m,) their labels.
            upper: (m,) at least the scores of their centroids.
            lower: (m,) at most the scores of all others.
        """
        squares, drift = self._squares[where], self._drift[labels]
        # ‖x − c‖² = ‖x − mean‖² + 2 score
        far = np.sqrt(np.maximum(squares + 2.0 * upper, 0))
        near = np.sqrt(np.maximum(squares + 2.0 * lower, 0))
        self._expiry[where] = drift + (near - far - _MARGIN * (near + far + drift))


def pieces(due: IntArray | None, n: int, k: int) -> Sequence[Where]:
    """The due samples (None: all n) in pieces that keep k scores of each in cache."""
    rows = max(256, _PAIRS // k)
    if due is None:
        return [slice(start, min(start + rows, n)) for start in range(0, n, rows)]
    return [due[start : start + rows] for start in range(0, len(due), rows)]
