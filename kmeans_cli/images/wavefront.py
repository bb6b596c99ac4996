"""Raster order without a loop over pixels: pixels that do not depend on each other are treated at once.

Where a pixel depends on those to its left and above, all pixels with the same x + skew·y can be treated together
once those with a smaller sum are done: skew 1 for the upper neighbour, 2 for the upper right one too (the wavefront
method of Lamport, "The parallel execution of DO loops", 1974). In the flat array of a picture of width w such a
wave is a slice with the step w − skew, so no indices are needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True)
class Wave:
    """Some pixels of a picture, one in each of some consecutive rows.

    Attributes:
        rows: Their rows.
        pixels: They, as a slice of the flat array of ``with_margin(picture)``.
    """

    rows: slice
    pixels: slice

    def neighbours(self, back: int) -> slice:
        """The pixels ``back`` places before them: 1 for the left neighbours, the width with margin for the upper."""
        return slice(self.pixels.start - back, self.pixels.stop - back, self.pixels.step)


def waves(height: int, width: int, skew: int) -> Iterator[Wave]:
    """The waves of a picture in the order to treat them; those without a pixel are left out.

    Args:
        height: Rows of the picture, without the margin.
        width: Columns of the picture, without the margin.
        skew: 1 or 2.
    """
    row = width + 2
    for number in range(width + skew * (height - 1)):
        first = max(0, -(-(number - width + 1) // skew))
        last = min(height - 1, number // skew)
        if first <= last:
            start = (first + 1) * row + 1 + number - skew * first
            step = row - skew
            yield Wave(slice(first, last + 1), slice(start, start + (last - first) * step + 1, step))


def with_margin(picture: NDArray[_Scalar], fill: int) -> NDArray[_Scalar]:
    """(h + 1, w + 2): a (h, w) picture with one more row above and one more column on each side."""
    return np.pad(picture, ((1, 0), (1, 1)), constant_values=fill)


def without_margin(padded: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """The (h, w) picture again."""
    return np.ascontiguousarray(padded[1:, 1:-1])
