"""Loss curve, cluster × class matrix, centroids by feature."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics.cluster import contingency_matrix

from kmeans_cli.plots import class_matrix, loss, profiles
from tests.plots.views import blobs_view, digits_view, empty_view, saved, table_view, texts


def test_loss_curve_holds_the_history() -> None:
    """The line is J_clust against the iteration, and its last value is written beside its end."""
    view = digits_view()
    axes = loss.draw(view).axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[r.iteration, r.j_clust] for r in view.history]
    last = view.history[-1]
    assert axes.texts[0].get_text() == f"{last.j_clust:.5g} after {last.iteration} iterations"
    assert axes.texts[0].xy == (last.iteration, last.j_clust)


def test_loss_of_one_iteration() -> None:
    """A single iteration is a point in the middle, with whole numbers on the axis."""
    axes = loss.draw(digits_view(3, n=30, n_iter=1)).axes[0]
    assert axes.texts[0].get_text().endswith("after 1 iteration")
    assert axes.get_xlim() == (0, 2)
    assert axes.get_xticks().tolist() == [1]


@pytest.mark.parametrize("n_iter", [2, 7, 40, 333])
def test_iterations_are_counted_from_one(n_iter: int) -> None:
    """The axis begins at iteration 1, with a tick there, and all ticks are whole numbers up to the last iteration."""
    view = blobs_view()
    history = tuple(replace(view.history[0], iteration=i + 1) for i in range(n_iter))
    axes = loss.draw(replace(view, history=history)).axes[0]
    ticks = axes.get_xticks()
    assert 0.03 * n_iter > 1 - axes.get_xlim()[0] > 0
    assert ticks[0] == 1
    assert ticks[-1] <= n_iter
    assert all(tick == round(tick) for tick in ticks)


def test_iterations_with_empty_clusters_are_marked() -> None:
    """Iterations that met empty clusters have a ring, explained in a legend; otherwise there is no legend."""
    view = empty_view()
    axes = loss.draw(view).axes[0]
    assert len(axes.lines[1].get_xdata()) == sum(record.n_empty > 0 for record in view.history)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["with empty clusters (at most 2 at once)"]
    assert loss.draw(blobs_view()).axes[0].get_legend() is None


def test_loss_of_all_samples_is_drawn_over_that_of_the_batches() -> None:
    """Where mini-batch measured J_clust of all samples, that is a second line, and the legend tells the two apart."""
    view = digits_view()
    history = tuple(replace(r, j_clust_full=30.0 + r.iteration if r.iteration % 2 == 0 else None) for r in view.history)
    axes = loss.draw(replace(view, history=history)).axes[0]
    assert axes.lines[1].get_xydata().tolist() == [[2, 32], [4, 34]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["of the batch", "of all samples"]


def test_matrix_holds_the_counts() -> None:
    """Each cell shows its count, as scikit-learn counts it, shaded by its share of the cluster."""
    view = digits_view()
    counts = contingency_matrix(view.labels, view.y)
    axes = class_matrix.draw(view).axes[0]
    written = np.zeros_like(counts)
    for text in axes.texts:
        column, row = text.get_position()
        written[int(row), int(column)] = int(text.get_text())
    assert np.array_equal(written, counts)
    assert np.allclose(axes.images[0].get_array(), counts / counts.sum(axis=1, keepdims=True))


def test_matrix_shows_empty_clusters() -> None:
    """The row of an empty cluster is hatched and named empty."""
    axes = class_matrix.draw(empty_view()).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()][1:3] == ["1 (empty)", "2 (empty)"]
    assert sum(patch.get_hatch() is not None for patch in axes.patches) == 2


@pytest.mark.parametrize(("k", "n_blocks"), [(20, 1), (64, 1), (65, 2), (256, 4)])
def test_matrix_breaks_into_blocks(k: int, n_blocks: int) -> None:
    """More than 64 clusters are listed side by side, each of them once."""
    figure = class_matrix.draw(digits_view(k, n=300, n_iter=1))
    blocks = [axes for axes in figure.axes if axes.images]
    names = [label.get_text().split()[0] for axes in blocks for label in axes.get_yticklabels()]
    assert len(blocks) == n_blocks
    assert names == [str(j) for j in range(k)]


def test_matrix_leaves_out_numbers_that_nobody_could_read() -> None:
    """Where cells are too small for a number, the shading stays and the numbers go."""
    view = digits_view(200, n=300, n_iter=1)
    many = replace(view, y=np.arange(300) % 90)
    assert not any(axes.texts for axes in class_matrix.draw(many).axes)


def test_profiles_are_standard_scores() -> None:
    """Each cell is how many standard deviations the centroid lies from the mean of all samples."""
    view = table_view()
    axes = profiles.draw(view).axes[0]
    expected = (view.centroids - view.X.mean(axis=0)) / view.X.std(axis=0)
    assert np.allclose(axes.images[0].get_array(), expected)
    assert [label.get_text() for label in axes.get_xticklabels()] == list(view.feature_names)
    assert axes.texts[0].get_text() == f"{expected[0, 0]:+.1f}".replace("-", "−")


def test_signs_of_profiles() -> None:
    """A minus is as long as a plus, and what rounds to zero has no sign."""
    assert profiles.signed_texts(np.array([1.25, -2.0, 0.04, -0.04])).tolist() == ["+1.2", "−2.0", "0.0", "0.0"]


def test_profiles_of_constant_features_and_empty_clusters() -> None:
    """A constant feature has no deviation, and an empty cluster is hatched instead of numbered."""
    view = empty_view(image_shape=None)
    X = view.X.copy()
    X[:, 0] = 5
    scores = profiles.standard_deviations_from_mean(replace(view, X=X))
    assert np.isfinite(scores).all()
    assert not scores[:, 0].any()
    assert sum(patch.get_hatch() is not None for patch in profiles.draw(view).axes[0].patches) == 2


def test_long_names_stand_upright() -> None:
    """Feature names wider than their columns are turned and cut."""
    view = table_view(d=40)
    long = replace(view, feature_names=("a very long name of a feature indeed",) * 40)
    figure = profiles.draw(long)
    assert {label.get_rotation() for label in figure.axes[0].get_xticklabels()} == {90.0}
    assert "…" in figure.axes[0].get_xticklabels()[0].get_text()
    assert saved(figure)
    assert any("table, k = 3" in text for text in texts(figure))
