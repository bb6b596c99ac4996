"""Files that are absent, old or whole, never half, whatever happens to the process or the machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from kmeans_cli.errors import PlaceError


@contextmanager
def open_write(path: Path) -> Iterator[BinaryIO]:
    """A binary file to write ``path`` with: a sibling takes the bytes and is renamed when the block ends well.

    The sibling is opened by plain ``open``, so the user's umask decides who may read it. It is on the disk before the
    rename, and the rename before this returns.

    Raises:
        PlaceError: The file cannot be written: disk full, read-only, its folder gone. ``path`` is as it was.
    """
    sibling = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with place_errors(path):
            with sibling.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            sibling.replace(path)
            sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            sibling.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk: a rename or mkdir is lost with the power until then."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def place_errors(path: Path, problem: str = "cannot be written") -> Iterator[None]:
    """Turn an OSError of the block into a PlaceError that names ``path`` and the system's reason."""
    try:
        yield
    except OSError as error:
        raise PlaceError(f"{problem}: {error.strerror or error}", where=str(path)) from error
