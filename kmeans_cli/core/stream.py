"""Data too large for memory: read in passes, piece by piece, each piece by blocks into one buffer.

What a pass computes of a piece depends on the piece alone, and the pieces on the data alone. So it does not matter who
reads which, a thread or another machine: results are added in the order of the pieces.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import FloatArray, IntArray

if TYPE_CHECKING:  # the engine asks of all data whether they are a stream
    from kmeans_cli.core.survey import Frame


@dataclass(frozen=True)
class Piece:
    """Rows ``start`` to ``stop`` (excluded) of the whole; piece number ``index``."""

    index: int
    start: int
    stop: int

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.stop - self.start


class Stream(ABC):
    """A data matrix that is read in passes; it must be picklable, and keeps notes of its pieces between passes.

    Attributes:
        n: Number of samples.
        d: Number of features.
        dtype: float32 or float64.
        frame: What a first pass told.
        weights: None: all samples weigh 1.
    """

    n: int
    d: int
    dtype: np.dtype[np.floating[Any]]
    frame: Frame
    weights: None = None

    @abstractmethod
    def pieces(self) -> Sequence[Piece]:
        """Consecutive pieces that cover all rows; always the same ones."""

    @abstractmethod
    def blocks(self, piece: Piece) -> Iterator[tuple[slice, FloatArray]]:
        """The rows of a piece by blocks: where they are in it, and (m, d) rows, valid until the next block."""

    @abstractmethod
    def take(self, indices: IntArray) -> FloatArray:
        """(len(indices), d) a copy of the rows with these indices, in this order."""

    @abstractmethod
    def keep(self, name: str, piece: Piece, values: NDArray[Any]) -> None:
        """Keep a note of a piece: a value for each of its rows."""

    @abstractmethod
    def kept(self, name: str, piece: Piece) -> NDArray[Any]:
        """A note of a piece."""
