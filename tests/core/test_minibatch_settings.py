"""The settings of mini-batch, and those it refuses."""

from __future__ import annotations

import pytest

from kmeans_cli.core.params import MiniBatchParams, StopParams
from kmeans_cli.errors import ConfigError

from .batches import minibatch


def test_defaults_are_the_contracts() -> None:
    """Batches of 1,024, a hundred epochs, patience for ten batches, and a hundredth to keep a centroid."""
    params = MiniBatchParams()
    assert (params.batch_size, params.max_epochs, params.patience) == (1024, 100, 10)
    assert (params.reassignment_ratio, params.full_every) == (0.01, None)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"max_iter": 50}, "max_iter: 50 has no meaning for algorithm 'minibatch'; allowed: minibatch.max_epochs"),
        ({"stop": StopParams("loss", 1)}, "stop.rule: 'loss' has no meaning for algorithm 'minibatch'; allowed: mini"),
        ({"empty": "zero"}, "empty: 'zero' has no meaning for algorithm 'minibatch'"),
    ],
)
def test_settings_of_the_exact_loop_are_refused(settings: dict[str, object], words: str) -> None:
    """What mini-batch has no use for is a ConfigError that names the key to use instead."""
    with pytest.raises(ConfigError) as caught:
        minibatch(3, **settings)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_size": 0}, "batch_size: 0 is too small"),
        ({"max_epochs": 0}, "max_epochs: 0 is too small"),
        ({"patience": -1}, "patience: -1 is too small"),
        ({"full_every": 0}, "full_every: 0 is too small"),
        ({"reassignment_ratio": 1.0}, "reassignment_ratio: 1.0 is no share"),
        ({"reassignment_ratio": float("nan")}, "reassignment_ratio: nan is no share"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], words: str) -> None:
    """A number that cannot be right is a ConfigError with the key and what is allowed."""
    with pytest.raises(ConfigError) as caught:
        MiniBatchParams(**settings)
    assert str(caught.value).startswith(words)
