"""The works of the benchmark: a matrix and a start for each row of its table."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from kmeans_cli import datasets, pictures
from kmeans_cli.core.types import Float64Array, FloatArray
from kmeans_cli.datasets.params import DataParams


@dataclass(frozen=True)
class Work:
    """A fit to do to strict convergence.

    Attributes:
        name: What to call it.
        X: (n, d).
        start: (k, d) rows of X.
        weights: (n,) or None.
        repeats: Fits timed one after the other in a process; their median counts.
        plus_plus: Also time a k-means++ start, drawn and not used, so that all still fit from ``start``.
    """

    name: str
    X: FloatArray
    start: FloatArray
    weights: Float64Array | None = None
    repeats: int = 1
    plus_plus: bool = False

    @property
    def k(self) -> int:
        """Number of clusters."""
        return len(self.start)


def sample_start(X: FloatArray, k: int, seed: int = 0) -> FloatArray:
    """(k, d) distinct rows of X."""
    return X[np.random.default_rng(seed).choice(len(X), k, replace=False)]


@cache
def mnist() -> NDArray[np.float32]:
    """(60000, 784) in [0, 1]."""
    return datasets.load(DataParams(name="mnist", test=False)).X.astype(np.float32, copy=False)


@cache
def cat_colours() -> tuple[NDArray[np.float32], Float64Array]:
    """The distinct colours of images/cat.png in [0, 1] and how many pixels have each."""
    picture = pictures.open_picture(Path(os.environ["KMEANS_DATA_DIR"], "images", "cat.png"))
    colours, counts = np.unique(picture.pixels.reshape(-1, 3), axis=0, return_counts=True)
    return (colours / 255).astype(np.float32), counts.astype(np.float64)


def _mnist(k: int, plus_plus: bool = False) -> Work:
    name = "MNIST, with a k-means++ start" if plus_plus else "MNIST"
    return Work(name, mnist(), sample_start(mnist(), k), plus_plus=plus_plus)


def _part_of_mnist(axis: str, value: int) -> Work:
    size = FULL_SIZE | {axis: value}
    X = np.ascontiguousarray(mnist()[: size["n"], :: FULL_SIZE["d"] // size["d"]])
    return Work(f"MNIST, {axis} = {value}", X, sample_start(X, size["k"]))


def _digits(k: int) -> Work:
    X = (load_digits().data / 16).astype(np.float32)
    return Work("digits", X, sample_start(X, k), repeats=21)


def _mixture(name: str, n: int, d: int, k: int, spread: float) -> Work:
    """``k`` round clouds of unit width, their centres ``spread`` wide."""
    rng = np.random.default_rng(0)
    centres = spread * rng.normal(size=(k, d))
    X = (centres[rng.integers(k, size=n)] + rng.normal(size=(n, d))).astype(np.float32)
    return Work(name, X, sample_start(X, k))


def _cat(k: int) -> Work:
    colours, weights = cat_colours()
    return Work("cat.png colours", colours, sample_start(colours, k), weights)


FULL_SIZE = {"n": 60_000, "k": 20, "d": 784}
AXES: dict[str, tuple[int, ...]] = {
    "n": (3_000, 6_000, 12_000, 30_000, 60_000),
    "k": (5, 10, 20, 64, 128, 256),
    "d": (49, 98, 196, 392, 784),
}
"""Along which MNIST is scaled, the other two as in ``FULL_SIZE``: its first samples, every other feature and so on."""

WORKS: dict[str, Callable[[], Work]] = {
    **{f"mnist-{k}": partial(_mnist, k) for k in (10, 20, 64, 256)},
    "mnist-20-plus-plus": partial(_mnist, 20, plus_plus=True),
    **{f"digits-{k}": partial(_digits, k) for k in (10, 100)},
    "blobs": partial(_mixture, "50 blobs", 1_000_000, 2, 50, 30.0),
    "mixture": partial(_mixture, "Gaussian mixture", 200_000, 32, 100, 1.0),
    **{f"cat-{k}": partial(_cat, k) for k in (16, 64, 256)},
}
"""The rows of the table."""

SCALED: dict[str, Callable[[], Work]] = {
    f"mnist-{axis}-{value}": partial(_part_of_mnist, axis, value) for axis, values in AXES.items() for value in values
}
"""The points of the scaling figure."""
