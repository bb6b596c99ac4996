"""Strokes made wider or thinner, by their distance from the edge."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.types import BoolArray, Float64Array


def edge_distances(mask: BoolArray) -> Float64Array:
    """How far each pixel is inside the ink (negative) or off it (positive), in pixels; the edge itself is 0.

    Args:
        mask: (height, width), some of it ink, some paper.
    """
    # Centres of neighbouring pixels are 1 apart, and the edge lies between them.
    outside, inside = distances_to(mask), distances_to(~mask)
    return np.where(mask, 0.5 - inside, outside - 0.5)


def redrawn(distances: Float64Array, wider: float) -> Float64Array:
    """The shades of strokes whose edges are moved outwards; pixels that the new edge crosses are grey.

    Args:
        distances: (height, width), from ``edge_distances``.
        wider: By how much, in pixels on each side; negative: thinner.
    """
    return np.clip(0.5 + wider - distances, 0, 1)


def distances_to(mask: BoolArray) -> Float64Array:
    """(height, width) the Euclidean distance of each pixel to the nearest that is set.

    The squares are minima over columns of minima over rows (Felzenszwalb & Huttenlocher 2012), here taken plainly.
    """
    far = float(sum(mask.shape)) ** 2
    squared = np.where(mask, 0.0, far)
    for _ in range(2):
        place = np.arange(len(squared), dtype=np.float64)[:, None]
        nearest = np.full_like(squared, np.inf)
        for row, values in enumerate(squared):
            np.minimum(nearest, values + (place - row) ** 2, out=nearest)
        squared = np.ascontiguousarray(nearest.T)
    return np.sqrt(squared)
