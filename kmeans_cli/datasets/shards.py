"""``.npy`` files that are read by blocks: one, or a folder of shards, larger than memory if need be.

Files are read into one buffer and not mapped: mapped pages count as memory of the process that looks at them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.samples import block_rows
from kmeans_cli.core.stream import Piece, Stream
from kmeans_cli.core.survey import Frame
from kmeans_cli.core.types import Float64Array, FloatArray, IntArray
from kmeans_cli.datasets.reading import reading
from kmeans_cli.datasets.scale import to_fit_units
from kmeans_cli.datasets.shard_files import SUFFIX, Shard, state_of
from kmeans_cli.errors import PlaceError

# A piece is what a thread or a worker takes at a time; a whole has at most about so many, each at least so large.
_PIECE_BYTES = 64 << 20
_MOST_PIECES = 512
_MOST_ROWS = 1 << 20  # but not longer than so: a pass has arrays as long as a piece, whatever its width


@dataclass(frozen=True)
class FileStream(Stream):
    """The rows of shards, in the units of the fit; the notes are files in ``notes``.

    Attributes:
        shards: The files.
        dtype: float32 or float64.
        offset, factor: (d,); raw = row × factor + offset.
        frame: What a first pass told; None before it.
        notes: A folder for notes; None: there are none.
    """

    shards: tuple[Shard, ...]
    dtype: np.dtype[np.floating[Any]]
    offset: Float64Array
    factor: Float64Array
    frame: Frame = None  # type: ignore[assignment]  # until it is known, and all but a survey comes after
    notes: Path | None = None

    @property
    def n(self) -> int:  # type: ignore[override]  # told by the shards, so read-only
        """Number of samples."""
        return sum(shard.n for shard in self.shards)

    @property
    def d(self) -> int:  # type: ignore[override]  # told by the shards, so read-only
        """Number of features."""
        return math.prod(self.shards[0].shape[1:])

    @property
    def raw_dtype(self) -> np.dtype[Any]:
        """The type of the values in the files."""
        return np.dtype(self.shards[0].dtype)

    @property
    def n_bytes(self) -> int:
        """Of all rows in the files."""
        return self.n * self._row_bytes

    def pieces(self) -> Sequence[Piece]:
        """Consecutive pieces, each of one file."""
        return self._pieces

    def blocks(self, piece: Piece) -> Iterator[tuple[slice, FloatArray]]:
        """The rows of a piece by blocks.

        Raises:
            PlaceError: If its file is gone, cut short, or no more what it was.
        """
        shard, _ = self.shard_of(piece.start)
        for where, raw in self.raw_blocks(piece):
            rows = to_fit_units(raw, self.offset, self.factor, self.dtype, str(shard.path))
            yield where, rows

    def raw_blocks(self, piece: Piece) -> Iterator[tuple[slice, NDArray[Any]]]:
        """The same as they are in the file, in one buffer for all blocks.

        Raises:
            PlaceError: If its file is gone, cut short, or no more what it was.
        """
        shard, first = self.shard_of(piece.start)
        step = block_rows(self.d, self.dtype.itemsize)
        buffer = np.empty((min(step, piece.n), self.d), dtype=self.raw_dtype)
        with reading(shard.path), shard.path.open("rb", buffering=0) as file:
            if state_of(file.fileno()) != shard.state:
                raise PlaceError("has changed since the run began", where=str(shard.path))
            file.seek(shard.offset + (piece.start - first) * self._row_bytes)
            for start in range(0, piece.n, step):
                rows = buffer[: min(step, piece.n - start)]
                _read_into(file, rows, shard.path)
                yield slice(start, start + len(rows)), rows

    def take(self, indices: IntArray) -> FloatArray:
        """(len(indices), d) a copy of the rows with these indices.

        Raises:
            PlaceError: If a file is gone or cut short.
        """
        raw = np.empty((len(indices), self.d), dtype=self.raw_dtype)
        order = np.argsort(indices, kind="stable")
        shard_of = np.searchsorted(self._ends, indices[order], side="right")
        for number in np.unique(shard_of):
            shard, first = self.shards[number], int(self._ends[number]) - self.shards[number].n
            with reading(shard.path), shard.path.open("rb", buffering=0) as file:
                for place in order[shard_of == number]:
                    file.seek(shard.offset + (int(indices[place]) - first) * self._row_bytes)
                    _read_into(file, raw[place], shard.path)
        return to_fit_units(raw, self.offset, self.factor, self.dtype, str(self.shards[0].path))

    def keep(self, name: str, piece: Piece, values: NDArray[Any]) -> None:
        """Keep a note of a piece as a file; it is there as a whole or not at all.

        Raises:
            PlaceError: If it cannot be written.
        """
        path = self._note(name, piece)
        partly = path.with_name(f"{path.name}.{os.getpid()}-{os.urandom(4).hex()}")
        try:
            path.parent.mkdir(exist_ok=True)
            with partly.open("wb") as file:
                np.save(file, values)
            partly.replace(path)
        except OSError as error:
            with suppress(OSError):
                partly.unlink()
            raise PlaceError(f"cannot be written: {error.strerror or error}", where=str(path)) from error

    def kept(self, name: str, piece: Piece) -> NDArray[Any]:
        """A note of a piece.

        Raises:
            PlaceError: If it is gone or broken.
        """
        path = self._note(name, piece)
        try:
            with reading(path):
                values: NDArray[Any] = np.load(path, allow_pickle=False)
        except ValueError as error:  # what NumPy says of a file that is no array
            raise PlaceError(f"is broken or cut short ({error})", where=str(path)) from None
        return values

    def shard_of(self, row: int) -> tuple[Shard, int]:
        """The file that a row of the whole is in, and the first row of that."""
        number = int(np.searchsorted(self._ends, row, side="right"))
        return self.shards[number], int(self._ends[number]) - self.shards[number].n

    def _note(self, name: str, piece: Piece) -> Path:
        assert self.notes is not None
        return self.notes / name / f"{piece.index:06d}{SUFFIX}"

    @property
    def _row_bytes(self) -> int:
        return self.d * self.raw_dtype.itemsize

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        return np.cumsum([shard.n for shard in self.shards])

    @cached_property
    def _pieces(self) -> tuple[Piece, ...]:
        step = block_rows(self.d, self.dtype.itemsize)
        rows = max(_PIECE_BYTES, self.n_bytes // _MOST_PIECES) // self._row_bytes
        rows = max(1, min(rows, _MOST_ROWS) // step) * step
        starts = [
            (start, min(start + rows, int(end)))
            for shard, end in zip(self.shards, self._ends, strict=True)
            for start in range(int(end) - shard.n, int(end), rows)
        ]
        return tuple(Piece(number, start, stop) for number, (start, stop) in enumerate(starts))


def _read_into(file: Any, rows: NDArray[Any], path: Path) -> None:
    left = rows.reshape(-1).view(np.uint8).data
    while left:
        n_read = file.readinto(left)
        if not n_read:
            raise PlaceError("is cut short", where=str(path))
        left = left[n_read:]
