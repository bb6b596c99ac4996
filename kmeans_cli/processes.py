"""Worker processes that share numbers and files with this one, and end with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from shutil import rmtree
from threading import Thread
from typing import Protocol

from kmeans_cli.errors import FitError
from kmeans_cli.posting import PostingPool

_SPAWN = multiprocessing.get_context("spawn")


class SharedNumber(Protocol):
    """An integer in memory that processes share."""

    value: int


_worker_threads: SharedNumber | None = None


def shared_number(number: int) -> SharedNumber:
    """A number that this process sets and its workers read."""
    shared: SharedNumber = _SPAWN.Value("i", number, lock=False)
    return shared


class _Processes(PostingPool):
    """Worker processes that can be given up in the middle of what they do."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let them end; at once with ``cancel_futures``, when nobody waits for it any more."""
        if cancel_futures:
            _end_workers()
        super().shutdown(wait, cancel_futures=cancel_futures)


def open_processes(n_workers: int, shared: Path, n_threads: SharedNumber, come_up: Callable[[], object]) -> Executor:
    """Worker processes, started afresh so that they inherit no threads, handlers or open files.

    They start at once, so that they come up while the caller still makes what they share. They leave SIGINT to this
    process, and end when it is gone, however it ended.

    Args:
        n_workers: How many.
        shared: The folder of what they share; they remove it when this process could not.
        n_threads: What ``worker_threads`` is in each of them; it may change while they work.
        come_up: The first task of each; the module it is from is imported with all that this imports.

    Raises:
        FitError: If the system lets no more processes or threads be started.
    """
    executor = _Processes(shared, n_workers, _SPAWN, _become_worker, (shared, n_threads))
    try:
        for _ in range(n_workers):
            executor.submit(come_up)
    except BrokenExecutor:
        pass  # a worker was killed as it came up; whoever hands it a task learns the same
    except (OSError, RuntimeError) as error:
        _end_workers()  # or this process would wait for those that were started
        raise FitError(f"{n_workers} worker processes cannot be started: {error}; try fewer --jobs") from error
    return executor


def _end_workers() -> None:
    """End this process's workers in the middle of what they do: nobody waits for it any more."""
    for worker in multiprocessing.active_children():
        worker.terminate()


def worker_threads() -> int:
    """In a worker: the threads it may use now."""
    assert _worker_threads is not None
    return _worker_threads.value


def _become_worker(shared: Path, n_threads: SharedNumber) -> None:
    global _worker_threads
    _worker_threads = n_threads  # it cannot come with a task: only a process that is being started can be given it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    Thread(target=_end_with_parent, args=(shared,), daemon=True).start()


def _end_with_parent(shared: Path) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait_for([parent.sentinel])
    rmtree(shared, ignore_errors=True)
    os._exit(1)
