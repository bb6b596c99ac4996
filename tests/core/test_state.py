"""Checkpoints: a fit that was stopped and goes on has the bytes of one that was not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kmeans_cli.core.algorithms import ALGORITHMS
from kmeans_cli.core.empty import EMPTY_POLICIES
from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams, StopParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import FitState, IterationRecord, KMeansResult, StopReason

from .cases import digits
from .reference import same_but_seconds


def states_of(samples: ArraySamples, params: KMeansParams, **arguments: Any) -> tuple[KMeansResult, list[FitState]]:
    """An undisturbed fit and its state after each iteration."""
    states: list[FitState] = []
    result = fit(samples, params, seed=2, on_iteration=lambda _, state: states.append(state), **arguments)
    return result, states


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("empty", [name for name in EMPTY_POLICIES if name != "error"])
def test_going_on_gives_the_same_bytes(algorithm: str, empty: str) -> None:
    """From the state of any iteration the rest of the fit is the same, random policies included."""
    samples = ArraySamples(digits()[:400], np.linspace(0, 1, 400))
    params = KMeansParams(12, init="uniform", empty=empty, algorithm=algorithm)
    undisturbed, states = states_of(samples, params)
    assert undisturbed.history[0].n_empty > 0
    for state in (states[0], states[1], states[len(states) // 2], states[-1]):
        same_but_seconds(undisturbed, fit(samples, params, seed=99, state=state))


def test_an_interrupted_fit_goes_on() -> None:
    """What on_iteration saw last before it asked to stop is enough to finish the fit."""
    samples, params, last = ArraySamples(digits()), KMeansParams(10), []

    def stop(record: IterationRecord, state: FitState) -> bool:
        last.append(state)
        return record.iteration == 4

    stopped = fit(samples, params, seed=2, on_iteration=stop)
    assert stopped.stop_reason is StopReason.INTERRUPTED
    finished = fit(samples, params, seed=2, state=last[-1])
    same_but_seconds(finished, fit(samples, params, seed=2))
    np.testing.assert_array_equal(finished.start, stopped.start)
    np.testing.assert_array_equal(finished.init_indices, stopped.init_indices)


def test_going_on_with_more_iterations() -> None:
    """A fit ended by max_iter goes on under a larger one, and stays ended under the same one."""
    samples, params = ArraySamples(digits()), KMeansParams(10, max_iter=3)
    ended, states = states_of(samples, params)
    same_but_seconds(ended, fit(samples, params, state=states[-1]))
    same_but_seconds(fit(samples, KMeansParams(10), seed=2), fit(samples, KMeansParams(10), state=states[-1]))


def test_a_finished_fit_stays_finished() -> None:
    """From the state of the last iteration nothing is iterated again, under any rule."""
    samples = ArraySamples(digits())
    for stop in (StopParams(), StopParams("shift", 0.05), StopParams("loss", 0.01)):
        done, states = states_of(samples, KMeansParams(10, stop=stop))
        same_but_seconds(done, fit(samples, KMeansParams(10, stop=stop), state=states[-1]))


def test_a_state_is_not_written_to() -> None:
    """Neither the fit that gave a state nor the one that goes on from it changes its arrays."""
    samples, params = ArraySamples(digits()), KMeansParams(10)
    kept: list[tuple[FitState, bytes]] = []

    def bytes_of(state: FitState) -> bytes:
        return b"".join(a.tobytes() for a in (state.centroids, state.labels, state.start, state.sums))

    fit(samples, params, seed=2, on_iteration=lambda _, state: kept.append((state, bytes_of(state))))
    fit(samples, params, state=kept[0][0])
    assert all(bytes_of(state) == content for state, content in kept)


def test_renumbered_is_the_same_clustering() -> None:
    """Renumbering moves centroids, labels, sizes and starts together, and there is a way back."""
    result = fit(ArraySamples(digits()), KMeansParams(6), seed=2)
    order = np.array([3, 0, 5, 1, 4, 2])
    other = result.renumbered(order)
    np.testing.assert_array_equal(other.centroids[other.labels], result.centroids[result.labels])
    np.testing.assert_array_equal(other.centroids, result.centroids[order])
    np.testing.assert_array_equal(other.cluster_sizes, np.bincount(other.labels))
    np.testing.assert_array_equal(digits()[other.init_indices], other.start)
    assert (other.inertia, other.history, other.labels.dtype) == (result.inertia, result.history, np.int32)
    same_but_seconds(result, other.renumbered(np.argsort(order)))
