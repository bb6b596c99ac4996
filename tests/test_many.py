"""Many fits: who does them, and that it makes no difference."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from kmeans_cli import datasets
from kmeans_cli.core.algorithms import ALGORITHMS, MINIBATCH
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.crew import SMALL_WORK, Crew, Team, choose_crew, open_team
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.evaluation import FitOutcome, evaluate
from kmeans_cli.executor import ExecutorParams
from kmeans_cli.experiment import FitData, FitJob, run_fit
from kmeans_cli.fit_work import FitWork
from kmeans_cli.many import run_all
from kmeans_cli.metrics.params import EvaluateParams
from kmeans_cli.progress import Event, FitDone, FitsState, FitStarted, silent


@pytest.fixture(scope="module")
def data() -> FitData:
    """The digits."""
    return FitData.of(datasets.load(DataParams(limit=300)), map)


def _jobs(*ks: int) -> list[FitJob]:
    return [FitJob(number, KMeansParams(n_clusters=k), seed=number) for number, k in enumerate(ks)]


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    """This process alone."""
    with open_team(Crew("serial", 1, 1)) as alone:
        yield alone


def _never() -> bool:
    return False


@pytest.mark.parametrize(
    ("settings", "n_tasks", "work", "crew"),
    [
        ({"jobs": 8}, 100, 10 * SMALL_WORK, Crew("processes", 8, 1)),
        ({"jobs": 8}, 3, 10 * SMALL_WORK, Crew("processes", 3, 2)),
        ({"jobs": 8}, 100, SMALL_WORK / 2, Crew("serial", 1, 8)),
        ({"jobs": 8}, 1, 10 * SMALL_WORK, Crew("serial", 1, 8)),
        ({"jobs": 1}, 100, 10 * SMALL_WORK, Crew("serial", 1, 1)),
        ({"jobs": 2, "name": "serial"}, 100, 10 * SMALL_WORK, Crew("serial", 1, 2)),
        ({"jobs": 2, "name": "processes"}, 100, 1.0, Crew("processes", 2, 1)),
        ({"jobs": 2, "name": "processes"}, 0, 0.0, Crew("processes", 1, 2)),
    ],
)
def test_cores_are_shared_between_the_fits(settings: dict[str, object], n_tasks: int, work: float, crew: Crew) -> None:
    """Small work stays here; else a process for each core, or fewer with more threads where there are fewer fits."""
    assert choose_crew(ExecutorParams(**settings), n_tasks, work) == crew


def test_progress_tells_of_every_fit_and_of_all(data: FitData, team: Team) -> None:
    """Each fit starts and ends; the counts go up; the best is the smallest so far."""
    events: list[Event] = []
    work = partial(FitWork, EvaluateParams(), 0)
    outcomes = list(run_all(data, _jobs(2, 4, 3), 9, work, team, events.append, _never))
    assert [event.n_fits for event in events if isinstance(event, FitStarted)] == [9] * 3
    done = [event.j_clust for event in events if isinstance(event, FitDone)]
    last = events[-1]
    assert isinstance(last, FitsState)
    assert (last.done, last.running, last.failed, last.n_fits, last.seconds_left) == (3, 0, 0, 3, 0)
    assert last.best_j_clust == min(value for value in done if value is not None)
    assert len(outcomes) == 3


def test_a_perfect_fit_stays_the_best(team: Team) -> None:
    """A J_clust of 0, a cluster for each sample, is the smallest, whatever follows."""
    few = FitData.of(datasets.load(DataParams(limit=5)), map)
    events: list[Event] = []
    list(run_all(few, _jobs(5, 2), 2, partial(FitWork, EvaluateParams(), 0), team, events.append, _never))
    assert isinstance(events[-1], FitsState)
    assert events[-1].best_j_clust == 0


def test_a_fit_told_to_stop_is_no_outcome(data: FitData, team: Team) -> None:
    """What was given up in the middle is not handed back."""
    work = partial(FitWork, EvaluateParams(), 0)
    asked = iter([False, True])

    def stop_in_the_fit() -> bool:
        return next(asked, True)

    assert list(run_all(data, _jobs(5, 6), 2, work, team, silent, stop_in_the_fit)) == []


def test_distances_kept_for_many_change_no_score(data: FitData) -> None:
    """The silhouette from kept distances has the same bytes as the one measured for the fit."""
    params = EvaluateParams(silhouette_samples=200)
    kept = data.for_many(params, 0, map)
    assert kept.silhouette_distances is not None
    job = _jobs(6)[0]
    fitted = run_fit(data, job, 1, map, silent, _never)
    scores = [evaluate(each, fitted, params, 0, map).metrics["silhouette"] for each in (data, kept)]
    assert scores[0] == scores[1]


@pytest.mark.parametrize("params", [EvaluateParams(silhouette_samples=0), EvaluateParams(silhouette_samples=10**6)])
def test_distances_are_kept_only_where_they_fit(params: EvaluateParams, data: FitData) -> None:
    """None without a silhouette; as many as there are rows otherwise."""
    kept = data.for_many(params, 0, map).silhouette_distances
    assert (kept is None) == (params.silhouette_samples == 0)


def test_what_workers_get_and_give_is_picklable(data: FitData) -> None:
    """Jobs, data and outcomes cross process borders unchanged."""
    job = _jobs(3)[0]
    outcome = evaluate(data, run_fit(data, job, 1, map, silent, _never), EvaluateParams(), 0, map)
    back = pickle.loads(pickle.dumps(outcome))
    assert back.fitted.job == job
    np.testing.assert_array_equal(back.result.labels, outcome.result.labels)
    copy = pickle.loads(pickle.dumps(data))
    np.testing.assert_array_equal(copy.prepared.rows, data.prepared.rows)


def test_every_algorithm_has_the_same_bytes_for_any_number_of_jobs(data: FitData) -> None:
    """Serial, one, two and four worker processes, with as many threads: labels, centroids and histories are equal."""
    algorithms = (*ALGORITHMS, MINIBATCH)
    jobs = [
        FitJob(number, KMeansParams(10, algorithm=algorithms[number % len(algorithms)]), seed=number // 2)
        for number in range(2 * len(algorithms))
    ]
    work = partial(FitWork, EvaluateParams(), 0)
    found = []
    for crew in (Crew("serial", 1, 1), *(Crew("processes", workers, 4 // workers) for workers in (1, 2, 4))):
        with open_team(crew) as team:
            outcomes = run_all(data, jobs, len(jobs), work, team, silent, _never)
            found.append({job.number: _bytes(outcome) for job, outcome in outcomes})
    assert sorted(found[0]) == list(range(len(jobs)))
    assert found[1:] == found[:1] * 3


def _bytes(outcome: FitOutcome | str) -> tuple[object, ...]:
    assert isinstance(outcome, FitOutcome)
    result = outcome.result
    numbers = {name: value for name, value in outcome.metrics.items() if name != "seconds"}
    history = [replace(record, seconds=0) for record in result.history]
    return result.centroids.tobytes(), result.labels.tobytes(), history, numbers
