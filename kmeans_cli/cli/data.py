"""``kmeans data``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.console import Console
from kmeans_cli.cli.output import build_table, write_json, write_line, write_table
from kmeans_cli.cli.overrides import data_overrides, overrides
from kmeans_cli.commands import data as commands
from kmeans_cli.config import resolve
from kmeans_cli.interruption import Interruption

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The data sets: list, info, fetch.")

NameOrPath = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME|PATH",
        help="A data set by name, or a file or folder; else the config's.",
        autocompletion=options.complete_names("data.name"),
        show_default=False,
    ),
]
Sheet = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FILE", help="Where some samples are drawn: a png, pdf or svg. Else NAME-samples.png."
    ),
]


@app.command("list")
def list_data(data_dir: options.DataDir = None, as_json: options.Json = False) -> None:
    """The data sets with a name, and where they are."""
    entries = commands.list_data(data_dir)
    if as_json:
        write_json([_plain(asdict(entry)) for entry in entries])
    else:
        rows = [(entry.name, entry.description, _place(entry)) for entry in entries]
        write_table(build_table(["name", "what it is", "where"], rows))


@app.command()
def info(
    data: NameOrPath = None,
    config: options.ConfigOption = None,
    sets: options.Set = None,
    data_dir: options.DataDir = None,
    out: Sheet = None,
    no_figures: options.NoFigures = False,
    as_json: options.Json = False,
) -> None:
    """Shape, type, range and classes of a data set as its source has it, and a picture of some samples."""
    named = [] if data is None else data_overrides(data, "NAME|PATH")
    params = resolve(config, overrides({"sets": sets}) + named).config.data
    stem = params.name if params.path is None else params.path.stem
    sheet = None if no_figures else out or Path(f"{stem}-samples.png")
    console = Console()
    with Interruption().installed(), console.live():
        found = commands.data_info(params, data_dir=data_dir, sheet=sheet, progress=console)
    if as_json:
        write_json(_plain(asdict(found)))
        return
    write_table(build_table(["data", found.name], _info_rows(found)))
    if found.class_counts is not None:
        counts = [(str(name), count) for name, count in found.class_counts.items()]
        write_table(build_table(["class", "samples"], counts))
    if sheet is not None:
        write_line(f"samples: {sheet}")


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)], data_dir: options.DataDir = None
) -> None:
    """Get a data set, unless it is already on this machine, and say where it is."""
    console = Console()
    with Interruption().installed(), console.live():
        place = commands.fetch_data(name, data_dir=data_dir, progress=console)
    write_line("built in" if place is None else str(place))


def _place(entry: commands.DatasetEntry) -> str:
    if entry.built_in:
        return "built in"
    return "not on this machine; kmeans data fetch gets it" if entry.place is None else str(entry.place)


def _info_rows(found: commands.DataInfo) -> list[tuple[str, str]]:
    shape = None if found.image_shape is None else " × ".join(map(str, found.image_shape))
    rows = {
        "path": found.path,
        "samples": found.n_samples,
        "features": found.n_features,
        "held-out samples": found.n_test or None,
        "type": found.dtype,
        "range": f"{found.minimum:g} to {found.maximum:g}",
        "full scale": None if found.full_scale is None else f"{found.full_scale:g}",
        "image": shape,
        "sum of weights": found.weight_sum,
        "note": "; ".join(found.notes) or None,
        "warning": "; ".join(found.warnings) or None,
    }
    return [(name, str(value)) for name, value in rows.items() if value is not None]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}
