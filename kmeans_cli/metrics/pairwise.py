"""The distances between all pairs of a few thousand rows, block by block, in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import numpy as np

from kmeans_cli.core.types import Float64Array, FloatArray, IntArray, MapBlocks

_R = TypeVar("_R")

DistanceBlocks: TypeAlias = tuple[tuple[slice, Float64Array], ...]
"""The (m, m) matrix of distances as consecutive blocks of rows, each with its place."""

_BLOCK_BYTES = 4 << 20
_CHUNK_BYTES = 1 << 20

# ‖a‖² + ‖b‖² − 2a·b cancels for close pairs. Below this share of ‖a‖² + ‖b‖² the squared distance is recomputed as
# Σ(a−b)²; above it, about nine digits are sound in 1,000 dimensions.
_CLOSE = 1e-6


def map_distance_blocks(
    function: Callable[[slice, Float64Array], _R], rows: FloatArray, map_blocks: MapBlocks = map
) -> list[_R]:
    """Apply a function to all blocks of rows of the (m, m) matrix of distances.

    Args:
        function: Gets the rows of the block as a slice, and their (block length, m) distances.
        rows: (m, d) the rows between which distances are measured.
        map_blocks: Who computes the blocks.

    Returns:
        What the function returned, in the order of the blocks.
    """
    # Distances do not change with the origin, but products cancel least around the mean.
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    squared_norms = np.einsum("ij,ij->i", centred, centred)
    length = max(1, _BLOCK_BYTES // (8 * len(rows)))

    def of_block(start: int) -> _R:
        block = slice(start, min(start + length, len(rows)))
        norm_sums = squared_norms[block, np.newaxis] + squared_norms
        squared = centred[block] @ centred.T
        squared *= -2
        squared += norm_sums
        norm_sums *= _CLOSE
        close, other = np.nonzero(squared <= norm_sums)
        squared[close, other] = _direct(centred, close + start, other)
        return function(block, np.sqrt(squared, out=squared))

    return list(map_blocks(of_block, range(0, len(rows), length)))


def distance_blocks(rows: FloatArray, map_blocks: MapBlocks = map) -> DistanceBlocks:
    """All distances between (m, d) rows, kept: 8·m² bytes, for what looks at them again and again."""
    return tuple(map_distance_blocks(lambda block, distances: (block, distances), rows, map_blocks))


def _direct(rows: Float64Array, first: IntArray, second: IntArray) -> Float64Array:
    """(p,) Σ(a−b)² of p pairs of rows, with temporaries that stay small however many pairs there are."""
    result = np.empty(len(first))
    length = max(1, _CHUNK_BYTES // (8 * rows.shape[1]))
    for start in range(0, len(first), length):
        chunk = slice(start, start + length)
        difference = rows[first[chunk]] - rows[second[chunk]]
        result[chunk] = np.einsum("ij,ij->i", difference, difference)
    return result
