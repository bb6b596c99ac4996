"""What the engine sees of the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.errors import ConfigError


@pytest.mark.parametrize(("n", "d"), [(1, 1), (1024, 784), (5000, 784), (70_000, 3), (40_000, 1), (3, 100_000)])
def test_blocks_cover_every_row_once(n: int, d: int) -> None:
    """Blocks follow one another without gap, are numbered, and give the rows."""
    samples = ArraySamples(np.broadcast_to(np.arange(n, dtype=np.float32)[:, None], (n, d)))
    blocks = samples.blocks()
    assert [b.index for b in blocks] == list(range(len(blocks)))
    assert [b.start for b in blocks] + [n] == [0] + [b.stop for b in blocks]
    assert np.concatenate([samples.rows(b)[:, 0] for b in blocks]).tolist() == list(range(n))
    assert (samples.n, samples.d, samples.dtype) == (n, d, np.float32)


def test_data_are_not_copied() -> None:
    """A C-contiguous matrix is used as it is; rows are views of it, taken rows are not."""
    X = np.arange(12.0).reshape(6, 2)
    samples = ArraySamples(X)
    assert np.shares_memory(samples.rows(samples.blocks()[0]), X)
    taken = samples.take(np.array([5, 0, 5]))
    assert taken.tolist() == [[10, 11], [0, 1], [10, 11]]
    assert not np.shares_memory(taken, X)


def test_weights_become_float64() -> None:
    """Weights of any number type are kept in float64; None stays None."""
    X = np.ones((3, 1))
    weights = ArraySamples(X, np.array([1, 0, 2])).weights
    assert weights is not None
    assert (weights.dtype, weights.tolist()) == (np.float64, [1, 0, 2])
    assert ArraySamples(X).weights is None


@pytest.mark.parametrize(
    ("X", "weights", "line"),
    [
        (np.ones(3), None, "X: samples must be a two-dimensional float32 or float64 matrix, not float64 of shape (3,)"),
        (np.ones((3, 2), int), None, "X: samples must be a two-dimensional float32 or float64 matrix, not int64"),
        (np.ones((0, 2)), None, "X: (0, 2) is the shape of an empty matrix"),
        (np.ones((2, 0)), None, "X: (2, 0) is the shape of an empty matrix"),
        (np.ones((2, 1)), np.ones(3), "weights: weights must have one value for each of 2 samples, not the shape (3,)"),
        (np.ones((2, 1)), np.array([1, -1]), "weights: weights must be finite, at least 0 and not all 0"),
        (np.ones((2, 1)), np.array([1, np.nan]), "weights: weights must be finite, at least 0 and not all 0"),
        (np.ones((2, 1)), np.zeros(2), "weights: weights must be finite, at least 0 and not all 0"),
    ],
)
def test_refuses_what_are_no_samples(X: Any, weights: Any, line: str) -> None:
    """Wrong shapes, types and weights are a ConfigError that says what was given."""
    with pytest.raises(ConfigError) as caught:
        ArraySamples(X, weights)
    assert str(caught.value).startswith(line)
