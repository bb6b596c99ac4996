"""Who computes: the order of results, dead workers, the wish to stop."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kmeans_cli.errors import ConfigError, FitError
from kmeans_cli.executor import ExecutorParams, SerialExecutor, run_tasks
from kmeans_cli.processes import open_processes, shared_number, worker_threads

_R = TypeVar("_R")


def _double(number: int) -> int:
    return 2 * number


def _fail_at_three(number: int) -> int:
    if number == 3:
        raise FitError("three")
    return number


class _Deadly:
    """Kills its process at task 2: always, or only the first time."""

    def __init__(self, folder: Path, always: bool) -> None:
        self.folder, self.always = folder, always

    def __call__(self, number: int) -> int:
        with (self.folder / f"{number}").open("a") as file:
            file.write("x")
        if number == 2 and (self.always or (self.folder / "2").stat().st_size == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        return number


def _never() -> bool:
    return False


@pytest.fixture
def open_two(tmp_path: Path) -> object:
    """Opens two worker processes."""
    shared = tmp_path / "shared"
    shared.mkdir()
    return lambda: open_processes(2, shared, shared_number(1), _never)


def test_serial_does_one_task_after_the_other() -> None:
    """Results come in the order of the tasks, each before the next is begun."""
    begun: list[int] = []
    for task, future in run_tasks(SerialExecutor, _double, range(5), lambda: 1, _never, begun.append):
        assert (begun[-1], future.result()) == (task, 2 * task)
    assert begun == list(range(5))


def test_an_error_belongs_to_its_task() -> None:
    """A task that raises does not stop the others."""
    futures = dict(run_tasks(SerialExecutor, _fail_at_three, range(5), lambda: 1, _never, None))
    with pytest.raises(FitError, match="three"):
        futures[3].result()
    assert [futures[number].result() for number in (0, 1, 2, 4)] == [0, 1, 2, 4]


def test_processes_do_all_tasks(open_two: object) -> None:
    """Every task comes back once, whoever did it."""
    assert callable(open_two)
    futures = list(run_tasks(open_two, _double, range(7), lambda: 2, _never, None))
    assert sorted(task for task, _ in futures) == list(range(7))
    assert all(future.result() == 2 * task for task, future in futures)


def test_workers_see_how_many_threads_they_may_use_now(tmp_path: Path) -> None:
    """A number that the parent changes is another one in its workers at once."""
    n_threads = shared_number(1)
    with open_processes(1, tmp_path, n_threads, _never) as executor:
        assert executor.submit(worker_threads).result() == 1
        n_threads.value = 3
        assert executor.submit(worker_threads).result() == 3


def test_a_killed_worker_loses_nothing(open_two: object, tmp_path: Path) -> None:
    """The tasks in flight are tried once more, and succeed; all others are done once."""
    assert callable(open_two)
    futures = dict(run_tasks(open_two, _Deadly(tmp_path, always=False), range(6), lambda: 2, _never, None))
    assert {task: future.result() for task, future in futures.items()} == {number: number for number in range(6)}
    assert (tmp_path / "2").read_text() == "xx"


def test_only_the_task_that_kills_workers_fails(open_two: object, tmp_path: Path) -> None:
    """A task that kills its worker twice fails; its neighbours in flight do not."""
    assert callable(open_two)
    futures = dict(run_tasks(open_two, _Deadly(tmp_path, always=True), range(6), lambda: 2, _never, None))
    with pytest.raises(FitError, match="killed twice"):
        futures.pop(2).result()
    assert sorted(future.result() for future in futures.values()) == [0, 1, 3, 4, 5]
    assert (tmp_path / "2").read_text() == "xx"


def test_the_wish_to_stop_ends_workers_in_the_middle(open_two: object) -> None:
    """Nobody waits for what is in flight."""
    assert callable(open_two)
    began = time.monotonic()
    done = list(run_tasks(open_two, time.sleep, [60.0, 60.0], lambda: 2, lambda: time.monotonic() - began > 0.5, None))
    assert done == []
    assert time.monotonic() - began < 20


def test_leaving_early_ends_workers_too(open_two: object) -> None:
    """A caller that closes the iteration does not wait either."""
    assert callable(open_two)
    began = time.monotonic()
    tasks = run_tasks(open_two, time.sleep, [0.0, 60.0, 60.0], lambda: 2, _never, None)
    next(tasks)
    tasks.close()
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(("settings", "words"), [({"name": "threads"}, "is no executor"), ({"jobs": 0}, "too few")])
def test_params_are_checked(settings: dict[str, object], words: str) -> None:
    """Unknown names and no jobs are errors."""
    with pytest.raises(ConfigError, match=words):
        ExecutorParams(**settings)


def test_serial_is_an_executor() -> None:
    """So that whoever takes one takes it."""
    assert issubclass(SerialExecutor, Executor)


class _Losing(Executor):
    """Loses its first task, as Dask does of a dead worker's, and is never done with the others."""

    def __init__(self) -> None:
        self.given_up = False
        self._futures: list[Future[Any]] = []

    def submit(self, _: Callable[..., _R], /, *__: Any, **___: Any) -> Future[_R]:
        """A future that is cancelled, or will not end."""
        future: Future[_R] = Future()
        if not self._futures:
            future.cancel()
            future.set_running_or_notify_cancel()
        self._futures.append(future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - the signature of an Executor
        """Note whether the rest was given up."""
        self.given_up = cancel_futures


class _Breaking(SerialExecutor):
    """Loses its first task, then breaks before it takes the next; the third one opened works."""

    n_opened = 0

    def __init__(self) -> None:
        _Breaking.n_opened += 1
        self._number = _Breaking.n_opened

    def submit(self, function: Callable[..., _R], /, *args: Any, **extra: Any) -> Future[_R]:
        """A future of nothing, an error, or the result."""
        if self._number == 2:
            raise BrokenExecutor
        if self._number > 2:
            return super().submit(function, *args, **extra)
        future: Future[_R] = Future()
        future.set_exception(BrokenExecutor())
        return future


def test_a_task_that_was_not_taken_is_not_lost() -> None:
    """An executor that breaks before it is given the task that is to be tried again costs that task nothing."""
    (done,) = run_tasks(_Breaking, _double, [4], lambda: 1, _never, None)
    assert (done[0], done[1].result(), _Breaking.n_opened) == (4, 8, 3)


def test_a_lost_task_does_not_end_the_wish_to_stop() -> None:
    """While the others of a cluster go on, the wish to stop is still looked at."""
    executor, began = _Losing(), time.monotonic()
    assert not list(
        run_tasks(lambda: executor, _double, range(2), lambda: 2, lambda: time.monotonic() > began + 0.3, None)
    )
    assert executor.given_up
    assert time.monotonic() < began + 5
