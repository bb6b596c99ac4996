"""``kmeans data list|info|fetch``: which data sets there are, what is in one, and getting one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_cli.datasets import DATASETS, DataParams, Raw, load_raw
from kmeans_cli.errors import ConfigError
from kmeans_cli.progress import Progress, silent


@dataclass(frozen=True)
class DatasetEntry:
    """A data set with a name.

    Attributes:
        name: For ``--data``.
        description: One line.
        built_in: Whether it needs no files.
        place: Where its files are, or None: built in, or not on this machine.
    """

    name: str
    description: str
    built_in: bool
    place: Path | None


@dataclass(frozen=True)
class DataInfo:
    """What a data set is, in the units and the type of its source.

    Attributes:
        name: The data set's name, the folder's, or the file's without its suffix.
        path: Where it was read from, or None for built-in data.
        n_samples, n_features: The shape of the training samples.
        n_test: Held-out samples.
        dtype: The type of the values: ``uint8``.
        minimum, maximum: Of all values.
        full_scale: The largest value they can take, or None where the source does not say.
        image_shape: (height, width), (height, width, 3), or None.
        class_counts: Samples of each class, or None without classes.
        feature_names: As many as features, or None.
        weight_sum: Σ of the sample weights, or None without weights.
        notes: Which arrays were taken, what was converted.
        warnings: What to check: rows left out, columns guessed.
    """

    name: str
    path: Path | None
    n_samples: int
    n_features: int
    n_test: int
    dtype: str
    minimum: float
    maximum: float
    full_scale: float | None
    image_shape: tuple[int, ...] | None
    class_counts: Mapping[int | str, int] | None
    feature_names: tuple[str, ...] | None
    weight_sum: float | None
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def list_data(data_dir: Path | None = None) -> tuple[DatasetEntry, ...]:
    """The data sets with a name, and where they are; nothing is read or fetched."""
    return tuple(
        DatasetEntry(name, source.description, source.find is None, source.find(data_dir) if source.find else None)
        for name, source in DATASETS.items()
    )


def data_info(
    params: DataParams, *, data_dir: Path | None = None, sheet: Path | None = None, progress: Progress = silent
) -> DataInfo:
    """Describe a data set, and draw some of its samples.

    Args:
        params: The config section ``data``.
        data_dir: Where to look first for data sets that are not built in.
        sheet: The picture to write, its kind by its suffix; None: none.
        progress: Told how far the loading is.

    Raises:
        ConfigError: If a setting does not fit the data, or ``sheet`` has another suffix than png, pdf or svg.
        PlaceError: If the data are missing or broken, or ``sheet`` cannot be written.
    """
    raw = load_raw(params, data_dir=data_dir, progress=progress)
    if sheet is not None:
        _write_sheet(raw, sheet)
    return describe(raw)


def describe(raw: Raw) -> DataInfo:
    """What a data set is, from its raw values."""
    return DataInfo(
        name=raw.name,
        path=raw.path,
        n_samples=raw.X.shape[0],
        n_features=raw.X.shape[1],
        n_test=0 if raw.test is None else len(raw.test[0]),
        dtype=str(raw.X.dtype),
        minimum=raw.X.min().item(),
        maximum=raw.X.max().item(),
        full_scale=raw.full_scale,
        image_shape=raw.image_shape,
        class_counts=None if raw.y is None else _counts(raw.y),
        feature_names=raw.feature_names,
        weight_sum=None if raw.weights is None else float(raw.weights.sum()),
        notes=raw.notes,
        warnings=raw.warnings,
    )


def fetch_data(name: str, *, data_dir: Path | None = None, progress: Progress = silent) -> Path | None:
    """Make sure a data set is on this machine.

    Args:
        name: A name in ``DATASETS``.
        data_dir: Where to look first.
        progress: Told how far the download is.

    Returns:
        Where it is: found, or fetched into the user's cache; None for built-in data.

    Raises:
        ConfigError: For an unknown name.
        PlaceError: If it cannot be fetched.
    """
    if name not in DATASETS:
        raise ConfigError("is no data set", where="data fetch", value=name, allowed=tuple(DATASETS))
    source = DATASETS[name]
    if source.find is None or source.fetch is None:
        return None
    return source.find(data_dir) or source.fetch(data_dir, progress)


def _counts(y: Any) -> dict[int | str, int]:
    classes, counts = np.unique(y, return_counts=True)
    return dict(zip(classes.tolist(), counts.tolist(), strict=True))


def _write_sheet(raw: Raw, path: Path) -> None:
    from kmeans_cli.plots.params import FORMATS
    from kmeans_cli.plots.sheet import sample_sheet
    from kmeans_cli.plots.style import save
    from kmeans_cli.runs.atomic import open_write

    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise ConfigError("is no picture", where="--out", value=str(path), allowed=[f".{each}" for each in FORMATS])
    figure = sample_sheet(raw.name, raw.X, raw.y, raw.image_shape, raw.feature_names)
    with open_write(path) as file:
        save(figure, file, kind)
