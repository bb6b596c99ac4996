"""The sheet of samples."""

import io

import numpy as np
import pytest

from kmeans_cli.datasets import DataParams, load_raw
from kmeans_cli.plots.sheet import sample_sheet, sheet_rows
from kmeans_cli.plots.style import save

RNG = np.random.default_rng(0)


def test_rows_cover_all_classes() -> None:
    """The samples shown are in the order of their classes, and of every class."""
    y = RNG.permutation(np.repeat(np.arange(10), 50))
    rows = sheet_rows(len(y), y)
    assert len(rows) == 60
    assert np.all(np.diff(y[rows]) >= 0)
    assert set(y[rows]) == set(range(10))


def test_pictures_have_their_classes() -> None:
    """Each picture has its class above it."""
    raw = load_raw(DataParams())
    assert raw.y is not None
    figure = sample_sheet(raw.name, raw.X, raw.y, raw.image_shape, None)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == [str(name) for name in raw.y[sheet_rows(len(raw.y), raw.y)]]


def test_points_have_a_legend_of_classes() -> None:
    """Two features are drawn as points with the classes named beside."""
    raw = load_raw(DataParams(name="blobs"))
    figure = sample_sheet(raw.name, raw.X, raw.y, None, ("east", "north"))
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["0", "1", "2"]
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("east", "north")


def test_features_have_their_names() -> None:
    """Other data are a box for each feature, named."""
    figure = sample_sheet("a", RNG.normal(size=(20, 3)), None, None, ("x", "y", "z"))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["x", "y", "z"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (40, 2), (5, 5, 3)])
@pytest.mark.parametrize("n", [1, 61])
@pytest.mark.parametrize("has_classes", [False, True])
def test_any_pictures_can_be_saved(shape: tuple[int, ...], n: int, has_classes: bool) -> None:
    """One picture or many, of any shape, with long names of classes or none."""
    y = np.array([f"a class with a long name, number {i}" for i in range(n)]) if has_classes else None
    figure = sample_sheet("a", RNG.integers(0, 256, (n, int(np.prod(shape))), dtype=np.uint8), y, shape, None)
    save(figure, io.BytesIO(), "png")


@pytest.mark.parametrize("d", [1, 2, 100])
def test_any_features_can_be_saved(d: int) -> None:
    """One feature or a hundred, one sample or constant ones."""
    save(sample_sheet("a", np.ones((1, d)), np.zeros(1), None, None), io.BytesIO(), "png")
