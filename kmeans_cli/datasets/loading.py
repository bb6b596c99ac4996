"""The one way from the settings to a data set, for all commands."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from kmeans_cli.datasets.check import check
from kmeans_cli.datasets.draw import drawn
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.datasets.raw import Raw
from kmeans_cli.datasets.registry import DATASETS, reader_of
from kmeans_cli.datasets.scale import resolved_dtype, resolved_scale, scale_figures, to_fit_units
from kmeans_cli.datasets.types import Dataset, Split
from kmeans_cli.errors import ConfigError
from kmeans_cli.progress import Progress, Stage, silent


def load(params: DataParams, *, data_dir: Path | None = None, progress: Progress = silent) -> Dataset:
    """Read, check, draw from, scale and cast a data set.

    Args:
        params: The config section ``data``.
        data_dir: Where to look first for data sets that are not built in.
        progress: Told what is going on, and how far a download is.

    Returns:
        The data set in the units of the fit; the held-out samples are scaled with the training figures.

    Raises:
        ConfigError: If a setting does not fit the data.
        PlaceError: If the data are missing or broken.
    """
    return in_fit_units(load_raw(params, data_dir=data_dir, progress=progress), params)


def load_raw(params: DataParams, *, data_dir: Path | None = None, progress: Progress = silent) -> Raw:
    """As ``load``, but in the units and the type of the source.

    Raises:
        ConfigError: If a setting does not fit the data.
        PlaceError: If the data are missing or broken.
    """
    progress(Stage(f"loading {params.name if params.path is None else params.path}"))
    if params.path is None:
        raw = DATASETS[params.name].load(params, data_dir, progress)
    else:
        path = params.path.expanduser()
        raw = reader_of(path)(path, params)
    if raw.split != params.split:
        raise ConfigError("is no part of these data", where="data.split", value=params.split, allowed=(raw.split,))
    check(raw)
    return drawn(raw, params)


def in_fit_units(raw: Raw, params: DataParams) -> Dataset:
    """Checked data in the units that ``scale`` and ``dtype`` ask for.

    Raises:
        ConfigError: For ``scale: unit`` when the data state no full scale.
        PlaceError: If a value is too large for the type.
    """
    where = str(raw.path or raw.name)
    offset, factor = scale_figures(raw, resolved_scale(params.scale, raw))
    dtype = resolved_dtype(params.dtype, raw.X)
    test = None
    if raw.test is not None:
        X_test, y_test = raw.test
        test = Split(to_fit_units(X_test, offset, factor, dtype, f"{where}, held-out part"), y_test)
    return Dataset(
        name=raw.name,
        X=to_fit_units(raw.X, offset, factor, dtype, where),
        y=raw.y,
        weights=raw.weights,
        image_shape=raw.image_shape,
        full_scale=raw.full_scale,
        feature_names=raw.feature_names,
        ids=raw.ids,
        offset=offset,
        factor=factor,
        test=test,
        path=raw.path,
        sha256=sha256(raw),
        notes=raw.notes,
        warnings=raw.warnings,
    )


def sha256(raw: Raw) -> str:
    """The hexadecimal digest of X, y and weights: of each its name, type, shape and bytes."""
    digest = hashlib.sha256()
    for name in ("X", "y", "weights"):
        part = getattr(raw, name)
        if part is not None:
            digest.update(f"{name} {part.dtype.str} {part.shape}\n".encode())
            digest.update(np.ascontiguousarray(part).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
