"""Which algorithm ``auto`` takes."""

from __future__ import annotations

import pytest

from kmeans_cli.core.algorithms import ALGORITHMS, choose
from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples

from .cases import digits


@pytest.mark.parametrize(
    ("n", "d", "k", "expected", "words"),
    [
        (1797, 64, 10, "lloyd", "17,970 distances"),
        (1797, 64, 100, "lloyd", "1,797 samples × 64 features are too few for bounds"),
        (60_000, 3, 10, "hamerly", "too few for a subspace"),
        (60_000, 784, 20, "projected", "60,000 samples × 784 features are enough"),
        (60_000, 784, 1000, "hamerly", "1,000 distances of each sample"),
        (1_000_000, 2, 50, "hamerly", "1,000,000 samples × 2 features are too few"),
        (4000, 784, 100, "hamerly", "4,000 samples"),
    ],
)
def test_auto_goes_by_size(n: int, d: int, k: int, expected: str, words: str) -> None:
    """Little work is done by Lloyd, much on narrow data by Hamerly's bounds, on wide data in a subspace."""
    name, reason = choose("auto", n, d, k)
    assert name == expected
    assert words in reason


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_wish_is_granted(name: str) -> None:
    """An algorithm asked for by name runs, and the result names it."""
    result = fit(ArraySamples(digits()[:50]), KMeansParams(3, algorithm=name))
    assert (result.algorithm, result.algorithm_reason) == (name, "as asked")


def test_the_result_says_what_auto_chose() -> None:
    """The algorithm of a result is never ``auto``."""
    result = fit(ArraySamples(digits()), KMeansParams(10))
    assert (result.algorithm, result.algorithm_reason) == choose("auto", *digits().shape, 10)


def test_a_subspace_is_built_once_for_all_fits() -> None:
    """Fits share it through what is prepared."""
    samples = ArraySamples(digits())
    prepared = prepare(samples)
    before = prepared.subspace()
    fit(samples, KMeansParams(5, algorithm="projected"), prepared=prepared)
    assert prepared.subspace() is before
