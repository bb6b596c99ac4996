"""Where pictures come from."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.images import sources
from kmeans_cli.images.sources import find_sources, sha256


def _picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (3, 2), (1, 2, 3)).save(path, "PNG")
    return path


def test_files_and_folders(tmp_path: Path) -> None:
    """A folder stands for its pictures in the order of their names; equal names get a number."""
    for name in ("a/cat.png", "b/cat.JPG", "b/.hidden.png", "b/notes.txt", "b/dog.png"):
        _picture(tmp_path / name)
    found = find_sources([str(tmp_path / "a" / "cat.png"), str(tmp_path / "b")])
    assert [source.name for source in found] == ["cat.png", "cat.JPG", "dog.png"]
    assert [source.stem for source in found] == ["cat", "cat-2", "dog"]


def test_a_wrong_suffix_works(tmp_path: Path) -> None:
    """What a file holds counts, not what it is called."""
    (source,) = find_sources([str(_picture(tmp_path / "a.jpg"))])
    assert source.open(source.read(), 100).format == "PNG"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` is read at once, for it can be read only once."""
    monkeypatch.setattr(sources.sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"bytes")))
    (source,) = find_sources(["-"])
    assert (source.read(), source.read(), source.path) == (b"bytes", b"bytes", None)
    with pytest.raises(PlaceError, match="standard input: is no picture"):
        source.open(source.read(), 100)


def test_example() -> None:
    """``example`` is a photograph that needs no file of the user's."""
    (source,) = find_sources(["example"])
    assert source.open(source.read(), 10**6).pixels.shape == (600, 512, 3)


def test_what_is_no_source(tmp_path: Path) -> None:
    """No words, a folder without pictures, a missing file: an error that says so; missing files when they are read."""
    with pytest.raises(ConfigError, match="example"):
        find_sources([])
    with pytest.raises(PlaceError, match="holds no pictures"):
        find_sources([str(tmp_path)])
    (missing,) = find_sources([str(tmp_path / "nope.png")])
    with pytest.raises(PlaceError, match=r"nope\.png"):
        missing.read()


def test_digest_is_of_contents(tmp_path: Path) -> None:
    """The digest changes with a picture's bytes, not with its place."""
    first, second = _picture(tmp_path / "a.png"), _picture(tmp_path / "x" / "b.png")
    assert sha256(find_sources([str(first)])) == sha256(find_sources([str(second)]))
    second.write_bytes(second.read_bytes() + b"x")
    assert sha256(find_sources([str(first)])) != sha256(find_sources([str(second)]))
