"""CIEDE2000: how different two colours look; about 1 is just noticeable."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.types import Float64Array

_TURN = 2 * np.pi
# 1 − 0.17 cos(h − 30°) + 0.24 cos 2h + 0.32 cos(3h + 6°) − 0.20 cos(4h − 63°), as a polynomial of exp(ih).
_HUE_WEIGHT = np.array([-0.20, 0.32, 0.24, -0.17, 1]) * np.exp(1j * np.radians([-63, 6, 0, -30, 0]))


def delta_e_2000(first: Float64Array, second: Float64Array) -> Float64Array:
    """(n,) colour differences between matching rows of two (n, 3) arrays of CIELAB colours.

    The formula and its handling of hues are those of Sharma, Wu & Dalal, "The CIEDE2000 color-difference formula"
    (Color Research & Application 30, 2005), with all weights 1.
    """
    chroma = (_length(first[:, 1], first[:, 2]) + _length(second[:, 1], second[:, 2])) / 2
    stretch = 1 + (1 - _saturation(chroma)) / 2
    lightness_1, chroma_1, hue_1 = _polar(first, stretch)
    lightness_2, chroma_2, hue_2 = _polar(second, stretch)
    turned = hue_2 - hue_1
    turned -= _TURN * np.round(turned / _TURN)  # the shorter way round
    chroma = (chroma_1 + chroma_2) / 2
    # The mean hue lies halfway along that shorter way; of a grey it has no effect, as its differences are 0.
    hue = hue_1 + turned / 2
    by_lightness = (lightness_2 - lightness_1) / _lightness_scale((lightness_1 + lightness_2) / 2)
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    by_hue = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(turned / 2) / (1 + 0.015 * chroma * _hue_weight(hue))
    squared = by_lightness**2 + by_chroma**2 + by_hue**2 + _rotation(chroma, hue) * by_chroma * by_hue
    difference: Float64Array = np.sqrt(np.maximum(squared, 0))
    return difference


def _polar(colours: Float64Array, stretch: Float64Array) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Lightness, chroma and hue, after the a axis was stretched."""
    lightness, a, b = colours.T
    a = stretch * a
    return lightness, _length(a, b), np.arctan2(b, a)


def _length(a: Float64Array, b: Float64Array) -> Float64Array:
    """As ``np.hypot``, which takes ten times as long to be safe from overflow."""
    length: Float64Array = np.sqrt(a * a + b * b)
    return length


def _saturation(chroma: Float64Array) -> Float64Array:
    power = chroma**7
    ratio: Float64Array = np.sqrt(power / (power + 25.0**7))
    return ratio


def _lightness_scale(lightness: Float64Array) -> Float64Array:
    from_middle = (lightness - 50) ** 2
    scale: Float64Array = 1 + 0.015 * from_middle / np.sqrt(20 + from_middle)
    return scale


def _hue_weight(hue: Float64Array) -> Float64Array:
    around = np.cos(hue) + 1j * np.sin(hue)  # these take longest of all, so there is one of each, not four cosines
    weight: Float64Array = np.polyval(_HUE_WEIGHT, around).real.astype(np.float64, copy=False)
    return weight


def _rotation(chroma: Float64Array, hue: Float64Array) -> Float64Array:
    """The interaction of chroma and hue among blues."""
    degrees = np.degrees(np.where(hue < 0, hue + _TURN, hue))
    blueness = np.exp(-(((degrees - 275) / 25) ** 2))
    rotation: Float64Array = -2 * np.sin(np.radians(60) * blueness) * _saturation(chroma)
    return rotation
