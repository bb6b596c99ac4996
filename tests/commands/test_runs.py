"""``kmeans runs list|show|path`` as functions."""

from pathlib import Path

import pytest

from kmeans_cli.commands import runs as command
from kmeans_cli.errors import FitError, PlaceError
from kmeans_cli.runs import RunStatus, open_run


@pytest.fixture
def runs_dir(tmp_path: Path) -> Path:
    """A runs folder with a failed run and then a completed one."""
    with pytest.raises(FitError), open_run(tmp_path, "fit", "failed", record={}):
        raise FitError("cluster 3 is empty")
    with open_run(tmp_path, "fit", "done", record={"seed": 5}) as run:
        run.write_text("config.yaml", "seed: 5\n")
        run.write_json("metrics.json", {"n_clusters": 3, "j_clust": 0.5})
        run.write_text("figures/loss.png", "png")
    return tmp_path


def test_list(runs_dir: Path) -> None:
    """``list`` has every run, the newest first."""
    report = command.list_runs(runs_dir)
    assert report.runs_dir == runs_dir
    assert [run.status for run in report.runs] == [RunStatus.COMPLETED, RunStatus.FAILED]


def test_list_before_the_first_run(tmp_path: Path) -> None:
    """Where there is no folder yet, there are no runs."""
    assert command.list_runs(tmp_path / "runs").runs == ()


def test_show(runs_dir: Path) -> None:
    """``show`` has all of a run: summary, record, config, metrics, and its files with their sizes."""
    report = command.show("latest", runs_dir)
    assert report.summary.k == 3
    assert report.record["seed"] == 5
    assert report.config == {"seed": 5}
    assert report.metrics == {"n_clusters": 3, "j_clust": 0.5}
    assert [file.name for file in report.files] == ["config.yaml", "figures/loss.png", "metrics.json", "run.json"]
    assert report.files[1].size == 3
    assert report.problems == ()


def test_show_a_failed_run(runs_dir: Path) -> None:
    """``show`` of a run that did not complete says what it lacks, and why it failed."""
    failed = command.list_runs(runs_dir).runs[1]
    report = command.show(failed.name, runs_dir)
    assert report.record["error"] == "cluster 3 is empty"
    assert (report.config, report.metrics) == (None, None)
    assert [problem.split(": ", 1)[0] for problem in report.problems] == [
        str(failed.path / "config.yaml"),
        str(failed.path / "metrics.json"),
    ]


def test_path(runs_dir: Path) -> None:
    """``path`` is the run's absolute path, for ``cd "$(kmeans runs path latest)"``."""
    assert command.path("latest", runs_dir) == command.list_runs(runs_dir).runs[0].path.resolve()


@pytest.mark.parametrize("function", [command.show, command.path])
def test_unknown_run(runs_dir: Path, function: object) -> None:
    """A run that is not there is a place error."""
    assert callable(function)
    with pytest.raises(PlaceError, match="'nothing' is no run"):
        function("nothing", runs_dir)


def test_compare(tmp_path: Path) -> None:
    """``compare`` has the settings and numbers that differ; label and times do not count."""
    for seed, loss in ((1, 0.5), (2, 0.25), (1, 0.5)):
        with open_run(tmp_path, "fit", f"s{seed}", record={"dataset": {"sha256": "a"}}) as run:
            run.write_text("config.yaml", f"name: {loss}\nseed: {seed}\n")
            run.write_json("metrics.json", {"j_clust": loss, "seconds": {"fit": loss}})
    first, *others = sorted(path.name for path in tmp_path.iterdir() if not path.is_symlink())
    comparisons = [command.compare(first, other, tmp_path) for other in others]
    assert sorted(comparison.verdict for comparison in comparisons)[-1] == "The same settings and the same numbers."
    (different,) = (comparison for comparison in comparisons if comparison.numbers)
    assert [(each.key, each.a, each.b) for each in different.settings] == [("seed", 1, 2)]
    assert [(each.key, each.a, each.b) for each in different.numbers] == [("j_clust", 0.5, 0.25)]
    assert different.verdict == "1 setting and 1 number differ."
