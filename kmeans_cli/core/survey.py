"""What one pass over data tells of them, for data whose rows cannot be kept: means, dispersion, range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import SAFE_LENGTHS, Prepared, chunk_rows, origin_near, power_of_two
from kmeans_cli.core.types import Float64Array, FloatArray

_U32 = 2.0**-24


@dataclass(frozen=True)
class Moments:
    """Sums over some rows, measured from a point near them, so that they lose no digits to a large offset.

    Attributes:
        n: Number of rows.
        sums: (d,) Σ(x − point).
        squares: Σ‖x − point‖².
        lowest, highest: The smallest and the largest value.
    """

    n: int
    sums: Float64Array
    squares: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, rows: FloatArray, point: Float64Array) -> Moments:
        """Of (m, d) rows."""
        sums, squares = np.zeros(len(point)), 0.0
        for start in range(0, len(rows), chunk_rows(len(point))):
            apart = rows[start : start + chunk_rows(len(point))] - point
            sums += apart.sum(axis=0)
            squares += float(np.einsum("ij,ij->", apart, apart))
        return cls(len(rows), sums, squares, float(rows.min()), float(rows.max()))

    def __add__(self, other: Moments) -> Moments:
        """Of the rows of both."""
        # NumPy's minimum and maximum pass NaN on.
        return Moments(
            self.n + other.n,
            self.sums + other.sums,
            self.squares + other.squares,
            float(np.minimum(self.lowest, other.lowest)),
            float(np.maximum(self.highest, other.highest)),
        )


@dataclass(frozen=True)
class Frame:
    """As ``Prepared``, of all rows, but without anything that has a value for each of them.

    Attributes:
        n: Number of samples.
        mean, total, lowest, highest, origin, scale: As there.
    """

    n: int
    mean: Float64Array
    total: float
    lowest: float
    highest: float
    origin: Float64Array
    scale: float

    @classmethod
    def of(cls, moments: Moments, point: Float64Array, dtype: np.dtype[np.floating]) -> Frame:
        """From the moments of all rows about a point, in units and type of the fit."""
        n, off = moments.n, moments.sums / moments.n
        mean = point + off
        about_mean = max(0.0, moments.squares - n * float(off @ off))
        origin = origin_near(mean, about_mean / n)
        total = about_mean + n * float((mean - origin) @ (mean - origin))
        low, high = SAFE_LENGTHS
        largest = max(abs(moments.lowest), abs(moments.highest))
        as_they_are = dtype == np.float32 and not origin.any() and low < largest < high
        scale = 1.0 if as_they_are else power_of_two(max(about_mean / n, np.finfo(np.float64).tiny))
        return cls(n, mean, total, moments.lowest, moments.highest, origin, scale)

    def prepared(self, rows: FloatArray) -> Prepared:
        """Some rows made ready for ``nearest``: its bounds of distances, which need the squares, are not asked for."""
        ready = self._ready(rows)
        squares: NDArray[np.float32] = np.einsum("ij,ij->i", ready, ready)
        lengths = np.sqrt(squares) * np.float32(1 + (rows.shape[1] + 2) * _U32)
        return self._with(ready, lengths, np.zeros(len(rows)))

    def whole(self) -> Prepared:
        """Of all rows, without them: for what asks about means, range and resolution only."""
        rows = np.broadcast_to(np.float32(0), (self.n, len(self.mean)))
        return self._with(rows, np.zeros(0, np.float32), np.zeros(0))

    def _ready(self, rows: FloatArray) -> NDArray[np.float32]:
        if rows.dtype == np.float32 and self.scale == 1 and not self.origin.any():
            return rows.astype(np.float32, copy=False)
        return ((rows - self.origin) / self.scale).astype(np.float32)

    def _with(self, rows: NDArray[np.float32], lengths: NDArray[np.float32], squares: Float64Array) -> Prepared:
        figures = self.mean, self.total, float(self.n), self.lowest, self.highest
        return Prepared(*figures, rows, lengths, self.origin, self.scale, squares)
