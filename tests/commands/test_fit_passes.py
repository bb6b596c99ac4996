"""``fit`` of data read in passes: its run folder, its limit, and the workers of a cluster."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from kmeans_cli.cli.app import app
from kmeans_cli.cluster import open_cluster
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.fit_passes import fit_in_passes
from kmeans_cli.commands.fit_run import FitReport
from kmeans_cli.commands.passes_plan import stream_of
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config, build
from kmeans_cli.datasets.streams import open_stream
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.model import read_model
from kmeans_cli.progress import Bytes, Event, Iteration, silent
from kmeans_cli.runs import load_run
from tests.clusters import TestCluster, open_test_cluster, wait_for
from tests.shards import small_pieces, write_shards


@pytest.fixture(autouse=True)
def _in_small_pieces() -> Iterator[None]:
    with small_pieces():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three shards."""
    rng = np.random.default_rng(0)
    return write_shards(tmp_path / "rows", rng.standard_normal((600, 5)) + 3 * rng.integers(5, size=(600, 1)))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestCluster]:
    """Two workers."""
    with open_test_cluster(tmp_path_factory.mktemp("cluster"), 2) as started:
        with open_cluster(started.address) as machines:
            wait_for(lambda: machines.slots() == 2)
        yield started


def _config(folder: Path, executor: dict[str, Any] | None = None, **settings: Any) -> Config:
    tree: dict[str, Any] = {"data": {"path": str(folder)}, "kmeans": {"n_clusters": 6, "init": "sample"}}
    tree |= {"executor": executor or {}, "figures": {"enabled": False}}
    return build(tree | settings)


def _fit(config: Config, runs: Path, progress: Callable[[Event], None] = silent) -> FitReport:
    stream = open_stream(config.data)
    assert stream is not None
    return fit_in_passes(config, stream, where=RunPlace(runs), progress=progress, should_stop=Interruption())


def _numbers(report: FitReport) -> dict[str, Any]:
    return report.metrics | {"seconds": None}


def test_the_run_folder_of_passes(folder: Path, tmp_path: Path) -> None:
    """As that of any fit, with all labels in labels.npy, and no notes left."""
    events: list[Event] = []
    report = _fit(_config(folder, figures={"enabled": True}), tmp_path / "runs", events.append)
    names = {path.name for path in report.run_dir.iterdir()}
    assert names >= {
        "config.yaml",
        "history.csv",
        "metrics.json",
        "model.npz",
        "labels.npy",
        "centroids.csv",
        "figures",
    }
    assert "notes" not in names
    here = fit(_config(folder), where=RunPlace(tmp_path / "there"), progress=silent, should_stop=Interruption())
    there = read_model(here.run_dir / "model.npz")
    assert np.load(report.run_dir / "labels.npy").tobytes() == there.labels.tobytes()
    np.testing.assert_allclose(read_model(report.run_dir / "model.npz").centroids, there.centroids, rtol=1e-12)
    for name in ("inertia", "j_clust", "distance_sum", "silhouette", "davies_bouldin"):
        wanted = here.metrics[name]["value"] if name == "silhouette" else here.metrics[name]
        found = report.metrics[name]["value"] if name == "silhouette" else report.metrics[name]
        assert found == pytest.approx(wanted, rel=1e-9)
    assert report.metrics["cluster_sizes"] == here.metrics["cluster_sizes"]
    passes = [event for event in events if isinstance(event, Bytes)]
    assert passes[-1].done == passes[-1].total == 600 * 5 * 8
    assert passes[0].what.startswith("pass at ")
    assert load_run(report.run_dir).record["dataset"]["shape"] == [600, 5]


def test_only_passes_over_the_data_tell_a_speed(folder: Path, tmp_path: Path) -> None:
    """k-means‖ draws from its notes between two passes; these would be impossibly fast."""
    events: list[Event] = []
    report = _fit(_config(folder, kmeans={"n_clusters": 6, "init": "parallel"}), tmp_path / "runs", events.append)
    full = [event for event in events if isinstance(event, Bytes) and event.done == event.total]
    # The first look, five rounds and their shares, the iterations, and labels and measures at the end.
    assert len(full) == 1 + 6 + report.metrics["n_iter"] + 2


def test_a_run_in_passes_is_checked_and_repeated(folder: Path, tmp_path: Path) -> None:
    """``runs check`` misses nothing; ``rerun`` goes through passes again, and finds the same bytes."""
    runs = tmp_path / "runs"
    report = _fit(_config(folder), runs)
    for command in (["runs", "check"], ["rerun"]):
        done = CliRunner().invoke(app, [*command, str(report.run_dir), "--runs", str(runs)], prog_name="kmeans")
        assert done.exit_code == 0, done.stdout + done.stderr


