"""A run folder while its run writes it. Only the process that claimed it does."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Any, BinaryIO

from kmeans_cli.errors import Interrupted, KMeansError, PlaceError
from kmeans_cli.runs import atomic, git
from kmeans_cli.runs.claim import claim, link_latest
from kmeans_cli.runs.encode import json_text, write_rows
from kmeans_cli.runs.status import RunStatus

SCHEMA = 1
RECORD = "run.json"
CONFIG = "config.yaml"
LOG = "log.txt"
GIT_DIFF = "git.diff"


class RunFolder:
    """Writes the files of one run; each file is absent, old or whole.

    Every method raises PlaceError, naming the file, when it cannot be written: disk full, read-only, folder deleted.

    Attributes:
        path: The folder.
        record: What ``run.json`` holds.
    """

    def __init__(self, path: Path, record: Mapping[str, Any]) -> None:
        self.path = path
        self.record = dict(record)

    def open_write(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A binary file to write ``name`` with; it appears under that name when the block ends well.

        ``name`` may be in a subfolder: ``figures/loss.png``.
        """
        target = self.path / name
        if target.parent != self.path:
            # No parents: a run folder deleted meanwhile must not come back with half its files.
            with atomic.place_errors(target):
                target.parent.mkdir(exist_ok=True)
                atomic.sync_folder(self.path)
        return atomic.open_write(target)

    def write_text(self, name: str, text: str) -> None:
        """Write text in UTF-8."""
        with self.open_write(name) as file:
            file.write(text.encode("utf-8", "backslashreplace"))

    def write_json(self, name: str, value: Any) -> None:
        """Write a value as JSON; see ``encode.json_text`` for what it may hold."""
        self.write_text(name, json_text(value))

    def write_csv(self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write rows under a header, with None as an empty field."""
        with self.open_write(name) as file:
            write_rows(file, header, rows)

    def write_npz(self, name: str, arrays: Mapping[str, Any]) -> None:
        """Write NumPy arrays by name."""
        import numpy as np

        with self.open_write(name) as file:
            np.savez(file, **arrays)

    def remove(self, name: str) -> None:
        """Remove a file, or a subfolder with the files in it, if it is there."""
        path = self.path / name
        with atomic.place_errors(path, "cannot be removed"), suppress(FileNotFoundError):
            if path.is_dir():
                rmtree(path)
            else:
                path.unlink()

    def log(self, text: str) -> None:
        """Append a line (or several) to ``log.txt``, with the time."""
        path = self.path / LOG
        with (
            atomic.place_errors(path),
            path.open("a", encoding="utf-8", errors="backslashreplace") as file,
        ):
            file.write(f"{timestamp(now())} {text}\n")

    def mark(self, status: RunStatus, error: str | None = None) -> None:
        """Write ``run.json`` with this status; for all but ``running`` it is the last word of the run."""
        self.record["status"] = status.value
        self.record["finished"] = None if status is RunStatus.RUNNING else timestamp(now())
        self.record["error"] = error
        self.write_json(RECORD, self.record)


@contextmanager
def open_run(
    runs_dir: Path, command: str, label: str, *, record: Mapping[str, Any], config: str | None = None
) -> Iterator[RunFolder]:
    """Claim a new run folder, and commit its status when the block ends.

    A block that ends well leaves ``completed``, unless it marked another status itself; Interrupted or
    KeyboardInterrupt ``interrupted``; any other exception ``failed``. Exceptions pass on. One that is no KMeansError
    is a bug: its traceback goes to ``log.txt``, and that file's path is noted on the exception (``__notes__``).

    Args:
        runs_dir: Where runs live; made when missing.
        command: The subcommand.
        label: For the folder's name: ``digits-k10``, or what the user gave as ``--name``.
        record: Where the result comes from, for ``run.json``: what ``provenance.collect`` returns. When it says that
            the working directory has uncommitted changes, they are kept in ``git.diff``.
        config: The text of ``config.yaml``; it is there before ``run.json``, so whatever is a run can be gone on with.

    Raises:
        ConfigError: The label is no name for a folder.
        PlaceError: ``runs_dir`` cannot be made or written to.
    """
    started = now()
    path = claim(runs_dir, command, label, started)
    opening = {
        "schema": SCHEMA,
        "status": RunStatus.RUNNING.value,
        "command": command,
        "started": timestamp(started),
        "finished": None,
        "error": None,
    }
    folder = RunFolder(path, opening | dict(record))
    _write_first_files(folder, config)
    with ending(folder):
        _link_latest(folder)
        _keep_difference(folder)
        yield folder


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and a Z: runs of one second keep their order."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def _write_first_files(folder: RunFolder, config: str | None) -> None:
    try:
        if config is not None:
            folder.write_text(CONFIG, config)
        folder.mark(RunStatus.RUNNING)
    except BaseException:
        rmtree(folder.path, ignore_errors=True)  # a disk so full that not even run.json fits: leave no folder
        raise


def _link_latest(folder: RunFolder) -> None:
    try:
        link_latest(folder.path)
    except OSError as error:
        folder.log(f"`latest` does not point here: {error}")  # a convenience, no reason to lose a run


@contextmanager
def ending(folder: RunFolder) -> Iterator[None]:
    """Commit the status of a run when the block ends, as ``open_run`` says."""
    try:
        yield
        if folder.record["status"] == RunStatus.RUNNING.value:
            folder.mark(RunStatus.COMPLETED)
    except (Interrupted, KeyboardInterrupt) as error:
        _give_up(folder, RunStatus.INTERRUPTED, str(error) or "interrupted", error)
        raise
    except KMeansError as error:
        _give_up(folder, RunStatus.FAILED, str(error), error)
        raise
    except BaseException as error:
        _give_up(folder, RunStatus.FAILED, f"{type(error).__name__}: {error}", error)
        raise


def _keep_difference(folder: RunFolder) -> None:
    if (folder.record.get("git") or {}).get("dirty"):
        difference = git.read_difference()
        if difference is not None:
            with folder.open_write(GIT_DIFF) as file:
                file.write(difference)


def _give_up(folder: RunFolder, status: RunStatus, line: str, error: BaseException) -> None:
    # The place itself may be what is broken; then the first error is the one to show, not that it could not be noted.
    with suppress(PlaceError):
        if isinstance(error, KMeansError | KeyboardInterrupt):
            folder.log(f"{status}: {line}")
        else:
            folder.log("".join(traceback.format_exception(error)).rstrip())
            error.add_note(f"traceback: {folder.path / LOG}")
    with suppress(PlaceError):
        folder.mark(status, line)
