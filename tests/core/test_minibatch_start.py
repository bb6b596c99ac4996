"""Where a mini-batch fit starts."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import MiniBatchParams
from kmeans_cli.core.samples import ArraySamples

from .batches import minibatch
from .cases import SmallBlocks, blobs, digits
from .reference import distance_table


def test_a_start_comes_from_a_draw() -> None:
    """The start's indices are those among all samples, also where the draw is a part of them, and weigh something."""
    X, weights = blobs(2000), np.ones(2000)
    weights[::2] = 0
    for seed in range(5):
        result = fit(SmallBlocks(X, weights), minibatch(4), minibatch=MiniBatchParams(batch_size=20), seed=seed)
        assert result.init_indices is not None
        assert (result.init_indices % 2 == 1).all()
        np.testing.assert_array_equal(result.start, X[result.init_indices])


def test_several_starts_are_chosen_from_before_the_fit() -> None:
    """More starts make a better start, on average, but still one fit with one history."""

    def start_inertia(seed: int, n_init: int) -> float:
        params, batches = minibatch(12, init="sample", n_init=n_init), MiniBatchParams(batch_size=200, max_epochs=1)
        result = fit(ArraySamples(digits()), params, minibatch=batches, seed=seed)
        assert [record.iteration for record in result.history] == list(range(1, result.n_iter + 1))
        return float(distance_table(digits(), result.start).min(axis=1).sum())

    one, eight = ([start_inertia(seed, n_init) for seed in range(6)] for n_init in (1, 8))
    assert np.mean(eight) < 0.97 * np.mean(one)
