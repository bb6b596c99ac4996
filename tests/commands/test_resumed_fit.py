"""``fit --resume``: an interrupted fit ends with the files of one left alone; another fit is not gone on with."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmeans_cli.checkpoints import CHECKPOINTS, Checkpoints
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.fit_run import FitReport
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config, Override, resolve
from kmeans_cli.core.algorithms import ALGORITHMS, MINIBATCH
from kmeans_cli.errors import ConfigError, FitError, PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Event, FitDone, Iteration, Stage, silent
from kmeans_cli.runs import RunStatus, load_run
from tests.same_run import comparable

SMALL = {"data.per_class": 50, "evaluate.silhouette_samples": 200, "figures.enabled": False}
EVERY_ITERATION = SMALL | {"checkpoint_seconds": 0}
NEVER = SMALL | {"checkpoint_seconds": 1e9}


class Crash(Exception):  # noqa: N818 - it is an event
    """The process dies here, for all that the run folder can tell."""


def _config(settings: dict[str, Any]) -> Config:
    return resolve(None, [Override(key, value, "--set") for key, value in settings.items()]).config


def _fit(config: Config, folder: Path, progress: Any = silent, **more: Any) -> FitReport:
    return fit(config, where=RunPlace(folder), progress=progress, **({"should_stop": Interruption()} | more))


def _at(moment: Callable[[Event], bool], action: Callable[[], None]) -> Callable[[Event], None]:
    return lambda event: action() if moment(event) else None


def _crash() -> None:
    raise Crash


def _iteration(number: int, of_fit: int = 0) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Iteration) and (event.fit, event.record.iteration) == (of_fit, number)


def _crashed(config: Config, folder: Path, moment: Callable[[Event], bool]) -> Path:
    """The run of a process that died at a moment."""
    with pytest.raises(Crash):
        _fit(config, folder, _at(moment, _crash))
    return load_run("latest", folder).path


def _resume(run: Path, config: Config | None = None, progress: Any = silent) -> FitReport:
    config = config or resolve(run / "config.yaml").config
    return _fit(config, run.parent, progress, resume=load_run(run))


WAYS: dict[str, dict[str, Any]] = {
    **{name: {"kmeans.algorithm": name, "kmeans.init": "sample"} for name in (*ALGORITHMS, MINIBATCH)},
    "trace": {"trace": True, "evaluate.distance_sum_history": True},
    "several": {"kmeans.n_init": 3, "kmeans.init": "sample"},
    "reassigning": {"kmeans.algorithm": MINIBATCH, "kmeans.init": "uniform", "minibatch.batch_size": 64},
    "minibatch-of-several": {"kmeans.algorithm": MINIBATCH, "kmeans.n_init": 3, "minibatch.full_every": 3},
    "empty-drawn": {"kmeans.init": "uniform", "kmeans.empty": "sample", "kmeans.n_clusters": 30},
}


@pytest.mark.parametrize("name", WAYS)
def test_a_resumed_fit_has_the_files_of_one_left_alone(name: str, tmp_path: Path) -> None:
    """After a crash in iteration 5, and another one in iteration 8, --resume ends with the same bytes."""
    config = _config(EVERY_ITERATION | WAYS[name])
    alone = _fit(config, tmp_path / "alone").run_dir
    run = _crashed(config, tmp_path / "crashed", _iteration(5))
    assert (run / CHECKPOINTS / "0000.npz").is_file()
    seen: list[int] = []

    def crash_at_eight(event: Event) -> None:
        if isinstance(event, Iteration):
            seen.append(event.record.iteration)
            if event.record.iteration == 8:
                raise Crash

    with pytest.raises(Crash):
        _resume(run, progress=crash_at_eight)
    assert seen == [5, 6, 7, 8]
    assert _resume(run).interrupted is None
    assert comparable(run) == comparable(alone)


def test_finished_fits_of_several_are_not_done_again(tmp_path: Path) -> None:
    """A fit that has ended is kept at once, however long the interval; only those after it are iterated."""
    config = _config(NEVER | WAYS["several"])
    alone = _fit(config, tmp_path / "alone").run_dir
    run = _crashed(config, tmp_path / "crashed", _iteration(2, of_fit=2))
    iterated: set[int] = set()
    _resume(run, progress=lambda event: iterated.add(event.fit) if isinstance(event, Iteration) else None)
    assert iterated == {2}
    assert comparable(run) == comparable(alone)


def test_a_fit_that_ended_is_not_done_again_for_its_figures(tmp_path: Path) -> None:
    """After a crash while evaluating, nothing is iterated."""
    run = _crashed(_config(NEVER), tmp_path, lambda event: event == Stage("evaluating"))
    events: list[Event] = []
    _resume(run, progress=events.append)
    (done,) = (event for event in events if isinstance(event, FitDone))
    assert Stage(f"going on after iteration {done.n_iter}") in events
    assert not [event for event in events if isinstance(event, Iteration)]


def test_an_interrupted_fit_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """After SIGINT in iteration 3 the next one is the fourth, and what was reached gives way to the whole result."""
    config, stop = _config(NEVER | {"figures.enabled": True, "figures.format": "svg"}), Interruption()
    alone = _fit(config, tmp_path / "alone").run_dir
    signal_at_three = _at(_iteration(3), lambda: stop._handle(signal.SIGINT, None))
    run = _fit(config, tmp_path / "stopped", signal_at_three, should_stop=stop).run_dir
    assert load_run(run).metrics["stop_reason"] == "interrupted"
    events: list[Event] = []
    _resume(run, progress=events.append)
    assert next(event for event in events if isinstance(event, Iteration)).record.iteration == 4
    assert load_run(run).status.value == "completed"
    assert comparable(run).keys() == comparable(alone).keys()
    assert comparable(run)["metrics.json"] == comparable(alone)["metrics.json"]


def test_resuming_a_completed_run_changes_nothing(tmp_path: Path) -> None:
    """Its numbers are shown again; checkpoints that a crash at the very end left are removed."""
    config = _config(NEVER)
    run = _fit(config, tmp_path).run_dir
    before = (run / "run.json").read_bytes()
    (run / CHECKPOINTS).mkdir()
    report = _resume(run)
    assert report.metrics == load_run(run).metrics
    assert (run / "run.json").read_bytes() == before
    assert not (run / CHECKPOINTS).exists()


def test_a_failed_fit_may_be_resumed_and_fails_again(tmp_path: Path) -> None:
    """Under ``empty: error`` the same cluster becomes empty once more."""
    config = _config(EVERY_ITERATION | WAYS["empty-drawn"] | {"kmeans.empty": "error"})
    with pytest.raises(FitError, match="became empty"):
        _fit(config, tmp_path)
    run = load_run("latest", tmp_path).path
    with pytest.raises(FitError, match="became empty"):
        _resume(run)
    assert load_run(run).status.value == "failed"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kmeans.n_clusters", 9),
        ("kmeans.n_init", 2),
        ("kmeans.max_iter", 7),
        ("seed", 1),
        ("data.limit", 1000),
        ("evaluate.silhouette_samples", 100),
        ("trace", True),
    ],
)
def test_changed_settings_are_refused(key: str, value: Any, tmp_path: Path) -> None:
    """A setting that leads the fit must be as it was; the line names it, what it was and what it is."""
    run = _crashed(_config(EVERY_ITERATION), tmp_path, _iteration(3))
    before = (run / "run.json").read_bytes()
    with pytest.raises(ConfigError, match=f"^--resume: {key}: {value!r} was .* in the run"):
        _resume(run, _config(EVERY_ITERATION | {key: value}))
    assert (run / "run.json").read_bytes() == before


def test_settings_without_effect_may_change(tmp_path: Path) -> None:
    """Another number of threads, another interval and another name are no other fit."""
    alone = _fit(_config(NEVER), tmp_path / "alone").run_dir
    run = _crashed(_config(EVERY_ITERATION), tmp_path / "crashed", _iteration(3))
    _resume(run, _config(NEVER | {"executor.jobs": 1, "name": "other"}))
    assert comparable(run)["model.npz"] == comparable(alone)["model.npz"]


def _rows(path: Path, seed: int) -> None:
    np.save(path, np.random.default_rng(seed).random((500, 8)))


def test_changed_data_and_starts_are_refused(tmp_path: Path) -> None:
    """Files of the same name with other content: the line says whether it is the data or the start."""
    data, start = tmp_path / "rows.npy", tmp_path / "start.npy"
    _rows(data, 0)
    np.save(start, np.load(data)[:10])
    config = _config(
        EVERY_ITERATION | {"data.path": str(data), "data.per_class": None, "kmeans.init": {"file": str(start)}}
    )
    run = _crashed(config, tmp_path / "runs", _iteration(2))
    np.save(start, np.load(data)[10:20])
    with pytest.raises(PlaceError, match="other given centroids"):
        _resume(run)
    _rows(data, 1)
    with pytest.raises(PlaceError, match="has changed since the run was started"):
        _resume(run)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    """A changed byte, a cut file and a checkpoint of another fit or run are errors that name the file."""
    config = _config(EVERY_ITERATION | {"kmeans.n_init": 2})
    run = _crashed(config, tmp_path / "one", _iteration(3, of_fit=1))
    other = _crashed(_config(EVERY_ITERATION | {"seed": 5}), tmp_path / "other", _iteration(3))
    path = run / CHECKPOINTS / "0000.npz"
    whole = path.read_bytes()
    for content, words in (
        (whole[:-7], "broken or cut short"),
        (whole[:999] + bytes([whole[999] ^ 1]) + whole[1000:], "broken|no whole|no checkpoint"),
        ((run / CHECKPOINTS / "0001.npz").read_bytes(), "another fit"),
        ((other / CHECKPOINTS / "0000.npz").read_bytes(), "other settings or data"),
        (b"", "broken or cut short"),
    ):
        path.write_bytes(content)
        with pytest.raises(PlaceError, match=words) as caught:
            _resume(run)
        assert str(caught.value).startswith(f"{path}")
    shutil.rmtree(run / CHECKPOINTS)
    assert _resume(run).interrupted is None


@pytest.mark.parametrize("trouble", ["signal", "disk"])
def test_a_completed_fit_is_completed_whatever_hinders_tidying_up(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal or an error of the disk while the checkpoints go does not make a completed run anything else."""
    should_stop = Interruption()

    def hinder(_: Checkpoints) -> None:
        if trouble == "disk":
            raise PlaceError("cannot be removed")
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(Checkpoints, "remove", hinder)
    with should_stop.installed():
        report = _fit(_config(NEVER), tmp_path, should_stop=should_stop)
    assert report.interrupted is None
    assert load_run(report.run_dir).status is RunStatus.COMPLETED
