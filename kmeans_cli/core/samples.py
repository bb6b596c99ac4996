"""What the engine sees of the data: how many, how wide, their weights, and rows by block or by index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kmeans_cli.core.types import Float64Array, FloatArray, IntArray
from kmeans_cli.errors import ConfigError

# The distances of a block to a few dozen centroids then stay in a core's cache; measured best from 1,000 to
# 4,000 rows at d = 784. For narrow data more rows keep Python's share of the time small.
_BLOCK_BYTES = 6 << 20
_MIN_BLOCK_ROWS = 1024
_MAX_BLOCK_ROWS = 32768


@dataclass(frozen=True)
class Block:
    """Rows ``start`` to ``stop`` (excluded); block number ``index``. The borders never depend on threads."""

    index: int
    start: int
    stop: int

    @property
    def rows(self) -> slice:
        """The block as a slice of sample indices."""
        return slice(self.start, self.stop)


class Samples(Protocol):
    """A data matrix of ``n`` samples with ``d`` features, float32 or float64, and a weight for each or None."""

    @property
    def n(self) -> int:
        """Number of samples."""
        ...

    @property
    def d(self) -> int:
        """Number of features."""
        ...

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """float32 or float64."""
        ...

    @property
    def weights(self) -> Float64Array | None:
        """(n,) positive weights, or None when all weigh 1."""
        ...

    def blocks(self) -> Sequence[Block]:
        """Consecutive blocks that cover all rows; always the same ones."""
        ...

    def rows(self, block: Block) -> FloatArray:
        """(block length, d) rows of a block; not to be written to."""
        ...

    def take(self, indices: IntArray) -> FloatArray:
        """(len(indices), d) a copy of the rows with these indices, in this order."""
        ...


class ArraySamples:
    """Samples held in memory.

    Args:
        X: (n, d) float32 or float64; kept as it is when C-contiguous, never written to.
        weights: (n,) finite and at least 0, not all 0; None: all 1.

    Raises:
        ConfigError: If a shape, type or value is not as above.
    """

    def __init__(self, X: FloatArray, weights: FloatArray | None = None) -> None:
        if X.ndim != 2 or X.dtype not in (np.float32, np.float64):
            raise ConfigError(
                f"samples must be a two-dimensional float32 or float64 matrix, not {X.dtype} of shape {X.shape}",
                where="X",
            )
        if 0 in X.shape:
            raise ConfigError("is the shape of an empty matrix", where="X", value=X.shape)
        self.X = np.ascontiguousarray(X)
        self._weights = None if weights is None else _checked_weights(weights, len(X))
        rows = block_rows(X.shape[1], X.itemsize)
        starts = range(0, len(X), rows)
        self._blocks = tuple(Block(i, start, min(start + rows, len(X))) for i, start in enumerate(starts))

    @property
    def n(self) -> int:
        """Number of samples."""
        return len(self.X)

    @property
    def d(self) -> int:
        """Number of features."""
        return int(self.X.shape[1])

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """float32 or float64."""
        return self.X.dtype

    @property
    def weights(self) -> Float64Array | None:
        """(n,) weights, or None when all weigh 1."""
        return self._weights

    def blocks(self) -> Sequence[Block]:
        """Consecutive blocks that cover all rows."""
        return self._blocks

    def rows(self, block: Block) -> FloatArray:
        """(block length, d) a view of the rows of a block."""
        return self.X[block.rows]

    def take(self, indices: IntArray) -> FloatArray:
        """(len(indices), d) a copy of the rows with these indices."""
        return self.X.take(indices, axis=0)


def block_rows(d: int, itemsize: int) -> int:
    """How many rows of d features make a block."""
    return min(max(_BLOCK_BYTES // (d * itemsize), _MIN_BLOCK_ROWS), _MAX_BLOCK_ROWS)


def _checked_weights(weights: FloatArray, n: int) -> Float64Array:
    checked: Float64Array = np.ascontiguousarray(weights, dtype=np.float64)
    if checked.shape != (n,):
        raise ConfigError(
            f"weights must have one value for each of {n} samples, not the shape {checked.shape}", where="weights"
        )
    if not np.isfinite(checked).all() or checked.min() < 0 or checked.max() == 0:
        raise ConfigError("weights must be finite, at least 0 and not all 0", where="weights")
    return checked
