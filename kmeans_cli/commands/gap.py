"""The fits of reference data sets that the gap statistic compares a sweep with.

A file for each reference, so a run that was killed has to repeat one of them at most for each worker.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from kmeans_cli import selection
from kmeans_cli.commands.finished import Finished
from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.errors import FitError, Interrupted
from kmeans_cli.experiment import seed_of_fit
from kmeans_cli.fit_records import StoredFit
from kmeans_cli.many import Access, spread
from kmeans_cli.runs.read import read_json
from kmeans_cli.sweep import starts_per_k, swept_inits, swept_ks
from kmeans_cli.threads import open_block_map

_FOLDER = "gap"


@dataclass(frozen=True)
class ReferenceWork:
    """What is done with a reference data set: it is drawn, and fitted as the data were.

    Attributes:
        params: The settings of the fits, but k.
        n_starts: By k.
        seed: Of the run.
        access: To the data.
    """

    params: KMeansParams
    n_starts: dict[int, int]
    seed: int
    access: Access

    def __call__(self, number: int) -> dict[str, float] | None:
        """The smallest inertia of each k on reference ``number``; None when it was told to stop."""
        X = selection.gap_reference(self.access.open_data().dataset.X, seed_of_fit(self.seed, number + 1))
        samples, best = ArraySamples(X), {}
        with open_block_map(self.access.threads) as map_blocks:
            prepared = prepare(samples, map_blocks)
            for k, n_starts in self.n_starts.items():
                params = replace(self.params, n_clusters=k)
                inertias = []
                for start in range(n_starts):
                    if self.access.should_stop():
                        return None
                    seed = seed_of_fit(self.seed, start)
                    result = fit(samples, params, seed=seed, prepared=prepared, map_blocks=map_blocks)
                    inertias.append(result.inertia)
                best[str(k)] = min(inertias)
        return best


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
    if not n_references:
        return {}
    missing = [number for number in range(n_references) if _inertias(run, number, ks) is None]
    _fit_references(run, missing)
    if run.should_stop.reason:
        raise Interrupted(run.should_stop.reason)
    references = np.array([_inertias(run, number, ks) for number in range(n_references)])
    return selection.gap_statistic(ks, [fit.metrics["inertia"] for fit in best.values()], references)


def _fit_references(run: Finished, numbers: list[int]) -> None:
    kmeans, sweep = run.config.kmeans, run.config.sweep
    ks = swept_ks(kmeans, sweep)
    n_starts = dict(zip(ks, starts_per_k(kmeans, len(ks)), strict=True))
    params = replace(kmeans, init=swept_inits(kmeans, sweep)[0], n_init=1)
    work = partial(ReferenceWork, params, n_starts, run.config.seed)
    with run.should_stop.deferred(), closing(spread(run.data, work, numbers, run.crew, run.should_stop)) as results:
        for number, inertias in results:
            if isinstance(inertias, str):
                raise FitError(f"reference {number} of the gap statistic failed: {inertias}")
            if inertias is not None:
                run.folder.write_json(_name(number), inertias)


def _inertias(run: Finished, number: int, ks: tuple[int, ...]) -> list[float] | None:
    """What is kept of a reference: an inertia for each k; None where there is none yet."""
    path = run.folder.path / _name(number)
    kept = read_json(path) if path.exists() else {}
    return [kept[str(k)] for k in ks] if all(str(k) in kept for k in ks) else None


def _name(number: int) -> str:
    return f"{_FOLDER}/{number:04d}.json"
