"""``kmeans runs``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from kmeans_cli.cli import options, runs_care
from kmeans_cli.cli.app import COMMANDS
from kmeans_cli.cli.output import build_table, write_json, write_line, write_table
from kmeans_cli.commands import runs as commands
from kmeans_cli.runs import RunSummary

app = typer.Typer(no_args_is_help=True, add_completion=False, help=COMMANDS["runs"])

_MOST_DIFFERENCES = 40
_COLUMNS = ("run", "status", "k", "J_clust", "accuracy", "seconds")
_SPARE = ("seconds", "accuracy", "J_clust", "k", "status")


@app.command("list")
def list_runs(runs: options.Runs = Path("runs"), as_json: options.Json = False) -> None:
    """The runs, the newest first."""
    found = commands.list_runs(runs).runs
    if as_json:
        write_json([_summary_values(run) for run in found])
    elif not found:
        write_line(f"no runs in {runs} yet")
    else:
        write_table(build_table(_COLUMNS, [_row(run) for run in found], whole=_COLUMNS, spare=_SPARE))


@app.command()
def show(run: options.Run, runs: options.Runs = Path("runs"), as_json: options.Json = False) -> None:
    """One run: what it was, what came out, which files it has."""
    report = commands.show(run, runs)
    if as_json:
        write_json(_report_values(report))
        return
    write_table(build_table(["run", report.summary.name], _record_rows(report)))
    write_table(build_table(["file", "bytes"], [(file.name, file.size) for file in report.files]))
    for problem in report.problems:
        typer.echo(f"warning: {problem}", err=True)
    write_line(f"run: {report.summary.path}")


@app.command()
def path(run: options.Run, runs: options.Runs = Path("runs")) -> None:
    """The path of a run's folder, for scripts."""
    write_line(str(commands.path(run, runs)))


@app.command()
def compare(a: options.Run, b: options.Run, runs: options.Runs = Path("runs"), as_json: options.Json = False) -> None:
    """Which settings and which numbers of two runs differ; times are not compared."""
    comparison = commands.compare(a, b, runs)
    if as_json:
        write_json(asdict(comparison))
        return
    write_line(f"A: {comparison.a}\nB: {comparison.b}")
    for title, found in (("settings", comparison.settings), ("numbers", comparison.numbers)):
        if found:
            rows = [(each.key, shown(each.a), shown(each.b)) for each in found[:_MOST_DIFFERENCES]]
            write_table(build_table((title, "A", "B"), rows))
        if len(found) > _MOST_DIFFERENCES:
            write_line(f"… and {len(found) - _MOST_DIFFERENCES} more {title}; --json has them all")
    write_line(comparison.verdict)


app.command()(runs_care.check)
app.command()(runs_care.clean)


def shown(value: Any) -> str:
    """A value as a cell of a table of differences."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)


def _row(run: RunSummary) -> tuple[Any, ...]:
    return (
        run.name,
        run.status.value,
        run.k,
        None if run.j_clust is None else f"{run.j_clust:.6g}",
        None if run.accuracy is None else f"{run.accuracy:.4f}",
        None if run.seconds is None else f"{run.seconds:.1f}",
    )


def _summary_values(run: RunSummary) -> dict[str, Any]:
    return asdict(run) | {"path": str(run.path), "status": run.status.value}


def _report_values(report: commands.RunReport) -> dict[str, Any]:
    return {
        "run": _summary_values(report.summary),
        "record": report.record,
        "config": report.config,
        "metrics": report.metrics,
        "files": {file.name: file.size for file in report.files},
        "problems": report.problems,
    }


def _record_rows(report: commands.RunReport) -> list[tuple[str, Any]]:
    record, metrics = report.record, report.metrics or {}
    dataset = record.get("dataset") or {}
    rows = {
        "status": report.summary.status.value,
        "error": record.get("error"),
        "command": " ".join(record.get("argv") or ()),
        "started": record.get("started"),
        "finished": record.get("finished"),
        "data": dataset.get("name"),
        "shape": " × ".join(map(str, dataset.get("shape") or ())),
        "seed": record.get("seed"),
        "k": metrics.get("n_clusters"),
        "iterations": metrics.get("n_iter"),
        "ended by": metrics.get("stop_reason"),
        "J_clust": metrics.get("j_clust"),
        "inertia": metrics.get("inertia"),
        "accuracy": (metrics.get("train") or {}).get("accuracy"),
        "accuracy, held out": (metrics.get("test") or {}).get("accuracy"),
    }
    return [(name, str(value)) for name, value in rows.items() if value not in (None, "")]
