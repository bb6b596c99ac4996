"""Squared distances bounded in a subspace, with what is remembered of the rest of the features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.scores import Targets
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.subspace import LEAK, Subspace
from kmeans_cli.core.types import Float64Array, LabelArray, Where

_U32 = 2.0**-24
_FIRST_LENGTH = 64


class Remainders:
    """Lower bounds of all squared distances of a sample, for a product of p + 2 terms and k remembered numbers.

    With r − m = V z + e (see ``Subspace``), q = (c − mean)/scale and w = Vᵀq, the squared distance in units of the
    scale is

        ‖r − m‖² − 2 (z·w + e·q) + ‖q‖².

    When a sample is *measured*, in all d features, e·q becomes known for all k centroids at once. Later, when the
    part of q outside the subspace has gone a way that lengthened its path S, e·q has changed by at most ρ times that
    length. So with weights W = [−2w, −2S, ‖q‖²],

        ‖x − c‖² ≥ [z, ρ, 1]·W + H,   H = ‖x − c‖² − [z, ρ, 1]·W at the measurement,

    and adding 4ρ times the growth of S since then makes it an upper bound.
    """

    def __init__(self, prepared: Prepared, subspace: Subspace, q: Float64Array) -> None:
        n, k = len(prepared.squares), len(q)
        self._prepared, self._subspace = prepared, subspace
        self._scratch = Scratch()
        self._lengths = np.sqrt(np.einsum("ij,ij->i", subspace.rows, subspace.rows))
        self._remembered = np.empty((n, k), dtype=np.float32)
        self._measured_at = np.zeros(n, dtype=np.int32)
        self._paths = np.zeros((_FIRST_LENGTH, k))
        self._now = 0
        self._slope = self._constant = self._longest = 0.0
        self._aim(q)

    @property
    def width(self) -> int:
        """How many values of a sample ``squared`` looks at or computes."""
        return sum(self._weights.shape)

    def move(self, q: Float64Array, step: Float64Array) -> None:
        """The (k, d) centroids are now these, by (k, d) steps."""
        within = q @ self._subspace.basis - self._w
        squares = np.einsum("ij,ij->i", within, within)
        rest = np.einsum("ij,ij->i", step, step) - (1 - self._subspace.skew) * squares
        if self._now + 1 == len(self._paths):
            self._paths = np.concatenate([self._paths, np.zeros_like(self._paths)])
        self._paths[self._now + 1] = self._paths[self._now] + np.sqrt(np.maximum(rest, 0)) + LEAK * np.sqrt(squares)
        self._now += 1
        self._aim(q)

    def widen(self, targets: Targets) -> None:
        """Count on the rounding of products with these targets, and still on that of all before."""
        self._slope = max(self._slope, targets.slope)
        self._constant = max(self._constant, targets.constant)

    def squared(self, where: Where) -> NDArray[np.float32]:
        """(m, k) at most ``slack`` above lower bounds of the squared distances, in scratch memory."""
        bounds = self._product(where)
        bounds += self._scratch.rows(self._remembered, where)
        return bounds

    def growth(self, where: Where, labels: LabelArray) -> Float64Array:
        """(m,) what added to the labels' ``squared`` makes it an upper bound, but for ``slack``."""
        grown = self._paths[self._now, labels] - self._paths[self._measured_at[where], labels]
        growth: Float64Array = 4 * self._subspace.rows[where, -2] * grown
        return growth

    def slack(self, where: Where) -> Float64Array:
        """(m,) how far rounding may put ``squared`` off.

        Twice what a score may be off, that is as much as two scores, and four more roundings of sums of squares; and
        at the measurement and now a product of p + 2 terms, of a row and weights that are rounded.
        """
        terms = self._weights.shape[1]
        slack: Float64Array = (
            self._slope * self._prepared.lengths[where]
            + self._constant
            + 8 * _U32 * self._prepared.squares[where]
            + 2 * (terms + 12) * _U32 * self._longest * self._lengths[where]
        )
        return slack

    def remember(self, where: Where, scores: NDArray[np.float32]) -> None:
        """Measured (m, k) scores of these samples, which it turns into squared distances."""
        scores *= 2
        scores += self._prepared.squares[where].astype(np.float32)[:, None]
        self._remembered[where] = np.subtract(scores, self._product(where), out=scores)
        self._measured_at[where] = self._now

    def _aim(self, q: Float64Array) -> None:
        self._w = q @ self._subspace.basis
        ends = np.einsum("ij,ij->i", q, q)
        weights = np.column_stack([-2 * self._w, -2 * self._paths[self._now], ends])
        self._longest = max(self._longest, float(np.linalg.norm(weights, axis=1).max()))
        self._weights = weights.astype(np.float32)

    def _product(self, where: Where) -> NDArray[np.float32]:
        rows = self._scratch.rows(self._subspace.rows, where)
        return np.matmul(rows, self._weights.T, out=self._scratch.matrix("product", len(rows), len(self._weights)))
