"""``kmeans fit``."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.console import Console
from kmeans_cli.cli.fit_table import fit_table, plan_table, plan_values
from kmeans_cli.cli.overrides import config_file, overrides, parse_duration
from kmeans_cli.commands.fit import fit as run_fit
from kmeans_cli.commands.fit_passes import fit_in_passes
from kmeans_cli.commands.fit_plan import plan_fit
from kmeans_cli.commands.fit_run import NAME
from kmeans_cli.commands.passes_plan import plan_in_passes, stream_of
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.resume import how_to_resume
from kmeans_cli.config import Config, resolve
from kmeans_cli.config_schema import NAMES
from kmeans_cli.interruption import Interruption
from kmeans_cli.runs import Run, find_resumable
from kmeans_cli.runs.read import METRICS, understood

app = typer.Typer(add_completion=False)

_EPILOG = f"""For --init: {", ".join(NAMES["kmeans.init"])}.

For --algorithm: {", ".join(NAMES["kmeans.algorithm"])}.

Examples:

kmeans fit

kmeans fit --data digits --k 10 --seed 1

kmeans fit configs/blobs.yaml --set kmeans.empty=split

kmeans fit --data measurements.csv --set data.scale=standard --k 4

kmeans fit --resume latest
"""


@app.command(epilog=_EPILOG)
def fit(
    config: options.ConfigArgument = None,
    config_option: options.ConfigOption = None,
    sets: options.Set = None,
    data: options.Data = None,
    data_dir: options.DataDir = None,
    k: options.K = None,
    init: options.Init = None,
    n_init: options.NInit = None,
    algorithm: options.Algorithm = None,
    seed: options.Seed = None,
    name: options.Name = None,
    runs: options.Runs = Path("runs"),
    no_figures: options.NoFigures = False,
    executor: options.ExecutorName = None,
    jobs: options.Jobs = None,
    scheduler: options.Scheduler = None,
    memory: options.Memory = None,
    resume: options.ResumeFit = None,
    max_time: options.MaxTime = None,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> None:
    """Cluster one data set: a run folder with model, metrics and figures.

    Without a config: the built-in handwritten digits, ten clusters.
    """
    given = locals()
    stop = Interruption(parse_duration(max_time))
    former = None if resume is None else find_resumable(resume, runs, NAME)
    file = config_file(config, config_option)
    if former is not None and file is None:
        file = former.config_file
    resolved = resolve(file, overrides(given)).config
    where = RunPlace(runs, tuple(sys.argv), data_dir)
    console = Console(quiet=quiet, verbose=verbose, stopping=lambda: stop.reason is not None)
    with stop.installed():
        if dry_run:
            _show_plan(resolved, where, console, as_json, former)
        else:
            _run(resolved, where, console, stop, as_json, former)


def _show_plan(config: Config, where: RunPlace, console: Console, as_json: bool, resume: Run | None) -> None:
    with console.live():
        stream = stream_of(config, resume)
        plan = (
            plan_fit(config, where=where, progress=console)
            if stream is None
            else plan_in_passes(config, stream, where=where, resume=resume)
        )
    console.result(None, as_json=plan_values(plan) if as_json else None, table=plan_table(plan))


def _run(
    config: Config, where: RunPlace, console: Console, stop: Interruption, as_json: bool, resume: Run | None
) -> None:
    with console.live():
        stream = stream_of(config, resume)
        if stream is None:
            report = run_fit(config, where=where, progress=console, should_stop=stop, resume=resume)
        else:
            report = fit_in_passes(config, stream, where=where, progress=console, should_stop=stop, resume=resume)
    # Of a finished run that is resumed, the numbers are read from its folder.
    with understood(report.run_dir / METRICS) if resume is not None else nullcontext():
        console.result(report.run_dir, as_json=report.metrics if as_json else None, table=fit_table(report))
    if report.interrupted:
        how = how_to_resume(NAME, report.run_dir)
        console.note(f"interrupted: {report.interrupted}; what was reached is kept; {how}")
        raise typer.Exit(130)
