"""The scores of small data, kept from one iteration to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.nearest import nearest, unconfirmed
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.scores import Targets
from kmeans_cli.core.types import LabelArray, Moves

MOST_KEPT = 1 << 18
"""So many scores stay in a core's cache; twice as many are computed anew in less time than they are read again."""


class KeptScores:
    """(k, n) scores of all samples; those of a centroid that did not move are the same again.

    Invariant: row j are the scores of row j of ``_lifted``.
    """

    def __init__(self, samples: Samples, prepared: Prepared, columns: NDArray[np.float32], n_clusters: int) -> None:
        self._samples, self._prepared, self._columns = samples, prepared, columns
        self._scores = np.empty((n_clusters, samples.n), dtype=np.float32)
        self._lifted = np.full((n_clusters, len(columns)), np.nan, dtype=np.float32)

    def assign(self, targets: Targets, labels: LabelArray) -> Moves:
        """Bring (n,) labels up to date, each the exact nearest of these targets."""
        self._bring_up_to(targets)
        known = labels[0] >= 0
        # It takes no search to see that a label is right, and most are.
        guess = labels if known else self._scores.argmin(axis=0).astype(np.int32)
        left = unconfirmed(self._prepared, targets, self._scores, guess)
        found = nearest(
            self._samples, self._prepared, targets, left, np.ascontiguousarray(self._scores.take(left, axis=1).T)
        )
        if known:
            return Moves.between(labels, found.labels, left)
        guess[left] = found.labels
        return Moves.between(labels, guess)

    def _bring_up_to(self, targets: Targets) -> None:
        new = np.flatnonzero((targets.lifted != self._lifted).any(axis=1))
        if len(new) == len(self._lifted):
            np.matmul(targets.lifted, self._columns, out=self._scores)
        else:
            self._scores[new] = targets.lifted[new] @ self._columns
        self._lifted = targets.lifted
