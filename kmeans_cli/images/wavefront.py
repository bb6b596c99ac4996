"""Raster order without a loop over pixels: pixels that do not depend on each other are treated at once.

Where a pixel depends on those to its left and above, all pixels with the same x + skew·y can be treated together
once those with a smaller sum are done: skew 1 for the upper neighbour, 2 for the upper right one too (the wavefront
method of Lamport, "The parallel execution of DO loops", 1974). In the flat array of a picture of width w such a
wave is a slice with the step w − skew, so no indices are needed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def waves(height: int, width: int, skew: int) -> Iterator[slice]:
    """The waves of a picture as slices of its flat array, in the order to treat them.

    Args:
        height: Rows of the picture, without the margin.
        width: Columns of the picture, without the margin.
        skew: 1 or 2.

    Yields:
        Slices of the flat array of ``with_margin(picture)``. The neighbours of a wave are the same slice, shifted
        with ``shifted``.
    """
    row = width + 2
    for wave in range(width + skew * (height - 1)):
        first = max(0, -(-(wave - width + 1) // skew))
        last = min(height - 1, wave // skew)
        if first <= last:
            start = (first + 1) * row + 1 + wave - skew * first
            yield slice(start, start + (last - first) * (row - skew) + 1, row - skew)


def shifted(wave: slice, by: int) -> slice:
    """The wave ``by`` pixels further on: −1 for the left neighbours, −row for the upper ones."""
    return slice(wave.start + by, wave.stop + by, wave.step)


def with_margin(picture: NDArray[np.int32], fill: int) -> NDArray[np.int32]:
    """(h + 1, w + 2): a (h, w) picture with one more row above and one more column on each side."""
    return np.pad(picture, ((1, 0), (1, 1)), constant_values=fill)


def without_margin(padded: NDArray[np.int32]) -> NDArray[np.int32]:
    """The (h, w) picture again."""
    return np.ascontiguousarray(padded[1:, 1:-1])
