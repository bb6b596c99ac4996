"""Fits on a Dask cluster: a real scheduler and two real workers on loopback."""

from __future__ import annotations

import builtins
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmeans_cli import cluster as clusters
from kmeans_cli import crew as crews
from kmeans_cli.cluster_tasks import is_given_up, new_crew
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.crew import Crew, choose_crew
from kmeans_cli.datasets import DataParams, load
from kmeans_cli.errors import ConfigError, Interrupted, PlaceError
from kmeans_cli.executor import ExecutorParams, run_tasks
from kmeans_cli.experiment import FitData, FitJob
from kmeans_cli.fit_work import FitWork
from kmeans_cli.many import run_all
from kmeans_cli.metrics.params import EvaluateParams
from kmeans_cli.progress import silent
from tests.clusters import TestCluster, open_test_cluster, wait_for
from tests.same_run import comparable

SWEEP = ("sweep-k", "--data", "rows.npy", "--k", "10..14", "--n-init", "2", "--no-figures")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestCluster]:
    """Two workers that live as long as this module's tests."""
    with open_test_cluster(tmp_path_factory.mktemp("cluster"), 2) as started:
        with clusters.open_cluster(started.address) as machines:
            wait_for(lambda: machines.slots() == 2)
        yield started


@pytest.fixture(scope="module")
def data() -> FitData:
    """The digits."""
    return FitData.of(load(DataParams(limit=300)), map)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows, and in ``serial`` a sweep over them in one process."""
    folder = tmp_path_factory.mktemp("sweep")
    np.save(folder / "rows.npy", np.random.default_rng(0).random((4_000, 16)))
    done = _start(folder, *SWEEP, "--executor", "serial", "--runs", "serial")
    _, err = done.communicate(timeout=120)
    assert done.returncode == 0, err
    return folder


def _start(folder: Path, *args: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "kmeans_cli", *args]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _on(cluster: TestCluster) -> tuple[str, ...]:
    return "--executor", "dask", "--scheduler", cluster.address


def _run_in(folder: Path) -> Path:
    (run,) = (path for path in folder.iterdir() if not path.is_symlink())
    return run


def _same(first: Path, second: Path) -> bool:
    """Whether two runs have the same bytes; their configs name who did the fits."""
    one, other = comparable(_run_in(first)), comparable(_run_in(second))
    return one | {"config.yaml": None} == other | {"config.yaml": None}


def _n_done(runs: Path) -> int:
    return len(list(runs.glob("2*/fits/*.json")))


def _never() -> bool:
    return False


def _outcomes(data: FitData, crew: Crew) -> dict[int, bytes]:
    jobs = [FitJob(number, KMeansParams(n_clusters=k), seed=number) for number, k in enumerate((3, 5, 4))]
    with crews.open_team(crew) as team:
        done = run_all(data, jobs, 3, partial(FitWork, EvaluateParams(), 0), team, silent, _never)
        results = {job.number: outcome for job, outcome in done}
    assert not any(isinstance(outcome, str) for outcome in results.values()), results
    return {number: results[number].result.centroids.tobytes() for number in range(3)}


@pytest.mark.parametrize("sees", [True, False], ids=["shared file system", "sent"])
def test_fits_on_a_cluster_have_the_bytes_of_serial(
    sees: bool, cluster: TestCluster, data: FitData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the workers map a file they all see, or are sent the data."""
    if not sees:
        monkeypatch.setattr(clusters.Cluster, "sees", lambda *_: False)
    crew = choose_crew(ExecutorParams("dask", scheduler=cluster.address), 3, 1.0)
    assert (crew.executor, crew.workers, crew.threads, crew.warnings) == ("dask", 2, 1, ())
    assert _outcomes(data, crew) == _outcomes(data, Crew("serial", 1, 1))


