"""Which fits a run of several has: the config section ``sweep``, and the grid of k, init and start it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kmeans_cli.core.init import INITS
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.errors import ConfigError
from kmeans_cli.ranges import format_range, parse_range
from kmeans_cli.selection import check_rules

MOST_FITS = 1_000_000
"""Of a run; they are listed before the first one is begun."""


class FitKey(NamedTuple):
    """What a fit is among those of its run, however the run grows: its number may change, this does not.

    Attributes:
        k: Number of clusters.
        init: How its start is chosen.
        start: Which of the starts of this k and init, from 0; it decides the seed.
    """

    k: int
    init: str
    start: int


@dataclass(frozen=True)
class SweepParams:
    """What is swept over: the config section ``sweep``.

    Attributes:
        k: Numbers of clusters: 5..20, 5..50..5 or 4,8,16; None: the one of ``kmeans.n_clusters``.
        init: Inits to compare, one or several; None: the one of ``kmeans.init``.
        rules: Who is asked which k to choose: names in ``K_RULES``.
        gap_references: Data sets without clusters, drawn for the gap statistic; 0: no gap statistic.

    Raises:
        ConfigError: For a bad range, an unknown or repeated name, or a negative number; ``where`` is the key within
            the section.
    """

    k: int | str | tuple[int | str, ...] | None = "2..20"
    init: str | tuple[str, ...] | None = None
    rules: tuple[str, ...] = ("elbow", "silhouette", "calinski_harabasz", "davies_bouldin")
    gap_references: int = 0

    def __post_init__(self) -> None:
        """Check, and bring ranges and lists into one form, so that equal sweeps are equal configs."""
        if self.k is not None:
            object.__setattr__(self, "k", format_range(parse_range(self.k)))
        if self.init is not None:
            inits = tuple(self.init.split(",")) if isinstance(self.init, str) else self.init
            object.__setattr__(self, "init", _checked_inits(inits))
        check_rules(self.rules, "rules")
        if self.gap_references < 0:
            raise ConfigError(
                "is too few", where="gap_references", value=self.gap_references, allowed="a whole number from 0"
            )

    @property
    def asked_rules(self) -> tuple[str, ...]:
        """The rules, with ``gap`` among them when there are references for it."""
        with_gap = self.gap_references > 0 and "gap" not in self.rules
        return (*self.rules, "gap") if with_gap else self.rules


def fit_keys(kmeans: KMeansParams, sweep: SweepParams) -> tuple[FitKey, ...]:
    """Every fit of a run, in the order of their numbers: by k, then init, then start.

    Raises:
        ConfigError: If ``n_init`` is a list of another length than there are k, a start is given as centroids, which
            have one k, or there are more than ``MOST_FITS``.
    """
    if sweep.init is None and not isinstance(kmeans.init, str):
        raise ConfigError(
            "is one given start; several fits need a way to choose theirs",
            where="kmeans.init",
            value=kmeans.init,
            allowed=tuple(INITS),
        )
    ks, inits = swept_ks(kmeans, sweep), swept_inits(kmeans, sweep)
    starts = starts_per_k(kmeans, len(ks))
    if sum(starts) * len(inits) > MOST_FITS:
        raise ConfigError("are too many fits", where="sweep", value=sum(starts) * len(inits), allowed=f"{MOST_FITS:,}")
    return tuple(
        FitKey(k, init, start)
        for k, n_init in zip(ks, starts, strict=True)
        for init in inits
        for start in range(n_init)
    )


def swept_ks(kmeans: KMeansParams, sweep: SweepParams) -> tuple[int, ...]:
    """The numbers of clusters, in the order given."""
    return (kmeans.n_clusters,) if sweep.k is None else parse_range(sweep.k)


def swept_inits(kmeans: KMeansParams, sweep: SweepParams) -> tuple[str, ...]:
    """The names of the inits, in the order given."""
    return (kmeans.init_name,) if sweep.init is None else tuple(sweep.init)


def starts_per_k(kmeans: KMeansParams, n_ks: int) -> tuple[int, ...]:
    """How many starts each of ``n_ks`` numbers of clusters has.

    Raises:
        ConfigError: If ``n_init`` is a list of another length.
    """
    if isinstance(kmeans.n_init, int):
        return (kmeans.n_init,) * n_ks
    if len(kmeans.n_init) != n_ks:
        allowed = "one number" if n_ks == 1 else f"one number, or {n_ks} of them, one for each k"
        raise ConfigError(
            "is no number of starts for each k", where="kmeans.n_init", value=list(kmeans.n_init), allowed=allowed
        )
    return kmeans.n_init


def _checked_inits(inits: tuple[str, ...]) -> tuple[str, ...]:
    for init in inits:
        KMeansParams(init=init)  # which knows the names, and what to say of "random"
    if not inits or len(set(inits)) < len(inits):
        raise ConfigError("names no init, or one twice", where="init", value=list(inits), allowed=tuple(INITS))
    return inits
