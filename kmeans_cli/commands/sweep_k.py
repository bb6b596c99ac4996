"""``kmeans sweep-k``: many k, one or several inits and starts; and which k to choose."""

from __future__ import annotations

from typing import Any

from kmeans_cli import records, selection
from kmeans_cli.commands.finished import Conclusion, Finished, best_of
from kmeans_cli.commands.gap import gap_by_k
from kmeans_cli.commands.many_fits import run_many
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.many_run import ManyReport
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config
from kmeans_cli.fit_records import StoredFit
from kmeans_cli.interruption import Interruption
from kmeans_cli.plots.many_view import SweepView
from kmeans_cli.plots.registry import SWEEP_PLOTS
from kmeans_cli.progress import Progress

NAME = "sweep-k"


def sweep_k(
    config: Config, *, where: RunPlace, options: ManyOptions, progress: Progress, should_stop: Interruption
) -> ManyReport:
    """Fit every k from every start, ask the rules for a k, record; see ``run_many`` for what it raises."""
    return run_many(NAME, conclude, config, where=where, options=options, progress=progress, should_stop=should_stop)


def conclude(run: Finished) -> Conclusion:
    """The best fit of each k, what the rules say of these, and the figures."""
    best = {k: best_of([fit for fit in run.good if fit.key.k == k]) for k in sorted({fit.key.k for fit in run.good})}
    gap = gap_by_k(run, best)
    chosen = selection.choose(run.config.sweep.asked_rules, _curves(best, gap))
    model = best_of(run.good) if chosen.chosen is None else best[chosen.chosen]
    numbers: dict[str, Any] = {
        "chosen_k": chosen.chosen,
        "rules": {name: {"k": verdict.k, "reason": verdict.reason} for name, verdict in chosen.verdicts.items()},
        "rules_summary": chosen.summary,
        "gap": {str(k): list(pair) for k, pair in gap.items()},
        "best": {str(k): fit.number for k, fit in best.items()},
        "model_fit": model.number,
    }
    view = SweepView(
        title=run.data.dataset.name,
        fits=tuple(run.summary(fit) for fit in run.good),
        chosen={name: verdict.k for name, verdict in chosen.verdicts.items()},
        gap=gap,
    )
    return Conclusion(
        numbers,
        model,
        {f"models/k{k}.npz": fit for k, fit in best.items()},
        lambda: records.write_figures(run.folder, SWEEP_PLOTS, view, run.config.figures),
    )


def _curves(best: dict[int, StoredFit], gap: dict[int, tuple[float, float]]) -> selection.Curves:
    numbers = [fit.metrics for fit in best.values()]
    return selection.Curves(
        ks=tuple(best),
        inertia=tuple(each["inertia"] for each in numbers),
        silhouette=tuple(each["silhouette"]["value"] for each in numbers),
        calinski_harabasz=tuple(each["calinski_harabasz"] for each in numbers),
        davies_bouldin=tuple(each["davies_bouldin"] for each in numbers),
        gap=gap,
    )
