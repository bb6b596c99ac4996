"""What crosses the border between this process and a cluster's workers: tasks, their ends, and the word to give up."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias, TypeVar

from kmeans_cli.errors import FitError
from kmeans_cli.threads import open_block_map

Client: TypeAlias = Any
"""A ``distributed.Client``; half of its methods say nothing of their types."""

GONE = (OSError, TimeoutError, CancelledError)
"""What calls to a scheduler raise that does not answer any more."""

_T = TypeVar("_T")
_R = TypeVar("_R")

_given_up: set[str] = set()
"""In a worker: the crews whose tasks nobody waits for any more."""


class ClusterExecutor(Executor):
    """Dask's own executor, to which a function is sent once for each worker, with all that it holds.

    However many tasks are done with it. Dask repeats the tasks of a lost worker elsewhere.
    """

    def __init__(self, client: Client, crew: str) -> None:
        self._client, self._crew = client, crew
        self._executor = client.get_executor(pure=False)
        self._sent: dict[int, tuple[Any, Any]] = {}

    def submit(self, function: Callable[..., _R], /, *args: Any, **extra: Any) -> Future[_R]:
        """The future of a call.

        Raises:
            BrokenExecutor: If there is no worker to send the function to, or the scheduler is gone.
        """
        if id(function) not in self._sent:  # and kept with it, so that no other function gets its number
            try:
                self._sent[id(function)] = function, self._client.scatter(function, broadcast=True, hash=False)
            except GONE as error:
                raise BrokenExecutor("there is no worker") from error
        outer: Future[_R] = Future()
        inner = self._executor.submit(_call, self._sent[id(function)][1], *args, **extra)
        inner.add_done_callback(partial(_pass_on, outer))
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; with ``cancel_futures`` give up those that wait, and tell those that run to end."""
        if cancel_futures:
            with suppress(*GONE):
                self._client.run(_give_up, self._crew)
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._sent.clear()


def new_crew() -> str:
    """A name no other crew has."""
    return uuid.uuid4().hex


def is_given_up(crew: str) -> bool:
    """In a worker: whether nobody waits for this crew's tasks any more."""
    return crew in _given_up


def call_with(item: _T, function: Callable[[_T], _R]) -> _R:
    """In a worker: do one item of a map, with BLAS on one thread."""
    with open_block_map(1):
        return function(item)


def _call(function: Callable[..., _R], *args: Any, **extra: Any) -> _R:
    return function(*args, **extra)


def _give_up(crew: str) -> None:
    _given_up.add(crew)


def _pass_on(outer: Future[_R], done: Future[_R]) -> None:
    """Let a future end as another one did; what Dask says of dead workers becomes this program's own error."""
    if done.cancelled():
        outer.cancel()
        outer.set_running_or_notify_cancel()
        return
    error = done.exception()
    if error is None:
        outer.set_result(done.result())
    elif type(error).__name__ == "KilledWorker":
        outer.set_exception(FitError("each worker that began it was killed (out of memory?)"))
    else:
        outer.set_exception(error)
