"""Batches of inputs in worker processes, each bounded in time and memory, and watched in case it hangs in C code."""

from __future__ import annotations

import hashlib
import logging
import multiprocessing as mp
import os
import resource
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pkgutil import walk_packages
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

import kmeans_cli
from tests.fuzz import whole
from tests.fuzz.case import WHOLE_RUNS, Case
from tests.fuzz.formats import formats
from tests.fuzz.verdict import SECONDS, judge, limit_memory

BATCH = 50
_PATIENCE = 3 * SECONDS  # the alarm within the process comes first, unless C code never returns to Python


class Task(NamedTuple):
    """A batch: what its inputs are is decided by these three."""

    seed: int
    kind: str
    number: int


@dataclass
class Done:
    """What became of a batch.

    Attributes:
        task: Which.
        codes: How many inputs ended with which exit code.
        failures: Inputs, each with what should not have happened.
        slowest: The longest time of an input, in seconds.
        memory: The most resident memory of the worker so far, in bytes.
    """

    task: Task
    codes: Counter[int | None] = field(default_factory=Counter)
    failures: list[tuple[Case, str]] = field(default_factory=list)
    slowest: float = 0.0
    memory: int = 0


def draw(task: Task, strategy: st.SearchStrategy[Case], n: int = BATCH) -> list[Case]:
    """The first ``n`` inputs of a batch."""
    cases: list[Case] = []

    @seeded(int.from_bytes(hashlib.sha256(repr(tuple(task)).encode()).digest()[:8]))
    @settings(
        max_examples=n,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(case: Case) -> None:
        cases.append(case)

    collect()
    return cases


class Worker:
    """A process that runs batches, one after the other."""

    def __init__(self) -> None:
        context = mp.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._at = context.Value("i", 0)
        self._process = context.Process(target=_work, args=(theirs, self._at), daemon=True)
        self._process.start()
        theirs.close()
        self.task: Task | None = None

    def give(self, task: Task) -> None:
        """Let it do a batch."""
        self.task, self._at.value = task, 0
        self.connection.send(task)

    @property
    def progress(self) -> tuple[Task | None, int]:
        """The batch and the input it is at."""
        return self.task, self._at.value

    def stop(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def run_batches(tasks: Iterator[Task], n_workers: int) -> Iterator[Done | tuple[Task, int]]:
    """Do batches until there are no more; of one that cost its worker's life, the batch and the input it was at."""
    workers = [Worker() for _ in range(n_workers)]
    try:
        busy = [worker for worker in workers if _give_next(worker, tasks)]
        while busy:
            before = [worker.progress for worker in busy]
            ready = wait([worker.connection for worker in busy], timeout=_PATIENCE)
            for worker, progress in zip(list(busy), before, strict=True):
                if worker.connection in ready:
                    yield from _receive(worker, workers, busy)
                elif not ready and worker.progress == progress:
                    yield _bury(worker, workers, busy)
            busy += [worker for worker in workers if worker.task is None and _give_next(worker, tasks)]
    finally:
        for worker in workers:
            worker.stop()


def _receive(worker: Worker, workers: list[Worker], busy: list[Worker]) -> Iterator[Done | tuple[Task, int]]:
    try:
        yield worker.connection.recv()
    except (EOFError, OSError):
        yield _bury(worker, workers, busy)
        return
    worker.task = None
    busy.remove(worker)


def _bury(worker: Worker, workers: list[Worker], busy: list[Worker]) -> tuple[Task, int]:
    """End a worker that died or hangs, and put a new one in its place."""
    task, at = worker.progress
    assert task is not None
    worker.stop()
    busy.remove(worker)
    workers[workers.index(worker)] = Worker()
    return task, at


def _give_next(worker: Worker, tasks: Iterator[Task]) -> bool:
    task = next(tasks, None)
    if task is not None:
        worker.give(task)
    return task is not None


def open_place() -> tempfile.TemporaryDirectory[str]:
    """A folder to run inputs in, with the whole runs; made the working directory."""
    _load_program()
    place = tempfile.TemporaryDirectory(prefix="kmeans-fuzz-")
    os.chdir(place.name)
    WHOLE_RUNS.mkdir()
    whole.make_runs(WHOLE_RUNS)
    return place


def _load_program() -> None:
    """Import every module: hypothesis also draws the constants in those that are loaded.

    A command imports some late, so what a batch draws would depend on the batches before it.
    """
    for module in walk_packages(kmeans_cli.__path__, "kmeans_cli."):
        import_module(module.name)


def _work(connection: Connection, at: Any) -> None:
    os.fsync = lambda descriptor: None  # noqa: ARG005 - nothing here need survive a power cut
    logging.disable()
    with open_place() as place:
        strategies = formats()
        warnings.simplefilter("always")  # a warning on stderr is a second line
        limit_memory()
        while True:
            task = connection.recv()
            done = Done(task)
            for number, case in enumerate(draw(task, strategies[task.kind])):
                at.value = number
                verdict = judge(case)
                done.codes[verdict.code] += 1
                done.slowest = max(done.slowest, verdict.seconds)
                if verdict.problem is not None:
                    done.failures.append((case, verdict.problem.replace(place, "")))
            done.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            connection.send(done)
