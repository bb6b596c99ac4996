"""``kmeans compress-image``."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.compress_table import plan_table, plan_values, result_table
from kmeans_cli.cli.console import Console
from kmeans_cli.commands.compress_batch import ImageOutput
from kmeans_cli.commands.compress_image import DEFAULTS, CompressReport, compress_image, plan
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config, Override, resolve
from kmeans_cli.config_schema import NAMES
from kmeans_cli.errors import Refused, SomeFitsFailed
from kmeans_cli.interruption import Interruption

app = typer.Typer(add_completion=False)

_COLOURS, _RESULT = "Which colours", "The result"
_SETTINGS = options.SETTINGS | {
    "k": "sweep.k",
    "space": "image.space",
    "dither": "image.dither",
    "smooth": "image.smooth",
    "masks": "image.masks",
}
_EPILOG = """IMAGE is a file, a folder, - (standard input) or example (a photograph that comes with matplotlib).

Examples:

kmeans compress-image example --k 16

kmeans compress-image photo.png --k 2,4,8,16,32,64,128,256

kmeans compress-image photos/ --k 32 --smooth 0.5

cat photo.png | kmeans compress-image - --k 32 --out - > small.png

kmeans compress-image photo.png --k 1..9 --set kmeans.stop='{rule: loss, tol: 1}'
"""

Images = Annotated[
    list[str] | None, typer.Argument(metavar="IMAGE...", help="Pictures to compress.", show_default=False)
]
Ks = Annotated[
    str | None, typer.Option("--k", metavar="RANGE", help="Numbers of colours: 16, 1..9 or 2,4,8; 16 by default.",
                             rich_help_panel=_COLOURS)]  # fmt: skip
Space = Annotated[
    str | None,
    typer.Option(
        "--space",
        metavar="NAME",
        help=f"Where colours are compared: {', '.join(NAMES['image.space'])}.",
        autocompletion=options.complete_names("image.space"),
        rich_help_panel=_COLOURS,
    ),
]
Dither = Annotated[
    str | None,
    typer.Option(
        "--dither",
        metavar="NAME",
        help=f"{' or '.join(NAMES['image.dither'])}; image.dither_strength is 0 to 1.",
        autocompletion=options.complete_names("image.dither"),
        rich_help_panel=_COLOURS,
    ),
]
Smooth = Annotated[
    float | None,
    typer.Option(
        "--smooth",
        metavar="S",
        help="Longer runs, smaller files: a pixel may cost S mean squared errors more to go on with its neighbour's.",
        rich_help_panel=_COLOURS,
    ),
]
Masks = Annotated[
    bool, typer.Option("--masks", help="Keep a black and white picture of each cluster.", rich_help_panel=_RESULT)
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Also write just the picture here; - is standard output.",
                 rich_help_panel=_RESULT)]  # fmt: skip
Force = Annotated[bool, typer.Option("--force", help="Replace FILE when it exists.", rich_help_panel=_RESULT)]
SkipIfLarger = Annotated[
    bool,
    typer.Option("--skip-if-larger", help="Keep no result that is larger than its original; exit code 6.",
                 rich_help_panel=_RESULT)]  # fmt: skip


@app.command(epilog=_EPILOG)
def compress(
    images: Images = None,
    config: options.ConfigOption = None,
    sets: options.Set = None,
    k: Ks = None,
    space: Space = None,
    dither: Dither = None,
    smooth: Smooth = None,
    init: options.Init = None,
    n_init: options.NInits = None,
    algorithm: options.Algorithm = None,
    seed: options.Seed = None,
    out: Out = None,
    force: Force = False,
    skip_if_larger: SkipIfLarger = False,
    masks: Masks = False,
    name: options.Name = None,
    runs: options.Runs = Path("runs"),
    no_figures: options.NoFigures = False,
    jobs: options.Jobs = None,
    max_time: options.MaxTime = None,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> None:
    """Give pictures k colours: small PNG files with the best quality for that number, and honest numbers.

    Without --k: 16 colours, the best of four starts.
    """
    stop = Interruption(options.parse_duration(max_time))
    settings = options.overrides(
        sets,
        None,
        _SETTINGS,
        k=k,
        space=space,
        dither=dither,
        smooth=smooth,
        masks=masks,
        init=init,
        n_init=n_init,
        algorithm=algorithm,
        seed=seed,
        name=name,
        no_figures=no_figures,
        jobs=jobs,
    )
    resolved = _resolve(config, images, settings)
    output = ImageOutput(out, force, skip_if_larger)
    console = Console(quiet=quiet, verbose=verbose)
    if dry_run:
        would = plan(resolved, output=output)
        console.result(None, as_json=plan_values(would) if as_json else None, table=plan_table(would))
        return
    with stop.installed(), console.live():
        where = RunPlace(runs, tuple(sys.argv))
        report = compress_image(resolved, where=where, output=output, progress=console, should_stop=stop)
    _show(report, output, console, as_json)


def _resolve(file: Path | None, images: list[str] | None, settings: list[Override]) -> Config:
    if images:
        settings = [*settings, Override("image.paths", list(images), "IMAGE")]
    return resolve(file, settings, DEFAULTS).config


def _show(report: CompressReport, output: ImageOutput, console: Console, as_json: bool) -> None:
    if report.image is not None:
        sys.stdout.buffer.write(report.image)
        sys.stdout.buffer.flush()
    shown: dict[str, Any] | None = report.metrics if as_json else None
    with redirect_stdout(sys.stderr) if output.to_stdout else nullcontext():
        console.result(report.run_dir, as_json=shown, table=result_table(report.metrics))
    if report.interrupted:
        console.note(f"interrupted: {report.interrupted}; what was reached is kept in {report.run_dir}")
        raise typer.Exit(130)
    if report.failures:
        raise SomeFitsFailed(f"{len(report.failures)} failed, the first: {report.failures[0]}")
    if report.refused:
        raise Refused(f"not kept: {report.refused[0]}")
