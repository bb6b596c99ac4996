"""Films by ffmpeg; a script stands in for it."""

import io
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.errors import PlaceError
from kmeans_cli.video import find_ffmpeg, write_mp4

FRAMES = [np.full((3, 5, 3), shade, dtype=np.uint8) for shade in (0, 128, 255)]


def _pretend(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_frames_reach_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program is told size and rate, gets the frames as raw pixels, and its file is what is written."""
    _pretend(tmp_path, f'echo "$@" > {tmp_path}/args; for last; do :; done; cat > "$last"', monkeypatch)
    file = io.BytesIO()
    write_mp4(file, FRAMES, 12.5)
    assert file.getvalue() == b"".join(frame.tobytes() for frame in FRAMES)
    assert "-pix_fmt rgb24 -s 5x3 -r 12.5 -i -" in (tmp_path / "args").read_text()


def test_ffmpeg_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line that ffmpeg said is in the error."""
    _pretend(tmp_path, "cat > /dev/null; echo no libx264 >&2; exit 1", monkeypatch)
    with pytest.raises(PlaceError, match="ffmpeg: failed: no libx264"):
        write_mp4(io.BytesIO(), FRAMES, 8)


def test_no_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ffmpeg the error says what else can be written."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlaceError, match=r"ffmpeg: is not installed.*\.gif"):
        find_ffmpeg()
