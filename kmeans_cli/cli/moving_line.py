"""The moving line on stderr: what goes on, for how long, and how much of it is done where that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Console, RenderableType
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.progress_bar import ProgressBar
from rich.table import Column
from rich.text import Text


def moving_line(console: Console, stopping: Callable[[], bool]) -> Progress:
    """A line that moves while it is entered, with a single task.

    Args:
        console: Where it is drawn.
        stopping: Whether the work ends after its iteration; then the line says so.
    """
    line = Progress(*_columns(stopping), console=console, transient=True, refresh_per_second=5)
    line.add_task("starting", total=None)
    return line


def _columns(stopping: Callable[[], bool]) -> Iterator[ProgressColumn]:
    """Where the terminal is narrow, the bar gives way first, then the end of the text."""
    yield SpinnerColumn()
    yield TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7))
    yield _Doing(stopping)
    yield _KnownShare()


class _KnownShare(ProgressColumn):
    """A bar, where it is known how much there is to do: a fit ends when it ends."""

    def render(self, task: Task) -> RenderableType:
        """Draw it."""
        return ProgressBar(task.total, task.completed, width=12) if task.total else Text()


class _Doing(TextColumn):
    """What goes on. Asked five times a second, so that a wish to stop shows before the iteration is over."""

    def __init__(self, stopping: Callable[[], bool]) -> None:
        column = Column(no_wrap=True, overflow="ellipsis")
        super().__init__("{task.description}", markup=False, table_column=column)
        self._stopping = stopping

    def render(self, task: Task) -> Text:
        """Draw it."""
        return Text("stopping after this iteration …") if self._stopping() else super().render(task)
