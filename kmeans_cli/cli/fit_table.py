"""The tables of ``kmeans fit``: what was found, and what would be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from kmeans_cli.cli.output import build_table
from kmeans_cli.commands.fit_plan import FitPlan
from kmeans_cli.commands.fit_run import FitReport

_SCORES = {
    "accuracy": "accuracy",
    "homogeneity": "homogeneity",
    "completeness": "completeness",
    "v_measure": "V-measure",
    "ari": "ARI",
    "nmi": "NMI",
}


def fit_table(report: FitReport) -> Table:
    """The numbers of a fit, with a column for the held-out samples where there are any."""
    metrics = report.metrics
    title = f"{report.dataset}: k = {metrics['n_clusters']}, start {metrics['init']}, seed {metrics['seed']}"
    rows = [*_fit_rows(metrics), *_score_rows(metrics["train"], metrics["test"]), *_geometry_rows(metrics)]
    if metrics["test"] is None:
        return build_table(["", "train"], [row[:2] for row in rows], title=title)
    return build_table(["", "train", "test"], rows, title=title)


def plan_values(plan: FitPlan) -> dict[str, Any]:
    """A plan as plain values."""
    params = plan.jobs[0].params
    n, d = plan.shape
    return {
        "dataset": plan.dataset,
        "n_samples": n,
        "n_features": d,
        "n_held_out": plan.n_test,
        "dtype": plan.dtype,
        "n_clusters": params.n_clusters,
        "init": params.init_name,
        "algorithm": params.algorithm,
        "seeds": [job.seed for job in plan.jobs],
        "threads": plan.threads,
        "memory_mib": round(plan.bytes_peak / 2**20, 1),
        "in_passes": plan.in_passes,
    }


def plan_table(plan: FitPlan) -> Table:
    """What a fit would do."""
    values = plan_values(plan)
    seeds = values.pop("seeds")
    values["starts"] = len(seeds)
    values["seed"] = seeds[0]
    why = values.pop("in_passes")
    values["data"] = "held in memory" if why is None else f"read in passes: {why}"
    rows = [(name.replace("_", " "), str(value)) for name, value in values.items()]
    return build_table(["plan", ""], rows)


def _fit_rows(metrics: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    seconds = metrics["seconds"]
    yield "J_clust (mean squared distance)", f"{metrics['j_clust']:.6g}", ""
    yield "inertia (their sum)", f"{metrics['inertia']:.6g}", ""
    yield "distance sum (unsquared)", f"{metrics['distance_sum']:.6g}", ""
    yield "iterations", str(metrics["n_iter"]), ""
    yield "converged" if metrics["converged"] else "not converged", metrics["stop_reason"], ""
    fit, whole = seconds["init"] + seconds["fit"], sum(seconds.values())
    yield "time", f"fit {fit:.2f} s, all {whole:.2f} s", ""


def _score_rows(train: dict[str, Any] | None, test: dict[str, Any] | None) -> Iterator[tuple[str, str, str]]:
    for name, label in _SCORES.items():
        if train is not None:
            yield label, _score(train[name]), _score(test[name]) if test else ""


def _geometry_rows(metrics: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    silhouette, sizes = metrics["silhouette"], metrics["cluster_sizes"]
    if silhouette is not None and silhouette["value"] is not None:
        yield "silhouette", f"{_score(silhouette['value'])} ({silhouette['n_samples']} samples)", ""
    yield "cluster sizes", f"{min(sizes)} to {max(sizes)}", ""


def _score(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
