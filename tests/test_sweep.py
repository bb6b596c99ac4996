"""Which fits a run of several has."""

from __future__ import annotations

from typing import Any

import pytest

from kmeans_cli.core.params import KMeansParams
from kmeans_cli.errors import ConfigError
from kmeans_cli.sweep import FitKey, SweepParams, fit_keys, starts_per_k


def test_the_grid_goes_by_k_then_init_then_start() -> None:
    """Numbers of fits follow this order."""
    keys = fit_keys(KMeansParams(n_init=2), SweepParams(k="3,2", init=("uniform", "sample")))
    assert keys[:5] == (
        FitKey(3, "uniform", 0),
        FitKey(3, "uniform", 1),
        FitKey(3, "sample", 0),
        FitKey(3, "sample", 1),
        FitKey(2, "uniform", 0),
    )
    assert len(keys) == 8


def test_null_means_what_kmeans_says() -> None:
    """Without k and init of its own a sweep has those of the section kmeans."""
    keys = fit_keys(KMeansParams(n_clusters=7, init="sample"), SweepParams(k=None))
    assert keys == (FitKey(7, "sample", 0),)


@pytest.mark.parametrize("k", ["5..8", (5, 6, 7, 8), ("5", "6..8"), "5,6,7,8"])
def test_equal_sweeps_are_equal_settings(k: Any) -> None:
    """However a range is written, the config holds one form, so that fingerprints agree."""
    assert SweepParams(k=k) == SweepParams(k="5..8")
    assert SweepParams(init="uniform,sample") == SweepParams(init=("uniform", "sample"))


def test_each_k_may_have_its_own_starts() -> None:
    """A list of starts goes with the list of k."""
    assert starts_per_k(KMeansParams(n_init=(3, 1)), 2) == (3, 1)
    assert starts_per_k(KMeansParams(n_init=4), 3) == (4, 4, 4)
    with pytest.raises(ConfigError, match="3 of them"):
        starts_per_k(KMeansParams(n_init=(3, 1)), 3)


def test_gap_is_asked_when_there_are_references() -> None:
    """The rule need not be named too, and is not asked twice."""
    assert SweepParams(gap_references=3).asked_rules[-1] == "gap"
    assert SweepParams(gap_references=3, rules=("gap", "elbow")).asked_rules == ("gap", "elbow")


@pytest.mark.parametrize(
    "settings",
    [{"k": "9..2"}, {"k": ()}, {"init": "random"}, {"init": ()}, {"rules": ("knee",)}, {"gap_references": -1}],
)
def test_what_cannot_be_right_is_refused(settings: dict[str, Any]) -> None:
    """Ranges, names and counts are checked when the section is made."""
    with pytest.raises(ConfigError):
        SweepParams(**settings)


def test_a_given_start_is_no_start_for_several_fits() -> None:
    """Centroids from a file have one k."""
    with pytest.raises(ConfigError, match="one given start"):
        fit_keys(KMeansParams(init={"file": "x.npy"}), SweepParams(k="2..3"))
