"""Small files for the tests of the readers."""

import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.datasets import DataParams, Raw, load_raw

_IDX_TYPES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx_bytes(array: NDArray[np.generic]) -> bytes:
    """An array in IDX format."""
    kind = _IDX_TYPES[array.dtype.str[1:]]
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write(path: Path, content: bytes | str) -> Path:
    """Write a file, its folders too; packed when its name ends in ``.gz``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def read(path: Path, **settings: object) -> Raw:
    """Read a file as the commands do, in its own units."""
    return load_raw(DataParams(path=path, **settings))
