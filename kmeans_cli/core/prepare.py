"""What is made once per data set and serves all its fits: mean, total dispersion, and float32 rows for products."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.outline import Outline, build_outline
from kmeans_cli.core.samples import ArraySamples, Block, Samples
from kmeans_cli.core.subspace import Subspace, build_subspace
from kmeans_cli.core.types import Float64Array, FloatArray, IntArray, MapBlocks
from kmeans_cli.errors import ConfigError

LARGEST_VALUE = 1e140
"""Beyond it squared distances could overflow float64."""

SMALL_VALUES = 1 << 18
"""Data of up to so many values are kept transposed too (measured: three times as many are slower so)."""

# Rows converted to float64 at a time: small enough to stay in a core's cache (measured: 64 to 256 at d = 784).
_CHUNK_VALUES = 1 << 16
# NumPy begins anew in every row: up to so many features it is faster by columns (measured at 3: twice).
_SHORT = 4
# Squared distance of the mean from the origin, in units of the mean squared distance from the mean, up to which
# float32 rows are used as they are. Beyond it their length would widen the slack of products without need.
_OFF_CENTRE = 4.0
SAFE_LENGTHS = (1e-6, 1e6)


@dataclass(frozen=True)
class Prepared:
    """A data set made ready.

    The float32 ``rows`` are (x − ``origin``) / ``scale``, rounded. They only ever enter products that exclude
    centroids; what decides is computed from the samples themselves.

    Attributes:
        mean: (d,) float64 weighted mean of the samples.
        total: Σ wᵢ‖xᵢ − origin‖² in float64.
        total_weight: Σ wᵢ; n without weights.
        lowest, highest: The smallest and the largest value of the matrix.
        rows: (n, d) float32.
        lengths: (n,) float32, ‖row‖, never too small.
        origin: (d,) zero, or a round point near the mean where the data are far from zero.
        scale: A power of two.
        squares: (n,) float64, ‖xᵢ − mean‖² / scale².
    """

    mean: Float64Array
    total: float
    total_weight: float
    lowest: float
    highest: float
    rows: NDArray[np.float32]
    lengths: NDArray[np.float32]
    origin: Float64Array
    scale: float
    squares: Float64Array
    _subspaces: list[Subspace] = field(default_factory=list, repr=False)
    _outlines: list[Outline] = field(default_factory=list, repr=False)

    def subspace(self, map_blocks: MapBlocks = map) -> Subspace:
        """The directions in which the rows vary most; built when first asked for, since few narrow data need them."""
        if not self._subspaces:
            self._subspaces.append(build_subspace(self.rows, self.lengths, self.squares, self.centre, map_blocks))
        return self._subspaces[0]

    def outline(self, map_blocks: MapBlocks = map) -> Outline:
        """Every row in short; built when first asked for."""
        if not self._outlines:
            self._outlines.append(build_outline(self.rows, self.squares, self.centre, map_blocks))
        return self._outlines[0]

    def part(self, indices: IntArray) -> Prepared:
        """Of the samples with these indices; mean, totals and range stay those of all."""
        rows, lengths, squares = self.rows[indices], self.lengths[indices], self.squares[indices]
        return replace(self, rows=rows, lengths=lengths, squares=squares, _subspaces=[], _outlines=[])

    @cached_property
    def centre(self) -> Float64Array:
        """(d,) the mean, as a prepared row."""
        centre: Float64Array = (self.mean - self.origin) / self.scale
        return centre

    @cached_property
    def off_centre(self) -> float:
        """The length of the centre."""
        return math.sqrt(self.centre @ self.centre)

    @cached_property
    def longest(self) -> float:
        """The largest of the lengths."""
        return float(self.lengths.max())

    @cached_property
    def columns(self) -> NDArray[np.float32] | None:
        """(d + 1, n) float32, the rows of small data as columns, with a last row of ones; None of large data."""
        n, d = self.rows.shape
        if n * d > SMALL_VALUES:
            return None
        columns = np.ones((d + 1, n), dtype=np.float32)
        columns[:d] = self.rows.T
        return columns

    @property
    def resolution(self) -> float:
        """A distance no larger than this, from a sample to the mean of samples equal to it, may be rounding alone.

        A mean is the origin plus a mean of up to n differences from it: the former is off by units of the last place
        of the largest value, the latter by up to n units of the last place of the range.
        """
        n, d = self.rows.shape
        largest = max(abs(self.lowest), abs(self.highest))
        return float(math.sqrt(d) * 2.0**-52 * (4 * largest + n * (self.highest - self.lowest)))


def prepare(samples: Samples, map_blocks: MapBlocks = map) -> Prepared:
    """Make a data set ready for any number of fits.

    Costs two passes over the data, and a float32 copy of it unless it is float32 and roughly centred already.

    Raises:
        ConfigError: If there are NaN, infinite or enormous values.
    """
    weights = samples.weights
    total_weight = float(samples.n if weights is None else weights.sum())
    sums, lowest, highest = _first_pass(samples, map_blocks)
    largest = max(abs(lowest), abs(highest))
    if not largest <= LARGEST_VALUE:
        raise ConfigError(
            "is among the samples", where="X", value=largest, allowed=f"finite values up to {LARGEST_VALUE:g}"
        )
    mean = sums / total_weight
    squares = _squares(samples, mean, map_blocks)
    about_mean = _weighted_sum(samples, squares)
    origin = origin_near(mean, about_mean / total_weight)
    # Far from zero the mean itself is rounded too coarsely for the identity in the other branch.
    total = (
        _weighted_sum(samples, _squares(samples, origin, map_blocks))
        if origin.any()
        else about_mean + total_weight * float(mean @ mean)
    )
    rows, scale = _rows(samples, origin, about_mean / total_weight, largest, map_blocks)
    lengths = _lengths(samples, rows, map_blocks)
    squares /= scale**2
    return Prepared(mean, total, total_weight, lowest, highest, rows, lengths, origin, scale, squares)


def chunk_rows(d: int) -> int:
    """How many rows of d features are converted to float64 at a time."""
    return max(1, _CHUNK_VALUES // d)


def subtract(rows: FloatArray, point: FloatArray, out: FloatArray) -> FloatArray:
    """(m, d) rows less a (d,) point, into ``out``."""
    if len(point) > _SHORT:
        return np.subtract(rows, point, out=out)
    for feature, value in enumerate(point):
        np.subtract(rows[:, feature], value, out=out[:, feature])
    return out


def in_chunks(samples: Samples, block: Block, function: Callable[[slice, FloatArray], None]) -> None:
    """Call ``function(rows as a slice of the whole matrix, the rows)`` for cache-sized pieces of a block."""
    step = chunk_rows(samples.d)
    rows = samples.rows(block)
    for start in range(0, len(rows), step):
        piece = rows[start : start + step]
        function(slice(block.start + start, block.start + start + len(piece)), piece)


def _first_pass(samples: Samples, map_blocks: MapBlocks) -> tuple[Float64Array, float, float]:
    def partial(block: Block) -> tuple[Float64Array, float, float]:
        rows = samples.rows(block)
        if samples.weights is None:
            total = rows.sum(axis=0, dtype=np.float64)
        else:
            total = samples.weights[block.rows] @ rows.astype(np.float64, copy=False)
        return total, float(rows.min()), float(rows.max())

    totals, lows, highs = zip(*map_blocks(partial, samples.blocks()), strict=True)
    # NumPy's min and max pass NaN on; Python's may drop it.
    return sum(totals[1:], totals[0]), float(np.min(lows)), float(np.max(highs))


def _squares(samples: Samples, point: Float64Array, map_blocks: MapBlocks) -> Float64Array:
    """(n,) ‖xᵢ − point‖² in float64."""
    squares = np.empty(samples.n)

    def of_block(block: Block) -> None:
        buffer = np.empty((chunk_rows(samples.d), samples.d))

        def write(where: slice, rows: FloatArray) -> None:
            apart = subtract(rows, point, buffer[: len(rows)])
            np.einsum("ij,ij->i", apart, apart, out=squares[where])

        in_chunks(samples, block, write)

    list(map_blocks(of_block, samples.blocks()))
    return squares


def _weighted_sum(samples: Samples, values: Float64Array) -> float:
    return float(values.sum() if samples.weights is None else samples.weights @ values)


def origin_near(mean: Float64Array, mean_square: float) -> Float64Array:
    """Near the mean where that is far from zero, else zero: a point that samples are subtracted from without loss.

    It is rounded to the power of two next to the spread of a feature, so differences of whole numbers, and of
    fractions with few digits, stay exact.
    """
    if float(mean @ mean) <= _OFF_CENTRE * mean_square:
        return np.zeros_like(mean)
    if mean_square == 0:
        return mean
    grain = power_of_two(mean_square / len(mean))
    origin: Float64Array = np.round(mean / grain) * grain
    return origin


def _rows(
    samples: Samples, origin: Float64Array, mean_square: float, largest: float, map_blocks: MapBlocks
) -> tuple[NDArray[np.float32], float]:
    low, high = SAFE_LENGTHS
    if isinstance(samples, ArraySamples) and samples.dtype == np.float32 and not origin.any() and low < largest < high:
        return samples.X.astype(np.float32, copy=False), 1.0
    rows = np.empty((samples.n, samples.d), dtype=np.float32)
    # A power of two scales without rounding; it keeps squares clear of float32's overflow and underflow.
    scale = power_of_two(max(mean_square, np.finfo(np.float64).tiny))

    def centre(block: Block) -> None:
        def write(where: slice, piece: FloatArray) -> None:
            rows[where] = subtract(piece, origin, np.empty(piece.shape)) / scale

        in_chunks(samples, block, write)

    list(map_blocks(centre, samples.blocks()))
    return rows, scale


def power_of_two(square: float) -> float:
    """The power of two next to a length, given its square."""
    return float(2.0 ** np.round(np.log2(square) / 2))


def _lengths(samples: Samples, rows: NDArray[np.float32], map_blocks: MapBlocks) -> NDArray[np.float32]:
    def lengths(block: Block) -> NDArray[np.float32]:
        piece = rows[block.rows]
        squares: NDArray[np.float32] = np.einsum("ij,ij->i", piece, piece)
        return np.sqrt(squares)

    computed: NDArray[np.float32] = np.concatenate(list(map_blocks(lengths, samples.blocks())))
    # The float32 sum of d squares is at most d·2⁻²⁴ too small, relatively.
    return np.multiply(computed, np.float32(1 + (samples.d + 2) * 2.0**-24), out=computed)
