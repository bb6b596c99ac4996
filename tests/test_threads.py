"""Blocks on threads, BLAS on one."""

from __future__ import annotations

import os
import threading
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from kmeans_cli.threads import available_cores, meanwhile, open_block_map, open_growing_map


def blas_threads() -> set[int]:
    """How many threads each loaded BLAS may use."""
    np.ones((2, 2)) @ np.ones((2, 2))
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.parametrize("n_threads", [1, 2, 5, None])
def test_results_come_in_the_order_of_the_items(n_threads: int | None) -> None:
    """However long each item takes, results are in order, as with the builtin map."""

    def slow_first(item: int) -> int:
        time.sleep(0.01 if item == 0 else 0)
        return item * item

    with open_block_map(n_threads) as map_blocks:
        assert list(map_blocks(slow_first, range(20))) == [i * i for i in range(20)]
        assert list(map_blocks(slow_first, iter([3]))) == [9]
        assert list(map_blocks(slow_first, [])) == []


def test_blocks_really_run_at_once() -> None:
    """Two threads work on two items at the same time; one of them is the thread that calls."""
    barrier = threading.Barrier(2, timeout=5)
    with open_block_map(2) as map_blocks:
        names = list(map_blocks(lambda _: (barrier.wait(), threading.current_thread().name)[1], range(2)))
    assert len(set(names)) == 2
    assert threading.current_thread().name in names


def test_a_growing_map_uses_as_many_threads_as_there_are_now() -> None:
    """Threads that become free in the middle of a fit are used from the next mapping on."""
    numbers = iter([1, 2, 2])
    barrier = threading.Barrier(2, timeout=5)
    with open_growing_map(lambda: next(numbers)) as map_blocks:
        assert blas_threads() == {1}
        assert list(map_blocks(lambda _: threading.current_thread().name, range(2))) == ["MainThread"] * 2
        for _ in range(2):
            assert len(list(map_blocks(lambda _: barrier.wait(), range(2)))) == 2
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("block")]


def test_blocks_within_blocks() -> None:
    """A block may map over blocks of its own: whoever finds no thread free does the work alone."""
    with open_block_map(2) as map_blocks:
        nested = map_blocks(lambda i: sum(map_blocks(lambda j: i * j, range(5))), range(4))
        assert list(nested) == [0, 10, 20, 30]


def test_one_thread_is_the_builtin_map() -> None:
    """With one thread nothing is handed over."""
    with open_block_map(1) as map_blocks:
        assert map_blocks is map


def test_blas_is_held_to_one_thread_meanwhile() -> None:
    """Inside the context BLAS uses one thread, afterwards as many as before, also after an error."""
    before = blas_threads()
    with open_block_map(2):
        assert blas_threads() == {1}
    assert blas_threads() == before
    with pytest.raises(KeyError), open_block_map(2):
        raise KeyError
    assert blas_threads() == before


def test_an_error_in_a_block_is_raised_here() -> None:
    """What a block raises reaches the caller, and the threads end."""
    with pytest.raises(ZeroDivisionError), open_block_map(2) as map_blocks:
        list(map_blocks(lambda item: 1 // item, [1, 0, 1]))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("block")]


def test_meanwhile_another_thread_works() -> None:
    """It is done when the block ends, and what it raised is raised then; with one thread nobody does it."""
    barrier = threading.Barrier(2, timeout=5)
    names: list[str] = []
    with meanwhile(lambda: (barrier.wait(), names.append(threading.current_thread().name)), 2):
        barrier.wait()
    assert names == ["meanwhile_0"]
    with meanwhile(lambda: names.append("never"), 1):
        pass
    assert names == ["meanwhile_0"]
    with pytest.raises(ZeroDivisionError), meanwhile(lambda: 1 // 0, 2):
        names.append("the block ends")
    assert names[-1] == "the block ends"


def test_available_cores() -> None:
    """The cores of this process's affinity, where the system knows it."""
    expected = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert available_cores() == expected
