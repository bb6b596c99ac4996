"""What can be said against a fit before any work: more clusters than samples, or a given start that does not suit."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.prepare import LARGEST_VALUE
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.stream import Stream
from kmeans_cli.core.types import Float64Array
from kmeans_cli.errors import ConfigError


def check(samples: Samples | Stream, params: KMeansParams, start: Float64Array | None = None) -> None:
    """Say before any work whether a fit can begin.

    Raises:
        ConfigError: If k is larger than the number of samples (with a weight), or the start has another shape
            or values that are not finite or enormous.
    """
    k = params.n_clusters
    n = samples.n if samples.weights is None else int(np.count_nonzero(samples.weights))
    if k > n:
        raise ConfigError(
            "is more than the samples there are",
            where="n_clusters",
            value=k,
            allowed=f"at most {n}, one for each sample",
        )
    if start is not None and np.shape(start) != (k, samples.d):
        raise ConfigError(
            "is the shape of the given start",
            where="init",
            value=np.shape(start),
            allowed=f"({k}, {samples.d}): k rows with a value for each feature",
        )
    if start is not None and not (np.abs(start) <= LARGEST_VALUE).all():
        raise ConfigError(
            "the given start has NaN, infinite or enormous values",
            where="init",
            allowed=f"finite values up to {LARGEST_VALUE:g}",
        )
