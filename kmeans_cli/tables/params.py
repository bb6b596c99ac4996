"""Published figures to set beside our own: the config section ``published``."""

from __future__ import annotations

from dataclasses import dataclass

from kmeans_cli.errors import ConfigError


@dataclass(frozen=True)
class PublishedRow:
    """What somebody else found for one k.

    Attributes:
        k: Number of clusters.
        init: Our name of their start; null: any.
        n_init: How many starts they had.
        j_clust: Final mean squared distance.
        accuracy: Share of samples of their cluster's class, 0 to 1.
        accuracy_samples: On so many samples; the table then states the interval this leaves.
        n_iter: Iterations until it ended.
        distance_sum_min, distance_sum_max: Smallest and largest final sum of distances, in raw units.
        nearest_min, nearest_max: How many nearest samples were right in that fit: 186/200.
        confused: Classes said to be confused: 4–9.
        note: A footnote to this row.

    Raises:
        ConfigError: For a k below 1, or an accuracy that is no share.
    """

    k: int
    init: str | None = None
    n_init: int | None = None
    j_clust: float | None = None
    accuracy: float | None = None
    accuracy_samples: int | None = None
    n_iter: int | None = None
    distance_sum_min: float | None = None
    distance_sum_max: float | None = None
    nearest_min: str | None = None
    nearest_max: str | None = None
    confused: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        """Check."""
        if self.k < 1:
            raise ConfigError("is too small", where="rows.k", value=self.k, allowed="a whole number from 1")
        if self.accuracy is not None and not 0 <= self.accuracy <= 1:
            raise ConfigError("is no share", where="rows.accuracy", value=self.accuracy, allowed="a number from 0 to 1")


@dataclass(frozen=True)
class Published:
    """Where published figures come from, and what they are.

    Attributes:
        source: The publication.
        protocol: How they were measured there, where that differs from here.
        note: Whatever else a reader of the table must know.
        rows: The figures.
    """

    source: str | None = None
    protocol: str | None = None
    note: str | None = None
    rows: tuple[PublishedRow, ...] = ()
