"""Given starts: ``init: {file: centroids.npy}`` and ``init: {run: RUN}``."""

from __future__ import annotations

from pathlib import Path

from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.types import Float64Array
from kmeans_cli.datasets.arrays import read_npy_array
from kmeans_cli.datasets.check import check_matrix
from kmeans_cli.errors import ConfigError
from kmeans_cli.runs.read import load_run


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
