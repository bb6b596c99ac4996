"""What a loaded data set is, and the settings of the config section ``data``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

ClassArray: TypeAlias = NDArray[Any]
"""True classes, (n,): int64, or strings (dtype U) where the source names them."""


@dataclass(frozen=True)
class Split:
    """Samples kept out of the fit, in the same units as the training samples."""

    X: NDArray[np.floating[Any]]
    y: ClassArray | None


@dataclass(frozen=True)
class Dataset:
    """A data set in the units the fit sees.

    Attributes:
        name: ``digits``, the name of a folder, or that of a file without its suffix.
        X: (n, d) float32 or float64, C-contiguous, finite.
        y: (n,) true classes, or None.
        weights: (n,) float64 sample weights, or None.
        image_shape: (height, width) or (height, width, 3) when rows are images, else None.
        full_scale: The largest value the raw data can take (255; digits 16), or None where none is known.
        feature_names: d names, or None.
        ids: (n,) the id column of a CSV or the file names of a folder, or None.
        offset, factor: (d,) float64; raw = X × factor + offset.
        test: Held-out samples, or None.
        path: Where it was read from, or None for built-in data.
        sha256: Of the raw training arrays (X, y, weights: dtype, shape and bytes), in hexadecimal.
        notes: What was done, in words: which arrays were taken, what was converted.
        warnings: What the user should check: rows left out, columns guessed.
    """

    name: str
    X: NDArray[np.floating[Any]]
    y: ClassArray | None
    weights: NDArray[np.float64] | None
    image_shape: tuple[int, ...] | None
    full_scale: float | None
    feature_names: tuple[str, ...] | None
    ids: NDArray[Any] | None
    offset: NDArray[np.float64]
    factor: NDArray[np.float64]
    test: Split | None
    path: Path | None
    sha256: str
    notes: tuple[str, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())
