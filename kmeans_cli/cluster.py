"""A Dask cluster: workers on other machines, behind ``concurrent.futures.Executor``.

Only here and in ``cluster_tasks.py`` is Dask known. It schedules, moves and repeats the tasks; here is only what a
user must be told, and how work reaches a worker once.
"""

from __future__ import annotations

import asyncio
import logging
import platform
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from kmeans_cli import __version__
from kmeans_cli.cluster_tasks import GONE, Client, ClusterExecutor, call_with
from kmeans_cli.errors import ConfigError, FitError, Interrupted, PlaceError
from kmeans_cli.executor import LOCAL

_PATIENCE_SECONDS = 5
_LOOK_AGAIN_SECONDS = 0.2
_LEAVE_SIGNALS = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"  # Ctrl-C reaches the whole group
_TRIES = 3

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True)
class Outlook:
    """What a cluster is like before it is given work.

    Attributes:
        slots: Tasks it does at a time; 0 when no worker has come yet.
        warnings: What the user should know of it.
    """

    slots: int
    warnings: tuple[str, ...]


class Cluster:
    """A scheduler and whoever works for it.

    Attributes:
        address: Of the scheduler.
    """

    def __init__(self, client: Client) -> None:
        self._client, self._distributed = client, _imported()
        self.address = str(client.scheduler.address)

    def outlook(self) -> Outlook:
        """Who is there.

        Raises:
            PlaceError: If a worker cannot import this package.
        """
        slots = self.slots()
        if not slots:
            return Outlook(0, (f"the scheduler {self.address} has no workers yet; the fits wait for them",))
        return Outlook(slots, self._differences())

    def slots(self) -> int:
        """How many tasks it does at a time now: workers come and go.

        Raises:
            PlaceError: If the scheduler is gone.
        """
        try:
            threads: dict[str, int] = self._client.nthreads()
        except GONE as error:
            raise self._lost() from error
        return sum(threads.values())

    def wait_for_workers(self, should_stop: Callable[[], bool]) -> None:
        """Come back when there is a worker, or the caller wants to stop."""
        while not self.slots() and not should_stop():
            time.sleep(_LOOK_AGAIN_SECONDS)

    def sees(self, path: Path) -> bool:
        """Whether every worker sees a file or folder of this machine; False when there are no workers."""
        seen = self._client.run(path.exists)
        return bool(seen) and all(seen.values())

    def open_executor(self, crew: str) -> Executor:
        """Its workers, for tasks that may ask ``is_given_up(crew)``.

        Raises:
            PlaceError: If the scheduler is gone.
        """
        if self._client.status != "running":
            raise self._lost()
        return ClusterExecutor(self._client, crew)

    def map(
        self, function: Callable[[_T], _R], items: Iterable[_T], /, *, should_stop: Callable[[], bool]
    ) -> Iterator[_R]:
        """Like the builtin ``map``; the function is sent once to each worker, with all that it holds.

        Args:
            function: What to do with an item.
            items: What to do it with.
            should_stop: Asked while there is no worker.

        Raises:
            FitError: If workers die of it, again and again.
            Interrupted: If the wish to stop comes while there is no worker.
            PlaceError: If the scheduler is gone.
        """
        items, done = list(items), 0
        for _ in range(_TRIES):
            self.wait_for_workers(should_stop)
            if should_stop() and not self.slots():
                raise Interrupted("stopped while there was no worker")
            try:
                for result in self._map_once(function, items[done:]):
                    yield result
                    done += 1
                return
            except CancelledError:  # every worker that had the function is gone: send it to those there are now
                continue
        raise FitError("all its workers were killed, again and again (out of memory?)")

    def _map_once(self, function: Callable[[_T], _R], items: Sequence[_T]) -> Iterator[_R]:
        futures: list[Any] = []
        results: dict[int, _R] = {}
        next_one = 0
        try:
            sent = self._client.scatter(function, broadcast=True, hash=False)
            futures = self._client.map(call_with, items, function=sent, pure=False)
            places = {future.key: place for place, future in enumerate(futures)}
            for future, result in self._distributed.as_completed(futures, loop=self._client.loop, with_results=True):
                if future.cancelled():  # its result is then an error object, handed over like any other
                    raise CancelledError
                results[places[future.key]] = result
                while next_one in results:
                    yield results.pop(next_one)
                    next_one += 1
        except self._distributed.KilledWorker as error:
            raise FitError("each worker that began it was killed (out of memory?)") from error
        except GONE as error:
            if self._client.status != "running":
                raise self._lost() from error
            if isinstance(error, TimeoutError):  # there is no worker to send the function to
                raise CancelledError from error
            raise
        finally:
            self._client.cancel(futures)

    def _differences(self) -> tuple[str, ...]:
        """A line for each worker that has other versions than this process."""
        try:
            found = self._client.run(_versions)
        except ImportError as error:
            problem = f"a worker cannot import what it needs ({error}); install kmeans-cli {__version__} there"
            raise PlaceError(problem, where=self.address) from None
        own, lines = _versions(), []
        for worker, theirs in found.items():
            other = ", ".join(f"{name} {theirs[name]} (here {own[name]})" for name in own if theirs[name] != own[name])
            if other:
                lines.append(f"worker {worker} has {other}: its numbers may differ in the last digits")
        return tuple(lines)

    def _lost(self) -> PlaceError:
        return PlaceError("the scheduler is gone; what is done is kept: go on with --resume", where=self.address)


