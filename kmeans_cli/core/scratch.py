"""Memory that is used again: filling fresh memory costs more than computing what goes into it."""

from __future__ import annotations

import threading
from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Where


class Scratch:
    """A float32 buffer per thread and use.

    What a method returns is valid until the same thread calls it again for the same use.
    """

    def __init__(self) -> None:
        self._local = threading.local()

    def matrix(self, use: Hashable, m: int, width: int) -> NDArray[np.float32]:
        """(m, width) with arbitrary content."""
        buffers: dict[Hashable, NDArray[np.float32]] = self._local.__dict__.setdefault("buffers", {})
        buffer = buffers.get(use)
        if buffer is None or len(buffer) < m * width:
            buffer = buffers[use] = np.empty(m * width, dtype=np.float32)
        return buffer[: m * width].reshape(m, width)

    def rows(self, matrix: NDArray[np.float32], where: Where) -> NDArray[np.float32]:
        """Rows of (n, d) ``matrix``: a view of consecutive ones, else gathered; not to be written to."""
        if isinstance(where, slice):
            return matrix[where]
        out = self.matrix(id(matrix), len(where), matrix.shape[1])
        # Without a mode that cannot fail, take() gathers into a copy of `out` first.
        return np.take(matrix, where, axis=0, out=out, mode="clip")
