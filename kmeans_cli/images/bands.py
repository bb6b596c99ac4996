"""Large pictures some rows at a time: NumPy widens indices to 8 bytes each, and temporaries add up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import IntArray

_BAND_PIXELS = 1 << 15

_Scalar = TypeVar("_Scalar", bound=np.generic)


def bands(height: int, width: int, n_pixels: int | None = None) -> Iterator[slice]:
    """Slices of rows that cover a picture, each of about so many pixels (None: 33,000)."""
    rows = max(1, (n_pixels or _BAND_PIXELS) // width)
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))


def gather(values: NDArray[_Scalar], index: IntArray) -> NDArray[_Scalar]:
    """``values[index]`` for a (h, w) index, with little memory besides the result."""
    values = np.ascontiguousarray(values)  # or take() makes such a copy for each band
    result = np.empty((*index.shape, *values.shape[1:]), dtype=values.dtype)
    for band in bands(*index.shape):
        # Without a mode that cannot fail, take() gathers into a copy of `out` first.
        np.take(values, index[band], axis=0, out=result[band], mode="clip")
    return result


def count(labels: IntArray, k: int) -> NDArray[np.int64]:
    """(k,) how often each label is in a (h, w) picture."""
    counts = np.zeros(k, dtype=np.int64)
    for band in bands(*labels.shape):
        counts += np.bincount(labels[band].ravel(), minlength=k)
    return counts