def test_a_worker_that_came_later_and_does_not_see_the_file_is_named(
    cluster: TestCluster, data: FitData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends in one line that says what to do, and no fit is called failed."""
    monkeypatch.setattr(crews, "write_shared", lambda *_: None)  # as if it were elsewhere
    with pytest.raises(PlaceError, match=r"is not seen by a worker on .* that came later.*TMPDIR.*--resume"):
        _outcomes(data, choose_crew(ExecutorParams("dask", scheduler=cluster.address), 3, 1.0))


def test_local_is_a_cluster_for_the_run(data: FitData) -> None:
    """Without a scheduler's address, worker processes of this machine come and go with the run."""
    crew = choose_crew(ExecutorParams("dask", jobs=1), 3, 1.0)
    assert crew == Crew("dask", 1, 1, "local")
    assert _outcomes(data, crew) == _outcomes(data, Crew("serial", 1, 1))


def test_a_killed_worker_costs_nothing_but_time(folder: Path, cluster: TestCluster) -> None:
    """SIGKILL of a worker in a sweep: the other one does its fits too; the run ends as if nothing had been."""
    victim = cluster.add_worker()
    process = _start(folder, *SWEEP, *_on(cluster), "--runs", "killed")
    wait_for(lambda: _n_done(folder / "killed") >= 1)
    victim.kill()
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert _same(folder / "killed", folder / "serial")


def test_interrupted_and_resumed(folder: Path, cluster: TestCluster) -> None:
    """SIGINT keeps what is done and leaves the workers free; --resume ends with the same files."""
    runs = folder / "interrupted"
    process = _start(folder, *SWEEP, *_on(cluster), "--runs", runs.name)
    wait_for(lambda: _n_done(runs) >= 1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err, err
    resumed = _start(folder, "sweep-k", "--resume", "latest", "--runs", runs.name)
    _, err = resumed.communicate(timeout=120)
    assert resumed.returncode == 0, err
    assert _same(runs, folder / "serial")


def test_dask_logs_nothing() -> None:
    """What Dask and its libraries log of connections that break as a run ends does not come between our lines."""
    log = "for name in ('distributed.core', 'distributed.client', 'asyncio', 'tornado.application', 'tornado.general'):"
    log += " logging.getLogger(name).critical('lost')"
    code = f"import logging\nfrom kmeans_cli import cluster\ncluster._imported()\n{log}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


class _Waits:
    """A task that ends when it is given up."""

    def __init__(self, crew: str, folder: Path) -> None:
        self.crew, self.folder = crew, folder

    def __call__(self, number: int) -> int:
        (self.folder / f"begun-{number}").touch()
        while not is_given_up(self.crew):
            time.sleep(0.02)
        (self.folder / f"ended-{number}").touch()
        return number


def test_what_is_given_up_ends_on_the_workers(cluster: TestCluster, tmp_path: Path) -> None:
    """A task in flight learns that nobody waits for it."""
    with clusters.open_cluster(cluster.address) as machines:
        crew = new_crew()
        work, begun = _Waits(crew, tmp_path), (tmp_path / "begun-0").exists
        assert list(run_tasks(lambda: machines.open_executor(crew), work, [0], lambda: 1, begun, None)) == []
        wait_for(lambda: (tmp_path / "ended-0").exists(), 10)


def _die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_task_that_kills_workers_fails(tmp_path: Path) -> None:
    """When every worker that began a task is gone, and Dask gives it up, that is this task's error."""
    with open_test_cluster(tmp_path, 0) as cluster, clusters.open_cluster(cluster.address) as machines:
        for _ in range(4):  # Dask tries so often
            cluster.add_worker()
        wait_for(lambda: machines.slots() == 4)
        ((_, future),) = run_tasks(lambda: machines.open_executor("crew"), _die, [0], lambda: 1, _never, None)
        assert "was killed" in str(future.exception())


def test_a_scheduler_that_goes_is_one_line(folder: Path, tmp_path: Path) -> None:
    """What is done is kept; the error says how to go on."""
    with open_test_cluster(tmp_path, 1) as cluster:
        process = _start(folder, *SWEEP, *_on(cluster), "--runs", "gone")
        wait_for(lambda: _n_done(folder / "gone") >= 1)
        cluster.kill_scheduler()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert err.splitlines()[-1].startswith(f"error: {cluster.address}: the scheduler is gone")
    assert "Traceback" not in err


def test_no_scheduler_there_is_said_soon(folder: Path) -> None:
    """Within ten seconds, in one line, and no run folder is made."""
    began = time.monotonic()
    process = _start(folder, *SWEEP, "--executor", "dask", "--scheduler", "tcp://127.0.0.1:9", "--runs", "none")
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert process.returncode == 3
    assert err.startswith("error: executor.scheduler: 'tcp://127.0.0.1:9' no scheduler answers there; allowed: tcp://")
    assert err.count("\n") == 1
    assert not (folder / "none").exists()


def test_other_versions_and_no_workers_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler without workers is a warning, which nobody waits for in vain; so is a worker with another NumPy."""
    monkeypatch.setattr(clusters, "_PATIENCE_SECONDS", 2)
    (tmp_path / "older.py").write_text("import numpy\nnumpy.__version__ = '1.0'\n")
    with open_test_cluster(tmp_path, 0) as cluster, clusters.open_cluster(cluster.address) as machines:
        assert "no workers yet" in machines.outlook().warnings[0]
        with pytest.raises(Interrupted, match="while there was no worker"):
            list(machines.map(abs, [1], should_stop=lambda: True))
        with machines.open_executor(new_crew()) as executor, pytest.raises(BrokenExecutor, match="no worker"):
            executor.submit(abs, 1)
        cluster.add_worker("--preload", "older")
        machines.wait_for_workers(_never)
        (line,) = machines.outlook().warnings
        assert f"numpy 1.0 (here {np.__version__})" in line


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, before anything is done."""
    original: Callable[..., Any] = builtins.__import__

    def hidden(name: str, *args: Any, **extra: Any) -> Any:
        if name == "distributed":
            raise ImportError(name)
        return original(name, *args, **extra)

    monkeypatch.setattr(builtins, "__import__", hidden)
    with pytest.raises(ConfigError, match=r"pip install 'kmeans-cli\[dask\]'"):
        choose_crew(ExecutorParams("dask", scheduler="tcp://127.0.0.1:8786"), 1, 1.0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"scheduler": "tcp://host:8786"}, "needs executor 'dask'"),
        ({"name": "dask", "scheduler": "host"}, "no address"),
        ({"name": "dask", "scheduler": "tls://host:8786"}, "no address"),
    ],
)
def test_settings_are_checked(settings: dict[str, Any], words: str) -> None:
    """A scheduler belongs to ``dask``, and has an address."""
    with pytest.raises(ConfigError, match=words):
        ExecutorParams(**settings)


def test_a_grown_cluster_gets_more_tasks(cluster: TestCluster) -> None:
    """Twice as many tasks as slots are in flight, or as many as jobs allow."""
    with clusters.open_cluster(cluster.address) as machines:
        wait_for(lambda: machines.slots() == 2)
        crew = Crew("dask", 2, 1, cluster.address)
        assert crews.width_on(machines, crew) == 4
        assert crews.width_on(machines, Crew("dask", 1, 1, cluster.address, most=1)) == 1


def test_a_scheduler_that_is_gone_has_no_slots(tmp_path: Path) -> None:
    """Asking a scheduler that went away is an error in one line."""
    with open_test_cluster(tmp_path, 0) as cluster, clusters.open_cluster(cluster.address) as machines:
        cluster.kill_scheduler()
        with pytest.raises(PlaceError, match="the scheduler is gone"):
            wait_for(lambda: machines.slots() > 0, 20)
