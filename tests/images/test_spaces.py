"""Colour spaces."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from kmeans_cli.images.spaces import SPACES, lab, linear, oklab
from tests.images.pictures import noise

COLOURS = noise(100, 10).reshape(-1, 3)


@pytest.mark.parametrize("name", SPACES)
def test_back_again(name: str) -> None:
    """A colour comes back from every space, and white is as far from black as the space says."""
    space = SPACES[name]
    assert np.abs(space.to_srgb(space.from_srgb(COLOURS)) - COLOURS).max() < 1e-6
    ends = space.from_srgb(np.array([[0, 0, 0], [255, 255, 255]], dtype=np.uint8))
    assert ends[1, 0] - ends[0, 0] == pytest.approx(space.white, rel=1e-6)


@pytest.mark.parametrize("name", SPACES)
def test_out_of_gamut_is_cut_off(name: str) -> None:
    """Coordinates that no screen can show become colours of one that can."""
    space = SPACES[name]
    far = np.array([[2.0, 1.5, -1.5], [-0.5, 0.0, 0.0]]) * space.white
    colours = space.to_srgb(far)
    assert colours.min() >= 0
    assert colours.max() <= 255


def test_lab_is_scikit_images() -> None:
    """CIELAB under D65 is what scikit-image computes, to the rounding of its own constants."""
    assert np.allclose(lab(COLOURS), rgb2lab(COLOURS), atol=1e-3)


def test_known_points() -> None:
    """Middle grey has 21 % of white's light; red has the coordinates that Oklab's author gives."""
    grey, red = np.array([[[127] * 3]], dtype=np.uint8)[0], np.array([[255, 0, 0]], dtype=np.uint8)
    assert linear(grey)[0] == pytest.approx([0.2122] * 3, abs=1e-4)
    assert oklab(red)[0] == pytest.approx([0.62796, 0.22486, 0.12585], abs=1e-4)
