"""The tables of runs, on runs made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kmeans_cli.errors import ConfigError
from kmeans_cli.tables.params import Published, PublishedRow
from kmeans_cli.tables.registry import TABLES
from kmeans_cli.tables.table import Table
from kmeans_cli.tables.view import FitRow, RunView


def fit(k: int, init: str, j_clust: float, **numbers: float) -> FitRow:
    more = {"n_iter": 10.0, "distance_sum": 100 * j_clust, "accuracy_test": 0.5, "accuracy_train": 0.6}
    return FitRow(k, init, more | {"j_clust": j_clust} | numbers, {"stop_reason": "no label changed"})


def run(*fits: FitRow, metrics: dict[str, Any] | None = None, rows: tuple[PublishedRow, ...] = ()) -> RunView:
    published = Published("a report", "On 50 images.", None, rows)
    return RunView("mnist", fits, 0, metrics or {}, 255.0, published)


def grid(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


TWO_STARTS = run(
    fit(20, "uniform", 36, accuracy_test=0.6),
    fit(20, "uniform", 35, accuracy_test=0.5),
    fit(20, "sample", 34.5),
    rows=(PublishedRow(20, "uniform", accuracy=0.58, accuracy_samples=50, j_clust=35.95, n_iter=53, note="A slip."),),
)


def test_starts_beside_the_published() -> None:
    """Mean and deviation of each start; what was published of it, with its interval and its note."""
    table = TABLES["starts"].build([TWO_STARTS])
    assert grid(table) == [
        ["20", "uniform", "2", "55.0 ± 7.1", "35.50 ± 0.71", "10.0 ± 0.0", "58", "35.95", "53"],
        ["20", "sample", "1", "50.0", "34.50", "10.0", "", "", ""],
    ]
    assert table.footnotes == ("Measured on 50 samples: ± 14 points (95 % interval).", "A slip.")
    assert table.remarks[1:] == ("Published: a report.", "On 50 images.")


def test_starts_without_published_figures() -> None:
    """No empty columns where there is nothing to compare with; training samples where none were held out."""
    fits = tuple(
        replace(each, numbers={name: value for name, value in each.numbers.items() if name != "accuracy_test"})
        for each in TWO_STARTS.fits
    )
    table = TABLES["starts"].build([replace(TWO_STARTS, fits=fits, published=Published())])
    assert len(table.header) == 6
    assert "training samples" in table.remarks[0]
    assert grid(table)[0][3] == "60.0 ± 0.0"


def test_starts_by_k_has_a_group_of_columns_for_each_init() -> None:
    """Mean, best, and the published value of those inits that have one; a missing fit is an empty cell."""
    view = run(
        fit(5, "uniform", 43.0),
        fit(5, "sample", 42.0),
        fit(6, "uniform", 41.0),
        rows=(PublishedRow(5, "uniform", j_clust=43.143),),
    )
    table = TABLES["starts-k"].build([view])
    assert table.header == ("k", "uniform", "uniform, best", "uniform, published", "sample", "sample, best")
    assert grid(table) == [
        ["5", "43.00", "43.000", "43.143", "42.00", "42.000"],
        ["6", "41.00", "41.000", "", "", ""],
    ]


def trial(k: int) -> dict[str, Any]:
    """A trial as ``metrics.json`` of multi-init has it."""
    extreme = {"nearest": {"right": 9, "shown": 10}, "accuracy": 0.6, "confused": [{"classes": [4, 9], "samples": 7}]}
    return {"k": k, "init": "sample", "best": extreme, "worst": extreme, "spread": {"best_hits": 1}}


def test_restarts_beside_the_published() -> None:
    """A column for each trial: distance sums in raw units, nearest and confused as counted, notes at the sums."""
    view = run(
        fit(20, "sample", 1000.0),
        fit(20, "sample", 2000.0),
        metrics={"trials": [trial(20)]},
        rows=(PublishedRow(20, distance_sum_min=88858587.64, nearest_min="186/200", confused="4–9", note="Swapped."),),
    )
    table = TABLES["restarts"].build([view])
    rows = {row[0]: row[1:] for row in grid(table)}
    assert table.header == ("", "k = 20, sample", "k = 20, published")
    assert rows["smallest distance sum"] == ["25,500,000", "88,858,588"]
    assert rows["largest distance sum"] == ["51,000,000", ""]
    assert rows["ten nearest right, MIN"] == ["9/10", "186/200"]
    assert rows["most confused, MAX"] == ["4–9", "4–9"]
    assert table.footnotes == ("Swapped.",)
    marked = [row[0].text for row in table.rows if any(cell.marks for cell in row)]
    assert marked == ["smallest distance sum"]


def test_restarts_without_classes_or_one_scale() -> None:
    """Rows that no trial has are left out."""
    bare = trial(20) | {"best": {"nearest": None, "accuracy": None, "confused": None}}
    bare["worst"] = bare["best"]
    view = replace(run(fit(20, "sample", 1.0), metrics={"trials": [bare]}), raw_unit=None)
    names = [row[0] for row in grid(TABLES["restarts"].build([view]))]
    assert names == ["starts", "starts that reached MIN", "iterations"]


def test_confused_counts_both_extremes() -> None:
    """A row for each pair of classes, with the samples in the MIN and the MAX fit."""
    assert grid(TABLES["confused"].build([run(metrics={"trials": [trial(20)]})])) == [["20", "sample", "4–9", "7", "7"]]


def test_rules_for_k() -> None:
    """A row for each rule, and the sentence about all of them."""
    metrics = {
        "rules": {"davies_bouldin": {"k": None, "reason": "why not"}, "gap": {"k": 3, "reason": "why"}},
        "rules_summary": "They disagree.",
    }
    table = TABLES["k"].build([run(metrics=metrics)])
    assert grid(table) == [["Davies–Bouldin", "none", "why not"], ["gap", "3", "why"]]
    assert table.remarks == ("They disagree.",)


def test_fits_have_the_columns_that_any_has() -> None:
    """A column that no fit has a value for is left out."""
    table = TABLES["fits"].build([run(fit(5, "sample", 43.14159))])
    assert table.header == (
        "k",
        "start",
        "iterations",
        "J_clust",
        "distance sum",
        "accuracy, %",
        "held out, %",
        "ended by",
    )
    assert grid(table) == [["5", "sample", "10", "43.1416", "4314.2", "60.00", "50.00", "no label changed"]]


def test_failed_fits_are_said() -> None:
    """A table made of part of the fits says so, of all runs together."""
    remarks = TABLES["starts"].build([replace(TWO_STARTS, n_failed=2), replace(TWO_STARTS, n_failed=1)]).remarks
    assert "Fits that failed, and are not counted: 3." in remarks


@pytest.mark.parametrize("name", ["starts", "starts-k"])
def test_different_data_have_no_mean_in_common(name: str) -> None:
    """A table of means refuses runs of different data, and names them."""
    other = replace(TWO_STARTS, dataset="digits", data_sha256="other")
    with pytest.raises(ConfigError, match=r"'mnist, digits' makes means over runs of the same data"):
        TABLES[name].build([TWO_STARTS, other])


@pytest.mark.parametrize("name", TABLES)
def test_nothing_makes_no_rows(name: str) -> None:
    """Runs that hold nothing for a table give one without rows, and no error."""
    assert TABLES[name].build([run()]).rows == ()


@pytest.mark.parametrize("bad", [{"k": 0}, {"k": 5, "accuracy": 58.0}])
def test_published_rows_are_checked(bad: dict[str, Any]) -> None:
    """No k below 1, and an accuracy is a share."""
    with pytest.raises(ConfigError, match=r"rows\."):
        PublishedRow(**bad)


def test_minibatch_beside_the_exact_and_the_published() -> None:
    """Rows of one k together, mini-batch with what was published of it; a fit of the test images last, and marked."""
    numbers = {"inertia": 2400000.0, "homogeneity": 0.46, "seconds": 0.5}
    published = Published(
        "a tutorial", "Judged on the images that were fitted.", None, (PublishedRow(10, accuracy=0.55),)
    )
    batches = RunView("mnist", (), 0, {}, 255.0, published, minibatch=True)
    fits = tuple(fit(k, "k-means++", 40 - k / 10, **numbers) for k in (10, 16))
    exact = run(*(replace(each, numbers=each.numbers | {"seconds": 2.0}) for each in fits))
    on_test = replace(batches, fits=(fit(10, "k-means++", 38, **numbers | {"inertia": 380000.0}),), split="test")
    table = TABLES["minibatch"].build([replace(batches, fits=fits), exact, on_test])
    assert [row[:2] + row[3:4] + row[-2:] for row in grid(table)] == [
        ["10", "mini-batch", "2,400,000", "0.50", "55"],
        ["10", "exact", "2,400,000", "2.00", ""],
        ["16", "mini-batch", "2,400,000", "0.50", ""],
        ["16", "exact", "2,400,000", "2.00", ""],
        ["10", "mini-batch", "380,000", "0.50", "55"],
    ]
    assert [row[1].marks for row in table.rows] == [(), (), (), (), (1,)]
    assert "Fitted on the test images" in table.footnotes[0]
    assert len(TABLES["minibatch"].build([exact]).header) == 8
