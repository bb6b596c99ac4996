"""CIEDE2000: how different two colours look; about 1 is just noticeable."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.types import Float64Array

_TURN = 2 * np.pi


def delta_e_2000(first: Float64Array, second: Float64Array) -> Float64Array:
    """(n,) colour differences between matching rows of two (n, 3) arrays of CIELAB colours.

    The formula and its handling of hues are those of Sharma, Wu & Dalal, "The CIEDE2000 color-difference formula"
    (Color Research & Application 30, 2005), with all weights 1.
    """
    chroma = (np.hypot(first[:, 1], first[:, 2]) + np.hypot(second[:, 1], second[:, 2])) / 2
    stretch = 1 + (1 - _saturation(chroma)) / 2
    lightness_1, chroma_1, hue_1 = _polar(first, stretch)
    lightness_2, chroma_2, hue_2 = _polar(second, stretch)
    turned = hue_2 - hue_1
    turned -= _TURN * np.round(turned / _TURN)  # the shorter way round
    chroma = (chroma_1 + chroma_2) / 2
    # The mean hue lies halfway along that shorter way; of a grey it has no effect, as its differences are 0.
    hue = (hue_1 + turned / 2) % _TURN
    by_lightness = (lightness_2 - lightness_1) / _lightness_scale((lightness_1 + lightness_2) / 2)
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    by_hue = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(turned / 2) / (1 + 0.015 * chroma * _hue_weight(hue))
    squared = by_lightness**2 + by_chroma**2 + by_hue**2 + _rotation(chroma, hue) * by_chroma * by_hue
    difference: Float64Array = np.sqrt(np.maximum(squared, 0))
    return difference


def _polar(colours: Float64Array, stretch: Float64Array) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Lightness, chroma and hue, after the a axis was stretched."""
    lightness, a, b = colours.T
    return lightness, np.hypot(stretch * a, b), np.arctan2(b, stretch * a) % _TURN


def _saturation(chroma: Float64Array) -> Float64Array:
    power = chroma**7
    ratio: Float64Array = np.sqrt(power / (power + 25.0**7))
    return ratio


def _lightness_scale(lightness: Float64Array) -> Float64Array:
    from_middle = (lightness - 50) ** 2
    scale: Float64Array = 1 + 0.015 * from_middle / np.sqrt(20 + from_middle)
    return scale


def _hue_weight(hue: Float64Array) -> Float64Array:
    weight: Float64Array = (
        1
        - 0.17 * np.cos(hue - np.radians(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.radians(6))
        - 0.20 * np.cos(4 * hue - np.radians(63))
    )
    return weight


def _rotation(chroma: Float64Array, hue: Float64Array) -> Float64Array:
    """The interaction of chroma and hue among blues."""
    blueness = np.exp(-(((np.degrees(hue) - 275) / 25) ** 2))
    rotation: Float64Array = -2 * np.sin(np.radians(60) * blueness) * _saturation(chroma)
    return rotation
