"""The figures of a sweep over k and of many starts: which apply, and that they show what is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kmeans_cli.core.types import IterationRecord
from kmeans_cli.metrics import expected_best
from kmeans_cli.plots import agreement, confused, gap, starts, sweep, sweep_curves
from kmeans_cli.plots.many_view import FitSummary, StartsView, SweepView
from kmeans_cli.plots.registry import STARTS_PLOTS, SWEEP_PLOTS
from tests.plots.views import blobs_view, digits_view, saved, texts


def summary(number: int, k: int, init: str, loss: float, n_iter: int = 3, **numbers: float | None) -> FitSummary:
    losses = [loss + 1 / iteration - 1 / n_iter for iteration in range(1, n_iter + 1)]
    history = tuple(
        IterationRecord(place, 100 * value, value, 0.1, 5, 0, 0.01) for place, value in enumerate(losses, start=1)
    )
    return FitSummary(number, k, init, {"j_clust": loss, "seconds": 0.1 * k, **numbers}, history)


def sweep_view(inits: tuple[str, ...] = ("uniform", "sample"), **more: Any) -> SweepView:
    grid = [(k, init, start) for k in (2, 3, 5) for init in inits for start in range(3)]
    fits = [
        summary(number, k, init, 10 / k + start, accuracy_train=k / 10, accuracy_test=k / 12, silhouette=None)
        for number, (k, init, start) in enumerate(grid)
    ]
    view = SweepView("digits", tuple(fits), {"elbow": 3, "silhouette": None}, {2: (0.5, 0.1), 3: (0.9, 0.1)})
    return replace(view, **more)


def starts_view(m: int = 4, **more: Any) -> StartsView:
    fits = tuple(summary(number, 10, "sample", 3 - number / 10, accuracy_train=0.5) for number in range(m))
    rng = np.random.default_rng(0).random((m, m)) / 2
    matrix = (rng + rng.T) / 2
    np.fill_diagonal(matrix, 1)
    best, worst = digits_view(10, n_iter=6), digits_view(10, n_iter=1)
    return replace(StartsView("digits, k = 10", fits, best, worst, matrix), **more)


def test_all_figures_of_a_sweep_draw() -> None:
    """A sweep with scores and a gap has every figure."""
    view = sweep_view()
    assert all(plot.applies(view) for plot in SWEEP_PLOTS.values())
    for plot in SWEEP_PLOTS.values():
        assert saved(plot.draw(view)).startswith(b"\x89PNG")


def test_same_view_same_bytes() -> None:
    """A figure has the same bytes each time it is drawn."""
    view = sweep_view()
    assert saved(sweep.draw_loss(view)) == saved(sweep.draw_loss(view))


def test_all_figures_of_many_starts_draw() -> None:
    """Several starts of pictures with classes have every figure but the distance sums, which were not recorded."""
    view = starts_view()
    assert [name for name, plot in STARTS_PLOTS.items() if not plot.applies(view)] == ["convergence-distance"]
    for name, plot in STARTS_PLOTS.items():
        if name != "convergence-distance":
            assert saved(plot.draw(view)).startswith(b"\x89PNG")


def test_one_k_is_no_sweep() -> None:
    """Where there is one k, or no gap, there is no curve over k."""
    view = sweep_view(gap={})
    assert not SWEEP_PLOTS["gap"].applies(view)
    one = replace(view, fits=tuple(fit for fit in view.fits if fit.k == 3))
    assert not any(plot.applies(one) for plot in SWEEP_PLOTS.values())


def test_one_start_has_no_figures_of_many() -> None:
    """Of a single start there is nothing to compare."""
    assert not any(plot.applies(starts_view(1)) for name, plot in STARTS_PLOTS.items() if name != "confused")


def test_figures_without_classes_and_pictures() -> None:
    """Points without classes have curves, histogram and agreement, but no centroids, accuracies or confusions."""
    plane = replace(blobs_view(), y=None, cluster_classes=None, purities=None)
    fits = tuple(summary(number, 3, "sample", 1.0) for number in range(3))
    view = starts_view(3, fits=fits, best=plane, worst=plane)
    applying = {name for name, plot in STARTS_PLOTS.items() if plot.applies(view)}
    assert applying == {"convergence", "final-loss", "best-of", "agreement"}
    saved(starts.draw_histogram(view))


def test_loss_by_k_has_a_panel_for_each_init() -> None:
    """The line of a panel is the mean of its starts, the marks are the best, the dashed line what a rule chose."""
    panels = sweep.draw_loss(sweep_view()).axes
    assert [axes.get_title() for axes in panels] == ["start: uniform", "start: sample"]
    mean, best, chosen = panels[0].lines
    assert mean.get_xdata().tolist() == [2, 3, 5]
    assert mean.get_ydata() == pytest.approx([10 / k + 1 for k in (2, 3, 5)])
    assert best.get_ydata() == pytest.approx([10 / k for k in (2, 3, 5)])
    assert list(chosen.get_xdata()) == [3, 3]


@pytest.mark.parametrize("n_inits", [1, 3])
def test_loss_by_k_of_other_numbers_of_inits(n_inits: int) -> None:
    """One panel fills a column; three leave a fourth place empty."""
    names = ("uniform", "sample", "k-means++")[:n_inits]
    panels = sweep.draw_loss(sweep_view(names)).axes
    assert [axes.get_title() for axes in panels if axes.axison] == [f"start: {name}" for name in names]


def test_the_chosen_k_are_named() -> None:
    """Rules that chose the same k share its name; rules that chose none are left out."""
    named = sweep.name_chosen({"elbow": 9, "silhouette": 9, "calinski_harabasz": 2, "gap": None})
    assert named == "dashed: k = 2 (Caliński–Harabasz), k = 9 (elbow, silhouette)"
    assert sweep.name_chosen({"elbow": None}) == ""


def test_scores_prefer_held_out_samples() -> None:
    """Accuracy is that of held-out samples where there are any; an unknown silhouette has no panel."""
    titles = [axes.get_title() for axes in sweep.draw_scores(sweep_view()).axes]
    assert titles == ["accuracy (held-out samples)"]


def test_curves_by_k_are_those_of_the_best_fit() -> None:
    """One line for each k and init, of the start with the smallest J_clust."""
    view = sweep_view()
    axes = sweep_curves.draw(view).axes[0]
    assert [line.get_ydata()[-1] for line in axes.lines] == pytest.approx([10 / k for k in (2, 3, 5)])


def test_gap_figure_names_its_k() -> None:
    """The title says what the gap chose, or that it chose none."""
    assert "k = 3" in gap.draw(sweep_view(chosen={"gap": 3})).axes[0].get_title()
    assert "no k" in gap.draw(sweep_view(chosen={"gap": None})).axes[0].get_title()


def test_convergence_marks_the_extremes() -> None:
    """All starts are drawn, MIN and MAX in colour over them; the right panel is above the smallest value."""
    view = starts_view()
    figure = starts.draw_curves(view)
    plain, logarithmic = figure.axes
    assert len(plain.lines) == len(view.fits) + 2
    names = [text.get_text() for text in plain.get_legend().get_texts()]
    assert names == ["MAX: J_clust 3", "MIN: J_clust 2.7"]
    assert logarithmic.get_yscale() == "log"


def test_distance_sums_are_drawn_when_recorded() -> None:
    """With the distance sum of every iteration there is a second figure of convergence."""
    view = starts_view()
    recorded = [
        replace(fit, history=tuple(replace(each, distance_sum=50 / each.iteration) for each in fit.history))
        for fit in view.fits
    ]
    view = replace(view, fits=tuple(recorded))
    assert starts.distances_apply(view)
    line = starts.draw_distance_curves(view).axes[0].lines[0]
    assert line.get_ydata() == pytest.approx([50, 25, 50 / 3])


def test_histogram_counts_the_best_basin() -> None:
    """Every start is in a bar, and the title says how many reached the best."""
    fits = tuple(summary(number, 10, "sample", loss) for number, loss in enumerate((2.0, 2.00001, 2.5, 3.0)))
    axes = starts.draw_histogram(starts_view(fits=fits)).axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == 4
    assert "reached by 2 of 4 starts" in axes.get_title().replace("\n", " ")


@pytest.mark.parametrize("losses", [(2.0, 2.0), (0.5, np.nextafter(0.5, 1)), (0.0, 0.0)])
def test_starts_that_all_end_alike(losses: tuple[float, float]) -> None:
    """Losses that are equal, equal up to rounding, or 0, from one iteration each, can be drawn all the same."""
    fits = tuple(summary(number, 3, "sample", loss, n_iter=1, accuracy_train=1.0) for number, loss in enumerate(losses))
    view = starts_view(2, fits=fits)
    for draw in (starts.draw_curves, starts.draw_histogram, starts.draw_best_of, starts.draw_accuracy):
        saved(draw(view))
    assert sum(bar.get_height() for bar in starts.draw_histogram(view).axes[0].patches) == 2


def test_best_of_is_the_expected_minimum() -> None:
    """The line is ``expected_best``, from one start to all of them."""
    view = starts_view()
    line = starts.draw_best_of(view).axes[0].lines[0]
    assert line.get_ydata() == pytest.approx(expected_best([fit.j_clust for fit in view.fits]))


def test_agreement_is_in_the_order_of_the_loss() -> None:
    """The best fit comes first: rows and columns are permuted alike."""
    view = starts_view()
    axes = agreement.draw(view).axes[0]
    assert np.array_equal(axes.images[0].get_array(), view.agreement[::-1, ::-1])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["3", "2", "1", "0"]


def test_confused_bars_count_samples() -> None:
    """A pair has a bar for each fit, as long as there are samples of one class in clusters of the other."""
    view = starts_view()
    figure = confused.draw(view)
    assert 1 <= len(figure.axes[0].get_yticklabels()) <= 10
    assert any("and" in label.get_text() for label in figure.axes[0].get_yticklabels())


def test_centroids_of_both_extremes_share_a_scale() -> None:
    """MIN is on the left, MAX on the right, and the note names one grey scale."""
    figure = STARTS_PLOTS["centroids"].draw(starts_view())
    assert [axes.get_title()[:3] for axes in figure.axes] == ["MIN", "MAX"]
    assert "grey scale" in " ".join(texts(figure))
