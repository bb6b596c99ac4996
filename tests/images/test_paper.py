"""Ink lifted off its paper."""

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from kmeans_cli.errors import PlaceError
from kmeans_cli.images.paper import ink_is_dark, lift_ink, otsu_threshold


def _page(*, slope: float = 0.0, shadow: float = 0.0, grain: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A bright page with a dark cross, and where the cross is."""
    ink = np.zeros((200, 300), dtype=bool)
    ink[60:150, 140:148] = ink[100:108, 90:200] = True
    grey = np.where(ink, 0.25, 0.85) + np.random.default_rng(0).normal(0, grain, ink.shape)
    grey *= 1 - slope * np.linspace(0, 1, 300)
    grey[:, 170:] *= 1 - shadow
    return np.clip(grey, 0, 1), ink


@pytest.mark.parametrize("light", [{}, {"slope": 0.5}, {"shadow": 0.4}, {"slope": 0.3, "shadow": 0.3, "grain": 0.03}])
def test_ink_is_found_in_any_light(light: dict[str, float]) -> None:
    """Neither a gradient, nor a hard shadow across the ink, nor grain is taken for ink."""
    grey, ink = _page(**light)
    found = lift_ink(grey) > 0.5
    assert (found & ~ink).mean() < 0.002
    assert (found & ink).sum() > 0.95 * ink.sum()


@pytest.mark.parametrize("light", [{}, {"slope": 0.5}, {"shadow": 0.3, "grain": 0.03}])
def test_polarity(light: dict[str, float]) -> None:
    """Ink is the smaller part, whichever is darker."""
    grey, _ = _page(**light)
    assert ink_is_dark(grey)
    assert not ink_is_dark(1 - grey)


@pytest.mark.parametrize("grain", [0.0, 0.01, 0.1])
def test_blank_paper(grain: float) -> None:
    """Plain paper, with any grain and a slope of the light, is blank."""
    light = 0.8 * np.linspace(1, 0.7, 300)
    blank = np.clip(light + np.random.default_rng(1).normal(0, grain, (200, 300)), 0, 1)
    with pytest.raises(PlaceError, match="is blank"):
        lift_ink(blank)


def test_otsu() -> None:
    """The threshold parts values as scikit-image's does."""
    values = np.random.default_rng(0).normal([[0.2], [0.7]], 0.1, (2, 500))
    ours, theirs = otsu_threshold(values), threshold_otsu(values)
    assert abs((values > ours).sum() - (values > theirs).sum()) <= 2
