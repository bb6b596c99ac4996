"""The loop over iterations of an exact fit, whether its samples are at hand or read in passes."""

from __future__ import annotations

from abc import ABC, abstractmethod

from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.stop import STOP_RULES
from kmeans_cli.core.stop import labels as labels_unchanged
from kmeans_cli.core.types import FitState, IterationRecord, OnIteration, StopReason

CANCELLED = 1e-6
"""Share of the total dispersion below which the inertia from sums has lost too many digits to cancellation."""


class ExactLoop(ABC):
    """A running fit.

    Attributes:
        params: Its settings.
        history: The records of its iterations so far.
    """

    params: KMeansParams
    history: list[IterationRecord]

    def run(self, on_iteration: OnIteration | None) -> StopReason:
        """Iterate until a rule, the limit or the caller says stop."""
        reason = self._stop_reason() if self.history else None
        while reason is None:
            if len(self.history) >= self.params.max_iter:
                return StopReason.MAX_ITER
            self._iterate()
            reason = self._stop_reason()
            wish = on_iteration is not None and on_iteration(self.history[-1], self._state())
            if wish and reason is None:
                reason = StopReason.INTERRUPTED
        return reason

    @abstractmethod
    def _iterate(self) -> None:
        """Assign, update, and append a record to the history."""

    @abstractmethod
    def _state(self) -> FitState:
        """What a later process goes on from."""

    def _stop_reason(self) -> StopReason | None:
        record, previous = self.history[-1], self.history[-2] if len(self.history) > 1 else None
        rule, tol = STOP_RULES[self.params.stop.rule], self.params.stop.tol
        return labels_unchanged(record, previous, 0.0) or rule(record, previous, tol or 0.0)
