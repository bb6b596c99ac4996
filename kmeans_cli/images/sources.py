"""Where pictures come from: files, folders, standard input, and the example."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.images.params import EXAMPLE, STANDARD_INPUT
from kmeans_cli.pictures import SUFFIXES, Picture, count_pixels, open_picture

MOST_BYTES = 1 << 28
"""More than the pixels that are allowed by default need as a PNG; a bound, so that ``/dev/zero`` is an error too."""

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Source:
    """One picture that is still to be opened.

    Attributes:
        name: What tables and errors call it.
        stem: What its files in the run folder begin with; no other source of the run has it.
        path: Its file, or None for standard input.
        content: The bytes of standard input, else None.
    """

    name: str
    stem: str
    path: Path | None
    content: bytes | None = None

    def read(self) -> bytes:
        """The bytes of its file.

        Raises:
            PlaceError: If it cannot be read.
        """
        if self.path is None:
            return self.content or b""
        try:
            with self.path.open("rb") as file:
                return _read_bounded(file, str(self.path))
        except OSError as error:
            raise PlaceError(f"cannot be read: {error.strerror or error}", where=str(self.path)) from None

    @cached_property
    def sha256(self) -> str | None:
        """The hexadecimal digest of its bytes; None where it cannot be read."""
        try:
            return hashlib.sha256(self.read()).hexdigest()
        except PlaceError:
            return None

    @cached_property
    def n_pixels(self) -> int:
        """How many its header names; 0 where it cannot be opened."""
        try:
            return count_pixels(io.BytesIO(self.read()), str(self.path or self.name))
        except PlaceError:
            return 0

    def open(self, content: bytes, max_pixels: int) -> Picture:
        """The picture in its bytes, with its opacity.

        Raises:
            PlaceError: If that is no picture, broken or too large.
        """
        where = str(self.path or self.name)
        return open_picture(
            io.BytesIO(content), name=where, keep_alpha=True, max_pixels=max_pixels, limit_key="image.max_pixels"
        )


def find_sources(paths: Sequence[str]) -> tuple[Source, ...]:
    """The pictures that these words stand for, folders opened; files are not read yet, standard input is.

    Raises:
        ConfigError: If there are no words.
        PlaceError: If a folder holds no pictures.
    """
    if not paths:
        raise ConfigError("names no picture", where="image.paths", value=[], allowed="files, folders, - or example")
    found = [source for path in paths for source in _of_path(path)]
    stems: dict[str, int] = {}
    return tuple(_with_own_stem(source, stems) for source in found)


def sha256(sources: Sequence[Source]) -> str:
    """The hexadecimal digest of the contents of all sources that can be read."""
    return hashlib.sha256("".join(source.sha256 or "" for source in sources).encode()).hexdigest()


def example_path() -> Path:
    """The public-domain photograph of Grace Hopper that comes with matplotlib; found without importing that.

    Raises:
        PlaceError: If this matplotlib came without it.
    """
    spec = find_spec("matplotlib")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
        if path.is_file():
            return path
    raise PlaceError("matplotlib came without its sample data", where=EXAMPLE)


def _read_bounded(file: BinaryIO, name: str) -> bytes:
    """All bytes of a file, in pieces: of a pipe or a device nobody knows beforehand how many there are."""
    content = bytearray()
    while piece := file.read(_PIECE_BYTES):
        content += piece
        if len(content) > MOST_BYTES:
            raise PlaceError("is too long for a picture", where=name, allowed=f"at most {MOST_BYTES:,} bytes")
    return bytes(content)


def _of_path(text: str) -> list[Source]:
    if text == STANDARD_INPUT:
        return [Source("standard input", "stdin", None, _read_bounded(sys.stdin.buffer, "standard input"))]
    path = example_path() if text == EXAMPLE else Path(text).expanduser()
    if not path.is_dir():
        return [Source(path.name, path.stem, path)]
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.name[0] != ".")
    if not files:
        raise PlaceError("holds no pictures", where=str(path), allowed=SUFFIXES)
    return [Source(file.name, file.stem, file) for file in files]


def _with_own_stem(source: Source, stems: dict[str, int]) -> Source:
    """Of several pictures with one name, the second is ``cat-2``."""
    stems[source.stem] = number = stems.get(source.stem, 0) + 1
    if number == 1:
        return source
    return _with_own_stem(Source(source.name, f"{source.stem}-{number}", source.path, source.content), stems)
