"""SIGINT and SIGTERM: inside a fit a wish, granted after the iteration; elsewhere the end of the command."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kmeans_cli.errors import Interrupted


class Interruption:
    """Whether the user, or the time limit, wants the command to stop.

    Within ``deferred()`` the first signal only sets ``reason``, so the fit can end between two iterations and what it
    reached is kept; a second one, and any outside or within ``prompt()``, raises ``Interrupted`` at once.

    Attributes:
        reason: Why to stop, in words; None: go on.
        signalled: Whether a signal came, not only the time limit.

    Args:
        max_seconds: Stop so many seconds after this object was made; None: never.
    """

    def __init__(self, max_seconds: float | None = None) -> None:
        self.reason: str | None = None
        self._deadline = None if max_seconds is None else time.monotonic() + max_seconds
        self._max_seconds = max_seconds
        self._deferring = False
        self.signalled = False

    def __call__(self) -> bool:
        """Whether to stop now."""
        if self._deadline is not None and self.reason is None and time.monotonic() >= self._deadline:
            self.reason = f"the time limit of {self._max_seconds:g} s was reached"
        return self.reason is not None

    @contextmanager
    def installed(self) -> Iterator[Interruption]:
        """Handle SIGINT and SIGTERM within; afterwards the former handlers are back."""
        former = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield self
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """A part of the work that asks ``self()`` often enough to be trusted with stopping by itself."""
        with self._set(deferring=True):
            yield

    @contextmanager
    def prompt(self) -> Iterator[None]:
        """A part, within what is deferred, that asks nobody.

        Raises:
            Interrupted: At once, if the wish is there already.
        """
        with self._set(deferring=False):
            if self.signalled:
                raise Interrupted(str(self.reason))
            yield

    @contextmanager
    def _set(self, *, deferring: bool) -> Iterator[None]:
        former, self._deferring = self._deferring, deferring
        try:
            yield
        finally:
            self._deferring = former

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a handler
        name = signal.Signals(number).name
        if self._deferring and not self.signalled:
            self.signalled = True
            self.reason = f"stopped by {name}"
            return
        raise Interrupted(f"stopped by {name}")
