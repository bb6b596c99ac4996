"""Data sets that need no file: the digits in this package, and blobs drawn on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kmeans_cli.datasets.raw import Raw
from kmeans_cli.progress import Progress

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams

_DIGITS_FILE = Path(__file__).with_name("digits.npz")
_DIGITS_FULL_SCALE = 16.0  # each value counts the set pixels in a square of 4×4
# Tells the draws of this module from others made with the same seed.
_SPAWN_KEY = (0,)


def load_digits(params: DataParams, data_dir: Path | None, progress: Progress) -> Raw:  # noqa: ARG001 - see DatasetSource
    """The 1,797 hand-written digits of 8×8; ``digits.md`` says where they are from."""
    with np.load(_DIGITS_FILE, allow_pickle=False) as arrays:
        X, y = arrays["X"], arrays["y"].astype(np.int64)
    return Raw("digits", X, y, image_shape=(8, 8), full_scale=_DIGITS_FULL_SCALE)


def load_blobs(params: DataParams, data_dir: Path | None, progress: Progress) -> Raw:  # noqa: ARG001 - see DatasetSource
    """Gaussian blobs in the order of their centres; the class of a point is the index of its centre."""
    blobs = params.blobs
    rng = np.random.default_rng(np.random.SeedSequence(params.seed, spawn_key=_SPAWN_KEY))
    y = np.repeat(np.arange(len(blobs.sizes), dtype=np.int64), blobs.sizes)
    centres = np.array(blobs.centres, dtype=np.float64)
    X = centres[y] + blobs.spread * rng.standard_normal((len(y), centres.shape[1]))
    return Raw("blobs", X, y)
