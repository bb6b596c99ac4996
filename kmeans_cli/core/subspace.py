"""A few directions that carry most of the dispersion: distances in them are cheap, and the rest can be bounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Block, Samples
from kmeans_cli.core.types import Float64Array, MapBlocks

_U32 = 2.0**-24
# With ρ and 1, a row then fills four cache lines of 64 bytes.
_N_DIRECTIONS = 62
_N_DRAWN = 2000
_N_POWER_STEPS = 2
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
        rows: (n, p + 2) float32: z, ρ (never too small) and 1.
    """

    basis: Float64Array
    rows: NDArray[np.float32]


def build_subspace(samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> Subspace:
    """Principal directions of a draw of rows, by subspace iteration, and every row's coordinates in them.

    Source: Halko, Martinsson & Tropp, "Finding structure with randomness", SIAM Review 2011, algorithm 4.4.
    """
    centre = (prepared.mean - prepared.origin) / prepared.scale
    basis = _basis(prepared, centre)
    p = basis.shape[1]
    narrow, own = basis.astype(np.float32), (centre @ basis).astype(np.float32)
    # How far the basis is from orthonormal, and the rounding of p coordinates: see the class.
    skew = float(np.linalg.norm(np.eye(p) - basis.T @ basis))
    rounding = float(np.sqrt(p)) * 2 * (samples.d + 8) * _U32
    off = float(np.linalg.norm(centre))
    rows = np.empty((samples.n, p + 2), dtype=np.float32)

    def split(block: Block) -> None:
        out = rows[block.rows]
        np.subtract(prepared.rows[block.rows] @ narrow, own, out=out[:, :p])
        squares, lengths = prepared.squares[block.rows], prepared.lengths[block.rows].astype(np.float64)
        within = np.einsum("ij,ij->i", out[:, :p], out[:, :p]).astype(np.float64)
        leak = rounding * (lengths + off) + skew * np.sqrt(within)
        rest = np.maximum(squares - within, 0) + (rounding + skew) * (squares + (lengths + off) ** 2)
        out[:, p] = (np.sqrt(rest) + leak / LEAK) * (1 + 4 * _U32)
        out[:, p + 1] = 1

    list(map_blocks(split, samples.blocks()))
    return Subspace(basis, rows)


def _basis(prepared: Prepared, centre: Float64Array) -> Float64Array:
    """(d, p) float64, values rounded to float32: directions in which a draw of rows varies most."""
    n, d = prepared.rows.shape
    rng = np.random.default_rng(0)
    drawn = prepared.rows[np.sort(rng.choice(n, min(n, _N_DRAWN), replace=False))] - centre.astype(np.float32)
    directions = rng.standard_normal((d, min(_N_DIRECTIONS, d)), dtype=np.float32)
    for _ in range(_N_POWER_STEPS):
        directions, _ = np.linalg.qr(drawn.T @ (drawn @ directions))
    return directions.astype(np.float64)
