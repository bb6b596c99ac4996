"""Who does the fits of a run, how the cores are shared between them, and how the data reach them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar

from kmeans_cli.executor import ExecutorParams, SerialExecutor, open_processes, shared_number, worker_threads
from kmeans_cli.progress import Progress, silent
from kmeans_cli.shared import read_shared, write_shared
from kmeans_cli.threads import available_cores

_D = TypeVar("_D")

SMALL_WORK = 5e8
"""n·d·Σk up to which this process has done all fits before two workers would have started: about half a second."""


@dataclass(frozen=True)
class Crew:
    """Who does the fits.

    Attributes:
        executor: ``serial`` or ``processes``.
        workers: Fits at a time.
        threads: Threads of each.
    """

    executor: str
    workers: int
    threads: int


def choose_crew(params: ExecutorParams, n_tasks: int, work: float) -> Crew:
    """Share the cores between the tasks.

    Args:
        params: The settings.
        n_tasks: How many fits there are.
        work: n·d·Σk of them.
    """
    cores = params.jobs or available_cores()
    workers = max(1, min(cores, n_tasks))
    small = workers == 1 or work < SMALL_WORK
    if params.name == "serial" or (params.name == "auto" and small):
        return Crew("serial", 1, cores)
    return Crew("processes", workers, cores // workers)


@dataclass(frozen=True)
class Access(Generic[_D]):
    """What a task needs from where it is done.

    Attributes:
        open_data: Gives the data; quick when asked again.
        n_threads: How many it may use now; more once other workers have nothing left to do.
        should_stop: To be asked often.
        progress: May be told what goes on within the task; nobody hears it from another process.
    """

    open_data: Callable[[], _D]
    n_threads: Callable[[], int]
    should_stop: Callable[[], bool]
    progress: Progress = silent


@dataclass(frozen=True)
class Team:
    """A crew that is there.

    Attributes:
        crew: Who it is.
        open_executor: Gives its executor; another one when that is broken.
        hand_over: Brings the data, when to stop, and whom to tell what goes on, to its members.
        share_cores: Told how many tasks are left, it gives the cores of idle members to the others.
    """

    crew: Crew
    open_executor: Callable[[], Executor]
    hand_over: Callable[[Any, Callable[[], bool], Progress], Access[Any]]
    share_cores: Callable[[int], None]


@contextmanager
def open_team(crew: Crew) -> Iterator[Team]:
    """Let the workers come up, which takes about as long as preparing the data; they end with the context."""
    if crew.executor == "serial":
        yield Team(crew, SerialExecutor, partial(_here, crew), lambda _: None)
        return
    with TemporaryDirectory(prefix="kmeans-", ignore_cleanup_errors=True) as name:
        folder, n_threads = Path(name), shared_number(crew.threads)
        open_workers = partial(open_processes, crew.workers, folder, n_threads, _come_up)

        def hand_over(data: _D, _: Callable[[], bool], __: Progress) -> Access[_D]:
            write_shared(data, folder)
            return Access(partial(read_shared, folder), worker_threads, _never)

        def share_cores(n_left: int) -> None:
            n_threads.value = crew.workers * crew.threads // max(1, min(crew.workers, n_left))

        with open_workers() as first:
            executors = chain([first], iter(open_workers, None))
            yield Team(crew, partial(next, executors), hand_over, share_cores)


def _here(crew: Crew, data: _D, should_stop: Callable[[], bool], progress: Progress) -> Access[_D]:
    return Access(lambda: data, lambda: crew.threads, should_stop, progress)


def _never() -> bool:
    return False  # who gives the tasks ends a worker in the middle of one


def _come_up() -> None:
    """Nothing: that a worker imports this module, and with it NumPy, is what takes a while."""
