"""``kmeans runs check`` and ``kmeans runs clean``."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.console import Console
from kmeans_cli.cli.output import build_table, write_json, write_line, write_table
from kmeans_cli.commands import runs_clean
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.interruption import Interruption

if TYPE_CHECKING:  # `kmeans runs list` has no use for what checks compute with
    from kmeans_cli.checks.run import CheckedRun

_AGE = re.compile(r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?")


def check(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN|DIR...",
            help="Runs, or folders of runs; all under --runs by default.",
            autocompletion=options.complete_run,
            show_default=False,
        ),
    ] = None,
    data_dir: options.DataDir = None,
    runs: options.Runs = Path("runs"),
    as_json: options.Json = False,
) -> None:
    """Whether run folders are whole.

    Every file is read; labels must be the nearest centroids, and numbers and tables those of centroids, labels and
    data, which are read again. Exit code 3: something is damaged.
    """
    from kmeans_cli.commands.runs_check import check as check_runs

    console = Console()
    with Interruption().installed(), console.live():
        found = check_runs(run or (), runs, data_dir, console)
    if as_json:
        write_json({"runs": [_checked_values(each) for each in found]})
    else:
        _show_checked(found)
    damaged = [each for each in found if each.damage]
    if damaged:
        raise PlaceError(f"{len(damaged)} of {len(found)} runs are damaged, the first: {damaged[0].path}")


def _show_checked(found: Sequence[CheckedRun]) -> None:
    if not found:
        write_line("no runs to check")
        return
    columns = ("folder", "status", "run")
    rows = [(_verdict(each), each.status.value, each.path.name) for each in found]
    write_table(build_table(columns, rows, whole=columns[:-1]))
    for each in found:
        for finding in each.findings:
            write_line(f"{each.path.name}: {finding}")
    write_line(f"{sum(not each.damage for each in found)} of {len(found)} runs are whole.")


def _verdict(run: CheckedRun) -> str:
    return "damaged" if run.damage else "whole"


def _checked_values(run: CheckedRun) -> dict[str, object]:
    findings = [asdict(finding) for finding in run.findings]
    return {"run": str(run.path), "status": run.status.value, "folder": _verdict(run), "findings": findings}


def clean(
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="AGE", help="Runs that ended longer ago: 30d, 12h or 1d12h.")
    ] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="NAMES", help=f"Runs with one of these: {', '.join(runs_clean.REMOVABLE)}."),
    ] = None,
    runs: options.Runs = Path("runs"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed; remove nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: options.Json = False,
) -> None:
    """Remove old or unfinished runs; what is being worked on always stays.

    With both --older-than and --status, runs to which both apply. Folders that are no runs stay.
    """
    statuses = None if status is None else [name.strip() for name in status.split(",")]
    wanted = runs_clean.Wanted(_parse_age(older_than), statuses)
    chosen = runs_clean.choose(wanted, runs)
    if not as_json:
        _show_chosen(chosen)
    removed = bool(chosen) and not dry_run and (yes or _agreed(len(chosen)))
    if removed:
        console = Console()
        with Interruption().installed(), console.live():
            runs_clean.clean(chosen, wanted, runs, console)
    if as_json:
        write_json({"removed": removed, "runs": [{"run": str(each.run.path), "bytes": each.size} for each in chosen]})
    elif chosen and (removed or dry_run):
        size = sum(each.size for each in chosen) / 1e6
        write_line(f"{'removed' if removed else 'would remove'}: {_runs(len(chosen))}, {size:.1f} MB")
    else:
        write_line("nothing was removed")


def _parse_age(text: str | None) -> timedelta | None:
    """The time of ``30d``, ``12h`` or ``1d12h``; None of None."""
    if text is None:
        return None
    match = _AGE.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise ConfigError("is no age", where="--older-than", value=text, allowed="days and hours: 30d, 12h or 1d12h")
    days, hours = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours)


def _show_chosen(chosen: Sequence[runs_clean.Chosen]) -> None:
    columns = ("status", "ended", "MB", "run")
    rows = [
        (each.run.status.value, _day(each.run.finished or each.run.started), f"{each.size / 1e6:.1f}", each.run.name)
        for each in chosen
    ]
    if rows:
        write_table(build_table(columns, rows, whole=columns[:-1], spare=("MB", "ended")))


def _runs(n: int) -> str:
    return f"{n} run{'' if n == 1 else 's'}"


def _day(moment: str | None) -> str | None:
    return None if moment is None else moment.partition("T")[0]


def _agreed(n: int) -> bool:
    if not _is_asked():
        raise ConfigError("nobody is there to be asked", where="runs clean", allowed="--yes, or --dry-run")
    return typer.confirm(f"Remove {_runs(n)} for good?", err=True)


def _is_asked() -> bool:
    return sys.stdin.isatty()
