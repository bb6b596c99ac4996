"""Scores: float32 products that rank the centroids of a sample, and how far they may be off.

With r = (x − o)/s the prepared row, q = (c − μ)/s and m = (μ − o)/s,

    ‖x − c‖² / 2s² = a term that is the same for every c  +  ‖q‖²/2 + m·q − r·q,

so scores ``bias − r·q`` rank the centroids as distances do. They are computed in float32 with unit roundoff
u = 2⁻²⁴. A dot product of d terms, summed in whatever order, is off by at most d·u/(1 − d·u)·‖r‖‖q‖ (Higham,
*Accuracy and Stability of Numerical Algorithms*, section 3.1); rounding r, q, the bias and the difference adds at most
six more u. Where the bias is one more term of the product, the same factor applies to it too. Two scores whose
gap is above twice the bound below are therefore in the true order. The float64 term covers the rounding of the
deciding distances themselves, so excluding never contradicts deciding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import Float64Array, IntArray, Where
from kmeans_cli.core.where import pick

U32 = 2.0**-24
_U64 = 2.0**-53
_TINY = 2.0**-126
# So many values of gathered rows stay in a core's cache.
_GATHERED = 1 << 18
# So many of a pair of rows and centroids.
_PAIRED = 1 << 17
# Longer prepared centroids would overflow in float32 products.
_FAR = 2.0**50


@dataclass(frozen=True)
class Targets:
    """Centroids made ready for products with the prepared rows.

    Attributes:
        centroids: (k, d) float64, as they are.
        exact_q: (k, d) float64, (c − mean)/scale.
        squares: (k,) float64, ‖exact_q‖².
        centre: (d,) float64, the mean of the samples as a prepared row.
        slope, constant: Two scores of a row of length ‖r‖ are in true order when they differ by more than
            slope·‖r‖ + constant.
        undecided: Whether a centroid is too far away for float32: all scores are 0 then, and their bounds mean nothing.
    """

    centroids: Float64Array
    exact_q: Float64Array
    squares: Float64Array
    centre: Float64Array
    slope: float
    constant: float
    undecided: bool = False

    @cached_property
    def q(self) -> NDArray[np.float32]:
        """(k, d) ``exact_q`` in float32."""
        return self.exact_q.astype(np.float32)

    @cached_property
    def bias(self) -> NDArray[np.float32]:
        """(k,) float32, what products with ``q`` are subtracted from."""
        return (self.squares / 2 + self.exact_q @ self.centre).astype(np.float32)

    @cached_property
    def lifted(self) -> NDArray[np.float32]:
        """(k, d + 1) float32 (−q, bias): scores are its products with rows that have a last feature of 1."""
        k, d = self.q.shape
        lifted = np.empty((k, d + 1), dtype=np.float32)
        np.negative(self.q, out=lifted[:, :d])
        lifted[:, d] = self.bias
        return lifted


def aim(prepared: Prepared, centroids: Float64Array) -> Targets:
    """Make (k, d) centroids ready for products."""
    q = (centroids - prepared.mean) / prepared.scale
    squares = np.einsum("ij,ij->i", q, q)
    longest = math.sqrt(squares.max())
    if longest > _FAR:
        return _undecided(centroids)
    off_centre = prepared.off_centre
    d = q.shape[1]
    relative = (d + 8) * U32 / (1 - (d + 8) * U32)
    roundings = relative * longest, relative * (longest**2 / 2 + off_centre * longest) + d * _TINY
    longest_row = prepared.longest
    deciding = 2 * (d + 4) * _U64 * (longest_row + off_centre + longest) ** 2
    return Targets(
        centroids,
        q,
        squares,
        prepared.centre,
        slope=2 * roundings[0],
        constant=2 * roundings[1] + deciding,
    )


def _undecided(centroids: Float64Array) -> Targets:
    """Targets that exclude no centroid, so float64 decides everything."""
    return Targets(
        centroids,
        exact_q=np.zeros(centroids.shape),
        squares=np.zeros(len(centroids)),
        centre=np.zeros(centroids.shape[1]),
        slope=0.0,
        constant=1.0,
        undecided=True,
    )


def slack_of(prepared: Prepared, targets: Targets, where: Where) -> NDArray[np.float32]:
    """(m,) by how much two scores of each of these rows have to differ to be in true order."""
    slack = pick(prepared.lengths, where) * np.float32(targets.slope)
    slack += np.float32(targets.constant)
    return slack


def scores_of(prepared: Prepared, targets: Targets, where: Where, scratch: Scratch) -> NDArray[np.float32]:
    """(m, k) float32 scores of these rows, in scratch memory; the smaller, the nearer."""
    m = where.stop - where.start if isinstance(where, slice) else len(where)
    scores = scratch.matrix("scores", m, len(targets.q))
    if isinstance(where, slice):
        np.matmul(prepared.rows[where], targets.q.T, out=scores)
    else:
        # Gathered while the product needs them, so that rows do not leave the cache in between.
        step = max(64, _GATHERED // prepared.rows.shape[1])
        for start in range(0, m, step):
            piece = slice(start, start + step)
            np.matmul(scratch.rows(prepared.rows, where[piece]), targets.q.T, out=scores[piece])
    return np.subtract(targets.bias, scores, out=scores)


def scores_of_pairs(
    prepared: Prepared, targets: Targets, where: IntArray, pairs: IntArray, scratch: Scratch
) -> NDArray[np.float32]:
    """(2, m) float32 scores of these rows for (2, m) centroids, two for each."""
    scores = np.empty(pairs.shape, dtype=np.float32)
    d = prepared.rows.shape[1]
    step = max(64, _PAIRED // d)
    for start in range(0, len(where), step):
        piece = slice(start, start + step)
        rows = scratch.rows(prepared.rows, where[piece])
        goals = scratch.matrix("goals", *rows.shape)
        for centroids, out in zip(pairs[:, piece], scores[:, piece], strict=True):
            np.vecdot(rows, np.take(targets.q, centroids, axis=0, out=goals, mode="clip"), out=out)
    return np.subtract(targets.bias.take(pairs), scores, out=scores)
