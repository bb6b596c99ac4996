"""The files of a folder of shards: what their headers say, and that they belong together."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError

from numpy.lib import format as npy

from kmeans_cli.datasets.reading import reading
from kmeans_cli.errors import PlaceError

SUFFIX = ".npy"
_HEADER_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


@dataclass(frozen=True)
class Shard:
    """An ``.npy`` file of rows.

    Attributes:
        path: Where it is.
        offset: Where its rows begin, in bytes.
        shape: Of its array: rows, and what each holds.
        dtype: Of its values, as NumPy writes it.
        state: Its size and when it was last changed.
    """

    path: Path
    offset: int
    shape: tuple[int, ...]
    dtype: str
    state: tuple[int, int]

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.shape[0]


def find_shards(path: Path) -> list[Path]:
    """The ``.npy`` file, or those in a folder by name; none if it is something else."""
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix.lower() == SUFFIX)
    return [path] if path.suffix.lower() == SUFFIX else []


def read_shard_headers(paths: Sequence[Path]) -> tuple[Shard, ...]:
    """What the files say of themselves.

    Raises:
        PlaceError: If one is missing, cut short, empty, of another kind of rows than the first, or holds no numbers.
    """
    shards = tuple(_read_header(path) for path in paths)
    first = shards[0]
    for shard in shards:
        where = str(shard.path)
        if shard.shape[1:] != first.shape[1:]:
            problem = f"has rows of {_shown(shard.shape[1:])} values, {first.path.name} of {_shown(first.shape[1:])}"
            raise PlaceError(problem, where=where)
        if shard.dtype != first.dtype:
            raise PlaceError(f"holds {shard.dtype}, {first.path.name} {first.dtype}", where=where)
    return shards


def _read_header(path: Path) -> Shard:
    where = str(path)
    with reading(path), path.open("rb") as file:
        try:
            version = npy.read_magic(file)
            if version not in _HEADER_READERS:
                raise PlaceError("is of an unknown npy version", where=where, value=version)
            shape, fortran, dtype = _HEADER_READERS[version](file)
        except (ValueError, TypeError, SyntaxError, TokenError, RecursionError) as error:
            raise PlaceError(f"is no NumPy array ({error})", where=where) from None
        offset, state = file.tell(), state_of(file.fileno())
    if dtype.kind not in "biuf" or len(shape) < 2:
        raise PlaceError(f"is no matrix of real numbers, but {len(shape)}-dimensional {dtype}", where=where)
    if 0 in shape:
        raise PlaceError("is empty", where=where, value=shape)
    if fortran:
        raise PlaceError("is stored by columns; np.ascontiguousarray stores it by rows", where=where)
    if state[0] < offset + math.prod(shape) * dtype.itemsize:
        raise PlaceError("is cut short: it is smaller than its header says", where=where)
    return Shard(path, offset, shape, dtype.str, state)


def state_of(descriptor: int) -> tuple[int, int]:
    """The size of an open file and when it was last changed."""
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns


def _shown(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
