"""A real Dask cluster on loopback: a scheduler and workers, each a process that the tests start and end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


class TestCluster:
    """A scheduler with its workers."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self._scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)
        wait_for(lambda: file.exists() and file.read_text().endswith("}"))
        self.address = str(json.loads(file.read_text())["address"])

    def add_worker(self, *options: str, threads: int = 1) -> subprocess.Popen[bytes]:
        """Start a worker; it has no nanny that would start it again."""
        base = (self.address, "--no-nanny", "--nthreads", str(threads), "--local-directory", self.folder)
        worker = self._start("dask_worker", *base, *options)
        self.workers.append(worker)
        return worker

    def end(self) -> None:
        """Kill all that is left."""
        for process in (*self.workers, self._scheduler):
            process.kill()
            process.wait()

    def kill_scheduler(self) -> None:
        """As a node that goes down."""
        self._scheduler.kill()

    def _start(self, program: str, *options: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard", *map(str, options)]
        # By default Dask tries for half a minute to reach a worker that was killed before it knows it is gone.
        environment = os.environ | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"}
        environment |= {"PYTHONPATH": f"{ROOT}{os.pathsep}{self.folder}"}
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)


@contextmanager
def open_test_cluster(folder: Path, n_workers: int) -> Iterator[TestCluster]:
    """A cluster for a while; its workers may still be on their way."""
    cluster = TestCluster(folder)
    try:
        for _ in range(n_workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.end()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Come back when a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)
