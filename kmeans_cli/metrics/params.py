"""The settings of the evaluation: the config section ``evaluate``."""

from __future__ import annotations

from dataclasses import dataclass

from kmeans_cli.errors import ConfigError


@dataclass(frozen=True)
class EvaluateParams:
    """How a fit is evaluated.

    Attributes:
        silhouette_samples: How many samples are drawn for the silhouette, whose cost grows with their square;
            0: no silhouette.
        distance_sum_history: Whether the history gets the distance sum of every iteration too.

    Raises:
        ConfigError: For a negative ``silhouette_samples``; ``where`` is the key within the section.
    """

    silhouette_samples: int = 2000
    distance_sum_history: bool = False

    def __post_init__(self) -> None:
        """Check."""
        if self.silhouette_samples < 0:
            raise ConfigError(
                "is too few samples",
                where="silhouette_samples",
                value=self.silhouette_samples,
                allowed="a whole number from 0 (0: no silhouette)",
            )
