"""``kmeans rerun``."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from kmeans_cli.cli import options
from kmeans_cli.cli.console import Console
from kmeans_cli.cli.output import build_table, write_json, write_line, write_table
from kmeans_cli.cli.overrides import overrides
from kmeans_cli.cli.runs import shown
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.rerun import Repetition, Verdict, find_repeatable
from kmeans_cli.commands.rerun import rerun as run_again
from kmeans_cli.errors import ConfigError, Differs, PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.runs import Run, load_run
from kmeans_cli.runs.deviation import Deviation

app = typer.Typer(add_completion=False)

_MOST_SHOWN = 20
_HASH = re.compile("[0-9a-f]{40,}")
_EPILOG = """What is made goes to a temporary folder and is removed again; figures are not drawn, times not compared.

Examples:

kmeans rerun latest

kmeans rerun --all runs/
"""


@app.command(epilog=_EPILOG)
def rerun(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN...",
            help="Folders, their names or the beginnings of them, or `latest`.",
            autocompletion=options.complete_run,
            show_default=False,
        ),
    ] = None,
    all_in: Annotated[
        Path | None, typer.Option("--all", metavar="DIR", help="Every completed run in a folder.", show_default=False)
    ] = None,
    data_dir: options.DataDir = None,
    runs: options.Runs = Path("runs"),
    executor: options.ExecutorName = None,
    jobs: options.Jobs = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the exit code, and errors.")] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> None:
    """Run it again from its own folder, and say whether the result is the same.

    Every number, label and centroid is compared, times left out. Exit code 7: some differ.
    """
    settings = overrides(locals())
    repeated = _runs(run, all_in, runs)
    console, stop = Console(quiet=quiet, verbose=verbose), Interruption()
    with stop.installed(), console.live():
        where = RunPlace(runs, tuple(sys.argv), data_dir)
        found = run_again(repeated, settings, where=where, progress=console, should_stop=stop)
    if as_json:
        write_json({"runs": [asdict(each) | {"run": str(each.run)} for each in found]})
    elif not quiet:
        _show(found)
    _raise(found)


def _runs(names: list[str] | None, all_in: Path | None, runs_dir: Path) -> list[Run]:
    if bool(names) == (all_in is not None):
        raise ConfigError("which runs? name some, or say --all DIR", where="RUN")
    return [load_run(name, runs_dir) for name in names or ()] if all_in is None else find_repeatable(all_in)


def _show(found: Sequence[Repetition]) -> None:
    for each in found:
        _show_one(each)
    columns = ("result", "files", "run")
    rows = [(each.verdict.value, each.n_files or None, each.run.name) for each in found]
    write_table(build_table(columns, rows, whole=columns[:-1], spare=("files",)))
    n_same = sum(each.verdict is Verdict.IDENTICAL for each in found)
    write_line(f"{n_same} of {len(found)} runs gave the same bytes again, times left out.")


def _show_one(found: Repetition) -> None:
    """What is to be told of a run besides that it is identical."""
    if found.reason is not None:
        write_line(f"not repeated: {found.reason}")
        return
    if found.changed:
        write_line(f"{found.run.name}: {found.verdict}, and this has changed:")
        rows = [(each.key, _short(each.a), _short(each.b)) for each in found.changed]
        write_table(build_table(("", "then", "now"), rows))
    elif found.deviations:
        write_line(f"{found.run.name}: {found.verdict}, with data, versions, threads and CPU as they were:")
    if found.deviations:
        write_table(_deviation_table(found.deviations[:_MOST_SHOWN]))
    if len(found.deviations) > _MOST_SHOWN:
        write_line(f"… and {len(found.deviations) - _MOST_SHOWN} more; --json has them all\n")


def _short(value: object) -> str:
    """Of a hash only the beginning: the eye sees by that already that it is another one."""
    text = shown(value)
    return f"{text[:12]}…" if _HASH.fullmatch(text) else text


def _deviation_table(deviations: Sequence[Deviation]) -> Table:
    columns = ("differs", "values", "then", "now", "by")
    rows = [
        (
            f"{each.file} {each.what}".rstrip(),
            each.n,
            shown(each.before),
            shown(each.now),
            None if each.by is None else f"{each.by:.2g}",
        )
        for each in deviations
    ]
    return build_table(columns, rows, whole=("now", "by"), spare=("values", "then"))


def _raise(found: Sequence[Repetition]) -> None:
    """Turn what came of it into an exit code."""
    differing = [each for each in found if each.verdict is Verdict.DIFFERS]
    failed = [each for each in found if each.verdict is Verdict.NOT_REPEATED]
    if differing:
        raise Differs(f"{len(differing)} of {len(found)} runs differ, the first: {differing[0].run}")
    if failed:
        raise PlaceError(f"{len(failed)} of {len(found)} runs were not repeated, the first: {failed[0].reason}")
