"""The same mini-batch fit again: on other threads, and from a state."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from kmeans_cli.core.engine import fit
from kmeans_cli.core.init import INITS
from kmeans_cli.core.params import MiniBatchParams
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import FitState
from kmeans_cli.threads import open_block_map

from .batches import minibatch, wide
from .cases import digits
from .reference import same_but_seconds


@pytest.mark.parametrize(("k", "d"), [(20, 30), (70, 30), (140, 300)])
@pytest.mark.parametrize("init", INITS)
def test_same_bytes_for_any_number_of_threads(init: str, k: int, d: int) -> None:
    """The seed decides: threads, blocks and a second run change no byte, and another seed does."""
    X = np.random.default_rng(0).random((3000, d)).astype(np.float32)
    params, batches = minibatch(k, init=init, n_init=2), MiniBatchParams(batch_size=1500, max_epochs=5, full_every=3)
    results = []
    for n_threads in (1, 2, 3):
        with open_block_map(n_threads) as map_blocks:
            results.append(fit(ArraySamples(X), params, minibatch=batches, seed=5, map_blocks=map_blocks))
    for other in results[1:]:
        same_but_seconds(results[0], other)
    assert fit(ArraySamples(X), params, minibatch=batches, seed=6).inertia != results[0].inertia


def test_a_state_costs_nothing_that_grows() -> None:
    """From batch to batch on_iteration sees the same labels and the same growing history, not copies; own centroids."""
    states: list[FitState] = []
    result = fit(ArraySamples(digits()), minibatch(10), on_iteration=lambda _, state: states.append(state))
    assert result.n_iter > 2
    assert all(state.labels is states[0].labels and state.history is states[0].history for state in states)
    assert tuple(states[0].history) == result.history
    assert not np.array_equal(states[0].centroids, states[-1].centroids)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("max_epochs", [2, 100])
def test_going_on_gives_the_same_bytes(weighted: bool, max_epochs: int) -> None:
    """From a copy of the state after any batch, the last one too, the rest is the same, reassignments included."""
    samples = ArraySamples(digits(), np.linspace(0, 1, len(digits())) if weighted else None)
    start = np.vstack([digits()[:9], np.full((1, 64), 50.0)])
    batches = MiniBatchParams(batch_size=128, max_epochs=max_epochs, reassignment_ratio=0.3)
    states: list[FitState] = []
    undisturbed = fit(
        samples,
        minibatch(10),
        minibatch=batches,
        seed=2,
        start=start,
        on_iteration=lambda _, state: states.append(deepcopy(state)),
    )
    for state in (states[0], states[1], states[len(states) // 2], states[-1]):
        same_but_seconds(undisturbed, fit(samples, minibatch(10), minibatch=batches, seed=99, state=state))


def test_going_on_with_an_outline_gives_the_same_bytes() -> None:
    """Also where an outline excludes centroids: a score's bits do not depend on which centroids moved together."""
    samples, batches, states = ArraySamples(wide()), MiniBatchParams(max_epochs=8), []
    settings = {"minibatch": batches, "prepared": prepare(samples)}
    undisturbed = fit(samples, minibatch(70), on_iteration=lambda _, state: states.append(deepcopy(state)), **settings)
    for state in (states[0], states[len(states) // 2]):
        same_but_seconds(undisturbed, fit(samples, minibatch(70), seed=99, state=state, **settings))
