"""The figures of compressed pictures."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from kmeans_cli.plots.comparison import busiest_square
from kmeans_cli.plots.palette import on_white
from kmeans_cli.plots.picture_view import CurvePoint, CurvesView, ReducedView, kilobytes, quality_text
from kmeans_cli.plots.registry import CURVES_PLOTS, PICTURE_PLOTS
from kmeans_cli.plots.segments import false_colours
from kmeans_cli.plots.style import save


def _view(k: int, height: int = 30, width: int = 40) -> ReducedView:
    rng = np.random.default_rng(k)
    labels = np.arange(height * width).reshape(height, width) % k
    rgba = np.concatenate([rng.integers(0, 256, (k, 3)), np.full((k, 1), 255)], axis=1).astype(np.uint8)
    rgba[0, 3] = 0
    result = on_white(rgba)[labels]
    counts = np.bincount(labels.ravel(), minlength=k)
    return ReducedView("a $picture$.png", result, result, labels, rgba, counts, 1234, 567, 27.3, None)


def _points(name: str, ks: tuple[int, ...]) -> tuple[CurvePoint, ...]:
    small = np.zeros((10, 15, 3), dtype=np.uint8)
    return tuple(CurvePoint(name, k, 1000 / k, 9000, 100 * k, None if k > 50 else 20.0 + k, 0.9, small) for k in ks)


@pytest.mark.parametrize("k", [1, 16, 300])
def test_figures_of_one_result(k: int) -> None:
    """Each figure that applies is a wide picture; too many clusters have no segments."""
    view = _view(k)
    assert PICTURE_PLOTS["segments"].applies(view) == (1 < k <= 256)
    for plot in PICTURE_PLOTS.values():
        if plot.applies(view):
            file = io.BytesIO()
            save(plot.draw(view), file, "png")
            assert Image.open(file).width > 600


def test_figures_of_a_tiny_picture() -> None:
    """A picture of one pixel has figures too."""
    for plot in PICTURE_PLOTS.values():
        view = _view(1, 1, 1)
        if plot.applies(view):
            save(plot.draw(view), io.BytesIO(), "png")


@pytest.mark.parametrize(("ks", "names"), [((2, 4, 8, 16, 32, 64), ("one",)), ((1, 2, 3), ("one", "two"))])
def test_curves(ks: tuple[int, ...], names: tuple[str, ...]) -> None:
    """Curves of one picture and of several, also where a PSNR is missing."""
    view = CurvesView("pictures", sum((_points(name, ks) for name in names), ()), dict.fromkeys(names, ks[1]))
    for plot in CURVES_PLOTS.values():
        assert plot.applies(view)
        save(plot.draw(view), io.BytesIO(), "png")


@pytest.mark.parametrize(("n_pictures", "n_ks", "lengths"), [(2, 5, [4, 1, 4, 1]), (3, 2, [4, 2]), (5, 1, [4, 1])])
def test_contact_sheet_begins_a_row_for_a_picture(n_pictures: int, n_ks: int, lengths: list[int]) -> None:
    """Unless all its results fit beside those of the picture before."""
    pictures = [_points(str(number), tuple(range(1, n_ks + 1))) for number in range(n_pictures)]
    view = CurvesView("pictures", sum(pictures, ()), {})
    figure = CURVES_PLOTS["contact-sheet"].draw(view)
    drawn = [bool(axes.images) for axes in figure.axes]
    rows = [sum(drawn[start : start + 4]) for start in range(0, len(drawn), 4)]
    assert rows == lengths


def test_no_curve_of_one_k() -> None:
    """A single k has neither curve nor contact sheet."""
    view = CurvesView("one", _points("one", (4,)), {"one": None})
    assert not any(plot.applies(view) for plot in CURVES_PLOTS.values())


def test_detail_is_where_most_is_going_on() -> None:
    """The enlarged square holds the one busy spot of a flat picture."""
    pixels = np.full((200, 300, 3), 90, dtype=np.uint8)
    pixels[120:140:2, 210:230:2] = 255
    top, left, side = busiest_square(pixels)
    assert top <= 120
    assert top + side >= 140
    assert left <= 210
    assert left + side >= 230


def test_false_colours_are_distinct() -> None:
    """All clusters of a segmentation have colours of their own, up to the most that are drawn."""
    assert len(np.unique(false_colours(256), axis=0)) == 256


def test_words() -> None:
    """Sizes and qualities in words."""
    assert (kilobytes(999), kilobytes(66_475)) == ("999 bytes", "66.5 kB")
    assert quality_text(27.296, 0.8143) == "PSNR 27.30 dB, SSIM 0.814"
    view = replace(_view(2), psnr=None)
    assert quality_text(view.psnr, view.ssim) == "no difference"
