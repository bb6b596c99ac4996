"""Data for the tests of the core."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.core.types import Float64Array


@pytest.fixture(scope="session")
def mnist_6000() -> Float64Array:
    """The first 6,000 training images in [0, 1], (6000, 784) float64; skips without the data."""
    place = os.environ.get("KMEANS_DATA_DIR")
    file = Path(place or ".", "mnist", "mnist.npz")
    if place is None or not file.exists():
        pytest.skip("KMEANS_DATA_DIR is not set or has no mnist/mnist.npz")
    with np.load(file, allow_pickle=False) as arrays:
        return arrays["x_train"][:6000].reshape(6000, 784) / 255
