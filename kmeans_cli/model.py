"""A fitted model: what ``model.npz`` holds, and all that assigning new rows needs."""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, FloatArray, IntArray, LabelArray
from kmeans_cli.datasets.arrays import read_npz_arrays
from kmeans_cli.errors import PlaceError

# The float64 differences of so many bytes stay in a core's cache for all centroids.
_CHUNK_BYTES = 400 << 10


@dataclass(frozen=True, eq=False)
class Model:
    """The centroids of a fit, with what is known about their clusters and about the data they came from.

    In the file, ``cluster_classes`` is absent when the data had no classes, ``init_indices`` when the start was given
    or no training samples (``uniform``), ``image_shape`` when rows are no images, ``feature_names`` when features had
    no names. All other arrays are always there.

    Attributes:
        centroids: (k, d) float64, in the units the fit saw; raw = centroids × factor + offset.
        labels: (n,) int32 cluster of each training sample; empty when the data were read in passes.
        cluster_sizes: (k,) number of training samples.
        cluster_classes: (k,) majority class, None exactly where the cluster is empty; or None without classes.
        init_indices: (k,) the training samples the start came from, or None.
        offset, factor: (d,) float64; a factor of 0 marks a feature that was constant in training.
        image_shape: (height, width) or (height, width, 3) when rows are images, else None.
        feature_names: d names, or None.
        ink: (6,) how ink lies in grey training images (the values of ``images.ink.Ink``), or None.
        dtype: ``float32`` or ``float64``: the type of the rows the fit saw.
    """

    centroids: Float64Array
    labels: LabelArray
    cluster_sizes: IntArray
    cluster_classes: tuple[Any, ...] | None
    init_indices: IntArray | None
    offset: Float64Array
    factor: Float64Array
    image_shape: tuple[int, ...] | None
    feature_names: tuple[str, ...] | None
    ink: Float64Array | None = None
    dtype: str = "float64"

    def write(self, file: BinaryIO) -> None:
        """Write an npz with an array for each attribute that is not None. The same model gives the same bytes."""
        arrays: dict[str, NDArray[Any] | None] = {
            "centroids": self.centroids,
            "labels": self.labels,
            "cluster_sizes": self.cluster_sizes,
            "cluster_classes": _classes_array(self.cluster_classes),
            "init_indices": self.init_indices,
            "offset": self.offset,
            "factor": self.factor,
            "image_shape": None if self.image_shape is None else np.array(self.image_shape),
            "feature_names": None if self.feature_names is None else np.array(self.feature_names),
            "ink": self.ink,
            "dtype": np.array(self.dtype),
        }
        with zipfile.ZipFile(file, "w") as archive:
            for key, array in arrays.items():
                if array is not None:
                    # A plain ZipInfo bears the zip epoch as its date, so nothing in the file tells the time.
                    with archive.open(zipfile.ZipInfo(f"{key}.npy"), "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, array, allow_pickle=False)

    def assign(self, rows: NDArray[Any]) -> tuple[LabelArray, Float64Array]:
        """The nearest centroid of each row, the lowest number on ties.

        Args:
            rows: (m, d) real numbers in raw units: as in the file, before scaling.

        Returns:
            (m,) int32 labels and (m,) squared distances, in the units the fit saw.

        Raises:
            PlaceError: If the rows are not d finite numbers each.
        """
        labels = np.empty(len(rows), dtype=np.int32)
        nearest = np.empty(len(rows))
        length = max(1, _CHUNK_BYTES // (8 * self.centroids.shape[1]))
        for start in range(0, len(rows), length):
            chunk = slice(start, start + length)
            squared = self.squared_distances(rows[chunk])
            labels[chunk] = squared.argmin(axis=1)
            nearest[chunk] = squared.min(axis=1)
        return labels, nearest

    def squared_distances(self, rows: NDArray[Any]) -> Float64Array:
        """(m, k) Σ(x−c)² of each row to each centroid, from direct differences, in the units the fit saw.

        Args:
            rows: (m, d) real numbers in raw units: as in the file, before scaling.

        Raises:
            PlaceError: If the rows are not d finite numbers each.
        """
        scaled = self._scaled(rows)
        result = np.empty((len(rows), len(self.centroids)))
        difference = np.empty(scaled.shape)
        for cluster, centroid in enumerate(self.centroids):
            np.subtract(scaled, centroid, out=difference)
            result[:, cluster] = np.einsum("ij,ij->i", difference, difference)
        return result

    def _scaled(self, rows: NDArray[Any]) -> FloatArray:
        """The rows as the fit would have seen them, its type included: rounding may decide between two clusters."""
        d = self.centroids.shape[1]
        if rows.ndim != 2 or rows.shape[1] != d:
            raise PlaceError(
                "is a shape that does not fit the model", where="rows", value=rows.shape, allowed=f"(m, {d})"
            )
        if rows.dtype.kind not in "biuf" or not np.isfinite(rows).all():
            raise PlaceError("must be finite numbers", where="rows")
        shifted = rows.astype(np.float64) - self.offset
        # A feature that was constant in training says nothing about clusters, whatever new rows have there.
        scaled = np.divide(shifted, self.factor, out=np.zeros_like(shifted), where=self.factor != 0)
        return scaled.astype(self.dtype, copy=False)


class _Field(NamedTuple):
    """What an array of the file must be: its contents, their dtype kinds, and a name for each of its axes."""

    content: str
    kinds: str
    axes: tuple[str, ...]
    required: bool = True
    may_be_empty: bool = False


_FIELDS = {
    "centroids": _Field("floating-point numbers", "f", ("k", "d")),
    "labels": _Field("integers", "i", ("n",), may_be_empty=True),
    "cluster_sizes": _Field("integers", "i", ("k",)),
    "offset": _Field("floating-point numbers", "f", ("d",)),
    "factor": _Field("floating-point numbers", "f", ("d",)),
    "cluster_classes": _Field("integers or strings", "iU", ("k",), required=False),
    "init_indices": _Field("integers", "i", ("k",), required=False),
    "image_shape": _Field("integers", "i", ("axes of an image",), required=False),
    "feature_names": _Field("strings", "U", ("d",), required=False),
    "ink": _Field("floating-point numbers", "f", ("values of ink",), required=False),
    "dtype": _Field("a string", "U", (), required=False),
}


def read_model(path: Path) -> Model:
    """Read a ``model.npz``, without ever unpickling.

    Raises:
        PlaceError: The file is missing or not readable, no npz, truncated, or an array in it is missing, of the
            wrong type or shape, or at odds with the others; the line names the file and the array.
    """
    arrays = read_npz_arrays(path, _FIELDS)
    _check(arrays, path)
    sizes, shape, names = arrays["cluster_sizes"], arrays.get("image_shape"), arrays.get("feature_names")
    return Model(
        centroids=arrays["centroids"].astype(np.float64),
        labels=arrays["labels"].astype(np.int32),
        cluster_sizes=sizes,
        cluster_classes=_classes_tuple(arrays.get("cluster_classes"), sizes),
        init_indices=arrays.get("init_indices"),
        offset=arrays["offset"].astype(np.float64),
        factor=arrays["factor"].astype(np.float64),
        image_shape=None if shape is None else tuple(shape.tolist()),
        feature_names=None if names is None else tuple(names.tolist()),
        ink=arrays.get("ink"),
        dtype=str(arrays.get("dtype", "float64")),
    )


def _check(arrays: dict[str, NDArray[Any]], path: Path) -> None:
    lengths = {"values of ink": 6}
    for key, field in _FIELDS.items():
        if key in arrays:
            _check_type(arrays[key], field, f"{path}: {key}")
            _check_shape(arrays[key], field, lengths, f"{path}: {key}")
        elif field.required:
            raise PlaceError("is missing", where=f"{path}: {key}")
    _check_labels(arrays["labels"], arrays["cluster_sizes"], str(path))
    if str(arrays.get("dtype", "float64")) not in ("float32", "float64"):
        allowed = ("float32", "float64")
        raise PlaceError("is no type of rows", where=f"{path}: dtype", value=str(arrays["dtype"]), allowed=allowed)
    shape = arrays.get("image_shape")
    if shape is not None and math.prod(shape.tolist()) != lengths["d"]:
        raise PlaceError(
            f"has not as many values as there are features ({lengths['d']})",
            where=f"{path}: image_shape",
            value=tuple(shape.tolist()),
        )


def _check_type(array: NDArray[Any], field: _Field, where: str) -> None:
    if array.dtype.kind not in field.kinds:
        raise PlaceError(f"is not {field.content}", where=where, value=str(array.dtype))
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise PlaceError("has values that are not finite", where=where)


def _check_shape(array: NDArray[Any], field: _Field, lengths: dict[str, int], where: str) -> None:
    """Each axis as long as the axes of the same name before; the first of a name sets its length."""
    fits = array.ndim == len(field.axes) and all(
        (length > 0 or field.may_be_empty) and length == lengths.setdefault(axis, length)
        for axis, length in zip(field.axes, array.shape, strict=True)
    )
    if not fits:
        expected = ", ".join(f"{axis} = {lengths[axis]}" if axis in lengths else axis for axis in field.axes)
        raise PlaceError("is not its shape", where=where, value=array.shape, allowed=f"({expected})")


def _check_labels(labels: IntArray, cluster_sizes: IntArray, where: str) -> None:
    k = len(cluster_sizes)
    if not len(labels):  # of data read in passes: they are in labels.npy
        return
    if labels.min() < 0 or labels.max() >= k:
        raise PlaceError("names clusters that do not exist", where=f"{where}: labels", allowed=f"0 to {k - 1}")
    if not np.array_equal(np.bincount(labels, minlength=k), cluster_sizes):
        raise PlaceError("does not count the labels", where=f"{where}: cluster_sizes")


def _classes_array(classes: tuple[Any, ...] | None) -> NDArray[Any] | None:
    """The classes as an array: −1, or "" beside strings, fills the place of an empty cluster."""
    if classes is None:
        return None
    filler = "" if any(isinstance(name, str) for name in classes) else -1
    return np.array([filler if name is None else name for name in classes])


def _classes_tuple(classes: NDArray[Any] | None, cluster_sizes: IntArray) -> tuple[Any, ...] | None:
    """The inverse. It goes by the sizes, not by the filler, which may be a class of the data too."""
    if classes is None:
        return None
    return tuple(name if size else None for name, size in zip(classes.tolist(), cluster_sizes, strict=True))
