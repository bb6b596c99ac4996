"""Threads: BLAS held to one, and blocks mapped over our own.

NumPy releases the interpreter lock inside its loops and products, so plain threads use all cores. Products inside
one block run on one BLAS thread: their sums then do not depend on how many threads there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

from kmeans_cli.core.types import MapBlocks
from kmeans_cli.errors import FitError


def available_cores() -> int:
    """The cores this process may use (its affinity, not the machine's)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _controller() -> ThreadpoolController:
    # Finding the loaded BLAS libraries takes milliseconds, so it is done once.
    return ThreadpoolController()


class _Hold:
    """BLAS on one thread while anybody in this process wants it so, in whatever order they come and go."""

    def __init__(self) -> None:
        self._lock, self._n_holders = Lock(), 0
        self._limiter: Any = None

    def __enter__(self) -> None:
        """Hold."""
        with self._lock:
            if self._n_holders == 0:
                self._limiter = _controller().limit(limits=1)
            self._n_holders += 1

    def __exit__(self, *error: object) -> None:
        """Let go; the last one gives BLAS its threads back."""
        with self._lock:
            self._n_holders -= 1
            if self._n_holders == 0:
                self._limiter.restore_original_limits()


_HOLD = _Hold()


@contextmanager
def open_block_map(n_threads: int | None = None) -> Iterator[MapBlocks]:
    """A ``map`` over ``n_threads`` threads (None: all available cores), with BLAS held to one thread meanwhile.

    Results come in the order of the items. With one thread it is the builtin ``map``.

    Raises:
        FitError: In the first use of more, if the system lets no more threads be started.
    """
    n_threads = available_cores() if n_threads is None else n_threads
    with _HOLD:
        if n_threads == 1:
            yield map
            return
        # The thread that calls works too, so the pool has one less.
        with ThreadPoolExecutor(n_threads - 1, thread_name_prefix="block") as pool:
            yield partial(_shared_map, pool, n_threads - 1)


@contextmanager
def open_growing_map(n_threads: Callable[[], int]) -> Iterator[MapBlocks]:
    """Like ``open_block_map``, over as many threads as ``n_threads`` says at each mapping."""
    with _HOLD, ExitStack() as stack:

        @cache
        def over(n: int) -> MapBlocks:
            return stack.enter_context(open_block_map(n))

        yield lambda function, items, /: over(n_threads())(function, items)


@contextmanager
def meanwhile(function: Callable[[], object], n_threads: int) -> Iterator[None]:
    """Let a thread of its own call a function while the block goes on; with one thread, nobody calls it.

    It is one thread more than the block has. Whatever it raises is raised when the block ends well; a block that is
    left early waits for it.

    Raises:
        FitError: If the system lets no more threads be started.
    """
    if n_threads == 1:
        yield
        return
    with ThreadPoolExecutor(1, thread_name_prefix="meanwhile") as pool:
        try:
            future = pool.submit(function)
        except RuntimeError as error:
            raise _no_more_threads(error) from error
        yield
        future.result()


def _shared_map(
    pool: ThreadPoolExecutor, n_helpers: int, function: Callable[[Any], Any], items: Iterable[Any], /
) -> Iterable[Any]:
    """Results of all items; each thread takes the next item when it is done with one."""
    items = list(items)
    results: list[Any] = [None] * len(items)
    numbers = iter(range(len(items)))

    def work() -> None:
        for number in numbers:
            results[number] = function(items[number])

    # For a single item the hand-over to another thread would only cost time.
    try:
        helpers = [pool.submit(work) for _ in range(min(n_helpers, len(items) - 1))]
    except RuntimeError as error:
        raise _no_more_threads(error) from error
    work()
    for helper in helpers:
        # One that has not begun by now has nothing left to do.
        if not helper.cancel():
            helper.result()
    return results


def _no_more_threads(error: RuntimeError) -> FitError:
    return FitError(f"no more threads can be started: {error}; try --jobs 1")
