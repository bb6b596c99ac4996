"""An ``.npz`` as data: which of its arrays are the samples, the classes and the weights."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.datasets.arrays import member_names, read_member
from kmeans_cli.datasets.check import check_length
from kmeans_cli.datasets.classes import classes_of_array
from kmeans_cli.datasets.raw import Raw, as_rows, full_scale_of, name_of
from kmeans_cli.datasets.reading import reading
from kmeans_cli.datasets.types import ClassArray
from kmeans_cli.errors import ConfigError, PlaceError

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams

# Usual names, in lower case. The first tuple that names a key of the file decides.
_X_NAMES = (("x_train", "train_x", "train_images", "train_data"), ("x", "data", "images", "samples", "features"))
_Y_NAMES = (("y_train", "train_y", "train_labels"), ("y", "labels", "label", "target", "targets", "classes"))
_WEIGHT_NAMES = (("weights", "weight", "sample_weight", "sample_weights"),)


@dataclass(frozen=True)
class Keys:
    """Which arrays of an npz play which part."""

    x: str
    y: str | None
    weights: str | None

    def of_split(self, split: str, names: Collection[str]) -> Keys | None:
        """The keys of another part, as ``x_test`` beside ``x_train``; None where there is no such array."""
        other = _switch(self.x, split)
        if other == self.x or other not in names:
            return None
        y = self.y and _switch(self.y, split)
        return Keys(other, y if y != self.y and y in names else None, None)


def read_npz(path: Path, params: DataParams) -> Raw:
    """An npz as data, with its held-out part when it has keys such as ``x_train`` and ``x_test``.

    Raises:
        ConfigError: If a key of the settings is not in the file.
        PlaceError: If the file is broken, or no key was given and none can be guessed.
    """
    with reading(path), zipfile.ZipFile(path) as archive:
        names = member_names(archive)
        keys = find_keys(names, path, params)
        test_keys = keys.of_split("test", names)
        if params.split == "test" and test_keys:
            return replace(_read_part(archive, path, test_keys), split="test")
        raw = replace(_read_part(archive, path, keys), warnings=_weights_warning(keys, params))
        if params.test and test_keys:
            part = _read_part(archive, path, test_keys)
            raw = replace(raw, test=(part.X, part.y))
    return raw


def find_keys(names: Sequence[str], path: Path, params: DataParams) -> Keys:
    """The keys that the settings name, and guesses for those they leave open."""
    y = _given(params.y_key, "y_key", names, path) or _guess(_Y_NAMES, names)
    weights = _given(params.weight_key, "weight_key", names, path) or _guess(_WEIGHT_NAMES, names)
    x = _given(params.x_key, "x_key", names, path) or _guess(_X_NAMES, names)
    if x is None:
        others = [name for name in names if name not in (y, weights)]
        if len(others) != 1:
            there = ", ".join(names) or "no arrays at all"
            problem = "does not say which array holds the samples; name it as data.x_key"
            raise PlaceError(problem, where=str(path), allowed=there)
        x = others[0]
    return Keys(x, None if y == x else y, None if weights == x else weights)


def _given(key: str | None, setting: str, names: Sequence[str], path: Path) -> str | None:
    if key is not None and key not in names:
        raise ConfigError(f"is no array in {path}", where=f"data.{setting}", value=key, allowed=names)
    return key


def _guess(usual: Sequence[Sequence[str]], names: Sequence[str]) -> str | None:
    for tier in usual:
        found = [name for name in names if name.lower() in tier]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _read_part(archive: zipfile.ZipFile, path: Path, keys: Keys) -> Raw:
    where = f"{path}, key '{keys.x}'"
    X, image_shape = as_rows(read_member(archive, path, keys.x), where)
    y: ClassArray | None = None
    if keys.y:
        where_y = f"{path}, key '{keys.y}'"
        y = classes_of_array(read_member(archive, path, keys.y), where_y)
        check_length(y, len(X), "labels", where_y)
    weights = _read_weights(archive, path, keys.weights) if keys.weights else None
    return Raw(
        name_of(path),
        X,
        y,
        weights,
        image_shape=image_shape,
        full_scale=full_scale_of(X),
        path=path,
        notes=(_parts_note(keys),),
    )


def _read_weights(archive: zipfile.ZipFile, path: Path, key: str) -> NDArray[np.float64]:
    weights: NDArray[Any] = read_member(archive, path, key)
    if weights.ndim != 1 or weights.dtype.kind not in "biuf":
        raise PlaceError("holds no weights", where=f"{path}, key '{key}'", value=weights.shape, allowed="(n,) numbers")
    return weights.astype(np.float64)


def _parts_note(keys: Keys) -> str:
    parts = {"samples": keys.x, "classes": keys.y, "weights": keys.weights}
    return ", ".join(f"{part} are '{key}'" for part, key in parts.items() if key)


def _weights_warning(keys: Keys, params: DataParams) -> tuple[str, ...]:
    """Guessed weights change every number, so that they are not only noted."""
    if keys.weights is None or params.weight_key is not None:
        return ()
    return (f"array '{keys.weights}' was taken for the weights of the samples (data.weight_key)",)


def _switch(key: str, split: str) -> str:
    return key.replace("train", split)
