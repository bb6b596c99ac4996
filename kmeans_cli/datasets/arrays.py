"""NumPy's own formats, read without unpickling and without trusting what a header claims."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from kmeans_cli.datasets.check import check_matrix
from kmeans_cli.datasets.npy_header import BROKEN_HEADER, broken, read_npy_header
from kmeans_cli.datasets.raw import Raw, as_rows, full_scale_of, name_of
from kmeans_cli.datasets.reading import check_claim, reading
from kmeans_cli.datasets.shard_files import check_shards, find_shards, not_read, read_shard
from kmeans_cli.errors import PlaceError

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams

NPY_MAGIC = npy.MAGIC_PREFIX
_LAST_CHARACTER = 0x10FFFF


def read_npy(path: Path, params: DataParams) -> Raw:  # noqa: ARG001 - all readers have this signature
    """An ``.npy`` file as data: rows, or images."""
    X, image_shape = as_rows(read_npy_array(path), str(path))
    return Raw(name_of(path), X, image_shape=image_shape, full_scale=full_scale_of(X), path=path)


def read_shards(path: Path, params: DataParams) -> Raw:  # noqa: ARG001 - all readers have this signature
    """A folder of ``.npy`` files as one matrix, by their names."""
    shards = [read_shard(file) for file in find_shards(path)]
    check_shards(shards)
    first = shards[0]
    shape, dtype = (sum(shard.n for shard in shards), *first.shape[1:]), np.dtype(first.dtype)
    n_bytes = math.prod(shape) * dtype.itemsize
    check_claim(path, n_bytes, n_bytes, compressed=False)
    rows = np.empty(shape, dtype)
    end = 0
    for shard in shards:
        part = rows[end : end + shard.n]
        part[:] = read_npy_array(shard.path)
        check_matrix(part.reshape(shard.n, -1), str(shard.path))  # or nobody knew which file to look into
        end += shard.n
    X, image_shape = as_rows(rows, str(path))
    full_scale = full_scale_of(X)
    return Raw(name_of(path), X, image_shape=image_shape, full_scale=full_scale, path=path, warnings=not_read(path))


def read_npy_array(path: Path) -> NDArray[Any]:
    """The array of an ``.npy`` file.

    Raises:
        PlaceError: If the file is missing, is no array, holds objects, or less or more than it claims.
    """
    with reading(path), path.open("rb") as file:
        return _read_array(file, path, str(path), path.stat().st_size, compressed=False)


def read_npz_arrays(path: Path, keys: Collection[str] | None = None) -> dict[str, NDArray[Any]]:
    """The arrays of an npz by key: all, or those of ``keys`` that are there.

    Raises:
        PlaceError: If the file is missing, is no npz, or ``read_member`` refuses one of these arrays.
    """
    with reading(path), zipfile.ZipFile(path) as archive:
        wanted = (key for key in member_names(archive) if keys is None or key in keys)
        return {key: read_member(archive, path, key) for key in wanted}


def member_names(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The keys of an npz, in its order."""
    return tuple(name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy"))


def read_member(archive: zipfile.ZipFile, path: Path, key: str) -> NDArray[Any]:
    """The array of one key of an npz.

    Args:
        archive: The open npz.
        path: Its file.
        key: One of ``member_names``.

    Raises:
        PlaceError: If the member is no array, holds objects, less or more than it claims, or has another checksum.
    """
    where, info = f"{path}, key '{key}'", archive.getinfo(f"{key}.npy")
    stored = min(info.compress_size, path.stat().st_size)  # the archive's own word may be a lie too
    try:
        file = archive.open(info)
    except RuntimeError as error:  # encrypted, or packed in a way this Python does not know
        raise PlaceError(f"cannot be unpacked ({error})", where=where) from None
    with file:
        return _read_array(file, path, where, stored, compressed=info.compress_type != zipfile.ZIP_STORED)


def _read_array(file: IO[bytes], path: Path, where: str, stored: int, *, compressed: bool) -> NDArray[Any]:
    header = read_npy_header(file, where)
    check_claim(path, math.prod(header.shape) * header.dtype.itemsize, stored, compressed=compressed)
    file.seek(0)
    try:
        array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
        array = array.astype(array.dtype.newbyteorder("="), copy=False)
    except BROKEN_HEADER as error:
        raise broken(where, error) from None
    # At its end, and not before, zipfile compares the checksum of a member.
    if file.read(1):
        raise PlaceError("holds more than its header claims", where=where)
    if array.dtype.kind == "U" and array.size and _characters(array).max() > _LAST_CHARACTER:
        raise PlaceError("holds text that is no Unicode", where=where)
    return array


def _characters(texts: NDArray[Any]) -> NDArray[np.uint32]:
    return np.ascontiguousarray(texts).reshape(-1).view(np.uint32)
