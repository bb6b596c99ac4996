"""A sweep whose processes are killed: nothing is lost but the fits in flight, nobody stays behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.kill.processes import start, wait_for, workers_of
from tests.same_run import comparable

SWEEP = (
    *("sweep-k", "--data", "rows.npy", "--k", "10..14", "--n-init", "2"),
    *("--executor", "processes", "--jobs", "2", "--no-figures"),
)
N_FITS = 10


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data, and in it the run that was left alone."""
    folder = tmp_path_factory.mktemp("sweep")
    rng = np.random.default_rng(0)
    np.save(folder / "rows.npy", rng.random((4_000, 16)))
    process = start(folder, *SWEEP, "--runs", "left-alone")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return folder


@pytest.fixture
def own_tmp(tmp_path: Path) -> Path:
    """A folder for temporary files of the program."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


def _run_in(folder: Path) -> Path:
    (run,) = (path for path in folder.iterdir() if not path.is_symlink())
    return run


def _n_done(folder: Path) -> int:
    return len(list(folder.glob("2*/fits/*.json")))  # not those seen through `latest` again


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for workers in /proc")
@pytest.mark.parametrize(
    "moment",
    [
        lambda runs: (runs / "latest" / "run.json").exists(),
        lambda runs: any(runs.glob("*/fits.csv")),
        lambda runs: any(runs.glob("*/models/*.npz")),
    ],
    ids=["no fit yet", "tables", "models"],
)
def test_a_killed_sweep_resumed_is_as_one_left_alone(
    moment: Callable[[Path], bool], undisturbed: Path, own_tmp: Path, request: pytest.FixtureRequest
) -> None:
    """After SIGKILL at any moment: no worker and no temporary file stays; --resume ends with the same files."""
    runs = undisturbed / request.node.callspec.id.replace(" ", "-")
    process = start(undisturbed, *SWEEP, "--runs", runs.name, tmp=own_tmp)
    wait_for(lambda: runs.exists() and moment(runs))
    workers = workers_of(process.pid)
    process.kill()
    process.communicate()
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert not (workers and list(own_tmp.iterdir()))
    n_done = _n_done(runs)
    resumed = start(undisturbed, "sweep-k", "--resume", "latest", "--runs", runs.name, tmp=own_tmp)
    out, err = resumed.communicate(timeout=120)
    assert resumed.returncode == 0, err
    assert err.count("fit ") == N_FITS - n_done
    assert out.splitlines()[-1] == f"run: {_run_in(runs)}"
    assert comparable(_run_in(runs)) == comparable(_run_in(undisturbed / "left-alone"))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for workers in /proc")
def test_a_killed_worker_costs_nothing_but_time(undisturbed: Path, own_tmp: Path) -> None:
    """After SIGKILL of a worker the others' fits and its own are done again; the run ends as if nothing had been."""
    runs = undisturbed / "killed-worker"
    process = start(undisturbed, *SWEEP, "--runs", runs.name, tmp=own_tmp)
    wait_for(lambda: _n_done(runs) >= 2)
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert comparable(_run_in(runs)) == comparable(_run_in(undisturbed / "left-alone"))
    assert not list(own_tmp.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_sweep_soon(number: signal.Signals, undisturbed: Path, own_tmp: Path) -> None:
    """SIGINT and SIGTERM: what is done is kept, the fits in flight are given up, and --resume is offered."""
    runs = undisturbed / number.name
    process = start(undisturbed, *SWEEP, "--runs", runs.name, tmp=own_tmp)
    wait_for(lambda: _n_done(runs) >= 1)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert f"interrupted: stopped by {number.name}; " in err
    shown = _run_in(runs).relative_to(undisturbed)
    assert f"kmeans sweep-k --resume {shown}\n" in err
    assert out == f"run: {shown}\n"
