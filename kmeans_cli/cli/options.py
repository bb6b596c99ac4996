"""The options, each written once, with their completions. What they change in the config: ``overrides.py``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from kmeans_cli.errors import KMeansError

_WHAT, _HOW, _RUN, _SHOW = "What to cluster", "How to cluster", "The run", "What is shown"


def complete_names(key: str) -> Callable[[str], list[str]]:
    """A shell completion with the names a config key takes."""

    def complete(incomplete: str) -> list[str]:
        from kmeans_cli.config_schema import NAMES

        return [name for name in NAMES[key] if name.startswith(incomplete)]

    return complete


def complete_run(context: typer.Context, incomplete: str) -> list[str]:
    """A shell completion with the runs under ``--runs``."""
    from kmeans_cli.runs.find import run_folders

    names = ["latest"]
    with suppress(KMeansError):
        names += [folder.name for folder in run_folders(Path(context.params.get("runs") or "runs"))]
    return [name for name in names if name.startswith(incomplete)]


ConfigArgument = Annotated[
    Path | None, typer.Argument(metavar="CONFIG", help="A YAML file; the same as --config.", show_default=False)
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="A YAML file with settings.", rich_help_panel=_WHAT)
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Any setting: kmeans.empty=split. Repeatable.", rich_help_panel=_WHAT
    ),
]
Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="NAME|PATH",
        help="A data set by name (`kmeans data list`), or a file or folder.",
        autocompletion=complete_names("data.name"),
        rich_help_panel=_WHAT,
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="Where MNIST's files are looked for first.", rich_help_panel=_WHAT),
]
K = Annotated[str | None, typer.Option("--k", metavar="N", help="How many clusters.", rich_help_panel=_HOW)]
Init = Annotated[
    str | None,
    typer.Option(
        "--init",
        metavar="NAME",
        help="How the start is chosen.",
        autocompletion=complete_names("kmeans.init"),
        rich_help_panel=_HOW,
    ),
]
NInit = Annotated[
    str | None, typer.Option("--n-init", metavar="N", help="So many starts; the best is kept.", rich_help_panel=_HOW)
]
Ks = Annotated[
    str | None,
    typer.Option(
        "--k", metavar="RANGE", help="Numbers of clusters: 20, 5..20, 5..50..5 or 4,8,16.", rich_help_panel=_HOW
    ),
]
Inits = Annotated[
    str | None,
    typer.Option(
        "--init",
        metavar="NAMES",
        help="How starts are chosen; several to compare: uniform,sample.",
        autocompletion=complete_names("kmeans.init"),
        rich_help_panel=_HOW,
    ),
]
NInits = Annotated[
    str | None,
    typer.Option("--n-init", metavar="N", help="Starts of each k, or a list for each its own.", rich_help_panel=_HOW),
]
Algorithm = Annotated[
    str | None,
    typer.Option(
        "--algorithm",
        metavar="NAME",
        help="Which algorithm.",
        autocompletion=complete_names("kmeans.algorithm"),
        rich_help_panel=_HOW,
    ),
]
Seed = Annotated[str | None, typer.Option("--seed", metavar="N", help="Of all that is drawn.", rich_help_panel=_HOW)]
Name = Annotated[
    str | None, typer.Option("--name", metavar="TEXT", help="A label in the folder's name.", rich_help_panel=_RUN)
]
Runs = Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where run folders are.", rich_help_panel=_RUN)]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="Draw no figures.", rich_help_panel=_RUN)]
Jobs = Annotated[
    str | None, typer.Option("--jobs", metavar="N", help="Cores to use; all by default.", rich_help_panel=_RUN)
]
ExecutorName = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="NAME",
        help="Who does the fits: auto, serial, processes or dask.",
        autocompletion=complete_names("executor.name"),
        rich_help_panel=_RUN,
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Of --executor dask: tcp://host:8786, or local.",
        rich_help_panel=_RUN,
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        help="At most so much: 2GiB. Larger .npy data are read in passes.",
        rich_help_panel=_RUN,
    ),
]
Resume = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="RUN",
        help="Go on with a run: do what is missing in it; more k or starts may be asked for.",
        autocompletion=complete_run,
        rich_help_panel=_RUN,
    ),
]
ResumeFit = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="RUN",
        help="Go on with a run that was interrupted or killed.",
        autocompletion=complete_run,
        rich_help_panel=_RUN,
    ),
]
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", help="With --resume: also repeat what failed.", rich_help_panel=_RUN)
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first fit that fails.", rich_help_panel=_RUN)]
Reuse = Annotated[
    bool,
    typer.Option("--reuse", help="Take a completed run of the same settings and data.", rich_help_panel=_RUN),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do more than 10,000 fits.", rich_help_panel=_RUN)]
MaxTime = Annotated[
    str | None,
    typer.Option("--max-time", metavar="TIME", help="Stop after 90, 45s, 10m or 1h30m.", rich_help_panel=_RUN),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; no folder.", rich_help_panel=_RUN)]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Only the folder's path, or with --json only that.", rich_help_panel=_SHOW)
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.", rich_help_panel=_SHOW)]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="A line for every iteration.", rich_help_panel=_SHOW)]
Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A folder, its name or the beginning of it, or `latest`.",
        autocompletion=complete_run,
        show_default=False,
    ),
]
