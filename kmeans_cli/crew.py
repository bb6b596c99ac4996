"""Who does the fits of a run, how the cores are shared between them, and how the data reach them."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kmeans_cli.executor import LOCAL, ExecutorParams, SerialExecutor
from kmeans_cli.progress import Progress, silent
from kmeans_cli.shared import read_shared, write_shared
from kmeans_cli.threads import available_cores

if TYPE_CHECKING:  # with asyncio, for runs on a cluster only
    from kmeans_cli.cluster import Cluster

_D = TypeVar("_D")

SMALL_WORK = 5e8
"""n·d·Σk up to which this process has done all fits before two workers would have started: about half a second."""


@dataclass(frozen=True)
class Crew:
    """Who does the fits.

    Attributes:
        executor: ``serial``, ``processes`` or ``dask``.
        workers: Fits at a time; of a cluster, as many as it had room for when it was looked at.
        threads: Threads of each.
        scheduler: Of the cluster.
        most: Fits at a time at most, on a cluster that grows; None: as many as it has room for.
        warnings: What the user should know of the cluster.
    """

    executor: str
    workers: int
    threads: int
    scheduler: str = ""
    most: int | None = None
    warnings: tuple[str, ...] = ()


def choose_crew(params: ExecutorParams, n_tasks: int, work: float) -> Crew:
    """Share the cores between the tasks.

    Args:
        params: The settings.
        n_tasks: How many fits there are.
        work: n·d·Σk of them.

    Raises:
        ConfigError: If a cluster is asked for, and Dask is not installed.
        PlaceError: If its scheduler does not answer.
    """
    if params.name == "dask":
        return _cluster_crew(params.scheduler or LOCAL, params.jobs)
    cores = params.jobs or available_cores()
    workers = max(1, min(cores, n_tasks))
    small = workers == 1 or work < SMALL_WORK
    if params.name == "serial" or (params.name == "auto" and small):
        return Crew("serial", 1, cores)
    return Crew("processes", workers, cores // workers)


def _cluster_crew(scheduler: str, jobs: int | None) -> Crew:
    from kmeans_cli.cluster import open_cluster

    if scheduler == LOCAL:
        return Crew("dask", jobs or available_cores(), 1, scheduler)
    with open_cluster(scheduler) as found:
        outlook = found.outlook()
    return Crew("dask", min(outlook.slots, jobs or outlook.slots), 1, scheduler, jobs, outlook.warnings)


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
        width: How many tasks it should be given at a time; of a cluster that changes.
        open_executor: Gives its executor; another one when that is broken.
        hand_over: Brings the data, when to stop, and whom to tell what goes on, to its members.
        share_cores: Told how many tasks are left, it gives the cores of idle members to the others.
    """

    width: Callable[[], int]
    open_executor: Callable[[], Executor]
    hand_over: Callable[[Any, Callable[[], bool], Progress], Access[Any]]
    share_cores: Callable[[int], None]


@contextmanager
def open_team(crew: Crew) -> Iterator[Team]:
    """Let the workers come up, which takes about as long as preparing the data; they end with the context."""
    if crew.executor == "serial":
        yield Team(_one, SerialExecutor, partial(_here, crew), lambda _: None)
        return
    with TemporaryDirectory(prefix="kmeans-", ignore_cleanup_errors=True) as name:
        open_workers = _on_cluster if crew.executor == "dask" else _in_processes
        with open_workers(crew, Path(name)) as team:
            yield team


@contextmanager
def _in_processes(crew: Crew, folder: Path) -> Iterator[Team]:
    from kmeans_cli.processes import open_processes, shared_number, worker_threads  # late: with multiprocessing

    n_threads = shared_number(crew.threads)
    open_workers = partial(open_processes, crew.workers, folder, n_threads, _come_up)

    def hand_over(data: _D, _: Callable[[], bool], __: Progress) -> Access[_D]:
        write_shared(data, folder)
        return Access(partial(read_shared, folder), worker_threads, _never)

    def share_cores(n_left: int) -> None:
        n_threads.value = crew.workers * crew.threads // max(1, min(crew.workers, n_left))

    with open_workers() as first:
        executors = chain([first], iter(open_workers, None))
        yield Team(lambda: crew.workers, partial(next, executors), hand_over, share_cores)


@contextmanager
def _on_cluster(crew: Crew, folder: Path) -> Iterator[Team]:
    """A cluster's workers; they map the file where all see it, as on a shared file system, else are sent the data."""
    from kmeans_cli.cluster import open_cluster
    from kmeans_cli.cluster_tasks import is_given_up, new_crew

    name = new_crew()
    with open_cluster(crew.scheduler, crew.workers) as machines:

        def hand_over(data: _D, should_stop: Callable[[], bool], _: Progress) -> Access[_D]:
            machines.wait_for_workers(should_stop)
            write_shared(data, folder)
            open_data = partial(_mapped, folder) if machines.sees(folder) else partial(_same, data)
            return Access(open_data, _one, partial(is_given_up, name))

        open_executor = partial(machines.open_executor, name)
        yield Team(partial(width_on, machines, crew), open_executor, hand_over, lambda _: None)


def width_on(machines: Cluster, crew: Crew) -> int:
    """As many tasks as a cluster has room for, and as many again, so that no worker waits for this process."""
    ready = 2 * machines.slots()
    return ready if crew.most is None else min(crew.most, ready)


def _mapped(folder: Path) -> Any:
    """In a worker: what is in a folder that all workers saw when the run began."""
    try:
        return read_shared(folder)
    except OSError as error:
        cure = "end it, or let TMPDIR be on a file system they all have; then go on with --resume"
        problem = f"is not seen by a worker on {platform.node()} that came later than the others: {cure}"
        raise OSError(error.errno, problem, str(folder)) from error


def _same(data: _D) -> _D:
    return data


def _one() -> int:
    return 1


def _here(crew: Crew, data: _D, should_stop: Callable[[], bool], progress: Progress) -> Access[_D]:
    return Access(lambda: data, lambda: crew.threads, should_stop, progress)


def _never() -> bool:
    return False  # who gives the tasks ends a worker in the middle of one


def _come_up() -> None:
    """Nothing: that a worker imports this module, and with it NumPy, is what takes a while."""
