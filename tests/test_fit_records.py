"""Finished fits on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli import datasets
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.evaluation import FitOutcome, evaluate
from kmeans_cli.experiment import FitData, FitJob, run_fit
from kmeans_cli.fit_records import make_ready, read_fits, write_failure, write_outcome
from kmeans_cli.metrics.params import EvaluateParams
from kmeans_cli.progress import silent
from kmeans_cli.runs import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run folder."""
    return RunFolder(tmp_path, {})


def _job(number: int, k: int, *, distance_sums: bool = False, trace: bool = False) -> FitJob:
    return FitJob(number, KMeansParams(n_clusters=k), seed=3, distance_sums=distance_sums, trace=trace)


def _outcome(data: FitData, job: FitJob) -> FitOutcome:
    return evaluate(data, run_fit(data, job, 1, map, silent, lambda: False), EvaluateParams(), 0, map)


@pytest.mark.parametrize("extra", [False, True])
def test_a_fit_comes_back_as_it_was(folder: RunFolder, extra: bool) -> None:
    """Numbers, arrays, history, trace and purities: everything the figures and models are made of."""
    data = FitData.of(datasets.load(DataParams(name="blobs")), map)
    job = _job(7, 4, distance_sums=extra, trace=extra)
    outcome = _outcome(data, job)
    write_outcome(folder, outcome)
    (stored,) = read_fits(folder.path)
    assert (stored.number, stored.key, stored.seed, stored.error) == (7, job.key, 3, None)
    back = stored.outcome(job, data.dataset.y)
    assert back.metrics == outcome.metrics
    assert back.result.history == outcome.result.history == stored.history
    assert back.result.stop_reason is outcome.result.stop_reason
    assert back.cluster_classes == outcome.cluster_classes
    for name in ("centroids", "labels", "squared_distances", "cluster_sizes", "start", "init_indices"):
        np.testing.assert_array_equal(getattr(back.result, name), getattr(outcome.result, name))
    np.testing.assert_array_equal(back.nearest, outcome.nearest)
    assert (back.fitted.trace is None) is not extra


def test_fits_are_read_by_number(folder: RunFolder) -> None:
    """Fit 10,000 comes after fit 9,999 though its name does not."""
    for number, k in ((10_000, 4), (9_999, 3), (2, 2)):
        write_failure(folder, _job(number, k), "no luck")
    assert [fit.number for fit in read_fits(folder.path)] == [2, 9_999, 10_000]


def test_fits_get_the_numbers_of_the_grown_run(folder: RunFolder) -> None:
    """Fits move to the places of their keys; what no json commits goes; failed ones go when they are to be repeated."""
    data = FitData.of(datasets.load(DataParams(name="blobs")), map)
    for number, k in enumerate((3, 4)):
        write_outcome(folder, _outcome(data, _job(number, k)))
    write_failure(folder, _job(2, 5), "no luck")
    (folder.path / "fits" / "0009.npz").write_bytes(b"half")
    grown = [_job(number, k) for number, k in enumerate((2, 3, 4, 5))]
    make_ready(folder, grown, keep_failed=True)
    assert [(fit.number, fit.key.k, fit.error) for fit in read_fits(folder.path)] == [
        (1, 3, None),
        (2, 4, None),
        (3, 5, "no luck"),
    ]
    names = sorted(path.name for path in (folder.path / "fits").iterdir())
    assert names == ["0001.json", "0001.npz", "0002.json", "0002.npz", "0003.json"]
    make_ready(folder, grown, keep_failed=False)
    assert [fit.number for fit in read_fits(folder.path)] == [1, 2]


def test_a_crash_while_fits_move_loses_none(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever it happens, every fit is still there under one number, and the next attempt completes the move."""
    data = FitData.of(datasets.load(DataParams(name="blobs")), map)
    for number, k in enumerate((3, 4, 5)):
        write_outcome(folder, _outcome(data, _job(number, k)))
    grown = [_job(number, k) for number, k in enumerate((2, 3, 4, 5))]
    real, calls = Path.replace, 0

    def crash_at_third(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == 4:  # each fit takes two: its arrays, then the json that commits them
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", crash_at_third)
    with pytest.raises(KeyboardInterrupt):
        make_ready(folder, grown, keep_failed=True)
    monkeypatch.undo()
    assert [fit.key.k for fit in read_fits(folder.path)] == [3, 4, 5]
    make_ready(folder, grown, keep_failed=True)
    assert [(fit.number, fit.key.k) for fit in read_fits(folder.path)] == [(1, 3), (2, 4), (3, 5)]
    assert len(list((folder.path / "fits").iterdir())) == 6


def test_equal_fits_are_equal_files_but_for_the_time(folder: RunFolder) -> None:
    """The arrays of two fits of one job are the same bytes."""
    data = FitData.of(datasets.load(DataParams(name="blobs")), map)
    for number in (0, 1):
        write_outcome(folder, _outcome(data, replace(_job(number, 3), number=number)))
    contents = []
    for number in (0, 1):
        with np.load(folder.path / "fits" / f"{number:04d}.npz") as arrays:
            contents.append({name: arrays[name].tobytes() for name in arrays if name != "seconds"})
    assert contents[0] == contents[1]
