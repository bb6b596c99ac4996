"""``kmeans multi-init``: many starts, every one kept; the best and the worst, and how far apart they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_cli import fit_files, metrics, records
from kmeans_cli.commands.finished import Conclusion, Finished, best_of
from kmeans_cli.commands.many_fits import run_many
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.many_run import ManyReport
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config
from kmeans_cli.fit_records import StoredFit
from kmeans_cli.fits_table import numbers_of
from kmeans_cli.interruption import Interruption
from kmeans_cli.plots.many_view import StartsView
from kmeans_cli.plots.registry import STARTS_PLOTS
from kmeans_cli.progress import Progress
from kmeans_cli.sweep import swept_inits, swept_ks

NAME = "multi-init"
DEFAULTS = {"kmeans.n_init": 30, "sweep.k": None}
"""Where the defaults of this command differ from those of the config."""

_SPREAD = ("j_clust", "inertia", "distance_sum", "n_iter", "accuracy_train", "accuracy_test", "silhouette", "seconds")
_N_CONFUSED = 5


def multi_init(
    config: Config, *, where: RunPlace, options: ManyOptions, progress: Progress, should_stop: Interruption
) -> ManyReport:
    """Fit from every start, keep all, compare; see ``run_many`` for what it raises."""
    return run_many(NAME, conclude, config, where=where, options=options, progress=progress, should_stop=should_stop)


def conclude(run: Finished) -> Conclusion:
    """The best and the worst fit and the spread, of the first k and of each k and init; the figures of all starts."""
    groups = _groups(run)
    of_first_k = [fit for fits in groups for fit in fits if fit.key.k == groups[0][0].key.k]
    numbers = _compared(run, of_first_k) | {"trials": [_trial(run, fits) for fits in groups]}
    models = {"model-worst.npz": _worst_of(of_first_k)}
    if len(groups) > 1:
        models |= {f"models/{_stem(fits[0])}.npz": best_of(fits) for fits in groups}
        models |= {f"models/{_stem(fits[0])}-worst.npz": _worst_of(fits) for fits in groups}

    def draw() -> None:
        for fits in groups:
            suffix = f"-{_stem(fits[0])}" if len(groups) > 1 else ""
            records.write_figures(run.folder, STARTS_PLOTS, _view(run, fits), run.config.figures, suffix)

    return Conclusion(numbers, best_of(of_first_k), models, draw)


def _groups(run: Finished) -> list[list[StoredFit]]:
    """The fits by k and init, in the order asked for; those of which all failed are left out."""
    kmeans, sweep = run.config.kmeans, run.config.sweep
    groups = (
        [fit for fit in run.good if (fit.key.k, fit.key.init) == (k, init)]
        for k in swept_ks(kmeans, sweep)
        for init in swept_inits(kmeans, sweep)
    )
    return [fits for fits in groups if fits]


def _worst_of(fits: list[StoredFit]) -> StoredFit:
    return max(fits, key=lambda fit: float(fit.metrics["inertia"]))


def _stem(fit: StoredFit) -> str:
    return f"k{fit.key.k}-{fit.key.init}"


def _trial(run: Finished, fits: list[StoredFit]) -> dict[str, Any]:
    key = fits[0].key
    return {"k": key.k, "init": key.init, "n_init": len(fits)} | _compared(run, fits)


def _compared(run: Finished, fits: list[StoredFit]) -> dict[str, Any]:
    return {
        "best": _extreme(run, best_of(fits)),
        "worst": _extreme(run, _worst_of(fits)),
        "spread": _spread(fits),
    }


def _extreme(run: Finished, fit: StoredFit) -> dict[str, Any]:
    """What is told of the best and of the worst fit."""
    numbers = fit.metrics
    y, classes = run.data.dataset.y, numbers["cluster_classes"]
    told = {name: numbers[name] for name in ("inertia", "j_clust", "distance_sum", "n_iter")}
    told |= {"fit": fit.number, "seed": fit.seed, "accuracy": None, "nearest": None, "confused": None}
    if y is None or classes is None:
        return told
    outcome = run.outcome(fit)
    right = metrics.right_samples(outcome.nearest, y, tuple(classes)).sum(axis=1)
    shown = (outcome.nearest >= 0).sum(axis=1)
    table = metrics.contingency(outcome.result.labels, y, fit.key.k)
    pairs = metrics.confused_pairs(table, tuple(classes))[:_N_CONFUSED]
    return told | {
        "accuracy": numbers["train"]["accuracy"],
        "nearest": {
            "right": int(right.sum()),
            "shown": int(shown.sum()),
            "per_cluster": [[int(good), int(of)] for good, of in zip(right, shown, strict=True)],
        },
        "confused": [{"classes": [first, second], "samples": samples} for first, second, samples in pairs],
    }


def _spread(fits: list[StoredFit]) -> dict[str, Any]:
    """How far the fits are apart: of each number the smallest, mean, largest and standard deviation."""
    rows = [numbers_of(fit) for fit in fits]
    spread: dict[str, Any] = {
        "n": len(fits),
        "n_converged": sum(row["converged"] for row in rows),
        "best_hits": metrics.best_hits([row["j_clust"] for row in rows]),
    }
    for name in _SPREAD:
        values = [row[name] for row in rows if row[name] is not None]
        spread[name] = _described(values) if values else None
    return spread


def _described(values: list[float]) -> dict[str, float | None]:
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {"min": min(values), "mean": float(np.mean(values)), "max": max(values), "sd": deviation}


def _view(run: Finished, fits: list[StoredFit]) -> StartsView:
    dataset = run.data.dataset
    return StartsView(
        title=f"{dataset.name}, k = {fits[0].key.k}",
        fits=tuple(run.summary(fit) for fit in fits),
        best=fit_files.build_view(dataset, run.outcome(best_of(fits))),
        worst=fit_files.build_view(dataset, run.outcome(_worst_of(fits))),
        agreement=metrics.pairwise_ari([fit.labels for fit in fits]),
    )
