"""What a subspace says about the rest of the features is true."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core import subspace
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.subspace import LEAK

from .cases import CASES


@pytest.mark.parametrize("directions", [1, 2, 62])
@pytest.mark.parametrize("name", CASES)
def test_products_with_the_rest_are_bounded(name: str, directions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """For any δ, |e·δ| is at most ρ (‖δ⊥‖ + LEAK ‖Vᵀδ‖), in extended precision, also for δ along e itself."""
    monkeypatch.setattr(subspace, "_N_DIRECTIONS", directions)
    prepared = prepare(CASES[name].samples)
    space, centre = prepared.subspace(), (prepared.mean - prepared.origin) / prepared.scale
    z, rho = space.rows[:, :-2].astype(np.longdouble), space.rows[:, -2].astype(np.longdouble)
    rest = prepared.rows - centre.astype(np.longdouble) - z @ space.basis.T
    random = np.random.default_rng(0).normal(size=(20, rest.shape[1]))
    for delta in (*random, *(random[:, :1] * space.basis.T[0]), *rest[:5].astype(np.float64)):
        within = space.basis.T @ delta
        bound = np.linalg.norm(delta - space.basis @ within) + LEAK * np.linalg.norm(within)
        assert (np.abs(rest @ delta) <= rho * bound * (1 + 1e-9) + 1e-300).all()


def test_the_directions_are_those_of_the_largest_variance() -> None:
    """On data that vary in three directions only, three directions leave nothing over."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(500, 3)) @ rng.normal(size=(3, 40))
    space = prepare(ArraySamples(X)).subspace()
    assert space.rows[:, -2].max() < 0.05 * np.linalg.norm(X, axis=1).max()
    np.testing.assert_allclose(space.basis.T @ space.basis, np.eye(40), atol=1e-5)
