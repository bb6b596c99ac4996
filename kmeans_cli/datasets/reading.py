"""Reading files from outside: whatever is wrong with one, the user gets one line that names it."""

from __future__ import annotations

import gzip
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from kmeans_cli.errors import PlaceError

GZIP_MAGIC = b"\x1f\x8b"

# The content of a deflate stream is at most so many times as long as the stream (zlib, "Technical Details").
_MAX_DEFLATE_RATIO = 1032


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what Python raises on a missing, broken or oversized file into one error.

    Raises:
        PlaceError: Instead of the errors of the operating system, of gzip and of zip.
    """
    try:
        yield
    except FileNotFoundError:
        raise PlaceError("does not exist", where=str(path)) from None
    except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error, NotImplementedError) as error:
        raise PlaceError(f"is broken or cut short ({error})", where=str(path)) from None
    except OSError as error:
        raise PlaceError(f"cannot be read ({error.strerror or error})", where=str(path)) from None
    except MemoryError:
        raise PlaceError("does not fit into memory", where=str(path)) from None


def is_gzipped(path: Path) -> bool:
    """Whether the content of a file, not its name, says gzip; servers and browsers unpack without renaming."""
    with path.open("rb") as file:
        return file.read(len(GZIP_MAGIC)) == GZIP_MAGIC


def open_plain(path: Path) -> IO[bytes]:
    """Open a file that may be gzipped for reading its plain content."""
    return cast(IO[bytes], gzip.open(path)) if is_gzipped(path) else path.open("rb")


def check_claim(path: Path, claimed: int, stored: int, *, compressed: bool) -> None:
    """Refuse a header that promises more than its file can hold, before anything is allocated.

    Args:
        path: The file, for the error.
        claimed: Bytes of data that the header promises.
        stored: Bytes that the file has for them.
        compressed: Whether these are deflated.

    Raises:
        PlaceError: If the file cannot hold so much, or this machine's memory cannot.
    """
    most = stored * _MAX_DEFLATE_RATIO if compressed else stored
    if claimed > most:
        problem = f"is cut short: its header claims {claimed:,} bytes, it cannot hold more than {most:,}"
        raise PlaceError(problem, where=str(path))
    if claimed > _memory():
        raise PlaceError(f"claims {claimed:,} bytes, more than this machine's memory", where=str(path))


def _memory() -> int:
    if not hasattr(os, "sysconf"):  # Windows: there the allocation itself has to fail
        return 1 << 63
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
