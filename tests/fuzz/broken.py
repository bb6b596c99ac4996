"""What cannot be right, judged without this package: a run that completed on it took broken data for whole."""

from __future__ import annotations

import csv
import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import yaml

Finding = str | None
"""Why a file is certainly broken; None: it may be right."""


def broken_csv(content: bytes, run: dict[str, Any]) -> Finding:
    """No text, or fewer lines than samples were made of it."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError:
        return "is no text"
    n, _ = run["dataset"]["shape"]
    lines = sum(1 for _ in csv.reader(io.StringIO(text, newline="")))
    return f"has {lines} lines, of which {n} samples were made" if n > lines else None


def broken_npy(content: bytes, run: dict[str, Any]) -> Finding:  # noqa: ARG001 - all have this signature
    """Not exactly one array of finite numbers."""
    file = io.BytesIO(content)
    try:
        array = np.lib.format.read_array(file, allow_pickle=False)
    except Exception as error:
        return f"NumPy does not read it: {error}"
    if file.read(1):
        return "has bytes behind its array"
    return "is not finite" if array.dtype.kind == "f" and not np.isfinite(array).all() else None


def broken_npz(content: bytes, run: dict[str, Any]) -> Finding:
    """A member that was read and has another checksum, or is no array."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            used = [f"{key}.npy" for key in run["used"]]
            return next(filter(None, (broken_npy(archive.read(name), run) for name in used)), None)
    except Exception as error:
        return f"zipfile does not read it: {error}"


def broken_idx(content: bytes, run: dict[str, Any]) -> Finding:
    """A header that promises another number of bytes, or samples that are not the run's."""
    sizes = struct.unpack(f">{content[3]}I", content[4 : 4 + 4 * content[3]])
    width = {0x08: 1, 0x09: 1, 0x0B: 2, 0x0C: 4, 0x0D: 4, 0x0E: 8}[content[2]]
    if len(content) != 4 + 4 * content[3] + width * int(np.prod(sizes, dtype=object)):
        return "has not the length of its header"
    return None if sizes[0] == run["dataset"]["shape"][0] else "has another number of samples"


def broken_gz(content: bytes, run: dict[str, Any]) -> Finding:
    """A gzip file with another checksum or length, or no whole IDX file in it."""
    try:
        plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except Exception as error:
        return f"gzip does not unpack it: {error}"
    return broken_idx(plain, run)


def broken_png(content: bytes, run: dict[str, Any]) -> Finding:  # noqa: ARG001 - all have this signature
    """A checksum that is wrong, no end, or too few pixels.

    What comes behind the last pixel in a chunk whose checksum is right, zlib's own checksum included, nobody reads.
    """
    at, packed, size = 8, b"", (0, 0, 0)
    while at < len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8].ljust(8, b"\0"))
        body, check = content[at + 8 : at + 8 + length], content[at + 8 + length : at + 12 + length]
        if name == b"IEND":
            break
        if struct.pack(">I", zlib.crc32(name + body)) != check:
            return f"has a wrong checksum in its chunk {name!r}"
        packed += body if name == b"IDAT" else b""
        size = struct.unpack(">IIB", body[:9]) if name == b"IHDR" else size
        at += 12 + length
    else:
        return "has no end"
    width, height, bits = size
    pixels = _unpacked(packed)
    return None if len(pixels) >= height * (1 + width * bits // 8) else f"has only {len(pixels)} bytes of pixels"


def _unpacked(packed: bytes) -> bytes:
    """What zlib makes of a stream until something is wrong with it."""
    stream, plain = zlib.decompressobj(), b""
    with suppress(zlib.error):
        for byte in packed:
            plain += stream.decompress(bytes([byte]))
    return plain


def broken_jpeg(content: bytes, run: dict[str, Any]) -> Finding:  # noqa: ARG001 - all have this signature
    """No start or no pixels; JPEG has no checksums, so another picture is a picture."""
    return None if content[:2] == b"\xff\xd8" and b"\xff\xda" in content else "is no JPEG"


def broken_yaml(content: bytes, run: dict[str, Any]) -> Finding:  # noqa: ARG001 - all have this signature
    """Nothing that PyYAML reads, or no mapping."""
    try:
        tree = yaml.safe_load(content.decode("utf-8-sig"))
    except Exception as error:
        return f"PyYAML does not read it: {error}"
    return None if tree is None or isinstance(tree, dict) else "is no mapping"


BROKEN: dict[str, Callable[[bytes, dict[str, Any]], Finding]] = {
    "CSV": broken_csv,
    "npy": broken_npy,
    "npz": broken_npz,
    "IDX": broken_idx,
    "gz": broken_gz,
    "PNG": broken_png,
    "JPEG": broken_jpeg,
    "YAML": broken_yaml,
}
"""By kind of input. The other pictures have nothing to go by; of a run folder see ``verdict``."""
