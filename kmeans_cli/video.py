"""Frames to an MP4 film, by the ffmpeg of this machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.errors import PlaceError

# H.264 with colours halved wants even sides; pixels of a white margin make them so.
_EVEN = "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white"


def find_ffmpeg() -> str:
    """The path of ffmpeg.

    Raises:
        PlaceError: It is not installed.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise PlaceError("is not installed, and MP4 needs it", where="ffmpeg", allowed="--out with .gif or .png")
    return program


def write_mp4(file: BinaryIO, frames: Sequence[NDArray[np.uint8]], fps: float) -> None:
    """Write an MP4 (H.264) film.

    Args:
        file: Open for binary writing.
        frames: At least one, (height, width, 3) uint8 sRGB each.
        fps: Frames per second.

    Raises:
        PlaceError: ffmpeg is not installed, or failed.
    """
    height, width, _ = frames[0].shape
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{fps:g}", "-i", "-"]
    # An MP4's index is written last and belongs first, so ffmpeg needs a file and no pipe to write to.
    with tempfile.TemporaryDirectory(prefix="kmeans-") as folder:
        film = Path(folder) / "film.mp4"
        encode = ["-vf", _EVEN, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(film)]
        command = [find_ffmpeg(), "-loglevel", "error", *raw, *encode]
        done = subprocess.run(
            command, input=b"".join(map(np.ndarray.tobytes, frames)), capture_output=True, check=False
        )
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise PlaceError(f"failed: {reason[-1]}", where="ffmpeg")
        file.write(film.read_bytes())
