"""Fetching files, from a server on this machine."""

import gzip
import hashlib
import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from kmeans_cli.datasets import fetch
from kmeans_cli.datasets.fetch import Content, fetch_file
from kmeans_cli.errors import PlaceError
from kmeans_cli.progress import Bytes, Event, Warned, silent

CONTENT = bytes(range(256)) * 1000
RIGHT = Content(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
NOBODY = "http://127.0.0.1:9/"


class _Mirror(http.server.SimpleHTTPRequestHandler):
    """Files, and under some names what goes wrong on the way."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """A file, or trouble."""
        packed = gzip.compress(CONTENT)
        if self.path == "/plain.gz":
            self._answer(302, location=f"http://{self.headers['host']}/right.gz")
        elif self.path == "/encrypted.gz":
            self._answer(302, location=f"https://{self.headers['host']}/right.gz")
        elif self.path == "/elsewhere.gz":
            self._answer(302, location="//mirror.invalid/right.gz")
        elif self.path == "/less.gz":
            self._answer(200, packed[:-100], length=len(packed))
        elif self.path == "/stalled.gz":
            self._answer(200, packed[:100], length=len(packed))
            time.sleep(2)
        elif self.path == "/endless.gz":
            self._answer(200)
            with suppress(OSError):
                while True:
                    self.wfile.write(bytes(1 << 16))
        elif self.path == "/bomb.gz":
            self._answer(200, gzip.compress(bytes(20 << 20)))
        else:
            super().do_GET()

    def _answer(self, code: int, content: bytes = b"", length: int | None = None, location: str | None = None) -> None:
        self.send_response(code)
        if location is not None:
            self.send_header("Location", location)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A mirror with a right file, a wrong one and a truncated one."""
    monkeypatch.setenv("NO_PROXY", "*")
    served = tmp_path / "served"
    served.mkdir()
    (served / "right.gz").write_bytes(gzip.compress(CONTENT))
    (served / "wrong.gz").write_bytes(gzip.compress(CONTENT[:-1]))
    (served / "cut.gz").write_bytes(gzip.compress(CONTENT)[:-20])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Mirror, directory=str(served)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_right_content(tmp_path: Path, mirror: str) -> None:
    """A file with the right content is put in its place, readable for others, and its bytes are told."""
    events: list[Event] = []
    fetch_file("right.gz", RIGHT, tmp_path / "cache/deep", [mirror], events.append)
    path = tmp_path / "cache/deep/right.gz"
    assert gzip.decompress(path.read_bytes()) == CONTENT
    assert path.stat().st_mode == (tmp_path / "served/right.gz").stat().st_mode
    size = path.stat().st_size
    assert events[-1] == Bytes("right.gz", size, size)


def test_next_mirror(tmp_path: Path, mirror: str) -> None:
    """A mirror that nobody answers for, or without the file, is followed by the next one, with a warning."""
    events: list[Event] = []
    fetch_file("right.gz", RIGHT, tmp_path / "cache", [NOBODY, mirror + "nowhere/", mirror], events.append)
    assert sum(isinstance(event, Warned) for event in events) == 2
    assert (tmp_path / "cache/right.gz").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wrong.gz", "its sha256 differs"),
        ("cut.gz", "broken or cut short"),
        ("absent.gz", "404"),
        ("less.gz", "100 more expected"),
        ("stalled.gz", "timed out"),
        ("endless.gz", "longer than the file it should be"),
        ("bomb.gz", "its sha256 differs|longer than the file it should be"),
        ("plain.gz", "unencrypted"),
        ("elsewhere.gz", "'http://mirror.invalid/right.gz' is where we are sent, unencrypted"),
        ("encrypted.gz", "(?i)ssl"),
    ],
)
def test_wrong_content(tmp_path: Path, mirror: str, name: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is cut, stalled, endless, wrong or elsewhere never gets its name; nothing stays, and we say why."""
    monkeypatch.setattr(fetch, "_TIMEOUT_SECONDS", 0.5)
    with pytest.raises(PlaceError, match=words):
        fetch_file(name, RIGHT, tmp_path / "cache", [mirror], silent)
    assert list((tmp_path / "cache").iterdir()) == []


def test_only_encrypted(tmp_path: Path) -> None:
    """A mirror without https is not even asked."""
    with pytest.raises(PlaceError, match=r"'http://mirror\.invalid/right\.gz' is no address that is encrypted"):
        fetch_file("right.gz", RIGHT, tmp_path, ["http://mirror.invalid/"], silent)
    assert list(tmp_path.iterdir()) == []


def test_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network the error is one line with the plain reason."""
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(PlaceError, match="could not be fetched") as caught:
        fetch_file("right.gz", RIGHT, tmp_path, [NOBODY], silent)
    assert "refused" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A place that is no folder is an error of that place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaceError, match="file"):
        fetch_file("right.gz", RIGHT, tmp_path / "file/cache", [NOBODY], silent)