def test_the_best_of_several_starts_is_kept(folder: Path, tmp_path: Path) -> None:
    """With its own labels, whichever fit came last."""
    kmeans = {"n_clusters": 6, "init": "sample", "n_init": 4}
    report = _fit(_config(folder, kmeans=kmeans), tmp_path / "runs")
    model, labels = read_model(report.run_dir / "model.npz"), np.load(report.run_dir / "labels.npy")
    np.testing.assert_array_equal(np.bincount(labels, minlength=6), model.cluster_sizes)


def test_a_limit_sends_a_fit_through_passes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only when the data do not fit into it; one that is too small even so is an error."""
    monkeypatch.setattr("kmeans_cli.commands.passes_plan.bytes_in_memory", lambda *_: 2 << 30)
    assert stream_of(_config(folder, {"memory": "1GiB"})) is not None
    assert stream_of(_config(folder, {"memory": "2.5GiB"})) is None
    with pytest.raises(ConfigError, match=r"executor.memory: '10MiB' is too little; allowed: at least \d+MiB"):
        stream_of(_config(folder, {"memory": "10MiB"}))


def test_the_program_alone_sends_no_fit_through_passes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a limit only the data are compared with what the machine can give."""
    monkeypatch.setattr("kmeans_cli.commands.passes_plan.available_bytes", lambda: 1 << 20)
    assert stream_of(_config(folder)) is None
    monkeypatch.setattr("kmeans_cli.commands.passes_plan.available_bytes", lambda: 1 << 10)
    assert stream_of(_config(folder)) is not None


def test_a_run_is_gone_on_with_as_it_was_begun(folder: Path, tmp_path: Path) -> None:
    """In passes, or in memory, whatever the limit is now; a cluster cannot take over what was in memory."""
    config = _config(folder)
    passes = load_run(_fit(config, tmp_path / "runs").run_dir)
    place = RunPlace(tmp_path / "runs")
    memory = load_run(fit(config, where=place, progress=silent, should_stop=Interruption()).run_dir)
    assert stream_of(config) is None
    assert stream_of(config, passes) is not None
    assert stream_of(_config(folder, {"memory": "1MiB"}), memory) is None
    with pytest.raises(ConfigError, match="cannot go on with a run whose data were held in memory"):
        stream_of(_config(folder, {"name": "dask"}), memory)


def test_a_completed_run_has_nothing_to_go_on_with(folder: Path, tmp_path: Path) -> None:
    """--resume of it reports it, and changes none of its files."""
    config = _config(folder)
    report = _fit(config, tmp_path / "runs")
    before = {path: path.read_bytes() for path in report.run_dir.iterdir() if path.is_file()}
    stream = open_stream(config.data)
    assert stream is not None
    run, stop = load_run(report.run_dir), Interruption()
    again = fit_in_passes(config, stream, where=RunPlace(tmp_path), progress=silent, should_stop=stop, resume=run)
    assert (again.run_dir, again.interrupted) == (report.run_dir, None)
    assert again.metrics["inertia"] == report.metrics["inertia"]
    assert {path: path.read_bytes() for path in report.run_dir.iterdir() if path.is_file()} == before


def test_what_needs_all_data_is_refused(folder: Path) -> None:
    """In one line that names the setting; and k-means‖ is for passes only."""
    on_cluster = {"name": "dask"}
    for settings in (
        {"data": {"path": str(folder), "limit": 5}},
        {"data": {"path": str(folder), "scale": "standard"}},
        {"kmeans": {"algorithm": "hamerly"}},
    ):
        with pytest.raises(ConfigError, match="cannot be done to data that are read in passes"):
            stream_of(_config(folder, on_cluster, **settings))
    with pytest.raises(ConfigError, match="is for data that are read in passes"):
        stream_of(_config(folder, kmeans={"init": "parallel"}))
    with pytest.raises(ConfigError, match="spreads a single fit over shards"):
        stream_of(build({"executor": on_cluster}))


