"""The settings of a fit: what they allow and how they say what they do not."""

from __future__ import annotations

from typing import Any

import pytest

from kmeans_cli.core.algorithms import ALGORITHMS, choose
from kmeans_cli.core.empty import EMPTY_POLICIES
from kmeans_cli.core.init import INITS
from kmeans_cli.core.params import KMeansParams, StopParams
from kmeans_cli.core.stop import STOP_RULES
from kmeans_cli.errors import ConfigError


def test_defaults_are_the_contracts() -> None:
    """Without settings: 10 clusters, one k-means++ start, up to 1,000 iterations, farthest, labels."""
    params = KMeansParams()
    assert (params.n_clusters, params.init, params.n_init, params.max_iter) == (10, "k-means++", 1, 1000)
    assert (params.algorithm, params.empty, params.stop) == ("auto", "farthest", StopParams("labels", None))


@pytest.mark.parametrize("init", [*INITS, {"file": "centroids.npy"}, {"run": "latest"}])
@pytest.mark.parametrize("empty", EMPTY_POLICIES)
@pytest.mark.parametrize("algorithm", ["auto", *ALGORITHMS])
def test_every_variant_is_allowed(init: Any, empty: str, algorithm: str) -> None:
    """All names of the registries are settings, and a given start has a short name too."""
    params = KMeansParams(init=init, empty=empty, algorithm=algorithm)
    assert params.init_name == (init if isinstance(init, str) else next(iter(init)))


@pytest.mark.parametrize("rule", [rule for rule in STOP_RULES if rule != "labels"])
@pytest.mark.parametrize("tol", [0.0, 1e-4, 7.5])
def test_rules_with_a_tolerance(rule: str, tol: float) -> None:
    """Every other rule than ``labels`` takes a tol of at least 0."""
    assert StopParams(rule, tol).tol == tol


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"n_clusters": 0}, "n_clusters: 0 is too small; allowed: a whole number from 1"),
        ({"n_init": -1}, "n_init: -1 is too small; allowed: a whole number from 1"),
        ({"max_iter": 0}, "max_iter: 0 is too small; allowed: a whole number from 1"),
        (
            {"init": "kmeans++"},
            "init: 'kmeans++' is no init; allowed: k-means++, sample, uniform, farthest, parallel; did you mean",
        ),
        ({"init": {}}, "init: {} names no start; allowed: {file: centroids.npy} or {run: RUN}"),
        ({"init": {"file": "a", "run": "b"}}, "init: {'file': 'a', 'run': 'b'} names no start"),
        ({"init": {"seed": "1"}}, "init: {'seed': '1'} names no start"),
        ({"algorithm": "loyd"}, "algorithm: 'loyd' is no algorithm; allowed: auto, lloyd"),
        ({"empty": "drop"}, "empty: 'drop' is no empty-cluster policy; allowed: farthest, split"),
    ],
)
def test_refuses_in_one_line(settings: dict[str, Any], line: str) -> None:
    """A setting that cannot be right is a ConfigError with the key, the value and what is allowed."""
    with pytest.raises(ConfigError) as caught:
        KMeansParams(**settings)
    assert str(caught.value).startswith(line)


def test_random_is_refused_with_an_explanation() -> None:
    """Plain ``random`` names both inits that it might mean."""
    with pytest.raises(ConfigError, match="'random' means different things") as caught:
        KMeansParams(init="random")
    assert all(word in str(caught.value) for word in ("'sample'", "'uniform'", "scikit-learn"))


@pytest.mark.parametrize(
    ("rule", "tol", "line"),
    [
        ("label", None, "stop.rule: 'label' is no stop rule; allowed: labels, shift, loss; did you mean 'labels'?"),
        ("labels", 0.1, "stop.tol: 0.1 has no meaning for rule 'labels'"),
        ("shift", None, "stop.tol: rule 'shift' needs a tol; allowed: a number, at least 0"),
        ("loss", -1.0, "stop.tol: -1.0 is no tolerance; allowed: a number, at least 0"),
        ("loss", float("nan"), "stop.tol: nan is no tolerance"),
        ("shift", float("inf"), "stop.tol: inf is no tolerance"),
    ],
)
def test_refuses_a_wrong_tolerance(rule: str, tol: float | None, line: str) -> None:
    """A missing, needless, negative or endless tol is a ConfigError."""
    with pytest.raises(ConfigError) as caught:
        StopParams(rule, tol)
    assert str(caught.value).startswith(line)


def test_auto_chooses_and_says_why() -> None:
    """``auto`` becomes the name of an algorithm with a reason; a name stays what was asked."""
    name, reason = choose("auto", 60_000, 784, 20)
    assert name in ALGORITHMS
    assert reason
    assert choose("lloyd", 10, 2, 2) == ("lloyd", "as asked")
