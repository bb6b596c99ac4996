"""Data as a reader found them: any numeric type, not yet drawn from, checked or scaled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import IntArray
from kmeans_cli.datasets.types import ClassArray
from kmeans_cli.errors import PlaceError


@dataclass(frozen=True)
class Raw:
    """What a reader returns; the fields are those of ``Dataset``, in the units of the source.

    Attributes:
        X: (n, d) of any real numeric type.
        split: Which part it is, ``train`` or ``test``; sources without parts are all ``train``.
        test: X and y of the held-out part, or None.
    """

    name: str
    X: NDArray[Any]
    y: ClassArray | None = None
    weights: NDArray[np.float64] | None = None
    image_shape: tuple[int, ...] | None = None
    full_scale: float | None = None
    feature_names: tuple[str, ...] | None = None
    ids: NDArray[Any] | None = None
    split: str = "train"
    test: tuple[NDArray[Any], ClassArray | None] | None = None
    path: Path | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def take(self, rows: IntArray | slice) -> Raw:
        """The same data with only these rows, in this order; the held-out part stays whole."""
        return replace(
            self,
            X=self.X[rows],
            y=None if self.y is None else self.y[rows],
            weights=None if self.weights is None else self.weights[rows],
            ids=None if self.ids is None else self.ids[rows],
        )


def name_of(path: Path) -> str:
    """What data read from here are called: the name of the folder, or of the file without ``.csv`` or ``.gz``."""
    return path.resolve().name if path.is_dir() else Path(path.name.removesuffix(".gz")).stem


def as_rows(array: NDArray[Any], where: str) -> tuple[NDArray[Any], tuple[int, ...] | None]:
    """An array of samples as a matrix, and the shape of its images.

    Args:
        array: (n,), (n, d), (n, height, width), (n, height, width, 1) or (n, height, width, 3).
        where: Of the array, for the error.

    Returns:
        (n, d), and (height, width), (height, width, 3) or None.

    Raises:
        PlaceError: If it has another shape.
    """
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    n_images = array.ndim == 3 or (array.ndim == 4 and array.shape[3] == 3)
    if array.ndim not in (1, 2) and not n_images:
        allowed = "(n,), (n, d), (n, height, width), (n, height, width, 3)"
        raise PlaceError("is no shape of samples", where=where, value=array.shape, allowed=allowed)
    if array.size == 0:
        raise PlaceError("is empty", where=where, value=array.shape)
    return array.reshape(len(array), -1), array.shape[1:] if n_images else None


def full_scale_of(array: NDArray[Any]) -> float | None:
    """The largest value the type is made for: 255 for bytes; other types do not say."""
    return 255.0 if array.dtype == np.uint8 else None
