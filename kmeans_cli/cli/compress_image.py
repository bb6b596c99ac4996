"""``kmeans compress-image``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

from kmeans_cli.cli import options
from kmeans_cli.cli.compress_table import plan_values, result_table
from kmeans_cli.cli.many import Command, execute
from kmeans_cli.cli.overrides import SETTINGS
from kmeans_cli.cli.stdout import writing
from kmeans_cli.commands.compress_image import DEFAULTS, compress_image
from kmeans_cli.commands.image_plan import NAME, ImageOutput, plan_images
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.many_run import ManyReport
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config
from kmeans_cli.config_schema import NAMES
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Progress

app = typer.Typer(add_completion=False)

_COLOURS, _RESULT = "Which colours", "The result"
_SETTINGS = SETTINGS | {
    "images": "image.paths",
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

kmeans compress-image --resume latest

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
    config_option: options.ConfigOption = None,
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
    executor: options.ExecutorName = None,
    jobs: options.Jobs = None,
    scheduler: options.Scheduler = None,
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
    """Give pictures k colours: small PNG files with the best quality for that number, and honest numbers.

    Without --k: 16 colours, the best of four starts.
    """
    given = locals()
    output = ImageOutput(out, force, skip_if_larger)
    command = _command(output)
    # Only the picture goes to standard output when it is asked for there.
    with redirect_stdout(sys.stderr) if output.to_stdout else nullcontext():
        execute(command, given)


def _command(output: ImageOutput) -> Command:
    stdout = sys.stdout  # of now: while it works, all else goes to stderr

    def run(
        config: Config, *, where: RunPlace, options: ManyOptions, progress: Progress, should_stop: Interruption
    ) -> ManyReport:
        report = compress_image(
            config, where=where, options=options, output=output, progress=progress, should_stop=should_stop
        )
        if output.to_stdout and report.image is not None:
            picture = report.image.read_bytes()
            with writing(stdout):
                stdout.buffer.write(picture)
                stdout.buffer.flush()
        return report

    def plan(config: Config, *, where: RunPlace, options: ManyOptions, progress: Progress) -> Mapping[str, Any]:
        return plan_values(plan_images(config, where=where, options=options, output=output, progress=progress))

    return Command(NAME, run, plan, result_table, _SETTINGS, DEFAULTS)
