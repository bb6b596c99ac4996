"""A few directions that carry most of the dispersion: distances in them are cheap, and the rest can be bounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, MapBlocks

_U32 = 2.0**-24
# With ρ and 1, a row then fills four cache lines of 64 bytes.
_N_DIRECTIONS = 62
_N_DRAWN = 2000
_N_POWER_STEPS = 2
_BLOCK_ROWS = 2000
LEAK = 2.0**-6
"""The rate at which what rounding leaves of the directions in a residual is charged, see ``Subspace``."""


@dataclass(frozen=True)
class Subspace:
    """The prepared rows r, about their centre m, split into p coordinates and a residual.

    With V the (d, p) ``basis`` and z the coordinates, r − m = V z + e. Whatever z is, this defines e; as z is nearly
    Vᵀ(r − m), e is nearly orthogonal to V. For a vector δ with coordinates w = Vᵀδ and rest δ⊥ = δ − V w,

        |e·δ| ≤ ‖e‖‖δ⊥‖ + ‖Vᵀe‖‖w‖ ≤ ρ (‖δ⊥‖ + LEAK ‖w‖),   ρ = ‖e‖ + ‖Vᵀe‖/LEAK,

    where ‖Vᵀe‖ is rounding only: at most √p times that of a product of d terms, and V's distance from orthonormal.

    Attributes:
        basis: (d, p) float64, orthonormal but for rounding to float32.
        skew: At least the norm of VᵀV − I.
        rows: (n, p + 2) float32: z, ρ (never too small) and 1.
    """

    basis: Float64Array
    skew: float
    rows: NDArray[np.float32]


def build_subspace(
    rows: NDArray[np.float32],
    lengths: NDArray[np.float32],
    squares: Float64Array,
    centre: Float64Array,
    map_blocks: MapBlocks,
) -> Subspace:
    """Principal directions of a draw of rows, by subspace iteration, and every row's coordinates in them.

    Source: Halko, Martinsson & Tropp, "Finding structure with randomness", SIAM Review 2011, algorithm 4.4.

    Args:
        rows: (n, d), prepared.
        lengths: (n,) of the rows, never too small.
        squares: (n,) squared distances of the rows from their centre.
        centre: (d,) their mean.
        map_blocks: Who computes blocks.
    """
    n, d = rows.shape
    basis = principal_directions(rows, centre, _N_DIRECTIONS)
    p = basis.shape[1]
    narrow, own = basis.astype(np.float32), (centre @ basis).astype(np.float32)
    # How far the basis is from orthonormal, and the rounding of p coordinates: see the class.
    skew = float(np.linalg.norm(np.eye(p) - basis.T @ basis)) + d * 2.0**-52
    rounding = float(np.sqrt(p)) * 2 * (d + 8) * _U32
    off = float(np.linalg.norm(centre))
    split = np.empty((n, p + 2), dtype=np.float32)

    def fill(where: slice) -> None:
        out = split[where]
        np.subtract(rows[where] @ narrow, own, out=out[:, :p])
        reach = lengths[where].astype(np.float64) + off
        within = np.einsum("ij,ij->i", out[:, :p], out[:, :p]).astype(np.float64)
        leak = rounding * reach + skew * np.sqrt(within)
        rest = np.maximum(squares[where] - within, 0) + (rounding + skew) * (squares[where] + reach**2)
        out[:, p] = (np.sqrt(rest) + leak / LEAK) * (1 + 4 * _U32)
        out[:, p + 1] = 1

    list(map_blocks(fill, [slice(start, start + _BLOCK_ROWS) for start in range(0, n, _BLOCK_ROWS)]))
    return Subspace(basis, skew, split)


def principal_directions(rows: NDArray[np.float32], centre: Float64Array, n_directions: int) -> Float64Array:
    """(d, p) float64, values rounded to float32: directions in which a draw of rows varies most; p is at most d."""
    n, d = rows.shape
    rng = np.random.default_rng(0)
    drawn = rows[np.sort(rng.choice(n, min(n, _N_DRAWN), replace=False))] - centre.astype(np.float32)
    directions = rng.standard_normal((d, min(n_directions, d)), dtype=np.float32)
    for _ in range(_N_POWER_STEPS):
        directions, _ = np.linalg.qr(drawn.T @ (drawn @ directions))
    return directions.astype(np.float64)
