"""Fewer samples: a balanced draw of each class, or the first ones."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.types import IntArray
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.datasets.raw import Raw
from kmeans_cli.datasets.types import ClassArray
from kmeans_cli.errors import ConfigError

# Tells the draws of this module from others made with the same seed.
_SPAWN_KEY = (1,)


def drawn(raw: Raw, params: DataParams) -> Raw:
    """The part of the data that ``per_class``, then ``limit`` leave.

    Raises:
        ConfigError: If ``per_class`` is more than a class has, or there are no classes.
    """
    if params.per_class is not None:
        raw = raw.take(balanced_rows(raw.y, params.per_class, params.seed))
    if params.limit is not None and params.limit < len(raw.X):
        raw = raw.take(slice(params.limit))
    return raw


def balanced_rows(y: ClassArray | None, per_class: int, seed: int) -> IntArray:
    """Draw the same number of samples of each class, without repetition, in a random order.

    Args:
        y: (n,) true classes.
        per_class: How many of each.
        seed: Of the draw; the same seed gives the same rows.

    Returns:
        (per_class × number of classes,) indices.

    Raises:
        ConfigError: If a class has fewer, or ``y`` is None.
    """
    if y is None:
        raise ConfigError("needs data with classes", where="data.per_class", value=per_class)
    classes, sizes = np.unique(y, return_counts=True)
    if sizes.min() < per_class:
        fewest = f"at most {sizes.min()}, the size of class '{classes[sizes.argmin()]}'"
        raise ConfigError("is more than a class has", where="data.per_class", value=per_class, allowed=fewest)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=_SPAWN_KEY))
    chosen = [rng.choice(np.flatnonzero(y == one), per_class, replace=False) for one in classes]
    return rng.permutation(np.concatenate(chosen))
