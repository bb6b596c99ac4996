"""What the user sees: progress and warnings on stderr; tables, a path or JSON on stdout.

Texts from data and paths go through ``Text`` or straight to the stream: Rich would take ``[k]`` for markup.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console as RichConsole
from rich.console import Group, JustifyMethod, RenderableType
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from kmeans_cli.progress import Bytes, Event, FitDone, FitsState, FitStarted, Iteration, Stage, Warned

SECONDS_BETWEEN_LINES = 60.0
_WIDE = 200
"""Columns of a table that goes to a file or a pipe: nothing is folded there."""
_GAP = 3  # beside each column of a table


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
        self._in_fit = False
        self._stopping = lambda: self._in_fit and stopping()
        self._err = _rich_console(stderr=True)
        self._bar: Progress | None = None
        self._fits: dict[int, FitStarted] = {}
        self._began = self._last_line = time.monotonic()

    @contextmanager
    def live(self) -> Iterator[Console]:
        """Show a moving line while the work goes on, where stderr is a terminal that can."""
        if self.quiet or not _can_move():
            yield self
            return
        with Progress(*self._columns(), console=self._err, transient=True, refresh_per_second=5) as self._bar:
            self._bar.add_task("starting", total=None)
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
                text = f"{self._name(fit)}: iteration {record.iteration}, J_clust {record.j_clust:.6g}"
                self._show(text, detail=True)
            case FitDone():
                self._in_fit = False
                self._done(event)
            case FitsState():
                self._show(_state_line(event), done=event.done, total=event.n_fits)
            case Bytes(what, done, total):
                size = f"{_megabytes(done)} of {_megabytes(total)}" if total else _megabytes(done)
                self._show(f"{what}: {size}", done=done, total=total)

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
            _write(f"run: {run_dir}\n" if run_dir else "")

    def note(self, text: str) -> None:
        """A line on stderr, also when quiet."""
        self._say(text)

    def _columns(self) -> Iterator[ProgressColumn]:
        """Of the moving line; where it is narrow, the bar gives way first, then the end of the text."""
        yield SpinnerColumn()
        yield TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7))
        yield _Doing(self._stopping)
        yield _KnownShare()

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
            self._bar.update(self._bar.task_ids[0], description=text, completed=done, total=total)
        if detail and self.verbose:
            self._say(text)
        elif self._bar is None and now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._say(f"{text}, {now - self._began:.0f} s")

    def _say(self, text: str, style: str = "") -> None:
        self._last_line = time.monotonic()
        self._err.print(Text(text, style), soft_wrap=True)


def build_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = "",
    whole: Collection[str] = (),
    spare: Sequence[str] = (),
) -> Table:
    """A table of texts; None is an empty cell, and numbers are set to the right.

    Args:
        columns: The heads; their words are never broken. All empty: the table has none.
        rows: As many cells each.
        title: Stands above.
        whole: Columns whose cells are never folded, whatever the terminal's width.
        spare: Columns left out, in this order, where the terminal has no room for all.
    """
    rows = list(rows)
    texts = [[name, *(_text(row[place]) for row in rows)] for place, name in enumerate(columns)]
    widest = [max(map(cell_len, column)) for column in texts]
    if spare and sum(widest) > _room(len(columns)):
        kept = [place for place, name in enumerate(columns) if name != spare[0]]
        fewer = [[row[place] for place in kept] for row in rows]
        return build_table([columns[i] for i in kept], fewer, title=title, whole=whole, spare=spare[1:])
    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(title) if title else None,
        title_justify="left",
        pad_edge=False,
        show_header=any(columns),
    )
    heads = [max(map(cell_len, name.split()), default=0) for name in columns]
    least = [full if name in whole else head for name, full, head in zip(columns, widest, heads, strict=True)]
    for place, width in enumerate(_fitting(widest, least, _room(len(columns)))):
        is_number = all(isinstance(row[place], int | float | None) for row in rows)
        justify: JustifyMethod = "right" if is_number and rows else "left"
        table.add_column(Text(columns[place]), justify=justify, overflow="fold", width=width)
    for row in rows:
        table.add_row(*(Text(_text(cell)) for cell in row))
    return table


def write_table(table: RenderableType) -> None:
    """Print a table, or several and what is said between, on stdout; no blanks at the ends of lines.

    Where tables meet, each has an empty line of its own; one of these is enough.
    """
    was_empty = False
    for part in table.renderables if isinstance(table, Group) else [table]:
        console = _rich_console(width=_built_width(part) if isinstance(part, Table) else None)
        with console.capture() as captured:
            console.print(part)
        for line in map(str.rstrip, captured.get().splitlines()):
            if line or not was_empty:
                write_line(line)
            was_empty = not line


def _built_width(table: Table) -> int:
    return sum(column.width or 0 for column in table.columns) + _GAP * len(table.columns)


def write_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    _write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_line(text: str) -> None:
    """Print one line on stdout as it is: paths must survive."""
    _write(text + "\n")


def no_colour() -> bool:
    """Whether the user wants none (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def _write(text: str) -> None:
    sys.stdout.write(text)


def _rich_console(*, stderr: bool = False, width: int | None = None) -> RichConsole:
    # Without a colour system nothing is bold or dim either; Rich's own NO_COLOR keeps those.
    return RichConsole(stderr=stderr, width=width, color_system=None if no_colour() else "auto", highlight=False)


def _room(n_columns: int) -> int:
    """The characters that a table of so many columns has for its cells on stdout."""
    width = RichConsole().width if sys.stdout.isatty() else _WIDE
    return width - _GAP * n_columns


def _fitting(widest: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths of columns, the widest ones narrowed until all fit; none below its least, even if they then do not.

    Rich would not keep to the least, and cut off what is too wide.
    """
    widths = list(widest)
    while sum(widths) > room:
        can_fold = [place for place, width in enumerate(widths) if width > least[place]]
        if not can_fold:
            break
        widths[max(can_fold, key=widths.__getitem__)] -= 1
    return widths


def _text(value: Any) -> str:
    return "" if value is None else str(value)


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
