"""Until when a label is proven: rounding only ever shortens it."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.algorithms.expiry import Expiry

K, N = 5, 4000


@pytest.mark.parametrize("seed", range(8))
def test_no_proof_outlives_its_bounds(seed: int) -> None:
    """Whatever the size of drift, distances and their gaps, a label is not proven once drift has used up the gap."""
    rng = np.random.default_rng(seed)
    expiry, drift = Expiry(N, K), np.zeros(K, dtype=np.longdouble)

    def advance() -> None:
        shifts = rng.random(K) * 10.0 ** rng.integers(-7, 2)
        others = [max(shift for i, shift in enumerate(shifts) if i != j) for j in range(K)]
        expiry.advance(shifts)
        drift[:] += shifts + others

    for _ in range(rng.integers(1, 40)):
        advance()
    labels = rng.integers(K, size=N).astype(np.int32)
    near = 10.0 ** rng.uniform(-8, 4, N)
    far = near * (1 - 10.0 ** rng.uniform(-9, 0, N))
    near_squared, far_squared = ((values**2).astype(np.float32) for values in (near, far))
    expiry.renew(slice(0, N), labels, far_squared, near_squared)
    gap = np.sqrt(near_squared.astype(np.longdouble)) - np.sqrt(far_squared.astype(np.longdouble))
    end = drift[labels] + gap
    n_proven = 0
    for _ in range(10):
        proven = expiry.proves(slice(0, N), labels)
        assert (drift[labels] < end)[proven].all()
        n_proven += np.count_nonzero(proven)
        advance()
    assert n_proven > N / 4
