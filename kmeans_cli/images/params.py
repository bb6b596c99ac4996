"""The settings of the config section ``image``, checked when made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from kmeans_cli.errors import ConfigError
from kmeans_cli.images.dither import DITHERS
from kmeans_cli.images.spaces import SPACES
from kmeans_cli.pictures import MAX_PIXELS

STANDARD_INPUT, EXAMPLE = "-", "example"
NO_PATHS = (STANDARD_INPUT, EXAMPLE)
"""What may stand for a picture without being a path."""


@dataclass(frozen=True)
class ImageParams:
    """Which pictures, and how their colours become fewer.

    Attributes:
        paths: Files, folders, ``-`` (standard input) or ``example``.
        space: Where colours are clustered: a name in ``SPACES``.
        dither: A name in ``DITHERS``.
        dither_strength: How much of each pixel's error is passed on, 0 to 1.
        smooth: How much dearer a pixel may become to go on with its neighbour's colour, in mean squared errors.
        masks: Keep a black and white picture of each cluster.
        max_pixels: Larger pictures are refused before they are unpacked.

    Raises:
        ConfigError: For an unknown name, a number out of range, or ``smooth`` together with ``dither``.
    """

    paths: tuple[str, ...] = ()
    space: str = "rgb"
    dither: str = "none"
    dither_strength: float = 1.0
    smooth: float = 0.0
    masks: bool = False
    max_pixels: int = MAX_PIXELS

    def __post_init__(self) -> None:
        """Check."""
        _check_name(self.space, SPACES, "space", "is no colour space")
        _check_name(self.dither, DITHERS, "dither", "is no dither")
        if not 0 <= self.dither_strength <= 1:
            _refuse("is no strength", "dither_strength", self.dither_strength, "a number from 0 to 1")
        if not 0 <= self.smooth < math.inf:
            _refuse("is no smoothing", "smooth", self.smooth, "a number, at least 0")
        if self.smooth > 0 and self.dither != "none":
            _refuse("undoes what dither does", "smooth", self.smooth, "0 with dither, or dither: none")
        if self.max_pixels < 1:
            _refuse("is too small", "max_pixels", self.max_pixels, "a whole number from 1")


def _check_name(value: str, names: Any, where: str, problem: str) -> None:
    if value not in names:
        _refuse(problem, where, value, tuple(names))


def _refuse(problem: str, where: str, value: Any, allowed: Any) -> None:
    raise ConfigError(problem, where=where, value=value, allowed=allowed)
