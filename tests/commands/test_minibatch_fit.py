"""``kmeans fit`` with mini-batch: one fit of several starts, its history, its canonical order."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kmeans_cli import load_run
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import build
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import silent
from kmeans_cli.runs.read import Run


def fitted(tmp_path: Path, **minibatch: object) -> Run:
    """A run on the digits without figures."""
    settings = {"algorithm": "minibatch", "n_init": 3}
    config = build({"kmeans": settings, "minibatch": minibatch, "figures": {"enabled": False}, "trace": True})
    report = fit(config, where=RunPlace(tmp_path), progress=silent, should_stop=Interruption())
    return load_run(report.run_dir, tmp_path)


def test_several_starts_are_one_fit(tmp_path: Path) -> None:
    """The history has one fit with a row per batch, the metrics say what ran and that the model's inertia is direct."""
    run = fitted(tmp_path, batch_size=300)
    assert set(run.history["fit"]) == {0}
    assert run.history["iteration"].tolist() == list(range(1, run.metrics["n_iter"] + 1))
    assert "j_clust_full" not in run.history
    assert (run.metrics["algorithm"], run.metrics["converged"]) == ("minibatch", True)
    assert run.metrics["stop_reason"] == "the smoothed batch inertia no longer fell"
    classes = run.metrics["cluster_classes"]
    assert classes == sorted(classes)
    with np.load(run.path / "trace.npz") as arrays:
        assert arrays["centroids"].shape == (run.metrics["n_iter"] + 1, 10, 64)
        np.testing.assert_allclose(arrays["centroids"][-1], run.model().centroids, rtol=1e-6, atol=1e-6)


def test_full_inertia_is_a_column(tmp_path: Path) -> None:
    """With ``full_every`` the history has J_clust of all samples in those rows, and nothing in the others."""
    run = fitted(tmp_path, batch_size=300, full_every=4)
    full = run.history["j_clust_full"]
    assert np.flatnonzero(np.isfinite(full)).tolist() == list(range(3, len(full), 4))
