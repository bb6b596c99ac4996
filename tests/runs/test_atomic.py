"""Files are absent, old or whole."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kmeans_cli.errors import PlaceError
from kmeans_cli.runs.atomic import open_write


def test_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    """Until the block ends there is no file of that name, then there is the whole one and nothing beside it."""
    target = tmp_path / "a.txt"
    with open_write(target) as file:
        file.write(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("before", [None, b"old"])
def test_error_in_the_block_leaves_the_file_as_it_was(tmp_path: Path, before: bytes | None) -> None:
    """An exception halfway leaves the old file, or none, and no rest of the new one."""
    target = tmp_path / "a.txt"
    if before is not None:
        target.write_bytes(before)

    def write_half() -> None:
        with open_write(target) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [content for content in [before] if content]


def test_sigkill_in_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    """A process killed while it writes leaves the old file under the name."""
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    program = (
        "import os, sys, pathlib; from kmeans_cli.runs.atomic import open_write\n"
        "with open_write(pathlib.Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(target)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077])
def test_permissions_follow_the_umask(tmp_path: Path, umask: int) -> None:
    """Who may read the file is the user's umask's business."""
    former = os.umask(umask)
    try:
        with open_write(tmp_path / "a.txt") as file:
            file.write(b"x")
    finally:
        os.umask(former)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_full_disk_is_a_place_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int) -> None:
    """When the disk takes no more, the error names the file and the reason, and the old file stays alone."""

    def fails(_: int) -> None:
        raise OSError(reason, os.strerror(reason))

    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(PlaceError) as caught, open_write(target) as file:
        file.write(b"new")
    assert str(caught.value) == f"{target}: cannot be written: {os.strerror(reason)}"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_device_is_a_place_error(tmp_path: Path) -> None:
    """A write that the system itself refuses with ENOSPC becomes the same error."""
    with pytest.raises(PlaceError, match="No space left"), open_write(tmp_path / "a.txt"):
        Path("/dev/full").write_bytes(b"x")
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_a_place_error(tmp_path: Path) -> None:
    """A folder that is not there is not made."""
    with pytest.raises(PlaceError, match="No such file"), open_write(tmp_path / "gone" / "a.txt") as file:
        file.write(b"x")
    assert list(tmp_path.iterdir()) == []
