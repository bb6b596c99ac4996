"""Many fits: each done by whoever is free, its outcome handed back as soon as it is there.

``experiment.py`` is what a single fit is; here they are spread over an executor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from kmeans_cli.core.params import KMeansParams
from kmeans_cli.crew import Access, Team
from kmeans_cli.errors import Interrupted, KMeansError, PlaceError
from kmeans_cli.executor import run_tasks
from kmeans_cli.progress import FitDone, FitsState, FitStarted, Progress, silent

_T = TypeVar("_T")
_R = TypeVar("_R")
_D = TypeVar("_D")


class Job(Protocol):
    """What is done as one fit."""

    @property
    def number(self) -> int:
        """Its number in the run, from 0."""
        ...

    @property
    def params(self) -> KMeansParams:
        """The settings of the fit."""
        ...

    def started(self, n_fits: int) -> FitStarted:
        """What is told when it begins, in a run of so many."""
        ...


class Outcome(Protocol):
    """What came of it."""

    @property
    def done(self) -> FitDone:
        """What is told of it."""
        ...


_J = TypeVar("_J", bound=Job)
_O = TypeVar("_O", bound=Outcome)


def run_all(
    data: _D,
    jobs: Sequence[_J],
    n_fits: int,
    work: Callable[[Access[_D]], Callable[[_J], _O | None]],
    team: Team,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> Generator[tuple[_J, _O | str]]:
    """Each job with its outcome, or with the error that ended it, in the order they finish.

    Which that is depends on who is free; the outcomes themselves do not.

    Args:
        data: What to fit.
        jobs: The fits to do.
        n_fits: How many the run has in all.
        work: Makes what is done with a job; None comes of one that was given up.
        team: Who does it.
        progress: Told of each fit and of all.
        should_stop: Asked often; when it says so, fits in the middle are given up.
    """
    tally = _Tally(jobs, n_fits, progress)
    with closing(spread(data, work, jobs, team, should_stop, tally.started, progress)) as finished:
        for job, outcome in finished:
            if outcome is not None:
                tally.finished(job, outcome)
                yield job, outcome


def spread(
    data: _D,
    work: Callable[[Access[_D]], Callable[[_T], _R]],
    tasks: Sequence[_T],
    team: Team,
    should_stop: Callable[[], bool],
    on_submit: Callable[[_T], None] | None = None,
    progress: Progress = silent,
) -> Generator[tuple[_T, _R | str]]:
    """Each task with its result, or with the line of the error that ended it, in the order they finish.

    Args:
        data: What the tasks are about; it reaches each worker once.
        work: Makes what is done with a task; it and its result must be picklable.
        tasks: What to do.
        team: Who does it.
        should_stop: Asked often.
        on_submit: Told of each task that is about to be done.
        progress: For what a task tells, where it is done in this process.

    Raises:
        Interrupted: If a signal said so.
        PlaceError: If a worker cannot reach what it shares with this process.
    """
    do = work(team.hand_over(data, should_stop, progress))
    finished = run_tasks(team.open_executor, do, tasks, team.width, should_stop, on_submit)
    with closing(finished):
        for n_done, (task, future) in enumerate(finished, start=1):
            team.share_cores(len(tasks) - n_done)
            try:
                result: _R | str = future.result()
            except Interrupted:
                raise
            except (KMeansError, MemoryError) as error:
                result = str(error) or "out of memory"
            except OSError as error:  # the fit is not to blame
                raise PlaceError(error.strerror or str(error), where=error.filename) from error
            yield task, result


@dataclass
class _Tally:
    """Where the fits stand, told after every change."""

    jobs: Sequence[Job]
    n_fits: int
    progress: Progress
    done: int = 0
    failed: int = 0
    running: set[int] = field(default_factory=set)
    data: set[str] = field(default_factory=set)
    best: float | None = None
    began: float = field(default_factory=time.monotonic)
    k_done: int = 0

    def started(self, job: Job) -> None:
        self.running.add(job.number)
        event = job.started(self.n_fits)
        self.data.add(event.data)
        self.progress(event)
        self._tell()

    def finished(self, job: Job, outcome: Outcome | str) -> None:
        self.running.discard(job.number)
        self.done += 1
        self.k_done += job.params.n_clusters
        if isinstance(outcome, str):
            self.failed += 1
            self.progress(FitDone(job.number, 0, None, "failed", 0.0, outcome))
        else:
            done = outcome.done
            self.best = min(each for each in (self.best, done.j_clust) if each is not None)
            self.progress(done)
        self._tell()

    def _tell(self) -> None:
        # The time of a fit grows about as its k; the first ones pay for the start of the workers too.
        k_left = sum(job.params.n_clusters for job in self.jobs) - self.k_done
        seconds = time.monotonic() - self.began
        left = seconds * k_left / self.k_done if self.k_done else None
        best = self.best if len(self.data) == 1 else None
        self.progress(FitsState(self.done, len(self.running), self.failed, len(self.jobs), best, left))
