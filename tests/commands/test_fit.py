"""``fit``: what it leaves behind, that it says the same every time, and what becomes of an interrupted one."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmeans_cli import datasets
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.fit_plan import plan_fit
from kmeans_cli.commands.fit_run import FitReport
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config, Override, resolve
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Event, Iteration, Stage, silent
from kmeans_cli.runs import load_run

FILES = {
    "centroids.csv",
    "config.yaml",
    "figures",
    "history.csv",
    "labels.csv",
    "log.txt",
    "metrics.json",
    "model.npz",
    "run.json",
}


def _config(**settings: Any) -> Config:
    pairs = {"figures.enabled": False} | {key.replace("__", "."): value for key, value in settings.items()}
    return resolve(None, [Override(key, value, "--set") for key, value in pairs.items()]).config


def _fit(config: Config, folder: Path, progress: Any = silent, stop: Interruption | None = None) -> FitReport:
    return fit(config, where=RunPlace(folder), progress=progress, should_stop=stop or Interruption())


def _digits(indices: Any) -> Any:
    """Rows of the built-in digits in the fit's units."""
    return datasets.load(DataParams()).X[indices]


def _same(one: FitReport, other: FitReport) -> None:
    first, second = load_run(one.run_dir), load_run(other.run_dir)
    with np.load(one.run_dir / "model.npz") as a, np.load(other.run_dir / "model.npz") as b:
        assert {key: a[key].tobytes() for key in a} == {key: b[key].tobytes() for key in b}
    for column, values in first.history.items():
        if column != "seconds":
            assert values.tobytes() == second.history[column].tobytes()
    assert first.metrics | {"seconds": None} == second.metrics | {"seconds": None}


def test_the_folder_has_every_file_of_the_contract(tmp_path: Path) -> None:
    """A fit leaves all files, and a trace and figures when asked for."""
    plain = _fit(_config(), tmp_path)
    full = _fit(_config(trace=True, figures__enabled=True), tmp_path)
    assert {path.name for path in plain.run_dir.iterdir()} - {"git.diff"} == FILES - {"figures"}
    assert {path.name for path in full.run_dir.iterdir()} - {"git.diff"} == FILES | {"trace.npz"}


def test_the_trace_goes_from_the_start_to_the_centroids(tmp_path: Path) -> None:
    """trace.npz holds the start and the centroids after each iteration, in the final order of clusters."""
    report = _fit(_config(trace=True), tmp_path)
    run = load_run(report.run_dir)
    with np.load(report.run_dir / "trace.npz") as arrays:
        trace = arrays["centroids"]
    assert trace.shape == (report.metrics["n_iter"] + 1, 10, 64)
    np.testing.assert_array_equal(trace[-1], run.model().centroids.astype(np.float32))
    start = _digits(run.model().init_indices)
    np.testing.assert_allclose(trace[0], start)


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_the_same_bytes_whatever_the_threads(tmp_path: Path, jobs: int) -> None:
    """Model, history and metrics do not depend on the number of threads."""
    config = _config(seed=1, kmeans__n_init=2)
    _same(_fit(config, tmp_path), _fit(replace(config, executor=replace(config.executor, jobs=jobs)), tmp_path))


def test_the_resolved_config_gives_the_same_result(tmp_path: Path) -> None:
    """config.yaml of a run, fitted again, repeats it."""
    first = _fit(_config(kmeans__n_clusters=7, seed=5), tmp_path)
    _same(first, _fit(resolve(first.run_dir / "config.yaml").config, tmp_path))


def test_a_start_from_latest_stays_what_it_was(tmp_path: Path) -> None:
    """``init: {run: latest}`` is resolved to the run it meant, so the resolved config repeats the result."""
    _fit(_config(kmeans__max_iter=2), tmp_path)
    first = _fit(_config(kmeans__init={"run": "latest"}, kmeans__max_iter=2), tmp_path)
    _same(first, _fit(resolve(first.run_dir / "config.yaml").config, tmp_path))


def test_the_fingerprint_knows_the_content_of_a_given_start(tmp_path: Path) -> None:
    """Two start files of one name make two fingerprints, and the start's order of clusters is kept."""
    path = tmp_path / "start.npy"
    fingerprints = []
    for rows in ([0, 1], [1, 0]):
        np.save(path, _digits(np.array(rows)))
        report = _fit(_config(kmeans__init={"file": str(path)}, kmeans__n_clusters=2), tmp_path / "runs")
        fingerprints.append(load_run(report.run_dir).record["fingerprint"])
    assert fingerprints[0] != fingerprints[1]


