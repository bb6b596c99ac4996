"""What the user sees while a command works: progress and warnings on stderr; and its result, on stdout."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from kmeans_cli.cli.output import no_colour, rich_console, write_json, write_line, write_table
from kmeans_cli.progress import Bytes, Event, FitDone, FitsState, FitStarted, Iteration, Stage, Warned

if TYPE_CHECKING:
    from rich.progress import Progress

SECONDS_BETWEEN_LINES = 60.0


class Console:
    """One command's output.

    Args:
        quiet: Errors and the result only.
        verbose: A line for every stage and iteration.
        stopping: Whether the work ends after its iteration; then the moving line says so.
    """

    def __init__(
        self, *, quiet: bool = False, verbose: bool = False, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self._in_fit, self._reached = False, ""
        self._stopping = lambda: self._in_fit and stopping()
        self._err = rich_console(stderr=True)
        self._bar: Progress | None = None
        self._fits: dict[int, FitStarted] = {}
        self._began = self._last_line = time.monotonic()

    @contextmanager
    def live(self) -> Iterator[Console]:
        """Show a moving line while the work goes on, where stderr is a terminal that can."""
        if self.quiet or not _can_move():
            yield self
            return
        from kmeans_cli.cli.moving_line import moving_line  # late: no script sees it

        with moving_line(self._err, self._stopping) as self._bar:
            try:
                yield self
            finally:
                self._bar = None

    def __call__(self, event: Event) -> None:
        """Draw one progress event."""
        if self.quiet:
            return
        match event:
            case Warned(text):
                self._say(f"warning: {text}", style="yellow")
            case Stage(text):
                self._show(text, detail=True)
            case FitStarted():
                self._fits[event.fit], self._in_fit = event, True
                self._began = time.monotonic()
                self._show(f"{self._name(event.fit)}: k {event.n_clusters}, init {event.init}", detail=True)
            case Iteration(fit, record):
                self._reached = f"{self._name(fit)}: iteration {record.iteration}, J_clust {record.j_clust:.6g}"
                self._show(self._reached, detail=True)
            case FitDone():
                self._in_fit, self._reached = False, ""
                self._done(event)
            case FitsState():
                self._show(_state_line(event), done=event.done, total=event.n_fits)
            case Bytes(what, done, total):
                size = f"{_megabytes(done)} of {_megabytes(total)}" if total else _megabytes(done)
                # Within a fit its last iteration says more than a size, for which there is the bar.
                self._show(f"{self._reached}, {what}" if self._reached else f"{what}: {size}", done=done, total=total)

    def result(self, run_dir: Path | None, *, as_json: dict[str, Any] | None, table: RenderableType | None) -> None:
        """The outcome on stdout: a document; when quiet only the path, if there is one; or a table and the path.

        Args:
            run_dir: The run folder, if there is one.
            as_json: What to show as JSON; None: no JSON.
            table: What people see; None: there is nothing to show yet.
        """
        if as_json is not None:
            write_json(as_json | {"run_dir": None if run_dir is None else str(run_dir)})
        elif self.quiet and run_dir is not None:
            write_line(str(run_dir))
        else:
            if table is not None:
                write_table(table)
            if run_dir is not None:
                write_line(f"run: {run_dir}")

    def note(self, text: str) -> None:
        """A line on stderr, also when quiet."""
        self._say(text)

    def _done(self, event: FitDone) -> None:
        if event.error is not None:
            line = f"failed: {event.error}"
        else:
            result = f"J_clust {event.j_clust:.6g}, {event.n_iter} iterations ({event.stop_reason})"
            line = f"{result}, {event.seconds:.2f} s"
        started = self._started(event.fit)
        if self._bar is None or self.verbose or event.error is not None:
            self._say(f"{self._name(event.fit)}: k {started.n_clusters}, {started.init}, {line}")

    def _name(self, fit: int) -> str:
        started = self._started(fit)
        return f"fit {fit + 1}/{started.n_fits}" + (f" ({started.data})" if started.data else "")

    def _started(self, fit: int) -> FitStarted:
        return self._fits.get(fit, FitStarted(fit, 1, 0, "", 0, 0))

    def _show(self, text: str, *, detail: bool = False, done: int = 0, total: int | None = None) -> None:
        """What goes on right now: in the bar, or as a line when that is due."""
        now = time.monotonic()
        if self._bar is not None:
            (task,) = self._bar.tasks
            # By ``update`` a task that was full once is finished, and its time stands still; many passes follow.
            task.description, task.completed, task.total = text, done, total
        if detail and self.verbose:
            self._say(text)
        elif self._bar is None and now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._say(f"{text}, {now - self._began:.0f} s")

    def _say(self, text: str, style: str = "") -> None:
        self._last_line = time.monotonic()
        self._err.print(Text(text, style), soft_wrap=True)


def _state_line(state: FitsState) -> str:
    parts = [f"{state.done}/{state.n_fits} done", f"{state.running} running"]
    if state.failed:
        parts.append(f"{state.failed} failed")
    if state.best_j_clust is not None:
        parts.append(f"best J_clust {state.best_j_clust:.4g}")
    if state.seconds_left is not None:
        parts.append(f"{_duration(state.seconds_left)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _can_move() -> bool:
    can = sys.stderr is not None and sys.stderr.isatty()
    return can and not no_colour() and os.environ.get("TERM", "") not in ("", "dumb")


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
