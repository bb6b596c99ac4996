"""Who computes the fits of a run, behind ``concurrent.futures.Executor``: this process, worker processes, a cluster."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, TypeVar

from kmeans_cli.errors import ConfigError, FitError

LOCAL = "local"
"""As a scheduler: a cluster of worker processes on this machine, for as long as the command runs."""

EXECUTORS = ("auto", "serial", "processes", "dask")

_ADDRESS = re.compile(r"tcp://[^/\s]+:\d+")
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT])(?:iB|B)?", re.IGNORECASE)

_LOOK_AGAIN_SECONDS = 0.1
"""How often the wish to stop is looked at while workers work."""

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True)
class ExecutorParams:
    """The config section ``executor``.

    Attributes:
        name: ``serial``: one fit after the other in this process; ``processes``: several at once, each in a process;
            ``dask``: on the workers of a cluster; ``auto``: serial while the work is small, else processes.
        jobs: Cores to use; None: all that this process may use, or all of the cluster. Several fits take a process
            each, a single one takes threads.
        scheduler: Of executor ``dask``: ``tcp://host:8786``; None or ``local``: a cluster on this machine, for the run.
        memory: The most a fit may take, as ``2GiB``; ``.npy`` data that would take more are read in passes. None: what
            the machine has free.

    Raises:
        ConfigError: For an unknown name, fewer than one job, what is no size of memory, or a scheduler that is none
            or for another executor.
    """

    name: str = "auto"
    jobs: int | None = None
    scheduler: str | None = None
    memory: str | None = None

    def __post_init__(self) -> None:
        """Check."""
        if self.name not in EXECUTORS:
            raise ConfigError("is no executor", where="name", value=self.name, allowed=EXECUTORS)
        if self.jobs is not None and self.jobs < 1:
            raise ConfigError(
                "is too few jobs", where="jobs", value=self.jobs, allowed="a whole number from 1, or null"
            )
        if self.scheduler is not None and self.name != "dask":
            raise ConfigError("needs executor 'dask'", where="scheduler", value=self.scheduler)
        if self.scheduler not in (None, LOCAL) and not _ADDRESS.fullmatch(self.scheduler or ""):
            allowed = f"tcp://host:8786, or {LOCAL}"
            raise ConfigError("is no address", where="scheduler", value=self.scheduler, allowed=allowed)
        if self.memory is not None and not _SIZE.fullmatch(self.memory):
            allowed = "a number with KiB, MiB, GiB or TiB, as 2GiB"
            raise ConfigError("is no size", where="memory", value=self.memory, allowed=allowed)

    @property
    def memory_bytes(self) -> int | None:
        """``memory`` as a number."""
        match = None if self.memory is None else _SIZE.fullmatch(self.memory)
        return None if match is None else int(float(match[1]) * 1024 ** ("KMGT".index(match[2].upper()) + 1))


class SerialExecutor(Executor):
    """Does each task when it is submitted, in this thread."""

    def submit(self, function: Callable[..., _R], /, *args: Any, **extra: Any) -> Future[_R]:
        """The finished future of a call."""
        future: Future[_R] = Future()
        try:
            future.set_result(function(*args, **extra))
        except Exception as error:
            future.set_exception(error)
        return future


def run_tasks(
    open_executor: Callable[[], Executor],
    function: Callable[[_T], _R],
    tasks: Iterable[_T],
    width: Callable[[], int],
    should_stop: Callable[[], bool],
    on_submit: Callable[[_T], None] | None,
) -> Generator[tuple[_T, Future[_R]]]:
    """Each task with its finished future, in the order they finish.

    When a worker is killed, its executor is lost with all tasks in flight. Another one is opened, and these tasks are
    tried once more, one at a time, so that only the task that kills workers fails.

    Args:
        open_executor: Makes an executor.
        function: What to do with a task.
        tasks: What to do it with.
        width: How many tasks may be in flight; it may change.
        should_stop: Asked several times a second; True ends the iteration, and workers in the middle of a task.
        on_submit: Told of each task that is about to be done.
    """
    waiting = deque(tasks)
    while waiting and not should_stop():
        lost = yield from _until_broken(open_executor, function, waiting, width, should_stop, on_submit)
        for task in lost:
            alone, again = deque([task]), list[_T]()
            while alone and not should_stop():  # an executor that broke before it was given the task is no try
                again = yield from _until_broken(open_executor, function, alone, lambda: 1, should_stop, on_submit)
            if again:
                failed: Future[_R] = Future()
                failed.set_exception(FitError("its worker process was killed twice (out of memory?)"))
                yield task, failed


def _until_broken(
    open_executor: Callable[[], Executor],
    function: Callable[[_T], _R],
    waiting: deque[_T],
    width: Callable[[], int],
    should_stop: Callable[[], bool],
    on_submit: Callable[[_T], None] | None,
) -> Generator[tuple[_T, Future[_R]], None, list[_T]]:
    """Take tasks from ``waiting`` till it is empty or the executor broke; then return the tasks lost with it."""
    running: dict[Future[_R], _T] = {}
    executor = open_executor()
    try:
        while (waiting or running) and not should_stop():
            broken = not _submit(executor, function, waiting, width, running, on_submit)
            finished, _ = wait(running, _LOOK_AGAIN_SECONDS, FIRST_COMPLETED)
            broken |= any(map(_is_lost, finished))
            # A broken pool ends all its futures at once; of a cluster's, one that is lost does not end the others.
            while broken and len(finished) < len(running) and not should_stop():
                finished, _ = wait(running, _LOOK_AGAIN_SECONDS)
            for future in [future for future in running if future in finished and not _is_lost(future)]:
                yield running.pop(future), future
            if broken and not should_stop():
                lost, running = list(running.values()), {}
                return lost
        return []
    finally:
        executor.shutdown(cancel_futures=bool(running))


def _submit(
    executor: Executor,
    function: Callable[[_T], _R],
    waiting: deque[_T],
    width: Callable[[], int],
    running: dict[Future[_R], _T],
    on_submit: Callable[[_T], None] | None,
) -> bool:
    """Let tasks run until ``width`` do or none waits; False when the executor broke since the last time."""
    while waiting and len(running) < width():
        if on_submit is not None:
            on_submit(waiting[0])
        try:
            running[executor.submit(function, waiting[0])] = waiting[0]
        except BrokenExecutor:
            return False
        waiting.popleft()
    return True


def _is_lost(future: Future[Any]) -> bool:
    try:
        return isinstance(future.exception(), BrokenExecutor)
    except CancelledError:
        return True
