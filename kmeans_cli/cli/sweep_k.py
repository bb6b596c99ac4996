"""``kmeans sweep-k``."""

from __future__ import annotations

from pathlib import Path

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.many import Command, execute
from kmeans_cli.cli.many_plan import planned
from kmeans_cli.cli.many_table import sweep_table
from kmeans_cli.cli.overrides import SEVERAL
from kmeans_cli.commands.sweep_k import NAME
from kmeans_cli.commands.sweep_k import sweep_k as run_sweep
from kmeans_cli.config_schema import NAMES

app = typer.Typer(add_completion=False)

_EPILOG = f"""For --init: {", ".join(NAMES["kmeans.init"])}.

Which rules choose k: --set sweep.rules=[elbow,silhouette]; the gap statistic: --set sweep.gap_references=10.

Examples:

kmeans sweep-k

kmeans sweep-k --k 5..20 --init uniform,sample --n-init 3

kmeans sweep-k --resume latest --k 5..30
"""

_COMMAND = Command(NAME, run_sweep, planned(NAME), sweep_table, SEVERAL, {})


@app.command(epilog=_EPILOG)
def sweep_k(
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
    """Many k, from one or several starts; and which k to choose.

    Every combination of k, init and start is a fit. Without a config: the built-in handwritten digits, k = 2 to 20.
    """
    execute(_COMMAND, locals())
