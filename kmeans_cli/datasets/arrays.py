"""NumPy's own formats, read without unpickling and without trusting what a header claims."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from tokenize import TokenError
from typing import IO, TYPE_CHECKING, Any

from numpy.lib import format as npy
from numpy.typing import NDArray

from kmeans_cli.datasets.raw import Raw, as_rows, full_scale_of, name_of
from kmeans_cli.datasets.reading import check_claim, reading
from kmeans_cli.errors import PlaceError

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams

NPY_MAGIC = npy.MAGIC_PREFIX
_HEADER_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_npy(path: Path, params: DataParams) -> Raw:  # noqa: ARG001 - all readers have this signature
    """An ``.npy`` file as data: rows, or images."""
    X, image_shape = as_rows(read_npy_array(path), str(path))
    return Raw(name_of(path), X, image_shape=image_shape, full_scale=full_scale_of(X), path=path)


def read_npy_array(path: Path) -> NDArray[Any]:
    """The array of an ``.npy`` file.

    Raises:
        PlaceError: If the file is missing, is no array, holds objects, or less than it claims.
    """
    with reading(path), path.open("rb") as file:
        return _read_array(file, path, str(path), compressed=False)


def read_npz_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an ``.npz`` file by their keys; one changed byte in it is noticed.

    Raises:
        PlaceError: If the file is missing, damaged or no npz, or an array in it is broken.
    """
    with reading(path), zipfile.ZipFile(path) as archive:
        try:
            damaged = archive.testzip()
        except RuntimeError as error:  # encrypted, or packed in a way this Python does not know
            raise PlaceError(f"cannot be unpacked ({error})", where=str(path)) from None
        if damaged is not None:
            raise PlaceError("is damaged", where=f"{path}: {damaged}")
        return {key: read_member(archive, path, key) for key in member_names(archive)}


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
        PlaceError: If the member is no array, holds objects, or less than it claims.
    """
    where = f"{path}, key '{key}'"
    try:
        file = archive.open(f"{key}.npy")
    except RuntimeError as error:  # encrypted, or packed in a way this Python does not know
        raise PlaceError(f"cannot be unpacked ({error})", where=where) from None
    with file:
        return _read_array(file, path, where, compressed=True)


def _read_array(file: IO[bytes], path: Path, where: str, *, compressed: bool) -> NDArray[Any]:
    try:
        version = npy.read_magic(file)
        if version not in _HEADER_READERS:
            raise PlaceError("is of an unknown npy version", where=where, value=version)
        shape, _, dtype = _HEADER_READERS[version](file)
        if dtype.hasobject:
            raise PlaceError("holds Python objects, which are never unpickled; save it as numbers", where=where)
        check_claim(path, math.prod(shape) * dtype.itemsize, path.stat().st_size, compressed=compressed)
        file.seek(0)
        array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    except (ValueError, TypeError, SyntaxError, TokenError, RecursionError) as error:
        raise PlaceError(f"is no whole NumPy array ({error})", where=where) from None
