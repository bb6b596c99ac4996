"""The list of runs."""

from pathlib import Path

import pytest

from kmeans_cli.errors import PlaceError
from kmeans_cli.runs import RunStatus, list_runs, open_run


def test_newest_first_with_their_numbers(tmp_path: Path) -> None:
    """Each run has its command, times and numbers; the last one started comes first."""
    for k in (3, 4):
        with open_run(tmp_path, "fit", f"x-k{k}", record={}) as run:
            run.write_json("metrics.json", {"n_clusters": k, "j_clust": k / 10, "train": {"accuracy": 0.75}})
    newest, oldest = list_runs(tmp_path)
    assert (newest.k, oldest.k) == (4, 3)
    assert (newest.name, newest.path) == (run.path.name, run.path)
    assert (newest.command, newest.status) == ("fit", RunStatus.COMPLETED)
    assert (newest.j_clust, newest.accuracy) == (0.4, 0.75)
    assert newest.seconds is not None
    assert 0 <= newest.seconds < 10


def test_run_without_classes_or_metrics(tmp_path: Path) -> None:
    """What a run does not have is None."""
    with open_run(tmp_path, "fit", "x", record={}) as run:
        (during,) = list_runs(tmp_path)
        run.write_json("metrics.json", {"n_clusters": 3, "j_clust": 0.5, "train": None})
    (after,) = list_runs(tmp_path)
    assert (during.status, during.seconds, during.k) == (RunStatus.RUNNING, None, None)
    assert (after.k, after.accuracy) == (3, None)


@pytest.mark.parametrize("named", [{"model_fit": 1}, {"best": {"fit": 1}}])
def test_a_run_of_several_fits_shows_that_of_its_model(tmp_path: Path, named: dict[str, object]) -> None:
    """sweep-k and multi-init name the fit; its k, J_clust and accuracy are the run's."""
    fits = [{"fit": 0, "n_clusters": 3}, {"fit": 1, "n_clusters": 4, "j_clust": 0.5, "train": {"accuracy": 0.75}}]
    with open_run(tmp_path, "sweep-k", "x", record={}) as run:
        run.write_json("metrics.json", named | {"fits": fits})
    (summary,) = list_runs(tmp_path)
    assert (summary.k, summary.j_clust, summary.accuracy) == (4, 0.5, 0.75)


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"{}", b'{"schema": 1, "status": "stale"}'])
def test_broken_folder_is_listed_as_such(tmp_path: Path, content: bytes | None) -> None:
    """A folder that is no whole run does not hide the others."""
    with open_run(tmp_path, "fit", "x", record={}):
        pass
    broken = tmp_path / "20990101T000000Z-fit-z-aaaaaa"
    broken.mkdir()
    (tmp_path / "tables").mkdir()  # which is no run, and never was to be
    if content is not None:
        (broken / "run.json").write_bytes(content)
    assert [run.status for run in list_runs(tmp_path)] == [RunStatus.COMPLETED, RunStatus.BROKEN]


def test_odd_values_are_none(tmp_path: Path) -> None:
    """Values of wrong types in whole JSON are left out, not believed."""
    with open_run(tmp_path, "fit", "x", record={"command": 3}) as run:
        run.write_json("metrics.json", {"n_clusters": True, "j_clust": "low", "train": [1]})
    run.record["started"] = "yesterday"
    run.write_json("run.json", run.record)
    (summary,) = list_runs(tmp_path)
    assert (summary.command, summary.seconds) == (None, None)
    assert (summary.k, summary.j_clust, summary.accuracy) == (None, None, None)


def test_missing_runs_folder(tmp_path: Path) -> None:
    """A runs folder that is not there is an error, so that a misspelled one is noticed."""
    with pytest.raises(PlaceError, match="No such file"):
        list_runs(tmp_path / "nowhere")


def test_empty_runs_folder(tmp_path: Path) -> None:
    """No runs are an empty list."""
    assert list_runs(tmp_path) == []
