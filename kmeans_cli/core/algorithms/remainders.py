"""Squared distances bounded in a subspace, with what is remembered of the rest of the features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.scores import Targets
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.subspace import LEAK, Subspace
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, Where

_U32 = 2.0**-24
# Room for the roundings to grow before the slack of all samples is computed anew.
_ROOM = 1.25


class Remainders:
    """Lower bounds of all squared distances of a sample, for a product of p + 2 terms and k remembered numbers.

    With r − m = V z + e (see ``Subspace``), q = (c − mean)/scale and w = Vᵀq, the squared distance in units of the
    scale is

        ‖r − m‖² − 2 (z·w + e·q) + ‖q‖².

    When a sample is *measured*, in all d features, e·q becomes known for all k centroids at once. Later, when the
    part of q outside the subspace has gone a way that lengthened its path S, e·q has changed by at most ρ times that
    length. So with weights W = [−2w, −2S, ‖q‖²],

        ‖x − c‖² ≥ [z, ρ, 1]·W + H,   H = ‖x − c‖² − [z, ρ, 1]·W at the measurement,

    and adding 4ρ times the growth of S since then makes it an upper bound. That is wanted of a sample's own centroid
    only, and only a measurement gives it another one; so of S then, one number for each sample is kept.
    """

    def __init__(self, prepared: Prepared, subspace: Subspace, q: Float64Array) -> None:
        n, k = len(prepared.squares), len(q)
        self._prepared, self._subspace = prepared, subspace
        self._scratch = Scratch()
        self._lengths = np.sqrt(np.einsum("ij,ij->i", subspace.rows, subspace.rows))
        self._rho = subspace.rows[:, -2].astype(np.float64)
        self._remembered = np.empty((n, k), dtype=np.float32)
        self._path, self._path_then = np.zeros(k), np.empty(n)
        self._counted_on = np.zeros(3)
        self._slack = np.zeros(n)
        self._w = q @ subspace.basis
        self._aim(q)

    @property
    def width(self) -> int:
        """How many values of a sample ``squared`` looks at or computes."""
        return sum(self._weights.shape)

    def move(self, q: Float64Array, shifts: Float64Array) -> None:
        """The (k, d) centroids are now these, (k,) ``shifts`` from where they were."""
        before = self._w
        self._w = q @ self._subspace.basis
        squares = np.square(self._w - before).sum(axis=1)
        rest = shifts**2 - (1 - self._subspace.skew) * squares
        self._path = self._path + np.sqrt(np.maximum(rest, 0)) + LEAK * np.sqrt(squares)
        self._aim(q)

    def widen(self, targets: Targets) -> None:
        """Count on the rounding of products with these targets and weights, and still on that of all before.

        Twice what a score may be off, that is as much as two scores, and four more roundings of sums of squares; and
        at the measurement and now a product of p + 2 terms, of a row and weights that are rounded. ``correct`` rounds
        twice more, a bound and its difference from a squared distance D: at most 3 D and four such products, where D is
        at most twice ‖r − m‖² and two products.
        """
        needed = np.array([targets.slope, targets.constant, self._longest])
        if (needed <= self._counted_on).all():
            return
        self._counted_on = np.maximum(_ROOM * needed, self._counted_on)
        slope, constant, longest = self._counted_on
        terms = self._weights.shape[1]
        self._slack = (
            slope * self._prepared.lengths
            + constant
            + 16 * _U32 * self._prepared.squares
            + 2 * (terms + 20) * _U32 * longest * self._lengths
        )

    def squared(self, where: Where) -> NDArray[np.float32]:
        """(m, k) at most ``slack`` above lower bounds of the squared distances, in scratch memory."""
        bounds = self._product(where)
        bounds += self._scratch.rows(self._remembered, where)
        return bounds

    def growth(self, where: Where, labels: IntArray) -> Float64Array:
        """(m,) what added to the labels' ``squared`` makes it an upper bound, but for ``slack``."""
        growth: Float64Array = 4 * self._rho[where] * (self._path[labels] - self._path_then[where])
        return growth

    def slack(self, where: Where) -> Float64Array:
        """(m,) how far rounding may put ``squared`` off."""
        return self._slack[where]

    def remember(self, where: Where, scores: NDArray[np.float32], labels: LabelArray) -> None:
        """Measured (m, k) scores of these samples, which it turns into squared distances, and their labels by them."""
        scores *= 2
        scores += self._prepared.squares[where].astype(np.float32)[:, None]
        self._remembered[where] = np.subtract(scores, self._product(where), out=scores)
        self._path_then[where] = self._path[labels]

    def correct(
        self,
        where: IntArray,
        pairs: IntArray,
        scores: NDArray[np.float32],
        bounds: NDArray[np.float32],
        labels: LabelArray,
    ) -> None:
        """The same of two centroids for each sample.

        Args:
            where: (m,) which samples.
            pairs: (2, m) which centroids.
            scores: (2, m) theirs, measured.
            bounds: (2, m) what ``squared`` says of them.
            labels: (m,) which of the two are the labels now.
        """
        squared = 2 * scores
        squared += self._prepared.squares[where].astype(np.float32)
        self._remembered[where, pairs] += squared - bounds
        self._path_then[where] = self._path[labels]

    def _aim(self, q: Float64Array) -> None:
        ends = np.einsum("ij,ij->i", q, q)
        weights = np.column_stack([-2 * self._w, -2 * self._path, ends])
        self._longest = float(np.linalg.norm(weights, axis=1).max())
        self._weights = weights.astype(np.float32)

    def _product(self, where: Where) -> NDArray[np.float32]:
        rows = self._scratch.rows(self._subspace.rows, where)
        return np.matmul(rows, self._weights.T, out=self._scratch.matrix("product", len(rows), len(self._weights)))
