"""Whether two run folders hold the same results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.errors import PlaceError
from kmeans_cli.runs.deviation import Deviation, compare_results, result_files


def _write(folder: Path, *, j: float = 1.0, seconds: float = 1.0, centroids: object = ((0.0, 1.0), (2.0, 3.0))) -> Path:
    (folder / "figures").mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps({"j": j, "name": "a", "seconds": {"fit": seconds}}))
    (folder / "history.csv").write_text(f"fit,j,stop,seconds\n0,{j + 1},,{seconds}\n0,{j},x,{seconds}\n")
    np.savez(folder / "model.npz", centroids=np.array(centroids), names=np.array(["a", "b"]), seconds=np.array(seconds))
    for name in ("run.json", "log.txt", "config.yaml", "figures/loss.png", ".a.part"):
        (folder / name).write_text(str(seconds))
    return folder


def test_times_and_the_own_story_do_not_count(tmp_path: Path) -> None:
    """What tells when, how long and how it looked is no result."""
    a, b = _write(tmp_path / "a"), _write(tmp_path / "b", seconds=2.0)
    assert list(compare_results(a, b)) == []
    assert list(result_files(a)) == ["history.csv", "metrics.json", "model.npz"]


def test_deviations_name_the_values_that_are_farthest_apart(tmp_path: Path) -> None:
    """A line for each value of JSON, each column, each array: how many differ, and the worst of them."""
    a = _write(tmp_path / "a")
    b = _write(tmp_path / "b", j=1.5, centroids=((0.0, 1.0), (2.25, 2.0)))
    assert list(compare_results(a, b)) == [
        Deviation("metrics.json", "j", 1, 1.0, 1.5, 0.5),
        Deviation("history.csv", "j", 2, 2.0, 2.5, 0.5),
        Deviation("model.npz", "centroids", 2, 3.0, 2.0, 1.0),
    ]


def test_one_bit_is_a_difference(tmp_path: Path) -> None:
    """Even the sign of a zero, and the last digit."""
    a = _write(tmp_path / "a", centroids=((0.0, 1.0),))
    b = _write(tmp_path / "b", centroids=((-0.0, np.nextafter(1.0, 2)),))
    (found,) = compare_results(a, b)
    assert (found.n, found.by) == (2, 2.0**-52)


def test_other_shapes_types_texts_and_nan(tmp_path: Path) -> None:
    """What has no distance has none; nor have NaN and infinity."""
    a = _write(tmp_path / "a", centroids=((0.0,),))
    for other, before, now, by in (
        (np.zeros((2, 1)), "float64 (1, 1)", "float64 (2, 1)", None),
        (np.zeros((1, 1), dtype=np.float32), "float64 (1, 1)", "float32 (1, 1)", None),
        (np.array([[np.inf]]), 0.0, "inf", None),
        (np.array([[np.nan]]), 0.0, "nan", None),
    ):
        (found,) = compare_results(a, _write(tmp_path / str(id(other)), centroids=other))
        assert (found.before, found.now, found.by) == (before, now, by)
    b = _write(tmp_path / "b", centroids=((0.0,),))
    np.savez(b / "model.npz", centroids=np.array([[0.0]]), names=np.array(["a", "c"]))
    (found,) = compare_results(a, b)
    assert (found.what, found.before, found.now, found.by) == ("names", "b", "c", None)


def test_tables_of_other_lengths(tmp_path: Path) -> None:
    """Where rows are missing, their number says more than each column could."""
    a, b = _write(tmp_path / "a"), _write(tmp_path / "b")
    (b / "history.csv").write_text("fit,j,stop,seconds\n0,2.0,,1.0\n")
    assert list(compare_results(a, b)) == [Deviation("history.csv", "", 1, "2 rows", "1 rows", None)]


def test_missing_files_and_others(tmp_path: Path) -> None:
    """A file that only one side has; one of no known kind; an array, likewise; a link is not followed."""
    a, b = _write(tmp_path / "a"), _write(tmp_path / "b")
    (a / "model.npz").unlink()
    (a / "cat.png").write_text("x")
    (b / "cat.png").write_text("xy")
    np.save(a / "labels.npy", np.array([0, 1]))
    np.save(b / "labels.npy", np.array([0, 3]))
    (b / "linked").symlink_to("/etc")
    (b / "more.json").write_text("{}")
    assert list(compare_results(a, b)) == [
        Deviation("cat.png", "", 1, "1 bytes", "2 bytes", None),
        Deviation("labels.npy", "", 1, 1, 3, 2.0),
        Deviation("model.npz", "", 1, "missing", "there", None),
        Deviation("more.json", "", 1, "missing", "there", None),
    ]


@pytest.mark.parametrize("name", ["metrics.json", "history.csv", "model.npz"])
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    """A damaged file is an error that names it."""
    a, b = _write(tmp_path / "a"), _write(tmp_path / "b")
    (a / name).write_text('a,b\n"')
    with pytest.raises(PlaceError, match=name):
        list(compare_results(a, b))
