"""From raw units to those of the fit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from kmeans_cli.datasets import DataParams, Dataset, load
from kmeans_cli.errors import ConfigError, PlaceError

RNG = np.random.default_rng(0)


def _load(tmp_path: Path, X: NDArray[Any], test: NDArray[Any] | None = None, **settings: Any) -> Dataset:
    held_out = {} if test is None else {"x_test": test}
    np.savez(tmp_path / "a.npz", x_train=X, **held_out)
    return load(DataParams(path=tmp_path / "a.npz", **settings))


@pytest.mark.parametrize(
    ("dtype", "setting", "expected"),
    [
        ("uint8", "auto", "float32"),
        ("float32", "auto", "float32"),
        ("float64", "auto", "float64"),
        ("float16", "auto", "float64"),
        (">f4", "auto", "float32"),
        ("int32", "auto", "float64"),
        ("bool", "auto", "float64"),
        ("uint8", "float64", "float64"),
        ("float64", "float32", "float32"),
    ],
)
def test_dtype(tmp_path: Path, dtype: str, setting: str, expected: str) -> None:
    """``auto``: float32 for bytes and float32, float64 for all else; the result is C-contiguous."""
    X = np.asfortranarray(RNG.integers(0, 2, (5, 3)).astype(dtype))
    dataset = _load(tmp_path, X, dtype=setting, scale="none")
    assert dataset.X.dtype == expected
    assert dataset.X.flags.c_contiguous
    assert np.array_equal(dataset.X, X)


def test_auto_divides_bytes(tmp_path: Path) -> None:
    """``auto`` divides bytes by 255, rounded as a float32 division is, and leaves other data alone."""
    X = np.arange(256, dtype=np.uint8).reshape(-1, 2)
    dataset = _load(tmp_path, X, X)
    assert np.array_equal(dataset.X, X.astype(np.float32) / np.float32(255))
    assert dataset.test is not None
    assert np.array_equal(dataset.test.X, dataset.X)
    assert dataset.factor.tolist() == [255, 255]
    assert np.array_equal(_load(tmp_path, X.astype(float)).X, X)


def test_unit_needs_a_full_scale(tmp_path: Path) -> None:
    """``unit`` is an error where the data do not say how large a value can be."""
    with pytest.raises(ConfigError, match=r"data\.scale: 'unit' needs data that state their largest value"):
        _load(tmp_path, np.ones((2, 2)), scale="unit")


def test_standard_is_scikit_learns(tmp_path: Path) -> None:
    """``standard`` equals scikit-learn's scaler, with the training figures for the held-out samples too."""
    X = RNG.normal(1e6, [1e-2, 1, 100], (200_000, 3))
    test = RNG.normal(size=(10, 3))
    dataset = _load(tmp_path, X, test, scale="standard")
    scaler = StandardScaler().fit(X)
    assert np.allclose(dataset.X, scaler.transform(X), atol=1e-6)
    assert dataset.test is not None
    assert np.allclose(dataset.test.X, scaler.transform(test), rtol=1e-6)
    assert np.allclose(dataset.X * dataset.factor + dataset.offset, X, rtol=1e-12)


def test_standard_of_drawn_samples(tmp_path: Path) -> None:
    """The figures are those of the samples that are used."""
    X = np.array([[1.0], [3.0], [1000.0]])
    dataset = _load(tmp_path, X, scale="standard", limit=2)
    assert dataset.X.tolist() == [[-1], [1]]
    assert (dataset.offset.tolist(), dataset.factor.tolist()) == ([2], [1])


def test_constant_features_become_zero(tmp_path: Path) -> None:
    """A constant feature becomes exactly 0, also where the mean of equal values is rounded."""
    X = np.column_stack([np.full(1001, 0.1), np.arange(1001)])
    dataset = _load(tmp_path, X, scale="standard")
    assert (dataset.X[:, 0] == 0).all()
    assert (dataset.offset[0], dataset.factor[0]) == (0.1, 1.0)


def test_too_large(tmp_path: Path) -> None:
    """Values that the type cannot hold are an error, not infinities."""
    with pytest.raises(PlaceError, match="values too large for float32"):
        _load(tmp_path, np.array([[1e39], [-1e39]]), dtype="float32")


def test_the_largest_values_are_standardised(tmp_path: Path) -> None:
    """The deviation of the largest values that are read does not overflow."""
    assert _load(tmp_path, np.array([[1e140], [-1e140]]), scale="standard").X.tolist() == [[1], [-1]]


def test_features_that_hardly_vary(tmp_path: Path) -> None:
    """A deviation that underflows to 0 divides nothing."""
    dataset = _load(tmp_path, np.array([[0.0], [1e-300]]), scale="standard")
    assert np.isfinite(dataset.X).all()
