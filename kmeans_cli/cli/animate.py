"""``kmeans animate``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.console import Console
from kmeans_cli.cli.output import build_table
from kmeans_cli.cli.overrides import config_file, overrides
from kmeans_cli.commands.animate import AnimateReport, FilmParams, animate_config, animate_run
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Override, resolve
from kmeans_cli.errors import ConfigError
from kmeans_cli.interruption import Interruption

app = typer.Typer(add_completion=False)

_THE_FILM = "The film"
_DEFAULTS = FilmParams()
_EPILOG = """Examples:

kmeans animate configs/blobs.yaml

kmeans animate latest --out digits.png --fps 4

kmeans animate --data digits --k 16 --out digits.mp4 --size 1200
"""


@app.command(epilog=_EPILOG)
def animate(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN|CONFIG",
            help="A run with a trace, or a YAML file, which is fitted first.",
            autocompletion=options.complete_run,
            show_default=False,
        ),
    ] = None,
    config_option: options.ConfigOption = None,
    sets: options.Set = None,
    data: options.Data = None,
    data_dir: options.DataDir = None,
    k: options.K = None,
    init: options.Init = None,
    algorithm: options.Algorithm = None,
    seed: options.Seed = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="A .gif, an animated .png or an .mp4 (with ffmpeg); a GIF among the run's figures by default.",
            rich_help_panel=_THE_FILM,
        ),
    ] = None,
    fps: Annotated[
        float, typer.Option("--fps", metavar="N", help="Frames per second.", rich_help_panel=_THE_FILM)
    ] = _DEFAULTS.fps,
    size: Annotated[
        int, typer.Option("--size", metavar="N", help="Width in pixels.", rich_help_panel=_THE_FILM)
    ] = _DEFAULTS.width,
    frames: Annotated[
        int,
        typer.Option(
            "--frames",
            metavar="N",
            help="At most so many; of more iterations the first ones are shown more densely.",
            rich_help_panel=_THE_FILM,
        ),
    ] = _DEFAULTS.frames,
    name: options.Name = None,
    runs: options.Runs = Path("runs"),
    no_figures: options.NoFigures = False,
    jobs: options.Jobs = None,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> None:
    """The iterations of a fit as a moving picture: points in the plane, or centroids as images; J_clust beside.

    A run must have kept its trace (--set trace=true). A config, or none, is fitted with it first.
    """
    settings = overrides(locals())
    film = FilmParams(out, fps, size, frames)
    where = RunPlace(runs, tuple(sys.argv), data_dir)
    console = Console(quiet=quiet, verbose=verbose)
    stop = Interruption()
    with stop.installed(), console.live():
        if target is None or _is_config(target):
            file = config_file(None if target is None else Path(target), config_option)
            config = resolve(file, settings).config
            report = animate_config(config, film, where=where, progress=console, should_stop=stop)
        else:
            _check_no_settings(config_option, settings)
            report = animate_run(target, film, where=where, progress=console)
    table = build_table(["film", str(report.path)], _rows(report))
    console.result(report.run_dir, as_json=_values(report) if as_json else None, table=table)


def _is_config(target: str) -> bool:
    path = Path(target)
    return path.is_file() or path.suffix.lower() in (".yaml", ".yml")


def _check_no_settings(config: Path | None, settings: list[Override]) -> None:
    if config is not None or settings:
        given = "--config" if config is not None else settings[0].source
        raise ConfigError("changes nothing in a run that is done; animate its config.yaml instead", where=given)


def _values(report: AnimateReport) -> dict[str, Any]:
    return asdict(report) | {"path": str(report.path), "run_dir": str(report.run_dir)}


def _rows(report: AnimateReport) -> list[tuple[str, str]]:
    return [
        ("frames", str(report.n_frames)),
        ("iterations", str(report.n_iter)),
        ("size", f"{report.size / 1e6:.2f} MB"),
    ]
