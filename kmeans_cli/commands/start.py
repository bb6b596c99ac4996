"""Given starts: ``init: {file: centroids.npy}`` and ``init: {run: RUN}``."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from kmeans_cli.config import Config
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.types import Float64Array
from kmeans_cli.datasets.arrays import read_npy_array
from kmeans_cli.datasets.check import check_matrix
from kmeans_cli.errors import ConfigError
from kmeans_cli.runs import find_run, load_run


def with_start_named(config: Config, runs_dir: Path) -> Config:
    """The config with the run its start comes from as an absolute path: ``latest`` is another one tomorrow.

    Raises:
        PlaceError: If there is no such run.
    """
    init = config.kmeans.init
    if isinstance(init, str) or "run" not in init:
        return config
    run = find_run(init["run"], runs_dir)
    return replace(config, kmeans=replace(config.kmeans, init={"run": str(run)}))


def given_start(params: KMeansParams, runs_dir: Path) -> Float64Array | None:
    """The (k, d) centroids a config names as its start, in the fit's units; None when the init draws them.

    Raises:
        ConfigError: If several starts are asked for: they would all be the same.
        PlaceError: If the file or run is missing or broken.
    """
    if isinstance(params.init, str):
        return None
    if params.n_init != 1:
        raise ConfigError("is more than one given start has use for", where="kmeans.n_init", value=params.n_init)
    if "run" in params.init:
        return load_run(params.init["run"], runs_dir).model().centroids
    path = Path(params.init["file"])
    centroids = read_npy_array(path)
    check_matrix(centroids, str(path))
    return centroids.astype("float64")


def sha256_of(start: Float64Array | None) -> str | None:
    """The sha256 of a given start's values, in hexadecimal; None without one."""
    return None if start is None else hashlib.sha256(start.tobytes()).hexdigest()
