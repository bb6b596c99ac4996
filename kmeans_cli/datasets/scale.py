"""From raw units to those of the fit: raw = X × factor + offset, with the figures of the training samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, FloatArray
from kmeans_cli.datasets.check import row_blocks
from kmeans_cli.datasets.raw import Raw
from kmeans_cli.errors import ConfigError, PlaceError


def resolved_scale(scale: str, raw: Raw) -> str:
    """What ``auto`` means for these data: ``unit`` for bytes, else ``none``."""
    if scale != "auto":
        return scale
    return "unit" if raw.X.dtype == np.uint8 else "none"


def resolved_dtype(dtype: str, X: NDArray[Any]) -> np.dtype[np.floating[Any]]:
    """What ``auto`` means for these data: float32 for uint8 and float32, else float64."""
    if dtype == "auto":
        dtype = "float32" if X.dtype in (np.uint8, np.float32) else "float64"
    return np.dtype(dtype)


def scale_figures(raw: Raw, scale: str) -> tuple[Float64Array, Float64Array]:
    """Offset and factor of each feature.

    Args:
        raw: The training samples, (n, d).
        scale: ``none``: 0 and 1. ``unit``: 0 and the full scale. ``standard``: mean and standard deviation
            (of the population, unweighted), of a constant feature its value and 1.

    Returns:
        (d,) offset and (d,) factor, float64.

    Raises:
        ConfigError: For ``unit`` when the data state no full scale.
    """
    d = raw.X.shape[1]
    if scale == "standard":
        return _standard_figures(raw)
    if scale == "none":
        return np.zeros(d), np.ones(d)
    if raw.full_scale is None:
        raise ConfigError(
            "needs data that state their largest value, as bytes do",
            where="data.scale",
            value=scale,
            allowed=("auto", "none", "standard"),
        )
    return np.zeros(d), np.full(d, raw.full_scale)


def to_fit_units(
    X: NDArray[Any], offset: Float64Array, factor: Float64Array, dtype: np.dtype[np.floating[Any]], where: str
) -> FloatArray:
    """(X − offset) / factor, computed in float64 by blocks, so that no second large copy is made.

    Args:
        X: (n, d) raw samples.
        offset: (d,).
        factor: (d,).
        dtype: Of the result, float32 or float64.
        where: The data are from, for the error.

    Returns:
        (n, d) C-contiguous; X itself where nothing has to change.

    Raises:
        PlaceError: If a value is too large for ``dtype``.
    """
    if X.dtype == dtype and not offset.any() and (factor == 1).all():
        return np.ascontiguousarray(X)
    scaled = np.empty(X.shape, dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for rows in row_blocks(X):
            block = np.subtract(X[rows], offset, dtype=np.float64)
            np.divide(block, factor, out=block)
            scaled[rows] = block
            if not np.isfinite(scaled[rows]).all():
                raise PlaceError(f"holds values too large for {dtype}", where=where)
    return scaled


def _standard_figures(raw: Raw) -> tuple[Float64Array, Float64Array]:
    # Two passes: a sum of squares minus a squared mean would lose the deviation of features far from 0.
    X, zeros = raw.X, np.zeros(raw.X.shape[1])
    mean = sum((X[rows].sum(axis=0, dtype=np.float64) for rows in row_blocks(X)), zeros) / len(X)
    # The rounded mean of equal values need not be that value; then a constant would come out as noise.
    offset = np.where(X.min(axis=0) == X.max(axis=0), X[0].astype(np.float64), mean)
    squares = sum((_squared_deviations(X[rows], offset) for rows in row_blocks(X)), zeros)
    deviation = np.sqrt(squares / len(X))
    return offset, np.where(deviation > 0, deviation, 1.0)


def _squared_deviations(block: NDArray[Any], offset: Float64Array) -> Float64Array:
    deviation = np.subtract(block, offset, dtype=np.float64)
    sums: Float64Array = np.einsum("ij,ij->j", deviation, deviation)
    return sums