def test_a_plan_says_why_data_are_read_in_passes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--dry-run: in passes and for what reason, or held in memory; and nobody makes a film of passes."""
    args = ["fit", "--data", str(folder), "--k", "6", "--dry-run"]
    held = CliRunner().invoke(app, args, prog_name="kmeans")
    assert "held in memory" in held.stdout
    monkeypatch.setattr("kmeans_cli.commands.passes_plan.available_bytes", lambda: 1 << 10)
    passes = CliRunner().invoke(app, args, prog_name="kmeans")
    assert "read in passes: held in memory, they would take 0 MiB; 0 MiB the machine has to spare" in passes.stdout
    document = json.loads(CliRunner().invoke(app, [*args, "--json"], prog_name="kmeans").stdout)
    assert document["in_passes"].startswith("held in memory")
    film = CliRunner().invoke(app, ["animate", "--data", str(folder)], prog_name="kmeans")
    assert film.exit_code == 2
    assert "these data would be read in passes" in film.stderr


def test_a_shard_that_vanishes_ends_the_fit(folder: Path, tmp_path: Path) -> None:
    """Between two iterations: one line, status failed, nothing half-written."""

    def vanish(event: Event) -> None:
        if isinstance(event, Iteration):
            (folder / "1.npy").unlink(missing_ok=True)

    with pytest.raises(PlaceError, match=r"1\.npy: does not exist"):
        _fit(_config(folder), tmp_path / "runs", vanish)
    (run,) = (tmp_path / "runs").glob("2*")
    assert json.loads((run / "run.json").read_text())["status"] == "failed"
    assert {path.name for path in run.iterdir()} - {"git.diff"} == {"config.yaml", "log.txt", "run.json"}


def test_nan_in_the_last_shard_leaves_no_run(folder: Path, tmp_path: Path) -> None:
    """It is found before anything is made."""
    last = np.load(folder / "2.npy")
    last[-1, -1] = np.nan
    np.save(folder / "2.npy", last)
    with pytest.raises(PlaceError, match=r"2\.npy: has a value that is NaN"):
        _fit(_config(folder), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_cluster_finds_the_same_bytes(folder: Path, tmp_path: Path, cluster: TestCluster) -> None:
    """With two workers as with one thread; k-means‖ too."""
    kmeans = {"n_clusters": 6, "init": "parallel"}
    on_cluster = {"name": "dask", "scheduler": cluster.address}
    reports = [
        _fit(_config(folder, executor, kmeans=kmeans), tmp_path / "runs") for executor in ({"jobs": 1}, on_cluster)
    ]
    assert _numbers(reports[0]) == _numbers(reports[1])
    for name in ("labels.npy", "centroids.csv"):
        assert (reports[0].run_dir / name).read_bytes() == (reports[1].run_dir / name).read_bytes()


def test_a_killed_worker_costs_its_part_of_an_iteration(folder: Path, tmp_path: Path) -> None:
    """SIGKILL of one of two workers in a sharded fit: the other does its pieces, and no byte differs."""
    alone = _fit(_config(folder), tmp_path / "runs")
    with open_test_cluster(tmp_path, 2) as cluster:
        with open_cluster(cluster.address) as machines:
            wait_for(lambda: machines.slots() == 2)

        def kill(event: Event) -> None:
            if isinstance(event, Bytes) and any(tmp_path.glob("killed/2*/notes/labels-0")):  # the second iteration
                cluster.workers[0].kill()

        executor = {"name": "dask", "scheduler": cluster.address}
        report = _fit(_config(folder, executor), tmp_path / "killed", kill)
        assert cluster.workers[0].poll() is not None
    assert _numbers(report) == _numbers(alone)


def test_the_command_line_takes_a_limit_and_a_scheduler(folder: Path, tmp_path: Path, cluster: TestCluster) -> None:
    """``kmeans fit --executor dask``: the table says what was found."""
    args = ["fit", "--data", str(folder), "--k", "6", "--executor", "dask", "--scheduler", cluster.address]
    done = CliRunner().invoke(app, [*args, "--runs", str(tmp_path / "runs"), "--no-figures"], prog_name="kmeans")
    assert done.exit_code == 0, done.stderr
    assert "scores and figures are of 600 of 600 samples" in done.stderr
    assert "J_clust" in done.stdout
    shutil.rmtree(folder)
    gone = CliRunner().invoke(app, [*args, "--runs", str(tmp_path / "runs")], prog_name="kmeans")
    assert gone.exit_code == 3


@pytest.mark.parametrize("algorithm", ["lloyd", "minibatch"])
def test_an_interrupted_fit_in_passes_goes_on(algorithm: str, folder: Path, tmp_path: Path) -> None:
    """--resume ends with the bytes of a fit that was left alone."""
    kmeans = {"n_clusters": 6, "init": "sample", "algorithm": algorithm}
    config = _config(folder, kmeans=kmeans)
    whole = _fit(config, tmp_path / "runs")
    stop = Interruption()

    def interrupt(event: Event) -> None:
        if isinstance(event, Iteration) and event.record.iteration == 3:
            stop.reason = "enough"

    stream = open_stream(config.data)
    assert stream is not None
    place = RunPlace(tmp_path / "stopped")
    stopped = fit_in_passes(config, stream, where=place, progress=interrupt, should_stop=stop)
    assert (stopped.interrupted, stopped.metrics["n_iter"]) == ("enough", 3)
    run = load_run(stopped.run_dir)
    resumed = fit_in_passes(config, stream, where=place, progress=silent, should_stop=Interruption(), resume=run)
    assert resumed.run_dir == stopped.run_dir
    assert _numbers(resumed) == _numbers(whole)
    assert (resumed.run_dir / "labels.npy").read_bytes() == (whole.run_dir / "labels.npy").read_bytes()
    assert not (resumed.run_dir / "checkpoints").exists()
