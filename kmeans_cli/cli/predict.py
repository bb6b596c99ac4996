"""``kmeans predict``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from kmeans_cli.cli import options
from kmeans_cli.cli.console import Console
from kmeans_cli.cli.output import build_table, write_table
from kmeans_cli.cli.overrides import overrides, parse_duration
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.predict import PredictPlan, PredictReport, Question
from kmeans_cli.commands.predict import plan as plan_predict
from kmeans_cli.commands.predict import predict as run_predict
from kmeans_cli.interruption import Interruption

app = typer.Typer(add_completion=False)

_EPILOG = """Examples:

kmeans predict latest my-seven.jpg

kmeans predict latest new-rows.csv --json

kmeans predict latest my-seven.jpg --raw
"""


@app.command(epilog=_EPILOG)
def predict(
    run: options.Run,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Pictures of a digit each; rows as csv, npy or npz.", show_default=False
        ),
    ],
    raw: Annotated[bool, typer.Option("--raw", help="Only resize pictures, as they are.")] = False,
    config: options.ConfigOption = None,
    sets: options.Set = None,
    data_dir: options.DataDir = None,
    name: options.Name = None,
    runs: options.Runs = Path("runs"),
    no_figures: options.NoFigures = False,
    max_time: options.MaxTime = None,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> None:
    """Clusters and classes of new images or new rows, by the model of a run.

    A photo of a digit is first made like the training images: grey, ink lifted off its paper, cut out, strokes
    brought to their width, centred. Rows go to labels.csv. Of the settings, name and figures count.
    """
    settings = overrides(locals())
    stop = Interruption(parse_duration(max_time))
    where = RunPlace(runs, tuple(sys.argv), data_dir)
    console = Console(quiet=quiet, verbose=verbose)
    with stop.installed(), console.live():
        do = plan_predict if dry_run else run_predict
        question = Question(run, files, raw, config, settings)
        done = do(question, where=where, progress=console, should_stop=stop)
    if isinstance(done, PredictPlan):
        console.result(None, as_json=_plan_values(done) if as_json else None, table=_plan_table(done))
        return
    _show(done, console, quiet=quiet, as_json=as_json)
    if done.interrupted:
        console.note(f"interrupted: {done.interrupted}; figures are missing in {done.run_dir}")
        raise typer.Exit(130)


def _plan_values(plan: PredictPlan) -> dict[str, Any]:
    return asdict(plan) | {"model_run": str(plan.model_run)}


def _plan_table(plan: PredictPlan) -> Table:
    rows = [("by", plan.model_run.name), ("pictures", plan.n_images), ("rows", plan.n_rows)]
    return build_table(["would predict", ""], rows)


def _show(report: PredictReport, console: Console, *, quiet: bool, as_json: bool) -> None:
    metrics = report.metrics
    tables = []
    if metrics["predictions"]:
        tables.append(_photo_table(report))
    if metrics["rows"]:
        tables.append(_row_table(report))
    if not quiet and not as_json:
        for table in tables[:-1]:
            write_table(table)
    console.result(report.run_dir, as_json=metrics if as_json else None, table=tables[-1])


def _photo_table(report: PredictReport) -> Table:
    rows = [
        (
            Path(each["input"]).name,
            each["class"],
            each["cluster"],
            f"{each['distance']:.4g}",
            None if each["margin"] is None else f"{each['margin']:.3f}",
            ", ".join(str(near["class"]) for near in each["nearest"][1:]),
        )
        for each in report.metrics["predictions"]
    ]
    columns = ("picture", "class", "cluster", "distance", "margin", "next")
    return build_table(columns, rows, title=f"by {report.model_run.name}")


def _row_table(report: PredictReport) -> Table:
    rows = [
        (
            Path(each["input"]).name,
            each["n_rows"],
            sum(map(bool, each["cluster_sizes"])),
            f"{each['mean_distance']:.4g}",
        )
        for each in report.metrics["rows"]
    ]
    return build_table(
        ("rows of", "rows", "clusters they are in", "mean distance"), rows, title=f"by {report.model_run.name}"
    )
