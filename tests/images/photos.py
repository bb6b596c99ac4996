"""Photos of hand-written digits, made by program: a digit on paper with grain, light, shadow, another pen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter
from skimage.morphology import skeletonize
from skimage.transform import resize, rotate

Grey = NDArray[np.float64]

_LARGE = 240  # pixels of a side that a 28×28 image is drawn on


@dataclass(frozen=True)
class Scene:
    """How a photo is taken.

    Attributes:
        size: Height and width in pixels.
        side: Of the square that holds the 28×28 image, in pixels.
        corner: Its upper left corner (row, column).
        angle: In degrees, counter-clockwise.
        pen: The width of the strokes, in pixels of the 28×28 image.
        is_bright: Bright ink on dark paper, as chalk.
        slope: How much the light falls off across the photo, and in which direction (radians).
        shadow: How much a hard-edged shadow takes of the light, and where its edge is (0…1 across).
        grain: Standard deviation of the paper's texture.
    """

    size: tuple[int, int]
    side: int
    corner: tuple[int, int]
    angle: float
    pen: float
    is_bright: bool
    slope: tuple[float, float]
    shadow: tuple[float, float]
    grain: float


def random_scene(rng: np.random.Generator) -> Scene:
    """A scene with everything that goes wrong with photos: each within what a person would still hand in."""
    height, width = rng.integers([360, 480], [600, 800])
    side = int(rng.uniform(0.35, 0.75) * height)
    corner = int(rng.uniform(0.02, 0.98) * (height - side)), int(rng.uniform(0.02, 0.98) * (width - side))
    return Scene(
        size=(int(height), int(width)),
        side=side,
        corner=corner,
        angle=float(rng.uniform(-10, 10)),
        pen=float(rng.choice([0.8, 1.5, 2.5, 4.0])),
        is_bright=bool(rng.random() < 0.4),
        slope=(float(rng.uniform(0, 0.25)), float(rng.uniform(0, 2 * np.pi))),
        shadow=(float(rng.choice([0.0, 0.15, 0.3])), float(rng.uniform(0.2, 0.8))),
        grain=float(rng.uniform(0.005, 0.03)),
    )


def take_photo(image: NDArray[Any], scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A photo of a digit.

    Args:
        image: (28, 28) uint8, bright on black.
        scene: How it is taken.
        rng: Draws the texture of the paper and the tint of its light.

    Returns:
        (height, width, 3) uint8.
    """
    ink = np.zeros(scene.size)
    top, left = scene.corner
    ink[top : top + scene.side, left : left + scene.side] = _drawn(image, scene)
    paper, full = (0.2, 0.85) if scene.is_bright else (0.85, 0.2)
    surface = (paper + _texture(scene, rng)) * (1 - ink) + full * ink
    grey = surface * _light(scene) + rng.normal(0, 0.01, scene.size)
    tint = rng.uniform(0.9, 1.0, 3)
    return np.rint(255 * np.clip(grey[..., None] * tint, 0, 1)).astype(np.uint8)


def _drawn(image: NDArray[Any], scene: Scene) -> Grey:
    """The middle line of the digit drawn with another pen, turned and scaled: (side, side), 1 where there is ink."""
    large = resize(image / 255.0, (_LARGE, _LARGE), order=3) > 0.5
    from_line = distance_transform_edt(~skeletonize(large))
    thick = np.clip(0.5 + scene.pen * _LARGE / 28 / 2 - from_line, 0, 1)
    small = resize(rotate(thick, scene.angle), (scene.side, scene.side), anti_aliasing=True)
    return np.clip(small, 0, 1)


def _texture(scene: Scene, rng: np.random.Generator) -> Grey:
    """Grain of two sizes."""
    fine, coarse = (gaussian_filter(rng.normal(size=scene.size), sigma) for sigma in (1, 6))
    return scene.grain * (fine / fine.std() + coarse / coarse.std()) / np.sqrt(2)


def _light(scene: Scene) -> Grey:
    """The share of the light that reaches each pixel: a slope, and a slanted shadow with a soft edge."""
    height, width = scene.size
    y, x = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    fall, direction = scene.slope
    slope = 1 - fall * (0.5 + 0.5 * (np.cos(direction) * (2 * x - 1) + np.sin(direction) * (2 * y - 1)) / np.sqrt(2))
    depth, edge = scene.shadow
    is_shaded = gaussian_filter((x + 0.3 * y < edge).astype(float), 3)
    return slope * (1 - depth * is_shaded)