def test_several_given_starts_are_refused(tmp_path: Path) -> None:
    """A given start with n_init above 1 is an error: they would all be the same."""
    with pytest.raises(ConfigError, match="n_init"):
        _fit(_config(kmeans__init={"file": "start.npy"}, kmeans__n_init=2), tmp_path)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"kmeans__n_clusters": 2000}, ConfigError),
        ({"kmeans__init": {"run": "nowhere"}}, PlaceError),
        ({"kmeans__init": {"file": "nowhere.npy"}}, PlaceError),
        ({"data__path": "nowhere.csv"}, PlaceError),
        ({"name": "../out"}, ConfigError),
    ],
)
def test_what_is_wrong_before_the_fit_leaves_no_folder(tmp_path: Path, settings: Any, error: type[Exception]) -> None:
    """Settings that do not suit the data, and places that are not there, are found before a folder is claimed."""
    with pytest.raises(error):
        _fit(_config(**settings), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_the_best_start_is_kept_and_can_be_repeated_alone(tmp_path: Path) -> None:
    """Of several starts the least inertia wins; its own seed gives the same fit."""
    best = _fit(_config(kmeans__n_init=5, kmeans__init="sample"), tmp_path)
    histories = load_run(best.run_dir).history
    finals = [histories["inertia"][histories["fit"] == number][-1] for number in range(5)]
    assert best.metrics["inertia"] == pytest.approx(min(finals), rel=1e-12)
    alone = _fit(_config(kmeans__init="sample", seed=best.metrics["seed"]), tmp_path)
    assert alone.metrics["inertia"] == best.metrics["inertia"]


def _signal_at(stop: Interruption, moment: Any) -> Any:
    def progress(event: Event) -> None:
        if moment(event):
            stop._handle(signal.SIGINT, None)

    return progress


def test_a_signal_in_the_fit_keeps_what_was_reached(tmp_path: Path) -> None:
    """After SIGINT in iteration 3 the run has three iterations, its numbers, and status interrupted."""
    stop = Interruption()
    third = _signal_at(stop, lambda event: isinstance(event, Iteration) and event.record.iteration == 3)
    report = _fit(_config(), tmp_path, third, stop)
    run = load_run(report.run_dir)
    assert report.interrupted == "stopped by SIGINT"
    assert (run.status.value, run.metrics["n_iter"], run.metrics["stop_reason"]) == ("interrupted", 3, "interrupted")
    assert not run.metrics["converged"]


def test_a_signal_among_the_figures_loses_no_number(tmp_path: Path) -> None:
    """After SIGINT when drawing begins, all but the figures is there, and the checkpoint to go on from."""
    stop = Interruption()
    drawing = _signal_at(stop, lambda event: event == Stage("drawing figures"))
    report = _fit(_config(figures__enabled=True), tmp_path, drawing, stop)
    assert {path.name for path in report.run_dir.iterdir()} - {"git.diff"} == FILES - {"figures"} | {"checkpoints"}
    assert json.loads((report.run_dir / "metrics.json").read_text())["converged"]
    assert load_run(report.run_dir).status.value == "interrupted"


def test_a_fit_that_converged_in_time_is_completed(tmp_path: Path) -> None:
    """A time limit that passes after the fit came to rest does not make it interrupted."""
    stop = Interruption()

    def late(event: Event) -> None:
        if event == Stage("evaluating"):
            stop._deadline = 0.0

    report = _fit(_config(), tmp_path, late, stop)
    assert report.interrupted is None
    assert load_run(report.run_dir).status.value == "completed"


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    """A plan names the fits, their seeds and the memory, and leaves no folder."""
    planned = plan_fit(_config(kmeans__n_init=3), where=RunPlace(tmp_path / "runs"), progress=silent)
    assert (planned.shape, len(planned.jobs), planned.jobs[0].seed) == ((1797, 64), 3, 0)
    assert len({job.seed for job in planned.jobs}) == 3
    assert planned.bytes_peak > planned.shape[0] * planned.shape[1] * 4
    assert not (tmp_path / "runs").exists()
