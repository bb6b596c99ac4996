"""``kmeans config``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.output import build_table, write_json, write_line, write_table, write_text
from kmeans_cli.cli.overrides import config_file, overrides
from kmeans_cli.commands import config as commands

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The settings: show, check, schema, new.")


@app.command()
def show(
    config: options.ConfigArgument = None,
    config_option: options.ConfigOption = None,
    sets: options.Set = None,
    data: options.Data = None,
    k: options.K = None,
    init: options.Init = None,
    n_init: options.NInit = None,
    algorithm: options.Algorithm = None,
    seed: options.Seed = None,
    name: options.Name = None,
    no_figures: options.NoFigures = False,
    jobs: options.Jobs = None,
    as_json: options.Json = False,
) -> None:
    """Every setting with its value and where it came from."""
    settings = overrides(locals())
    found = commands.show(config_file(config, config_option), settings)
    if as_json:
        write_json({setting.key: {"value": setting.value, "source": setting.source} for setting in found})
    else:
        rows = [(each.key, each.text, each.source) for each in found]
        write_table(build_table(["key", "value", "from"], rows, whole=["key"]))


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Configs to check.", show_default=False)],
) -> None:
    """Say whether configs are right; nothing is run."""
    checks = commands.check(files)
    for checked in checks:
        if checked.error is None:
            write_line(f"{checked.file}: right")
        else:
            typer.echo(f"error: {checked.error}", err=True)
    if any(checked.error for checked in checks):
        raise typer.Exit(2)


@app.command()
def schema() -> None:
    """The JSON Schema of a config, for editors."""
    write_json(commands.schema())


@app.command()
def new(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to write it; else it is shown.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """A commented config with every key at its default."""
    text = commands.new(file, force=force)
    if file is None:
        write_text(text)
    else:
        write_line(str(file))
