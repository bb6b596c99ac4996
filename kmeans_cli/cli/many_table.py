"""The tables of ``kmeans sweep-k`` and ``kmeans multi-init``: what was found, and what would be done."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from kmeans_cli.cli.output import build_table
from kmeans_cli.commands.many_run import ManyReport
from kmeans_cli.selection import rule_label

if TYPE_CHECKING:  # a plan comes with all that its command needs
    from kmeans_cli.commands.image_plan import ImagePlan
    from kmeans_cli.commands.many_plan import ManyPlan

_SPREAD = {
    "j_clust": ("J_clust", ".6g"),
    "distance_sum": ("distance sum", ".6g"),
    "n_iter": ("iterations", ".4g"),
    "accuracy_train": ("accuracy", ".4f"),
    "accuracy_test": ("accuracy, test", ".4f"),
    "silhouette": ("silhouette", ".4f"),
    "seconds": ("seconds", ".2f"),
}


def sweep_table(report: ManyReport) -> Group:
    """A row for each k and init, and what the rules say."""
    metrics = report.metrics or {}
    rows = [_sweep_row(k, init, fits) for (k, init), fits in _by_k_and_init(metrics["fits"]).items()]
    verdicts = [
        (rule_label(name), "none" if verdict["k"] is None else str(verdict["k"]), verdict["reason"])
        for name, verdict in metrics["rules"].items()
    ]
    return Group(
        _without_idle_columns(rows, title=report.dataset),
        build_table(["rule", "k", "reason"], verdicts),
        Text(metrics["rules_summary"] + "\n"),
    )


def starts_table(report: ManyReport) -> Group:
    """For each k and init the spread over its starts, and the best and the worst of them."""
    trials = (report.metrics or {})["trials"]
    return Group(*(part for trial in trials for part in _trial_tables(report.dataset, trial)))


def work_values(plan: ManyPlan | ImagePlan) -> dict[str, Any]:
    """How much is to be done, and by whom."""
    return {
        "fits": len(plan.jobs),
        "there_already": len(plan.jobs) - len(plan.pending),
        "to_do": len(plan.pending),
        "executor": plan.crew.executor,
        "workers": plan.crew.workers,
        "threads": plan.crew.threads,
        "memory_mib": round(plan.bytes_peak / 2**20, 1),
        "run": None if plan.done is None else str(plan.done.path),
    }


def plan_table(values: Mapping[str, Any]) -> Table:
    """A plan for people."""
    rows = [(name.replace("_", " "), str(value)) for name, value in values.items() if value is not None]
    return build_table(["plan", ""], rows)


def _by_k_and_init(fits: Sequence[dict[str, Any]]) -> dict[tuple[int, str], list[dict[str, Any]]]:
    found: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for fit in fits:
        found.setdefault((fit["k"], fit["init"]), []).append(fit)
    return found


def _sweep_row(k: int, init: str, fits: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One k and init: the numbers of its best fit, and what there is of the others."""
    good = [fit for fit in fits if fit["error"] is None]
    row = {"k": k, "init": init, "fits": len(fits), "failed": len(fits) - len(good)}
    if not good:
        return row
    best = min(good, key=lambda fit: float(fit["inertia"]))
    return row | {
        "J_clust": f"{best['j_clust']:#.5g}",
        "mean": f"{math.fsum(fit['j_clust'] for fit in good) / len(good):#.5g}" if len(fits) > 1 else None,
        "iter.": best["n_iter"],
        "accuracy": _score((best["train"] or {}).get("accuracy")),
        "silhouette": _score((best["silhouette"] or {}).get("value")),
    }


def _without_idle_columns(rows: Sequence[dict[str, Any]], *, title: str) -> Table:
    """A table of the columns that say something: not the same init in all rows, one fit in each, or nothing."""
    idle = {"init": rows[0]["init"], "fits": 1, "failed": 0}
    columns = [
        name
        for name in dict.fromkeys(name for row in rows for name in row)
        if any(row.get(name) not in (None, idle.get(name)) for row in rows)
    ]
    cells = [[row.get(name) for name in columns] for row in rows]
    return build_table(columns, cells, title=title, whole=columns, spare=("mean", "iter.", "silhouette"))


def _trial_tables(dataset: str, trial: dict[str, Any]) -> Iterator[Any]:
    spread = trial["spread"]
    title = f"{dataset}: k = {trial['k']}, {trial['init']}, {spread['n']} starts"
    rows = [
        (label, *("" if values[part] is None else format(values[part], form) for part in ("min", "mean", "max", "sd")))
        for name, (label, form) in _SPREAD.items()
        if (values := spread[name]) is not None
    ]
    yield build_table(["", "smallest", "mean", "largest", "sd"], rows, title=title)
    facts = [
        ("converged", f"{spread['n_converged']} of {spread['n']}"),
        ("ended in the best minimum", f"{spread['best_hits']} of {spread['n']}"),
        *_extreme_rows("best", trial["best"]),
        *_extreme_rows("worst", trial["worst"]),
    ]
    yield build_table(["", ""], facts)


def _extreme_rows(name: str, fit: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield f"{name} fit", f"{fit['fit']}, seed {fit['seed']}"
    if fit["nearest"] is not None:
        yield f"{name}: nearest of their cluster's class", f"{fit['nearest']['right']}/{fit['nearest']['shown']}"
    if fit["confused"]:
        pairs = (f"{'–'.join(map(str, pair['classes']))} {pair['samples']}" for pair in fit["confused"])
        yield f"{name}: most confused", ", ".join(pairs)


def _score(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"
