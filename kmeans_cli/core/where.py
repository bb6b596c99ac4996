"""Some of the rows: a slice of consecutive ones, or their indices, ascending (see ``types.Where``)."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import IntArray, Where

_Value = TypeVar("_Value", np.float32, np.float64, np.int32)


def pick(values: NDArray[_Value], where: Where) -> NDArray[_Value]:
    """(m,) the values of these rows: a view of consecutive ones, else gathered, which ``take`` does faster."""
    return values[where] if isinstance(where, slice) else values.take(where)


def indices_of(where: Where) -> IntArray:
    """(m,) the same as indices.

    Example:
        >>> indices_of(slice(3, 6))
        array([3, 4, 5])
    """
    return np.arange(where.start, where.stop) if isinstance(where, slice) else where


def within(where: Where, at: IntArray) -> IntArray:
    """Which rows those ``at`` these places of ``where`` are.

    Example:
        >>> within(slice(3, 6), np.array([0, 2]))
        array([3, 5])
    """
    return where.start + at if isinstance(where, slice) else where.take(at)


def part(where: Where, start: int, stop: int) -> Where:
    """From one place of ``where`` to before another."""
    return slice(where.start + start, where.start + stop) if isinstance(where, slice) else where[start:stop]
