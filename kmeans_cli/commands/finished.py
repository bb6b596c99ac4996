"""What a run of many fits makes of them once they are all there: tables, models, figures, ``metrics.json``.

Everything is made from the files in ``fits/``, so a resumed run cannot differ from one left alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kmeans_cli import fit_files, fits_table, records
from kmeans_cli.config import Config
from kmeans_cli.crew import Crew
from kmeans_cli.evaluation import FitOutcome
from kmeans_cli.experiment import FitData, FitJob
from kmeans_cli.fit_records import StoredFit
from kmeans_cli.interruption import Interruption
from kmeans_cli.plots.many_view import FitSummary
from kmeans_cli.progress import Progress, Stage
from kmeans_cli.runs import RunFolder


@dataclass(frozen=True)
class Finished:
    """A run all of whose fits are done.

    Attributes:
        folder: The run folder.
        config: The settings.
        data: What was fitted.
        jobs: The fits to do, by number.
        fits: What became of them, by number; failed ones too.
        crew: Who did them.
        should_stop: To be asked in further work.
    """

    folder: RunFolder
    config: Config
    data: FitData
    jobs: tuple[FitJob, ...]
    fits: tuple[StoredFit, ...]
    crew: Crew
    should_stop: Interruption

    @property
    def good(self) -> tuple[StoredFit, ...]:
        """The fits that did not fail."""
        return tuple(fit for fit in self.fits if fit.error is None)

    def outcome(self, fit: StoredFit) -> FitOutcome:
        """A fit with its arrays."""
        return fit.outcome(self.jobs[fit.number], self.data.dataset.y)

    def summary(self, fit: StoredFit) -> FitSummary:
        """A fit as figures of many see it."""
        return FitSummary(fit.number, fit.key.k, fit.key.init, fits_table.numbers_of(fit), fit.history)


@dataclass(frozen=True)
class Conclusion:
    """What a command makes of the fits.

    Attributes:
        numbers: For ``metrics.json``.
        best: The fit whose model is the run's.
        models: Further models to keep, by their name in the folder.
        draw: Draws the figures.
    """

    numbers: dict[str, Any]
    best: StoredFit
    models: dict[str, StoredFit]
    draw: Callable[[], object]


def best_of(fits: Sequence[StoredFit]) -> StoredFit:
    """The fit with the smallest inertia, the first of equals."""
    return min(fits, key=lambda fit: float(fit.metrics["inertia"]))


def write_all(
    run: Finished, conclude: Callable[[Finished], Conclusion], seconds: dict[str, float], progress: Progress
) -> dict[str, Any]:
    """Write the files of a run from its fits, ``metrics.json`` last; return what that holds.

    Args:
        run: The finished fits, at least one of them good.
        conclude: What the command makes of them.
        seconds: What was spent so far.
        progress: Told what is going on.
    """
    folder, dataset = run.folder, run.data.dataset
    folder.remove("models")
    folder.remove("figures")
    folder.write_csv("fits.csv", fits_table.COLUMNS, fits_table.rows(run.fits))
    records.write_history(folder, {fit.number: fit.history for fit in run.good})
    progress(Stage("concluding"))
    conclusion = conclude(run)
    best = run.outcome(conclusion.best)
    model = fit_files.write_model(folder, "model.npz", dataset, best)
    fit_files.write_labels(folder, dataset, best)
    fit_files.write_centroids(folder, model)
    fit_files.write_trace(folder, best.fitted)
    for name, fit in conclusion.models.items():
        fit_files.write_model(folder, name, dataset, run.outcome(fit))
    began = time.perf_counter()
    if run.config.figures.enabled:
        progress(Stage("drawing figures"))
        conclusion.draw()
    metrics = {
        "n_fits": len(run.fits),
        "n_failed": len(run.fits) - len(run.good),
        **conclusion.numbers,
        "fits": [_entry(fit) for fit in run.fits],
        "seconds": seconds | {"figures": time.perf_counter() - began},
    }
    folder.write_json("metrics.json", metrics)
    return metrics


def _entry(fit: StoredFit) -> dict[str, Any]:
    identity = {"fit": fit.number, **fit.key._asdict(), "seed": fit.seed, "error": fit.error}
    return identity | fit.metrics
