"""The gap statistic of ``kmeans sweep-k``, from the command line to its files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.cli.calls import kmeans
from tests.same_run import comparable

BLOBS = ("--data", "blobs")


def _sweep(*args: str) -> Path:
    """The folder of a sweep."""
    result = kmeans("sweep-k", "--no-figures", "--quiet", *args)
    assert result.exit_code == 0, result.stderr
    return Path(result.stdout.strip())


def _reference(*args: str) -> NDArray[np.float64]:
    """The inertia of k = 2 and 3 on the only reference of a sweep."""
    run = _sweep("--k", "2..3", "--set", "sweep.gap_references=1", *args)
    return np.array(json.loads((run / "gap" / "0000.json").read_text())["inertia"])


def test_gap_statistic_on_request() -> None:
    """With references the gap rule is asked too, and finds the three blobs; resuming fits no reference again."""
    run = _sweep(*BLOBS, "--k", "1..6", "--set", "sweep.gap_references=5")
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["rules"]["gap"]["k"] == 3
    assert len(metrics["gap"]) == 6
    assert len(list((run / "gap").iterdir())) == 5
    before = {path: path.stat().st_mtime_ns for path in (run / "gap").iterdir()}
    (run / "metrics.json").unlink()
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"status": "interrupted"}))
    assert kmeans("sweep-k", "--resume", str(run)).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in (run / "gap").iterdir()} == before


def test_a_grown_gap_statistic_is_as_one_that_large_from_the_beginning() -> None:
    """More starts, inits and k, and fewer references: those kept of other fits do not count, those too many go."""
    small = _sweep(*BLOBS, "--k", "2..3", "--init", "sample", "--set", "sweep.gap_references=3")
    large = ("--k", "2..4", "--init", "uniform,sample", "--n-init", "2", "--set", "sweep.gap_references=2")
    assert kmeans("sweep-k", "--resume", str(small), *large).exit_code == 0
    assert comparable(small) == comparable(_sweep(*BLOBS, *large))


def test_references_have_the_weights_of_the_samples() -> None:
    """Samples that count twice have references of twice the inertia."""
    X = np.random.default_rng(0).random((60, 2))
    np.savez("twice.npz", X=X, weights=np.full(60, 2.0))
    np.save("once.npy", X)
    twice, once = (_reference("--data", file) for file in ("twice.npz", "once.npy"))
    np.testing.assert_allclose(twice, 2 * once)


def test_references_are_fitted_by_mini_batch_where_the_data_are() -> None:
    """With its settings: a single small batch leaves a larger inertia than many, and than the exact algorithm."""
    np.save("rows.npy", np.random.default_rng(0).random((500, 2)))
    args = ("--data", "rows.npy", "--algorithm", "minibatch", "--set", "minibatch.batch_size=20")
    short = _reference(*args, "--set", "minibatch.patience=1")
    long, exact = _reference(*args, "--set", "minibatch.patience=100"), _reference("--data", "rows.npy")
    assert (short > long).all()
    assert (long > exact).all()
