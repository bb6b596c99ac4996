"""Fewer samples: ``per_class`` and ``limit``."""

from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.datasets import DataParams, load
from kmeans_cli.datasets.draw import balanced_rows
from kmeans_cli.errors import ConfigError
from tests.datasets.files import read

Y = np.repeat([3, 5, 8], [10, 20, 30])


def test_balanced() -> None:
    """Each class gives the same number of samples, none twice, in no order of class."""
    rows = balanced_rows(Y, 10, seed=0)
    assert np.bincount(Y[rows]).tolist() == [0, 0, 0, 10, 0, 10, 0, 0, 10]
    assert len(set(rows.tolist())) == 30
    assert np.any(np.diff(Y[rows]) < 0)


def test_seed_decides() -> None:
    """The same seed draws the same rows in the same order, another seed others."""
    assert np.array_equal(balanced_rows(Y, 4, seed=1), balanced_rows(Y, 4, seed=1))
    assert not np.array_equal(balanced_rows(Y, 4, seed=1), balanced_rows(Y, 4, seed=2))


def test_too_few_of_a_class() -> None:
    """More than the smallest class has is an error that names the class."""
    with pytest.raises(ConfigError, match=r"data\.per_class: 11 .* at most 10, the size of class '3'"):
        balanced_rows(Y, 11, seed=0)


def test_no_classes() -> None:
    """Without classes there is nothing to balance."""
    with pytest.raises(ConfigError, match="needs data with classes"):
        balanced_rows(None, 1, seed=0)


def test_all_parts_are_drawn_alike(tmp_path: Path) -> None:
    """Samples, classes, weights and ids stay together; the held-out part stays whole."""
    n = np.arange(40)
    np.savez(tmp_path / "a.npz", x_train=n, y_train=n % 4, weights=n + 1.0, x_test=n, y_test=n % 4)
    raw = read(tmp_path / "a.npz", per_class=5)
    drawn = raw.X[:, 0]
    assert raw.y is not None
    assert raw.weights is not None
    assert raw.test is not None
    assert np.array_equal(raw.y, drawn % 4)
    assert np.array_equal(raw.weights, drawn + 1)
    assert (len(drawn), len(raw.test[0])) == (20, 40)


def test_limit() -> None:
    """``limit`` keeps the first samples, and more than there are keeps all."""
    everything = load(DataParams())
    first = load(DataParams(limit=100))
    assert np.array_equal(first.X, everything.X[:100])
    assert len(load(DataParams(limit=10**9)).X) == len(everything.X)


def test_limit_after_draw() -> None:
    """With both, the draw comes first."""
    drawn = load(DataParams(per_class=20))
    both = load(DataParams(per_class=20, limit=30))
    assert np.array_equal(both.X, drawn.X[:30])
