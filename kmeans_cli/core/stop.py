"""Stop rules: from the last two iterations to a reason to stop, or None."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from kmeans_cli.core.types import IterationRecord, StopReason

StopRule: TypeAlias = Callable[[IterationRecord, IterationRecord | None, float], StopReason | None]


def labels(record: IterationRecord, previous: IterationRecord | None, tol: float) -> StopReason | None:  # noqa: ARG001 - see StopRule
    """No sample changed its cluster: a fixed point (MacQueen 1967; Lloyd 1982), also called strict convergence.

    The same labels mean the same means and the same empty clusters, so this ends a fit under every rule.
    """
    return StopReason.LABELS if record.n_moved == 0 else None


def shift(record: IterationRecord, previous: IterationRecord | None, tol: float) -> StopReason | None:  # noqa: ARG001 - see StopRule
    """Every non-empty cluster's centroid moved at most ``tol``, a distance in the fit's units.

    The rule in the first report's code; its text has the mean of the moves. No older source is known to us.
    """
    return StopReason.SHIFT if record.centroid_shift <= tol else None


def loss(record: IterationRecord, previous: IterationRecord | None, tol: float) -> StopReason | None:
    """J_clust fell by at most ``tol`` (the distortion threshold of Linde, Buzo & Gray 1980, as a difference)."""
    if previous is None or previous.j_clust - record.j_clust > tol:
        return None
    return StopReason.LOSS


STOP_RULES: dict[str, StopRule] = {"labels": labels, "shift": shift, "loss": loss}
