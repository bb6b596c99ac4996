"""SPACES: name -> the coordinates in which colours are clustered, from and to 8-bit sRGB.

Squared distances mean something else in each: differences of stored values, of light, or of what is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array

Bytes = NDArray[np.uint8]

# Linear sRGB to CIE XYZ, and the white of D65 for the 2° observer (IEC 61966-2-1, CIE 15).
_XYZ_FROM_LINEAR = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
# CIELAB's cube root gives way to a line below this (CIE 15: (6/29)³ and its slope).
_LAB_BEND, _LAB_SLOPE, _LAB_LIFT = (6 / 29) ** 3, 841 / 108, 4 / 29
_LAB_FROM_ROOTS = np.array([[0.0, 116.0, 0.0], [500.0, -500.0, 0.0], [0.0, 200.0, -200.0]])

# Oklab's two matrices: linear sRGB to cone responses, and their cube roots to lightness and two hues.
_CONES_FROM_LINEAR = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OKLAB_FROM_ROOTS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True)
class Space:
    """A colour space.

    Attributes:
        from_srgb: (n, 3) uint8 sRGB to (n, 3) float64 coordinates.
        to_srgb: Back, to (n, 3) float64 from 0 to 255, not rounded; coordinates outside of sRGB are cut off.
        white: How far white is from black: the scale of the coordinates.
        description: A few words for help texts.
    """

    from_srgb: Callable[[Bytes], Float64Array]
    to_srgb: Callable[[Float64Array], Float64Array]
    white: float
    description: str


def linear(rgb: Bytes) -> Float64Array:
    """Light, from 0 to 1: sRGB without its transfer curve (IEC 61966-2-1)."""
    light: Float64Array = _LIGHT[rgb]
    return light


def lab(rgb: Bytes) -> Float64Array:
    """CIELAB under D65: lightness 0 to 100, green to red, blue to yellow (CIE 15)."""
    relative = linear(rgb) @ _XYZ_FROM_LINEAR.T / _WHITE
    bent = np.where(relative > _LAB_BEND, np.cbrt(relative), _LAB_SLOPE * relative + _LAB_LIFT)
    coordinates: Float64Array = bent @ _LAB_FROM_ROOTS.T
    coordinates[:, 0] -= 16
    return coordinates


def oklab(rgb: Bytes) -> Float64Array:
    """Oklab: lightness 0 to 1 and two hues, evenly spaced to the eye (Ottosson 2020)."""
    coordinates: Float64Array = np.cbrt(linear(rgb) @ _CONES_FROM_LINEAR.T) @ _OKLAB_FROM_ROOTS.T
    return coordinates


def _light(value: Float64Array) -> Float64Array:
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


_LIGHT = _light(np.arange(256) / 255)


def _from_linear(light: Float64Array) -> Float64Array:
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _from_lab(coordinates: Float64Array) -> Float64Array:
    roots = (coordinates + np.array([16.0, 0.0, 0.0])) @ np.linalg.inv(_LAB_FROM_ROOTS).T
    relative = np.where(roots > 6 / 29, roots**3, (roots - _LAB_LIFT) / _LAB_SLOPE)
    return _from_linear((relative * _WHITE) @ np.linalg.inv(_XYZ_FROM_LINEAR).T)


def _from_oklab(coordinates: Float64Array) -> Float64Array:
    roots = coordinates @ np.linalg.inv(_OKLAB_FROM_ROOTS).T
    return _from_linear(roots**3 @ np.linalg.inv(_CONES_FROM_LINEAR).T)


def _values(rgb: Bytes) -> Float64Array:
    return rgb.astype(np.float64)


def _from_values(values: Float64Array) -> Float64Array:
    return np.clip(values, 0, 255)


SPACES: dict[str, Space] = {
    "rgb": Space(_values, _from_values, 255.0, "the stored values, which PSNR measures"),
    "linear": Space(linear, _from_linear, 1.0, "light: means are what mixed light would be"),
    "oklab": Space(oklab, _from_oklab, 1.0, "as the eye judges, with even hues"),
    "lab": Space(lab, _from_lab, 100.0, "as the eye judges, CIELAB"),
}
