"""What the header of an ``.npy`` file says, without trusting it."""

from __future__ import annotations

import sys
import warnings
from tokenize import TokenError
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.lib import format as npy

from kmeans_cli.errors import PlaceError

BROKEN_HEADER = (ValueError, TypeError, SyntaxError, TokenError, RecursionError)
"""What NumPy raises on a header, or on values, that are not what they should be."""

_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


class NpyHeader(NamedTuple):
    """The shape of an array, whether it is stored by columns, and the type of its values."""

    shape: tuple[int, ...]
    by_columns: bool
    dtype: np.dtype[Any]


def read_npy_header(file: IO[bytes], where: str) -> NpyHeader:
    """The header of an array, with the file then at the array's first value.

    Args:
        file: At the beginning of the array.
        where: It is from, for the error.

    Raises:
        PlaceError: If there is no header, or it tells of objects or of no possible shape.
    """
    try:
        version = npy.read_magic(file)
        if version not in _READERS:
            raise PlaceError("is of an unknown npy version", where=where, value=version)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's parser has remarks on headers that are almost right
            header = NpyHeader(*_READERS[version](file))
    except BROKEN_HEADER as error:
        raise broken(where, error) from None
    if header.dtype.hasobject:
        raise PlaceError("holds Python objects, which are never unpickled; save it as numbers", where=where)
    if not all(0 <= length <= sys.maxsize for length in header.shape):
        raise PlaceError("is no shape of an array", where=where, value=header.shape)
    return header


def broken(where: str, error: Exception) -> PlaceError:
    """The error that says what NumPy said of a file."""
    return PlaceError(f"is no whole NumPy array ({error})", where=where)
