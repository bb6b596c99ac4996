"""What an outline leaves out of a product is bounded."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core import outline
from kmeans_cli.core.outline import rest_lengths
from kmeans_cli.core.prepare import prepare

from .cases import CASES


@pytest.mark.parametrize("n_directions", [1, 2, 126])
@pytest.mark.parametrize("name", CASES)
def test_what_is_left_out_is_bounded(name: str, n_directions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """|(r − m)·q − z·w| is at most ρσ, in float64, also for q that are rows themselves or along a direction."""
    monkeypatch.setattr(outline, "_N_DIRECTIONS", n_directions)
    prepared = prepare(CASES[name].samples)
    short = prepared.outline()
    z, rho = short.rows[:, :-2].astype(np.float64), short.rows[:, -2].astype(np.float64)
    about_mean = prepared.rows - prepared.centre
    random = np.random.default_rng(0).normal(size=(20, about_mean.shape[1]))
    q = np.vstack([random, random[:, :1] * short.directions.T[0], about_mean[:20]])
    w = q @ short.directions
    sigma = rest_lengths(np.square(q).sum(axis=1), w.astype(np.float32))
    left_out = np.abs(about_mean @ q.T - z @ w.T)
    assert (left_out <= rho[:, None] * sigma * (1 + 1e-6) + 1e-300).all()
    assert (short.rows[:, -1] == 1).all()
