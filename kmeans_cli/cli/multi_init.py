"""``kmeans multi-init``."""

from __future__ import annotations

from pathlib import Path

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.many import Command, execute
from kmeans_cli.cli.many_plan import planned
from kmeans_cli.cli.many_table import starts_table
from kmeans_cli.cli.overrides import SEVERAL
from kmeans_cli.commands.multi_init import DEFAULTS, NAME
from kmeans_cli.commands.multi_init import multi_init as run_multi_init
from kmeans_cli.config_schema import NAMES

app = typer.Typer(add_completion=False)

_EPILOG = f"""For --init: {", ".join(NAMES["kmeans.init"])}.

Examples:

kmeans multi-init

kmeans multi-init --k 20 --init sample --n-init 30

kmeans multi-init --k 20,10,5 --n-init 30,20,10
"""

_COMMAND = Command(NAME, run_multi_init, planned(NAME), starts_table, SEVERAL, DEFAULTS)


@app.command(epilog=_EPILOG)
def multi_init(
    config: options.ConfigArgument = None,
    config_option: options.ConfigOption = None,
    sets: options.Set = None,
    data: options.Data = None,
    data_dir: options.DataDir = None,
    k: options.Ks = None,
    init: options.Inits = None,
    n_init: options.NInits = None,
    algorithm: options.Algorithm = None,
    seed: options.Seed = None,
    name: options.Name = None,
    runs: options.Runs = Path("runs"),
    no_figures: options.NoFigures = False,
    executor: options.ExecutorName = None,
    jobs: options.Jobs = None,
    scheduler: options.Scheduler = None,
    memory: options.Memory = None,
    resume: options.Resume = None,
    retry_failed: options.RetryFailed = False,
    fail_fast: options.FailFast = False,
    reuse: options.Reuse = False,
    yes: options.Yes = False,
    max_time: options.MaxTime = None,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> None:
    """Many starts, every one kept: the best, the worst, and what lies between.

    Without a config: the built-in handwritten digits, ten clusters, 30 starts.
    """
    execute(_COMMAND, locals())
