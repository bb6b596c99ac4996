"""Where a fit begins: where it was left, at given centroids, or at drawn ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_cli.core.batch_start import draw_start
from kmeans_cli.core.init import INITS, Start, StartCase
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.types import FitState, Float64Array


def begin_at(
    state: FitState | None, start: Float64Array | None, rng: np.random.Generator, draw: Callable[[], Start]
) -> Start:
    """The first centroids of a fit; the generator is put where a state left it.

    Args:
        state: The fit goes on from here.
        start: (k, d) given centroids, where there is no state.
        rng: The generator of the fit.
        draw: Draws a start, where neither is given.
    """
    if state is not None:
        rng.bit_generator.state = state.rng_state
        return Start(state.start, state.init_indices)
    return draw() if start is None else Start(np.asarray(start, dtype=np.float64), None)


def drawn(case: StartCase, params: KMeansParams, batches: MiniBatchParams) -> Start:
    """A start by the init of the settings; for mini-batch, the best of several."""
    init = INITS[params.init_name]
    if not params.is_minibatch:
        return init(case)
    assert isinstance(params.n_init, int)  # a list is for several k, so for several fits
    return draw_start(case, init, params.n_init, batches.batch_size)
