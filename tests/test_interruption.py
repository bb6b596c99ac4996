"""SIGINT, SIGTERM and the time limit: kept until the iteration is done inside a fit, at once elsewhere."""

from __future__ import annotations

import signal

import numpy as np
import pytest

from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import FitState, IterationRecord, StopReason
from kmeans_cli.errors import Interrupted
from kmeans_cli.interruption import Interruption

signals = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@signals
def test_a_signal_outside_a_fit_ends_the_command(number: signal.Signals) -> None:
    """It raises Interrupted, exit code 130, with its name."""
    with Interruption().installed(), pytest.raises(Interrupted, match=f"stopped by {number.name}") as caught:
        signal.raise_signal(number)
    assert caught.value.exit_code == 130


@signals
def test_a_signal_inside_a_fit_is_a_wish(number: signal.Signals) -> None:
    """The first only sets the reason, the second raises at once."""
    interruption = Interruption()
    with interruption.installed(), interruption.deferred():
        assert not interruption()
        signal.raise_signal(number)
        assert interruption()
        assert interruption.reason == f"stopped by {number.name}"
        with pytest.raises(Interrupted):
            signal.raise_signal(number)


def test_after_a_fit_a_signal_ends_the_command_again() -> None:
    """Deferring ends with its context, also after an error."""
    interruption = Interruption()
    with interruption.installed():
        with pytest.raises(KeyError), interruption.deferred():
            raise KeyError
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGTERM)


@signals
def test_former_handlers_come_back(number: signal.Signals) -> None:
    """After the context the handlers are those of before."""
    before = signal.getsignal(number)
    with Interruption().installed():
        assert signal.getsignal(number) != before
    assert signal.getsignal(number) == before
    with pytest.raises(KeyError), Interruption().installed():
        raise KeyError
    assert signal.getsignal(number) == before


def test_the_time_limit_is_a_reason_to_stop() -> None:
    """Without a limit there is none; after it has passed there is, and it stays."""
    assert not Interruption()()
    assert not Interruption(3600)()
    over = Interruption(0)
    assert over()
    assert over()
    assert over.reason == "the time limit of 0 s was reached"


def test_the_first_signal_after_the_time_limit_is_still_a_wish() -> None:
    """The limit has not used up the first signal, so what the fit reached is kept."""
    interruption = Interruption(0)
    with interruption.installed(), interruption.deferred():
        assert interruption()
        signal.raise_signal(signal.SIGINT)
        assert interruption()


def test_a_prompt_part_is_not_deferred() -> None:
    """Within ``prompt()`` a signal raises at once, and one that came before it too; afterwards it is a wish again."""
    interruption = Interruption()
    with interruption.installed(), interruption.deferred():
        with pytest.raises(Interrupted, match="stopped by SIGINT"), interruption.prompt():
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Interrupted, match="stopped by SIGTERM"), interruption.prompt():
            pytest.fail("it is not begun")


def test_the_time_limit_leaves_a_prompt_part_alone() -> None:
    """Only a signal ends it: the limit is for the fits."""
    interruption = Interruption(0)
    with interruption.deferred():
        assert interruption()
        with interruption.prompt():
            pass


def test_an_interrupted_fit_keeps_what_it_reached() -> None:
    """A signal during an iteration ends the fit after it, with a result."""
    interruption = Interruption()

    def on_iteration(record: IterationRecord, _: FitState) -> bool:
        if record.iteration == 2:
            signal.raise_signal(signal.SIGINT)
        return interruption()

    X = np.random.default_rng(0).normal(size=(500, 5))
    with interruption.installed(), interruption.deferred():
        result = fit(ArraySamples(X), KMeansParams(8), on_iteration=on_iteration)
    assert (result.n_iter, result.stop_reason) == (2, StopReason.INTERRUPTED)
