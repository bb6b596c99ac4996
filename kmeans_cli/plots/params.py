"""The settings of the config section ``figures``. No matplotlib here: the config is read before any figure."""

from __future__ import annotations

from dataclasses import dataclass

from kmeans_cli.errors import ConfigError

FORMATS = ("png", "pdf", "svg")


@dataclass(frozen=True)
class FigureParams:
    """Whether figures are drawn, and as what.

    Attributes:
        enabled: Draw them at all.
        format: ``png``, ``pdf`` or ``svg``.

    Raises:
        ConfigError: If the format is none of these.
    """

    enabled: bool = True
    format: str = "png"

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise ConfigError("is no figure format", where="format", value=self.format, allowed=FORMATS)