@contextmanager
def open_cluster(scheduler: str, n_workers: int = 1) -> Iterator[Cluster]:
    """Connect with a scheduler; ``local`` starts a cluster first and ends it afterwards.

    Args:
        scheduler: Its address, ``tcp://host:8786``, or ``local``.
        n_workers: Of a local cluster.

    Raises:
        ConfigError: If Dask is not installed.
        PlaceError: If no scheduler answers.
    """
    distributed = _imported()
    if scheduler == LOCAL:
        with (
            distributed.LocalCluster(
                n_workers,
                threads_per_worker=1,
                dashboard_address=":0",
                silence_logs=logging.CRITICAL,
                preload=_LEAVE_SIGNALS,
            ) as started,
            _connected(distributed, started.scheduler_address) as client,
        ):
            yield Cluster(client)
    else:
        with _connected(distributed, scheduler) as client:
            yield Cluster(client)


def _imported() -> Any:
    try:
        import distributed
    except ImportError:
        problem = "needs Dask, which is not installed: pip install 'kmeans-cli[dask]'"
        raise ConfigError(problem, where="executor.name", value="dask") from None
    # What it would log, of lost connections say, is told by errors and by the run going on.
    # Each of these loggers has a handler of its own.
    for name in ("distributed", "distributed.client", "asyncio", "tornado", "tornado.application"):
        logging.getLogger(name).handlers = [logging.NullHandler()]
    return distributed


@contextmanager
def _connected(distributed: Any, address: str) -> Iterator[Client]:
    asyncio.run(_check_there(distributed, address))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other versions: said by ``outlook``, in a line each
        client = distributed.Client(address, timeout=_PATIENCE_SECONDS, set_as_default=False)
    with client:
        yield client


async def _check_there(distributed: Any, address: str) -> None:
    """Try it without a client: one that cannot connect takes its time to go, and complains."""
    try:
        comm = await distributed.comm.connect(address, timeout=_PATIENCE_SECONDS)
        await comm.close()
    except Exception as error:  # whatever something that is no scheduler may answer
        allowed = f"tcp://host:8786, where `dask scheduler` runs, or {LOCAL}"
        where = "executor.scheduler"
        raise PlaceError("no scheduler answers there", where=where, value=address, allowed=allowed) from error


def _versions() -> dict[str, str]:
    return {"kmeans-cli": __version__, "python": platform.python_version(), "numpy": np.__version__}
