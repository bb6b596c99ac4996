"""The stop rules, each at its edge, and the end that every fit has."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams, StopParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.stop import STOP_RULES
from kmeans_cli.core.types import IterationRecord, StopReason

from .cases import digits


def record(j_clust: float = 1.0, shift: float = 1.0, n_moved: int = 5) -> IterationRecord:
    """An iteration that did this."""
    return IterationRecord(2, 10 * j_clust, j_clust, shift, n_moved, n_empty=0, seconds=0.0)


def test_labels_stops_when_nothing_moved() -> None:
    """One sample that changed its cluster is enough to go on."""
    assert STOP_RULES["labels"](record(n_moved=0), None, 0.0) is StopReason.LABELS
    assert STOP_RULES["labels"](record(n_moved=1), None, 0.0) is None


def test_shift_stops_at_tol() -> None:
    """A largest shift of exactly tol stops, one of more does not."""
    assert STOP_RULES["shift"](record(shift=0.5), None, 0.5) is StopReason.SHIFT
    assert STOP_RULES["shift"](record(shift=np.nextafter(0.5, 1)), None, 0.5) is None


def test_loss_stops_at_tol() -> None:
    """A fall of J_clust of exactly tol stops, one of more does not, and the first iteration has none."""
    assert STOP_RULES["loss"](record(j_clust=1.5), record(j_clust=2.0), 0.5) is StopReason.LOSS
    assert STOP_RULES["loss"](record(j_clust=1.25), record(j_clust=2.0), 0.5) is None
    assert STOP_RULES["loss"](record(), None, 1e9) is None


def run(rule: str, tol: float | None) -> tuple[StopReason, list[IterationRecord]]:
    """A fit of the digits under a rule."""
    result = fit(ArraySamples(digits()), KMeansParams(10, stop=StopParams(rule, tol)), seed=1)
    return result.stop_reason, list(result.history)


def test_shift_in_a_fit() -> None:
    """A fit under ``shift`` ends with the first iteration that moved no centroid more than tol."""
    reason, history = run("shift", 0.1)
    assert reason is StopReason.SHIFT
    assert history[-1].centroid_shift <= 0.1 < min(r.centroid_shift for r in history[:-1])


def test_loss_in_a_fit() -> None:
    """A fit under ``loss`` ends with the first iteration that lowered J_clust by at most tol."""
    reason, history = run("loss", 0.01)
    falls = -np.diff([r.j_clust for r in history])
    assert reason is StopReason.LOSS
    assert falls[-1] <= 0.01 < falls[:-1].min()


@pytest.mark.parametrize(("rule", "tol"), [("labels", None), ("shift", 0.0), ("loss", 0.0)])
def test_a_fixed_point_ends_every_fit(rule: str, tol: float | None) -> None:
    """With tol 0, or no tol, a fit ends when no label changed, and says that this is why."""
    reason, history = run(rule, tol)
    assert reason is StopReason.LABELS
    assert reason.converged
    assert [r.n_moved == 0 for r in history] == [False] * (len(history) - 1) + [True]


def test_only_limits_and_interruptions_are_no_convergence() -> None:
    """A limit and an interruption are no convergence; every other reason is, and each is said in words."""
    cut_short = {StopReason.MAX_ITER, StopReason.MAX_EPOCHS, StopReason.INTERRUPTED}
    assert {reason for reason in StopReason if not reason.converged} == cut_short
    assert all(" " in reason.value or reason is StopReason.INTERRUPTED for reason in StopReason)
