"""The samples nearest to each centroid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kmeans_cli.plots.mosaic import tile_size
from kmeans_cli.plots.nearest import draw, lay_out_rows, row_scores, wrong_samples
from kmeans_cli.plots.style import WRONG
from tests.plots.views import digits_view, empty_view, texts


def test_scores_count_the_right_ones() -> None:
    """Beside each row stands how many of its samples have the cluster's class, counted from y."""
    view = digits_view()
    for row, name, score in zip(view.nearest, view.cluster_classes, row_scores(view), strict=True):
        shown = row[row >= 0]
        assert score == f"{(view.y[shown] == name).sum()}/{len(shown)}"


def test_figure_says_names_scores_and_total() -> None:
    """Each row has its cluster's name and score, the heading their sum."""
    view = digits_view()
    written = texts(draw(view))
    scores = row_scores(view)
    right, shown = np.array([score.split("/") for score in scores], dtype=int).sum(axis=0)
    assert f"{right}/{shown} of the cluster's class" in " ".join(written[0].split())
    for j, score in enumerate(scores):
        assert written.count(f" {score}") == scores.count(score)
        assert f"{j}: class {view.cluster_classes[j]} " in written


def test_wrong_samples_are_framed_and_crossed() -> None:
    """A sample of another class has a coloured frame and a cross of two strokes: not told by colour alone."""
    view = digits_view()
    n_wrong = int(wrong_samples(view).sum())
    assert n_wrong > 0
    marks = [lines for lines in draw(view).axes[0].collections if _is_colour(lines.get_edgecolor(), WRONG)]
    assert [len(lines.get_segments()) for lines in marks] == [n_wrong, 2 * n_wrong]


def test_missing_samples_are_neither_wrong_nor_drawn() -> None:
    """Where a cluster has fewer samples than columns, nothing is drawn, and the score counts those there are."""
    view = digits_view(30, n=60)
    missing = view.nearest < 0
    assert missing.any()
    assert not wrong_samples(view)[missing].any()
    outlines = draw(view).axes[0].collections[0]
    assert len(outlines.get_segments()) == 30 + (~missing).sum()


def test_empty_clusters_have_no_row() -> None:
    """An empty cluster is left out, and the note counts them."""
    view = empty_view()
    written = texts(draw(view))
    assert row_scores(view)[1] == ""
    assert [text for text in written if ": class" in text] == [
        f"{j}: class {view.cluster_classes[j]} " for j in (0, 3, 4)
    ]
    assert "2 empty clusters not shown" in " ".join(written[1].split())


def test_without_classes_nothing_is_wrong() -> None:
    """Without true classes there are no marks, scores or sums."""
    view = replace(digits_view(), y=None, cluster_classes=None, purities=None)
    assert not wrong_samples(view).any()
    assert row_scores(view) == [""] * 10
    assert "class" not in " ".join(texts(draw(view)))


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (16, 4), (4, 16, 3)])
@pytest.mark.parametrize("k", [1, 10, 64, 256])
def test_rows_fit_the_page(k: int, shape: tuple[int, ...]) -> None:
    """For any k and image shape the tiles are apart and the rows fit a page, in blocks side by side."""
    layout = lay_out_rows(["255: class 7"] * k, 10, shape)
    height, width = tile_size(shape)
    corners = layout.corners.reshape(-1, 2)
    used = np.zeros(layout.pixels, dtype=int)
    for x, y in corners:
        used[y : y + height, x : x + width] += 1
    assert used.sum() == k * 11 * height * width
    assert used.max() == 1
    assert layout.inches[0] <= 7.01
    assert layout.inches[1] <= 9


def _is_colour(colours: np.ndarray, hexadecimal: str) -> bool:
    from matplotlib.colors import to_rgba

    return bool(np.allclose(colours, to_rgba(hexadecimal)))
