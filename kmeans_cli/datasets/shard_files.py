"""The files of a folder of shards: what their headers say, and that they belong together."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kmeans_cli.datasets.npy_header import read_npy_header
from kmeans_cli.datasets.reading import reading
from kmeans_cli.errors import PlaceError

SUFFIX = ".npy"

_SHOWN = 3
"""Names in a sentence."""


@dataclass(frozen=True)
class Shard:
    """An ``.npy`` file of rows.

    Attributes:
        path: Where it is.
        offset: Where its rows begin, in bytes.
        shape: Of its array: rows, and what each holds.
        dtype: Of its values, as NumPy writes it.
        by_columns: Whether they are stored one column after the other.
        state: Its size in bytes and when it was last changed.
    """

    path: Path
    offset: int
    shape: tuple[int, ...]
    dtype: str
    by_columns: bool
    state: tuple[int, int]

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.shape[0]

    @property
    def n_stored(self) -> int:
        """How many values the file is long enough for."""
        return (self.state[0] - self.offset) // max(1, np.dtype(self.dtype).itemsize)


def find_shards(path: Path) -> list[Path]:
    """The ``.npy`` file, or those in a folder by name; none if it is something else."""
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix.lower() == SUFFIX)
    return [path] if path.suffix.lower() == SUFFIX else []


def not_read(path: Path) -> tuple[str, ...]:
    """A sentence about what else is in a folder of shards, if anything is; hidden files do not count."""
    if not path.is_dir():
        return ()
    others = sorted(file.name for file in path.iterdir() if file.suffix.lower() != SUFFIX and file.name[0] != ".")
    if not others:
        return ()
    more = f" and {len(others) - _SHOWN:,} more" if len(others) > _SHOWN else ""
    return (f"of {path.name}, what is no {SUFFIX} was not read: {', '.join(others[:_SHOWN])}{more}",)


def read_shard(path: Path) -> Shard:
    """What a file says of itself.

    Raises:
        PlaceError: If it is missing, a pipe or a device, or has no header of an array.
    """
    if path.exists() and not path.is_file():  # a pipe may keep us waiting, a device never ends
        raise PlaceError("is no file", where=str(path), allowed="files and folders")
    with reading(path), path.open("rb") as file:
        header = read_npy_header(file, str(path))
        return Shard(path, file.tell(), header.shape, header.dtype.str, header.by_columns, state_of(file.fileno()))


def check_shards(shards: Sequence[Shard]) -> None:
    """Check that files hold whole rows of numbers, all of one kind.

    Raises:
        PlaceError: If one is cut short, empty, of another kind of rows than the first, or holds no numbers.
    """
    first = shards[0]
    for shard in shards:
        _check(shard)
        where = str(shard.path)
        if shard.shape[1:] != first.shape[1:]:
            problem = f"has rows of {_shown(shard.shape[1:])} values, {first.path.name} of {_shown(first.shape[1:])}"
            raise PlaceError(problem, where=where)
        if shard.dtype != first.dtype:
            raise PlaceError(f"holds {shard.dtype}, {first.path.name} {first.dtype}", where=where)


def _check(shard: Shard) -> None:
    where, dtype = str(shard.path), np.dtype(shard.dtype)
    if dtype.kind not in "biuf" or len(shard.shape) < 2:
        raise PlaceError(f"is no matrix of real numbers, but {len(shard.shape)}-dimensional {dtype}", where=where)
    if 0 in shard.shape:
        raise PlaceError("is empty", where=where, value=shard.shape)
    if shard.by_columns:
        raise PlaceError("is stored by columns; np.ascontiguousarray stores it by rows", where=where)
    if shard.n_stored < math.prod(shard.shape):
        raise PlaceError("is cut short: it is smaller than its header says", where=where)


def state_of(descriptor: int) -> tuple[int, int]:
    """The size of an open file and when it was last changed."""
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns


def _shown(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
