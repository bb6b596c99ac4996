"""The IDX format of the MNIST files: a magic number, the sizes, then the numbers, big-endian.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section "File formats".
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.datasets.check import check_length
from kmeans_cli.datasets.classes import classes_of_array
from kmeans_cli.datasets.raw import Raw, as_rows, full_scale_of, name_of
from kmeans_cli.datasets.reading import check_claim, is_gzipped, open_plain, reading
from kmeans_cli.datasets.types import ClassArray
from kmeans_cli.errors import PlaceError

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: Path, params: DataParams) -> Raw:  # noqa: ARG001 - all readers have this signature
    """An IDX file as data; with classes when the file of labels lies beside it, named as MNIST's are."""
    X, image_shape = as_rows(read_idx_array(path), str(path))
    y, notes = _labels_beside(path, len(X))
    return Raw(name_of(path), X, y, image_shape=image_shape, full_scale=full_scale_of(X), path=path, notes=notes)


def read_idx_array(path: Path) -> NDArray[Any]:
    """The array in an IDX file, gzipped or not, whatever its name.

    Returns:
        An array of the shape and type the header says, in this machine's byte order.

    Raises:
        PlaceError: If the file is missing, is no IDX file, or holds less or more than its header says.
    """
    with reading(path), open_plain(path) as file:
        dtype, shape = _read_header(file, path)
        n_bytes = math.prod(shape) * dtype.itemsize
        check_claim(path, n_bytes, path.stat().st_size, compressed=is_gzipped(path))
        content = file.read(n_bytes + 1)
    if len(content) != n_bytes:
        held = "more" if len(content) > n_bytes else f"only {len(content):,}"
        raise PlaceError(f"claims {n_bytes:,} bytes of data in its header and holds {held}", where=str(path))
    try:
        return np.frombuffer(content, dtype).astype(dtype.newbyteorder("="), copy=False).reshape(shape)
    except ValueError as error:  # more dimensions than NumPy has, or none of any length beside enormous ones
        raise PlaceError(f"is no array ({error})", where=str(path), value=shape) from None


def read_idx_labels(path: Path, n: int) -> ClassArray:
    """The classes of n samples, from an IDX file of their own.

    Raises:
        PlaceError: If the file is missing, is no IDX file, or does not hold n classes.
    """
    y = classes_of_array(read_idx_array(path), str(path))
    check_length(y, n, "labels", str(path))
    return y


def is_idx(head: bytes) -> bool:
    """Whether a file that begins with these bytes can be IDX: two zeros, a known type, at least one dimension."""
    return len(head) >= 4 and head[:2] == b"\0\0" and head[2] in _DTYPES and head[3] > 0


def _read_header(file: IO[bytes], path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = file.read(4)
    if not is_idx(magic):
        raise PlaceError("is no IDX file: it begins with the bytes", where=f"{path}", value=magic.hex(" "))
    sizes = file.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise PlaceError("is cut short within its header", where=str(path))
    return np.dtype(_DTYPES[magic[2]]), struct.unpack(f">{magic[3]}I", sizes)


def _labels_beside(path: Path, n: int) -> tuple[ClassArray | None, tuple[str, ...]]:
    beside = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    if beside == path or not beside.is_file():
        return None, ()
    return read_idx_labels(beside, n), (f"classes are from {beside.name}",)
