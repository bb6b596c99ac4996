"""``fits.csv``: the fits of a run, a row each; and the same columns as numbers, for figures and rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kmeans_cli.fit_records import StoredFit

COLUMNS = (
    *("fit", "k", "init", "start", "seed", "status", "n_iter", "converged", "stop_reason"),
    *("inertia", "j_clust", "distance_sum", "accuracy_train", "accuracy_test"),
    *("homogeneity", "completeness", "v_measure", "ari", "nmi"),
    *("silhouette", "davies_bouldin", "calinski_harabasz", "seconds", "error"),
)
"""What of a fit stands in ``fits.csv``; class scores without a split are of the training samples."""

_AS_THEY_ARE = (
    *("n_iter", "converged", "stop_reason", "inertia", "j_clust", "distance_sum"),
    *("davies_bouldin", "calinski_harabasz"),
)
_CLASS_SCORES = ("homogeneity", "completeness", "v_measure", "ari", "nmi")


def row_of(fit: StoredFit) -> dict[str, Any]:
    """The columns of a fit; None where it has no such number."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= fit.key._asdict() | {"fit": fit.number, "seed": fit.seed, "error": fit.error}
    row["status"] = "completed" if fit.error is None else "failed"
    return row | numbers_of(fit) if fit.error is None else row


def numbers_of(fit: StoredFit) -> dict[str, Any]:
    """The numbers of a fit that did not fail, by column."""
    metrics = fit.metrics
    train, test, silhouette = metrics["train"] or {}, metrics["test"] or {}, metrics["silhouette"] or {}
    seconds = metrics["seconds"]
    return {
        **{name: metrics[name] for name in _AS_THEY_ARE},
        **{name: train.get(name) for name in _CLASS_SCORES},
        "accuracy_train": train.get("accuracy"),
        "accuracy_test": test.get("accuracy"),
        "silhouette": silhouette.get("value"),
        "seconds": seconds["init"] + seconds["fit"],
    }


def rows(fits: Sequence[StoredFit]) -> list[tuple[Any, ...]]:
    """The rows of ``fits.csv``, in the order of ``COLUMNS``."""
    return [tuple(row_of(fit)[column] for column in COLUMNS) for fit in fits]
