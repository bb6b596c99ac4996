"""``kmeans report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.output import write_line
from kmeans_cli.commands.report import report as build_report
from kmeans_cli.commands.report import table_names

app = typer.Typer(add_completion=False)

_TABLES = "\n\n".join(f"{name}: {description}" for name, description in table_names().items())
_EPILOG = f"""Tables:

{_TABLES}

Examples:

kmeans report latest --table fits

kmeans report latest --table starts-k --format latex --out starts.tex
"""


@app.command(epilog=_EPILOG)
def report(
    run: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="Folders, their names or the beginnings of them, or `latest`.",
            autocompletion=options.complete_run,
            show_default=False,
        ),
    ],
    table: Annotated[
        str, typer.Option("--table", metavar="NAME", help="Which table.", autocompletion=lambda: list(table_names()))
    ] = "fits",
    format: Annotated[str, typer.Option("--format", metavar="md|csv|latex", help="As what.")] = "md",
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="Published figures from this file, not from the runs."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there, not to stdout.")] = None,
    runs: options.Runs = Path("runs"),
) -> None:
    """A table of finished runs: Markdown, CSV or LaTeX."""
    text = build_report(run, runs_dir=runs, table=table, format=format, config=config, out=out)
    if out is None:
        write_line(text.rstrip("\n"))
