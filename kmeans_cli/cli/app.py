"""The commands, each imported when it is named, and the one place that makes a line and an exit code of an error."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from kmeans_cli import __version__
from kmeans_cli.cli.stdout import discard, writing
from kmeans_cli.errors import KMeansError

COMMANDS = {
    "fit": "Cluster one data set: a run folder with model, metrics and figures.",
    "sweep-k": "Many k, from one or several starts; and which k to choose.",
    "multi-init": "Many starts, every one kept: the best, the worst, and what lies between.",
    "compress-image": "Pictures in k colours: small PNG files, palettes, honest numbers.",
    "predict": "Clusters and classes of new images or new rows.",
    "animate": "The iterations of a fit as a moving picture.",
    "report": "A table of finished runs: Markdown, CSV or LaTeX.",
    "rerun": "Run it again from its own folder: is the result the same?",
    "runs": "The runs so far: list, show, path, compare, check, clean.",
    "data": "The data sets: list, info, fetch.",
    "config": "The settings: show, check, schema, new.",
}
"""Each command with its line in the help; its module in this package has the same name (with ``_``) and a Typer called
``app``."""

_BROKEN_PIPE = 128 + 13  # what a shell reports for a program that SIGPIPE ended


def tidy(options: Sequence[object]) -> None:
    """Typer shows ``<bool>`` beside a switch, as if it took a value."""
    for option in options:
        if isinstance(option, TyperOption) and option.is_flag:
            option.metavar = ""


def _imported(name: str) -> ModuleType:
    """The module of this name.

    Imports leave no garbage, and to look for it again and again among all they make takes a tenth of their time.
    """
    if name in sys.modules:
        return sys.modules[name]
    was_looking = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()  # nor look later
        if was_looking:
            gc.enable()


class LazyCommand(TyperCommand):
    """A command of which only the name and one line are known until it is called."""

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Import the command's module and let the command take over."""
        module = _imported(f"kmeans_cli.cli.{str(self.name).replace('-', '_')}")
        command = typer.main.get_command(module.app)
        for each in (command, *getattr(command, "commands", {}).values()):
            tidy(each.get_params(typer.Context(each, parent=extra["parent"])))
        return command.make_context(*args, **extra)


class Commands(TyperGroup):
    """All commands behind the error boundary."""

    def __init__(self, **settings: Any) -> None:
        settings["commands"] = {name: LazyCommand(name, help=line) for name, line in COMMANDS.items()}
        super().__init__(**settings)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run, and exit with the code the contract gives to what happened."""
        extra["standalone_mode"] = False
        if os.environ.get("NO_COLOR"):
            from typer import rich_utils

            rich_utils.COLOR_SYSTEM = None  # otherwise the help is bold and dim
        sys.exit(exit_code(lambda: super(Commands, self).main(*args, **extra)))

    def get_params(self, ctx: Any) -> Any:
        """The options of ``kmeans`` itself."""
        options = super().get_params(ctx)
        tidy(options)
        return options


app = typer.Typer(cls=Commands, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kmeans {__version__}")
        raise typer.Exit


@app.callback()
def kmeans(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A k-means experiment runner: exact, reproducible, from the command line."""


def exit_code(command: Callable[[], Any]) -> int:
    """Run a command; an error becomes one line on stderr and the exit code of its kind."""
    if sys.stdout is None:  # as `>&-` makes it; the first file opened would take its place
        return _say("standard output: is closed", 3)
    try:
        code = command()
        with writing(sys.stdout):
            sys.stdout.flush()
    except KMeansError as error:
        return _say(str(error), error.exit_code)
    except typer.TyperException as error:
        return _say(_usage_line(error), 2)
    except KeyboardInterrupt:
        return _say("interrupted", 130)
    except SystemExit as end:  # Typer's, after a broken pipe or a completion
        return _BROKEN_PIPE if isinstance(end.__context__, BrokenPipeError) else int(end.code or 0)
    except BrokenPipeError:
        discard(sys.stdout)
        return _BROKEN_PIPE
    except OSError as error:
        return _say(f"{error.filename or 'the operating system refused something'}: {error.strerror or error}", 3)
    except MemoryError as error:
        return _say(f"memory: {str(error) or 'there is not enough of it'}", 3)
    except Exception as error:
        return _say(_bug_line(error), 1)
    return code if isinstance(code, int) else 0


def _say(line: str, code: int) -> int:
    if line:  # empty when a help text has just said it all
        typer.echo(f"error: {' '.join(line.split())}", err=True)
    return code


def _usage_line(error: typer.TyperException) -> str:
    line = error.format_message()
    context = getattr(error, "ctx", None)
    return f"{line.rstrip('.')}; see '{context.command_path} --help'" if line and context else line


def _bug_line(error: Exception) -> str:
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith("traceback: ")]
    where = notes[0] if notes else f"traceback: {_keep_traceback(error)}"
    return f"this is a bug in kmeans: {type(error).__name__}: {error}; {where}"


def _keep_traceback(error: Exception) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="kmeans-", suffix=".log", delete=False, encoding="utf-8") as file:
        file.writelines(traceback.format_exception(error))
    return file.name
