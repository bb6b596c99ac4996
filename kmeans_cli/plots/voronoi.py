"""The borders between the cells of nearest centroids in the plane, exactly."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.types import Float64Array

_ROUNDING = 1e-12  # relative: centroid j lies along its own bisector only up to rounding


def cell_borders(centroids: Float64Array, reach: float) -> Float64Array:
    """The edges of the Voronoi diagram, cut off at a distance.

    A point p = m + t·u of the bisector of centroids i and j (m halfway between them, u along it) is on the border
    of their cells when no other centroid l is nearer, i.e. 2p·(cₗ − cᵢ) ≤ ‖cₗ‖² − ‖cᵢ‖² for all l: each l bounds t
    on one side.

    Args:
        centroids: (k, 2) float64.
        reach: How far from m an edge may go; the unbounded ones end there.

    Returns:
        (n_edges, 2, 2): the two ends (x, y) of each edge.
    """
    edges = [_borders_of(centroids, i, reach) for i in range(len(centroids) - 1)]
    return np.concatenate([np.empty((0, 2, 2)), *edges])


def _borders_of(centroids: Float64Array, i: int, reach: float) -> Float64Array:
    """The edges between cell ``i`` and the cells of the centroids after it."""
    away = centroids - centroids[i]  # centroid i at the origin
    others = away[i + 1 :]
    others = others[np.any(others != 0, axis=1)]  # equal centroids have no border
    middle = others / 2
    along = np.stack([-others[:, 1], others[:, 0]], axis=1) / np.linalg.norm(others, axis=1, keepdims=True)
    distance = np.linalg.norm(away, axis=1)
    slope = 2 * along @ away.T
    room = distance**2 - 2 * middle @ away.T
    parallel = np.abs(slope) <= _ROUNDING * distance
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = room / slope
    low = np.where(~parallel & (slope < 0), bound, -reach).max(axis=1)
    high = np.where(~parallel & (slope > 0), bound, reach).min(axis=1)
    shut_out = (parallel & (room < -_ROUNDING * distance**2)).any(axis=1)
    seen = (low < high) & ~shut_out
    ends = np.stack([low, high], axis=1)[seen]
    borders: Float64Array = middle[seen, None] + ends[:, :, None] * along[seen, None] + centroids[i]
    return borders
