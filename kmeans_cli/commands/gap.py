"""The fits of reference data sets that the gap statistic compares a sweep with.

A file for each reference, so a run that was killed has to repeat one of them at most for each worker. It names its
fits, and counts only where they are those of the run: a run that has grown fits its references again.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from kmeans_cli import selection
from kmeans_cli.commands.finished import Finished
from kmeans_cli.core.engine import fit
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.crew import Access, open_team
from kmeans_cli.errors import FitError, Interrupted
from kmeans_cli.experiment import FitData, FitJob, seed_of_fit
from kmeans_cli.fit_records import StoredFit
from kmeans_cli.many import spread
from kmeans_cli.runs.read import read_json
from kmeans_cli.threads import open_growing_map

_FOLDER = "gap"


@dataclass(frozen=True)
class ReferenceWork:
    """What is done with a reference data set: it is drawn, and fitted as the data were, with their weights.

    Attributes:
        jobs: The fits of the run.
        seed: Of the run.
        access: To the data.
    """

    jobs: tuple[FitJob, ...]
    seed: int
    access: Access[FitData]

    def __call__(self, number: int) -> list[float] | None:
        """The inertia of each job on reference ``number``; None when it was told to stop."""
        dataset, inertias = self.access.open_data().dataset, []
        samples = ArraySamples(selection.gap_reference(dataset.X, seed_of_fit(self.seed, number + 1)), dataset.weights)
        with open_growing_map(self.access.n_threads) as map_blocks:
            prepared = prepare(samples, map_blocks)
            for job in self.jobs:
                if self.access.should_stop():
                    return None
                result = fit(
                    samples,
                    job.params,
                    minibatch=job.minibatch,
                    seed=job.seed,
                    prepared=prepared,
                    map_blocks=map_blocks,
                )
                inertias.append(result.inertia)
        return inertias


def gap_by_k(run: Finished, best: dict[int, StoredFit]) -> dict[int, tuple[float, float]]:
    """The gap statistic and its standard error, by k; empty when no references were asked for.

    Args:
        run: The finished fits.
        best: The best fit of each k.

    Raises:
        FitError: If a reference cannot be fitted.
        Interrupted: When told to stop.
    """
    n_references, ks = run.config.sweep.gap_references, tuple(best)
    _forget_from(run, n_references)
    if not n_references:
        return {}
    _fit_references(run, [number for number in range(n_references) if _kept_inertias(run, number) is None])
    if run.should_stop.reason:
        raise Interrupted(run.should_stop.reason)
    references = np.array([_smallest(run, number, ks) for number in range(n_references)])
    return selection.gap_statistic(ks, [fit.metrics["inertia"] for fit in best.values()], references)


def _forget_from(run: Finished, n_references: int) -> None:
    """Remove what an earlier pass with more references left."""
    for path in (run.folder.path / _FOLDER).glob("*.json"):
        if path.name not in {f"{number:04d}.json" for number in range(n_references)}:
            path.unlink()


def _fit_references(run: Finished, numbers: list[int]) -> None:
    if not numbers:
        return
    work = partial(ReferenceWork, run.jobs, run.config.seed)
    with (
        run.should_stop.deferred(),
        open_team(run.crew) as team,
        closing(spread(run.data, work, numbers, team, run.should_stop)) as results,
    ):
        for number, inertias in results:
            if isinstance(inertias, str):
                raise FitError(f"reference {number} of the gap statistic failed: {inertias}")
            if inertias is not None:
                run.folder.write_json(_name(number), {"fits": _keys(run), "inertia": inertias})


def _smallest(run: Finished, number: int, ks: tuple[int, ...]) -> list[float]:
    """The inertia of the best fit of each k on a reference."""
    inertias = _kept_inertias(run, number) or []
    return [min(each for job, each in zip(run.jobs, inertias, strict=True) if job.key.k == k) for k in ks]


def _kept_inertias(run: Finished, number: int) -> list[float] | None:
    """What is kept of a reference: an inertia for each fit of the run; None where it is missing or of other fits.

    Only fits are compared: what else decides an inertia cannot change when a run is gone on with.
    """
    path = run.folder.path / _name(number)
    kept = read_json(path) if path.exists() else {}
    return kept["inertia"] if kept.get("fits") == _keys(run) else None


def _keys(run: Finished) -> list[dict[str, Any]]:
    return [job.key._asdict() for job in run.jobs]


def _name(number: int) -> str:
    return f"{_FOLDER}/{number:04d}.json"
