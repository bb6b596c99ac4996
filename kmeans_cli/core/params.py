"""The settings of one fit, checked when made: the config sections ``kmeans`` and ``minibatch``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kmeans_cli.core.algorithms import ALGORITHM_NAMES, MINIBATCH
from kmeans_cli.core.empty import EMPTY_POLICIES
from kmeans_cli.core.init import INIT_NAMES
from kmeans_cli.core.stop import STOP_RULES
from kmeans_cli.errors import ConfigError

MOST_STARTS = 100_000
"""More than anyone has time for; a bound, so that 10**12 is an error and not a full memory."""

_START_KEYS = ("file", "run")


@dataclass(frozen=True)
class StopParams:
    """When a fit counts as converged.

    Attributes:
        rule: A name in ``STOP_RULES``.
        tol: The threshold of ``shift`` (in the fit's units) and ``loss`` (in J_clust's); ``labels`` has none.

    Raises:
        ConfigError: For an unknown rule, a missing or needless tol, or a negative one.
    """

    rule: str = "labels"
    tol: float | None = None

    def __post_init__(self) -> None:
        """Check."""
        _check_name(self.rule, STOP_RULES, "stop.rule", "is no stop rule")
        if self.rule == "labels":
            if self.tol is not None:
                raise ConfigError(
                    "has no meaning for rule 'labels'",
                    where="stop.tol",
                    value=self.tol,
                    allowed="null, or rule shift or loss",
                )
        elif self.tol is None:
            raise ConfigError(
                f"rule '{self.rule}' needs a tol",
                where="stop.tol",
                allowed="a number, at least 0",
            )
        elif not 0 <= self.tol < float("inf"):
            raise ConfigError("is no tolerance", where="stop.tol", value=self.tol, allowed="a number, at least 0")


@dataclass(frozen=True)
class KMeansParams:
    """The settings of a fit.

    Attributes:
        n_clusters: How many clusters, at least 1.
        init: A name in ``INIT_NAMES``, or where given centroids are: ``{"file": path}`` or ``{"run": RUN}``.
        n_init: How many starts; the best by inertia is kept. For several k it may be a list, a number for each.
            Mini-batch chooses the best start before it begins.
        algorithm: A name in ``ALGORITHMS``, or ``auto``, or ``minibatch``.
        max_iter: At most so many iterations. Not for mini-batch: ``minibatch.max_epochs``.
        empty: A name in ``EMPTY_POLICIES``. Not for mini-batch: ``minibatch.reassignment_ratio``.
        stop: When the fit counts as converged. Not for mini-batch: ``minibatch.patience``.

    Raises:
        ConfigError: For an unknown name or a number out of range; ``where`` is the key within the section.
    """

    n_clusters: int = 10
    init: str | dict[str, str] = "k-means++"
    n_init: int | tuple[int, ...] = 1
    algorithm: str = "auto"
    max_iter: int = 1000
    empty: str = "farthest"
    stop: StopParams = field(default_factory=StopParams)

    def __post_init__(self) -> None:
        """Check."""
        for name in ("n_clusters", "n_init", "max_iter"):
            value = getattr(self, name)
            if min(value if isinstance(value, tuple) else (value,), default=0) < 1:
                raise ConfigError("is too small", where=name, value=value, allowed="a whole number from 1")
        if max(self.n_init if isinstance(self.n_init, tuple) else (self.n_init,)) > MOST_STARTS:
            raise ConfigError("is too large", where="n_init", value=self.n_init, allowed=f"up to {MOST_STARTS:,}")
        _check_init(self.init)
        _check_name(self.algorithm, ALGORITHM_NAMES, "algorithm", "is no algorithm")
        _check_name(self.empty, EMPTY_POLICIES, "empty", "is no empty-cluster policy")
        if self.is_minibatch:
            self._check_minibatch()

    @property
    def is_minibatch(self) -> bool:
        """Whether this is a fit by draws, not by passes over all samples."""
        return self.algorithm == MINIBATCH

    @property
    def init_name(self) -> str:
        """The init as a short word for tables and records: a name, ``file`` or ``run``."""
        return self.init if isinstance(self.init, str) else next(iter(self.init))

    def _check_minibatch(self) -> None:
        """Refuse what mini-batch has no use for. A resolved config names every key, so defaults say nothing."""
        defaults = KMeansParams()
        for where, value, default, instead in (
            ("max_iter", self.max_iter, defaults.max_iter, "max_epochs"),
            ("stop.rule", self.stop.rule, defaults.stop.rule, "patience"),
            ("empty", self.empty, defaults.empty, "reassignment_ratio"),
        ):
            if value != default:
                raise ConfigError(
                    "has no meaning for algorithm 'minibatch'",
                    where=where,
                    value=value,
                    allowed=f"minibatch.{instead} instead",
                )


@dataclass(frozen=True)
class MiniBatchParams:
    """The settings of algorithm ``minibatch``.

    Attributes:
        batch_size: Samples drawn in each iteration, with replacement and in proportion to their weights.
        max_epochs: At most so many times as many draws as there are samples.
        patience: End when the smoothed inertia of the batches has had no new minimum for so many batches.
        reassignment_ratio: A centroid that owns less than this share of what the largest owns is moved to a sample of
            the batch; 0: never.
        full_every: Record J_clust of all samples after every so many batches, at the cost of two passes; None: never.

    Raises:
        ConfigError: For a number out of range.
    """

    batch_size: int = 1024
    max_epochs: int = 100
    patience: int = 10
    reassignment_ratio: float = 0.01
    full_every: int | None = None

    def __post_init__(self) -> None:
        """Check."""
        for name in ("batch_size", "max_epochs", "patience", "full_every"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError("is too small", where=name, value=value, allowed="a whole number from 1")
        if not 0 <= self.reassignment_ratio < 1:
            raise ConfigError(
                "is no share", where="reassignment_ratio", value=self.reassignment_ratio, allowed="0 up to below 1"
            )


def _check_init(init: str | dict[str, str]) -> None:
    if isinstance(init, dict):
        if len(init) != 1 or next(iter(init)) not in _START_KEYS:
            raise ConfigError("names no start", where="init", value=init, allowed="{file: centroids.npy} or {run: RUN}")
    elif init == "random":
        raise ConfigError(
            "means different things in different tools: say 'sample' for k distinct samples of the data "
            "(scikit-learn's \"random\") or 'uniform' for vectors drawn evenly over the data's range",
            where="init",
            value=init,
        )
    else:
        _check_name(init, INIT_NAMES, "init", "is no init")


def _check_name(value: str, names: Any, where: str, problem: str) -> None:
    if value not in names:
        raise ConfigError(problem, where=where, value=value, allowed=tuple(names))
