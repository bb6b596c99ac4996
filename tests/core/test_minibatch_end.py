"""When a mini-batch fit ends, and why."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import MiniBatchParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import FitState, IterationRecord, StopReason

from .batches import fit_digits, minibatch
from .cases import digits
from .reference import assert_nearest


def test_ends_when_the_smoothed_inertia_stops_falling() -> None:
    """After ``patience`` batches without a new minimum of the smoothed mean, which the history can be replayed to."""
    result = fit_digits(patience=4)
    assert (result.stop_reason, result.converged) == (StopReason.SMOOTHED, True)
    share = 2 * 256 / (len(digits()) + 1)
    smoothed = [result.history[1].j_clust]
    for record in result.history[2:]:
        smoothed.append(smoothed[-1] + share * (record.j_clust - smoothed[-1]))
    since_minimum = [len(smoothed[: t + 1]) - 1 - int(np.argmin(smoothed[: t + 1])) for t in range(len(smoothed))]
    assert since_minimum[-1] == 4
    assert max(since_minimum[:-1]) < 4


def test_ends_after_max_epochs() -> None:
    """At max_epochs the fit ends without convergence, after as many draws as there are samples in them."""
    result = fit_digits(max_epochs=2, patience=1000)
    assert (result.stop_reason, result.converged) == (StopReason.MAX_EPOCHS, False)
    assert result.n_iter == 2 * len(digits()) // 256


def test_the_caller_may_stop_a_fit() -> None:
    """When on_iteration returns True the fit ends there; the labels still belong to the centroids."""
    batches = MiniBatchParams(batch_size=100)

    def stop_at_three(record: IterationRecord, state: FitState) -> bool:
        assert state.history[-1] is record
        return record.iteration == 3

    result = fit(ArraySamples(digits()), minibatch(10), minibatch=batches, on_iteration=stop_at_three)
    assert (result.n_iter, result.stop_reason, result.converged) == (3, StopReason.INTERRUPTED, False)
    assert_nearest(digits(), result.centroids, result.labels)
