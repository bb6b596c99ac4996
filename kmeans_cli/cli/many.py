"""From the options of a command with several fits to its output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

import typer
from rich.console import RenderableType

from kmeans_cli.cli.console import Console
from kmeans_cli.cli.many_table import plan_table
from kmeans_cli.cli.overrides import config_file, overrides, parse_duration
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.many_run import ManyReport
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.resume import how_to_resume
from kmeans_cli.config import Config, resolve
from kmeans_cli.errors import ConfigError, Refused, SomeFitsFailed
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Progress
from kmeans_cli.runs import find_resumable
from kmeans_cli.runs.read import METRICS, understood


class RunCommand(Protocol):
    """A command with several fits."""

    def __call__(
        self, config: Config, *, where: RunPlace, options: ManyOptions, progress: Progress, should_stop: Interruption
    ) -> ManyReport:
        """Do it."""
        ...


class PlanCommand(Protocol):
    """What a command would do."""

    def __call__(
        self, config: Config, *, where: RunPlace, options: ManyOptions, progress: Progress
    ) -> Mapping[str, Any]:
        """As plain values, by name."""
        ...


@dataclass(frozen=True)
class Command:
    """A command with several fits.

    Attributes:
        name: As it is called.
        run: What does it.
        plan: What it would do.
        table: What people see of the report.
        settings: The flags that are short for a config key.
        defaults: Where they differ from the config's, by dotted key.
    """

    name: str
    run: RunCommand
    plan: PlanCommand
    table: Callable[[ManyReport], RenderableType]
    settings: Mapping[str, str]
    defaults: Mapping[str, Any]


@dataclass(frozen=True)
class Flags:
    """The options that are no settings, as they were given."""

    runs: Path
    resume: str | None
    retry_failed: bool
    fail_fast: bool
    reuse: bool
    yes: bool
    max_time: str | None
    dry_run: bool
    quiet: bool
    as_json: bool
    verbose: bool
    data_dir: Path | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Flags:
        """Those among the arguments of a command."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: given[name] for name in names if name in given})


def execute(command: Command, given: Mapping[str, Any]) -> None:
    """Run a command and show what came of it.

    Args:
        command: Which.
        given: Its arguments by name.

    Raises:
        KMeansError: Whatever was wrong.
        SomeFitsFailed: After all is done and shown.
        Refused: Likewise, when a result was not kept.
    """
    flags, file = Flags.of(given), config_file(given.get("config"), given["config_option"])
    stop = Interruption(parse_duration(flags.max_time))
    many = _options(command.name, flags)
    if many.resume is not None and file is None:
        file = many.resume.config_file
    config = resolve(file, overrides(given, command.settings), command.defaults).config
    where = RunPlace(flags.runs, tuple(sys.argv), flags.data_dir)
    console = Console(quiet=flags.quiet, verbose=flags.verbose)
    with stop.installed():
        if flags.dry_run:
            _show_plan(command, config, where, many, console, flags.as_json)
            return
        with console.live():
            report = command.run(config, where=where, options=many, progress=console, should_stop=stop)
    # Of a finished run that is resumed or reused, the numbers are read from its folder.
    with understood(report.run_dir / METRICS) if many.resume or many.reuse else nullcontext():
        _show(command, report, console, flags.as_json)


def _options(command: str, flags: Flags) -> ManyOptions:
    if flags.resume is not None and flags.reuse:
        raise ConfigError("goes on with a run, --reuse takes a finished one: only one of them", where="--resume")
    if flags.retry_failed and flags.resume is None:
        raise ConfigError("needs --resume RUN: a new run has no failed fits", where="--retry-failed")
    resume = None if flags.resume is None else find_resumable(flags.resume, flags.runs, command)
    return ManyOptions(resume, flags.retry_failed, flags.fail_fast, flags.reuse, flags.yes or flags.dry_run)


def _show_plan(
    command: Command, config: Config, where: RunPlace, many: ManyOptions, console: Console, as_json: bool
) -> None:
    with console.live():
        plan = command.plan(config, where=where, options=many, progress=console)
    console.result(None, as_json=dict(plan) if as_json else None, table=plan_table(plan))


def _show(command: Command, report: ManyReport, console: Console, as_json: bool) -> None:
    if report.interrupted is not None:
        console.result(report.run_dir, as_json={} if as_json else None, table=None)
        console.note(
            f"interrupted: {report.interrupted}; {report.n_done} of {report.n_fits} fits are done, "
            + how_to_resume(command.name, report.run_dir)
        )
        raise typer.Exit(130)
    console.result(report.run_dir, as_json=report.metrics if as_json else None, table=command.table(report))
    if report.failures:
        raise SomeFitsFailed(f"{len(report.failures)} of {report.n_fits} fits failed, the first: {report.failures[0]}")
    if report.refused:
        raise Refused(f"not kept: {report.refused[0]}")
