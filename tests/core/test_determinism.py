"""The same bytes whoever computes the blocks, in whatever order, however many at once, and after going on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmeans_cli import datasets
from kmeans_cli.core.algorithms import ALGORITHMS, MINIBATCH
from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import FitState, KMeansResult
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.threads import open_block_map

from .cases import SmallBlocks, digits
from .reference import same_but_seconds

EVERY = (*ALGORITHMS, MINIBATCH)


def _backwards(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]:
    """The last block is computed first; the results still come in order."""
    return [function(item) for item in reversed(list(items))][::-1]


def _shuffled(function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]:
    """Blocks are computed in a random order."""
    items = list(items)
    results: list[Any] = [None] * len(items)
    for place in np.random.default_rng(len(items)).permutation(len(items)):
        results[place] = function(items[place])
    return results


@cache
def _digits() -> ArraySamples:
    """The digits in 36 blocks."""
    return SmallBlocks(digits())


@cache
def _images() -> ArraySamples:
    """6,000 images of MNIST."""
    data = DataParams(name="mnist", per_class=600, test=False)
    return ArraySamples(datasets.load(data, data_dir=Path(os.environ["KMEANS_DATA_DIR"])).X)


def _fit(samples: ArraySamples, algorithm: str, **more: Any) -> KMeansResult:
    drawn = {} if algorithm == MINIBATCH else {"empty": "sample"}  # mini-batch draws anyway
    params = KMeansParams(10, init="uniform", algorithm=algorithm, **drawn)
    batches = MiniBatchParams(batch_size=1200, max_epochs=20)
    return fit(samples, params, minibatch=batches, seed=4, **more)


def _check(samples: ArraySamples, algorithm: str) -> None:
    states: list[FitState] = []
    alone = _fit(samples, algorithm, on_iteration=lambda _, state: states.append(deepcopy(state)))
    for map_blocks in (_backwards, _shuffled):
        same_but_seconds(alone, _fit(samples, algorithm, map_blocks=map_blocks))
    for n_threads in (1, 2, 4):
        with open_block_map(n_threads) as map_blocks:
            same_but_seconds(alone, _fit(samples, algorithm, map_blocks=map_blocks))
            half = states[len(states) // 2]
            same_but_seconds(alone, _fit(samples, algorithm, map_blocks=map_blocks, state=half))


@pytest.mark.parametrize("algorithm", EVERY)
def test_the_same_bytes_on_digits(algorithm: str) -> None:
    """1, 2 and 4 threads, blocks backwards and shuffled, and from the middle on: one result."""
    with open_block_map(1):  # BLAS on one thread, as in every command
        _check(_digits(), algorithm)


@pytest.mark.mnist
@pytest.mark.parametrize("algorithm", EVERY)
def test_the_same_bytes_on_images(algorithm: str) -> None:
    """The same on 6,000 images."""
    with open_block_map(1):
        _check(_images(), algorithm)
