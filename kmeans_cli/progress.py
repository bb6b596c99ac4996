"""What a running command tells the outside: frozen events, handed to one callable.

Nothing here draws; ``cli/console.py`` does, and tests collect events in a list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from kmeans_cli.core.types import IterationRecord


@dataclass(frozen=True)
class Stage:
    """A part of the work begins: ``"loading digits"``, ``"drawing figures"``."""

    text: str


@dataclass(frozen=True)
class FitStarted:
    """Fit number ``fit`` (from 0) of ``n_fits`` begins; ``data`` says of what, where a run has several data sets."""

    fit: int
    n_fits: int
    n_clusters: int
    init: str
    seed: int
    max_iter: int
    data: str = ""


@dataclass(frozen=True)
class Iteration:
    """One iteration of fit number ``fit`` is done."""

    fit: int
    record: IterationRecord


@dataclass(frozen=True)
class FitDone:
    """Fit number ``fit`` ended; ``error`` is None when it did well, and then ``j_clust`` is its result."""

    fit: int
    n_iter: int
    j_clust: float | None
    stop_reason: str
    seconds: float
    error: str | None = None


@dataclass(frozen=True)
class FitsState:
    """Where many fits stand.

    Attributes:
        done: Fits that ended, the failed ones too.
        running: Fits that go on now.
        failed: Fits that failed.
        n_fits: All that are to be done now.
        best_j_clust: The smallest so far, over all k; None before the first, and of several data sets.
        seconds_left: About how long the rest will take; None: not known yet.
    """

    done: int
    running: int
    failed: int
    n_fits: int
    best_j_clust: float | None
    seconds_left: float | None


@dataclass(frozen=True)
class Bytes:
    """``done`` of ``total`` bytes (None: unknown) of a download or a pass over a file."""

    what: str
    done: int
    total: int | None


@dataclass(frozen=True)
class Warned:
    """A warning for the user; it also goes to the run's ``log.txt`` and ``warnings``."""

    text: str


Event: TypeAlias = Stage | FitStarted | Iteration | FitDone | FitsState | Bytes | Warned
Progress: TypeAlias = Callable[[Event], None]


def silent(event: Event) -> None:
    """Ignore every event."""
