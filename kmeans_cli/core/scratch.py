"""Memory that is used again: gathering rows into fresh memory costs more than gathering them."""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import IntArray

_T = TypeVar("_T", bound=np.generic)


class Scratch:
    """One buffer per thread and use; what ``take`` returns is valid until the same thread takes from the same matrix."""

    def __init__(self) -> None:
        self._local = threading.local()

    def take(self, matrix: NDArray[_T], indices: IntArray) -> NDArray[_T]:
        """(len(indices), d) the rows of (n, d) ``matrix`` with these indices."""
        buffers: dict[int, NDArray[Any]] = self._local.__dict__.setdefault("buffers", {})
        buffer = buffers.get(id(matrix))
        if buffer is None or len(buffer) < len(indices):
            buffer = buffers[id(matrix)] = np.empty((len(indices), matrix.shape[1]), matrix.dtype)
        # Without a mode that cannot fail, take() gathers into a copy of `out` first.
        return np.take(matrix, indices, axis=0, out=buffer[: len(indices)], mode="clip")
