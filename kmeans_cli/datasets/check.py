"""What every data set must be, whoever read it: numbers, finite, not enormous, not empty, of matching lengths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import LARGEST_VALUE
from kmeans_cli.datasets.raw import Raw
from kmeans_cli.datasets.types import ClassArray
from kmeans_cli.errors import PlaceError

_BLOCK_BYTES = 4 << 20


def check(raw: Raw) -> None:
    """Check samples, classes, weights and the held-out part.

    Raises:
        PlaceError: For the first thing that is wrong.
    """
    where = str(raw.path or raw.name)
    check_matrix(raw.X, where)
    check_length(raw.y, len(raw.X), "labels", where)
    check_length(raw.weights, len(raw.X), "weights", where)
    if raw.weights is not None:
        _check_weights(raw.weights, where)
    if raw.test is not None:
        _check_test(raw.test, raw.X.shape[1], f"{where}, held-out part")


def check_matrix(X: NDArray[Any], where: str) -> None:
    """Check that a matrix is one of finite real numbers whose squares can be summed, and not empty.

    Args:
        X: (n, d).
        where: It is from, for the error.

    Raises:
        PlaceError: If not; of values that cannot be used it says how many and where the first is.
    """
    if X.ndim != 2 or X.dtype.kind not in "biuf":
        problem = f"is no matrix of real numbers, but {X.ndim}-dimensional {X.dtype}"
        raise PlaceError(problem, where=where)
    if 0 in X.shape:
        raise PlaceError("is empty", where=where, value=X.shape)
    _refuse_values(X, lambda block: ~np.isfinite(block), "NaN or infinite", where)
    if np.can_cast(np.float64, X.dtype):  # narrower types cannot hold such values
        _refuse_values(X, lambda block: np.abs(block) > LARGEST_VALUE, f"beyond ±{LARGEST_VALUE:g}", where)


def check_length(part: NDArray[Any] | None, n: int, what: str, where: str) -> None:
    """Check that what belongs to n samples, if it is there, is as long.

    Raises:
        PlaceError: If not.
    """
    if part is not None and len(part) != n:
        raise PlaceError(f"has {len(part):,} {what} for {n:,} samples", where=where)


def row_blocks(X: NDArray[Any]) -> Iterator[slice]:
    """Slices that cover the rows of a matrix, so small that a float64 copy of one does not matter."""
    rows = max(1, _BLOCK_BYTES // (8 * X.shape[1]))
    for start in range(0, len(X), rows):
        yield slice(start, start + rows)


def _refuse_values(X: NDArray[Any], is_bad: Callable[[NDArray[Any]], NDArray[np.bool_]], what: str, where: str) -> None:
    n_bad, first = 0, (0, 0)
    for rows in row_blocks(X) if X.dtype.kind == "f" else ():
        bad = is_bad(X[rows])
        if bad.any():
            row, column = divmod(int(bad.argmax()), X.shape[1])
            first = first if n_bad else (rows.start + row, column)
            n_bad += int(bad.sum())
    if n_bad:
        count = "1 value is" if n_bad == 1 else f"{n_bad:,} values are"
        place = f"row {first[0]}, column {first[1]} (counted from 0)"
        raise PlaceError(f"{count} {what}, the first in {place}", where=where)


def _check_weights(weights: NDArray[np.float64], where: str) -> None:
    if not np.isfinite(weights).all() or weights.min() < 0 or weights.max() == 0:
        raise PlaceError("has weights that are not finite, negative, or all 0", where=where)


def _check_test(test: tuple[NDArray[Any], ClassArray | None], d: int, where: str) -> None:
    X, y = test
    check_matrix(X, where)
    check_length(y, len(X), "labels", where)
    if X.shape[1] != d:
        raise PlaceError(f"has {X.shape[1]:,} features, the training samples {d:,}", where=where)
