"""A run that ended or was killed, gone on with in its own folder."""

from __future__ import annotations

import fcntl
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.runs.atomic import place_errors
from kmeans_cli.runs.folder import CONFIG, RECORD, RunFolder, ending, now, timestamp
from kmeans_cli.runs.read import Run, load_run, read_record, status_of
from kmeans_cli.runs.status import RunStatus


def find_resumable(run: str, runs_dir: Path, command: str) -> Run:
    """The run that ``command`` is to go on with.

    Args:
        run: A path, a name in ``runs_dir``, a unique beginning of one, or ``latest``.
        runs_dir: Where runs live.
        command: The subcommand.

    Raises:
        PlaceError: There is no such run, its ``run.json`` is broken, or its process still works on it.
        ConfigError: It is a run of another command.
    """
    found = load_run(run, runs_dir)
    if found.record.get("command") != command:
        raise ConfigError(f"is a run of {found.record.get('command')}, not of {command}", where="--resume", value=run)
    _check_ended(found.path, found.record)
    return found


@contextmanager
def reopen_run(path: Path, *, record: Mapping[str, Any], config: str | None = None) -> Iterator[RunFolder]:
    """Go on with a run: its status is ``running`` within the block, and afterwards as ``open_run`` says.

    Half-written siblings that a killed process left are removed. The record keeps when and how the run was first
    started, and gets a list of when and how it was resumed.

    Args:
        path: The run folder.
        record: What ``provenance.collect`` returns now.
        config: The text of ``config.yaml`` from now on; None: it stays.

    Raises:
        PlaceError: If a process still works on the run, or the folder cannot be written to.
    """
    with locked(path):
        former = read_record(path)
        _check_ended(path, former)
        again = {"started": timestamp(now()), "argv": record["argv"]}
        kept = {"argv": former.get("argv"), "resumed": [*former.get("resumed", ()), again]}
        folder = RunFolder(path, {**former, **record, **kept})
        with ending(folder):
            folder.mark(RunStatus.RUNNING)
            for sibling in path.rglob(".*.part"):
                sibling.unlink()
            if config is not None:
                folder.write_text(CONFIG, config)
            yield folder


def _check_ended(path: Path, record: Mapping[str, Any]) -> None:
    if status_of(record) is RunStatus.RUNNING:
        host = record.get("host")
        elsewhere = host != platform.node()  # nobody here can see whether that process is there
        cure = f'; if that is gone, write "interrupted" for "running" as status in its {RECORD}' if elsewhere else ""
        raise PlaceError(f"is still being worked on, by process {record.get('pid')} of {host}{cure}", where=str(path))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the folder alone among those who go on with it; the system lets go when this process ends."""
    with place_errors(path, "cannot be gone on with"):
        descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlaceError("is being resumed by another process", where=str(path)) from None
        yield
    finally:
        os.close(descriptor)
