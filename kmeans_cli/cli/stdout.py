"""Standard output as a place: full, closed, or with nobody at the other end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from kmeans_cli.errors import PlaceError


@contextmanager
def writing(stream: TextIO) -> Iterator[None]:
    """A part of the work that writes there.

    Args:
        stream: Standard output; what ``sys.stdout`` is may be something else for a while.

    Raises:
        PlaceError: If it cannot be written to; that nobody reads any more passes as BrokenPipeError.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        discard(stream)
        raise PlaceError(f"{error.strerror or error}", where="standard output") from error


def discard(stream: TextIO) -> None:
    """Nobody can read what is still buffered; without this, Python complains about it when it ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
