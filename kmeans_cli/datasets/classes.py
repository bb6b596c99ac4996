"""True classes, however a source writes them: as int64, or as strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.datasets.types import ClassArray
from kmeans_cli.errors import PlaceError


def classes_of_texts(texts: Sequence[str]) -> ClassArray:
    """Classes written as text.

    Args:
        texts: One for each sample.

    Returns:
        (n,) int64 when every text is a whole number (``"3"`` or ``"3.0"``), else the texts themselves.
    """
    stripped = [text.strip() for text in texts]
    try:
        numbers = np.array([float(text) for text in stripped])
    except ValueError:
        return np.array(stripped, dtype=np.str_)
    return numbers.astype(np.int64) if _whole(numbers) else np.array(stripped, dtype=np.str_)


def classes_of_array(array: NDArray[Any], where: str) -> ClassArray:
    """Classes stored as an array.

    Args:
        array: (n,) or (n, 1): whole numbers of any type, or strings.
        where: Of the array, for the error.

    Returns:
        (n,) int64 or strings.

    Raises:
        PlaceError: If it has another shape or type, or numbers that are not whole.
    """
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise PlaceError("is no shape of classes", where=where, value=array.shape, allowed="(n,)")
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    if array.dtype.kind == "U":
        return classes_of_texts(array.tolist())
    if array.dtype.kind not in "biuf" or not _whole(array):
        raise PlaceError("holds no classes", where=where, allowed="whole numbers or strings")
    return array.astype(np.int64)


def _whole(numbers: NDArray[Any]) -> bool:
    if numbers.dtype.kind != "f":
        return True
    return bool((np.abs(numbers) < 2.0**53).all() and (numbers == np.floor(numbers)).all())
