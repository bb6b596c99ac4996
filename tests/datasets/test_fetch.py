"""Fetching files, from a server on this machine."""

import gzip
import hashlib
import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kmeans_cli.datasets.fetch import fetch_file
from kmeans_cli.errors import PlaceError
from kmeans_cli.progress import Bytes, Event, Warned, silent

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NOBODY = "http://127.0.0.1:9/"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A mirror with a right file, a wrong one and a truncated one."""
    monkeypatch.setenv("NO_PROXY", "*")
    served = tmp_path / "served"
    served.mkdir()
    (served / "right.gz").write_bytes(gzip.compress(CONTENT))
    (served / "wrong.gz").write_bytes(gzip.compress(CONTENT[:-1]))
    (served / "cut.gz").write_bytes(gzip.compress(CONTENT)[:-20])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(served)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_right_content(tmp_path: Path, mirror: str) -> None:
    """A file with the right content is put in its place, readable for others, and its bytes are told."""
    events: list[Event] = []
    fetch_file("right.gz", SHA256, tmp_path / "cache/deep", [mirror], events.append)
    path = tmp_path / "cache/deep/right.gz"
    assert gzip.decompress(path.read_bytes()) == CONTENT
    assert path.stat().st_mode == (tmp_path / "served/right.gz").stat().st_mode
    size = path.stat().st_size
    assert events[-1] == Bytes("right.gz", size, size)


def test_next_mirror(tmp_path: Path, mirror: str) -> None:
    """A mirror that nobody answers for, or without the file, is followed by the next one, with a warning."""
    events: list[Event] = []
    fetch_file("right.gz", SHA256, tmp_path / "cache", [NOBODY, mirror + "nowhere/", mirror], events.append)
    assert sum(isinstance(event, Warned) for event in events) == 2
    assert (tmp_path / "cache/right.gz").exists()


@pytest.mark.parametrize(
    ("name", "words"), [("wrong.gz", "its sha256 differs"), ("cut.gz", "broken or cut short"), ("absent.gz", "404")]
)
def test_wrong_content(tmp_path: Path, mirror: str, name: str, words: str) -> None:
    """What is not the file it should be never gets its name; nothing stays behind, and the error says why."""
    with pytest.raises(PlaceError, match=words):
        fetch_file(name, SHA256, tmp_path / "cache", [mirror], silent)
    assert list((tmp_path / "cache").iterdir()) == []


def test_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network the error is one line with the plain reason."""
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(PlaceError, match="could not be fetched") as caught:
        fetch_file("right.gz", SHA256, tmp_path, [NOBODY], silent)
    assert "refused" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A place that is no folder is an error of that place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaceError, match="file"):
        fetch_file("right.gz", SHA256, tmp_path / "file/cache", [NOBODY], silent)
