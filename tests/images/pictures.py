"""Pictures for tests."""

from __future__ import annotations

import numpy as np

from kmeans_cli.images.colours import find_colours
from kmeans_cli.images.reduced import Reduced
from kmeans_cli.images.spaces import Bytes


def noise(height: int, width: int, seed: int = 0) -> Bytes:
    """(h, w, 3) random pixels."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def ramp(height: int = 24, width: int = 32) -> Bytes:
    """(h, w, 3) soft changes with a little noise: like a photo, few equal pixels but many near ones."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:height, :width]
    base = np.stack([255 * x / width, 255 * y / height, 128 + 60 * np.sin(x / 5)], axis=2)
    return np.clip(base + rng.normal(0, 4, base.shape), 0, 255).astype(np.uint8)


def indexed(pixels: Bytes) -> Reduced:
    """(h, w, 3) pixels with every colour as its own entry."""
    colours = find_colours(pixels, None)
    return Reduced(colours.rgba, colours.index)
