"""What holds for every data set, whoever read it."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.datasets import READERS, DataParams, load
from kmeans_cli.datasets.raw import name_of
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.progress import Event, Stage
from tests.datasets.files import read, write


@pytest.mark.parametrize("suffix", [*READERS, "", ".unknown", "-idx3-ubyte"])
def test_missing_file(tmp_path: Path, suffix: str) -> None:
    """A missing file is one error of a place, whatever its name promises."""
    with pytest.raises(PlaceError, match=r"missing.*: does not exist"):
        read(tmp_path / f"missing{suffix}")


@pytest.mark.parametrize("suffix", READERS)
def test_broken_file(tmp_path: Path, suffix: str) -> None:
    """Noise under any name is one error that names the file."""
    noise = np.random.default_rng(0).bytes(1000)
    path = tmp_path / f"noise{suffix}"
    path.write_bytes(noise)
    with pytest.raises(PlaceError, match="noise"):
        read(path)


def test_unknown_kind(tmp_path: Path) -> None:
    """A file that neither name nor content explains is an error that lists what is known."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"\1\0\2\0")
    with pytest.raises(PlaceError, match=r"is of no known kind; allowed: a folder of pictures, \.npz"):
        read(path)


def test_fields_of_a_dataset(tmp_path: Path) -> None:
    """Name, path and hash tell where the samples are from."""
    path = tmp_path / "points.npy"
    X = np.arange(6.0).reshape(3, 2)
    np.save(path, X)
    dataset = load(DataParams(path=path))
    assert (dataset.name, dataset.path, dataset.y, dataset.test) == ("points", path, None, None)
    assert dataset.sha256 == hashlib.sha256(b"X <f8 (3, 2)\n" + X.tobytes()).hexdigest()


@pytest.mark.parametrize(
    ("file", "name"),
    [("a.b.csv", "a.b"), ("x-idx3-ubyte.gz", "x-idx3-ubyte"), ("p.txt.gz", "p"), ("folder.d", "folder.d"), ("x", "x")],
)
def test_names(tmp_path: Path, file: str, name: str) -> None:
    """Data are called as their file without its suffixes, or as their folder."""
    path = tmp_path / file
    if file == "folder.d":
        path.mkdir()
    assert name_of(path) == name


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("value", [1e141, -1e200])
def test_enormous_values(tmp_path: Path, value: float, held_out: bool) -> None:
    """Values whose squares the fit could not sum are refused when data are read, in the held-out part too."""
    X = np.ones((3, 2))
    bad = X.copy()
    bad[1, 0] = value
    np.savez(tmp_path / "a.npz", **({"x_train": X, "x_test": bad} if held_out else {"X": bad}))
    part = ", held-out part" if held_out else ""
    with pytest.raises(PlaceError, match=rf"a\.npz{part}: 1 value is beyond ±1e\+140, the first in row 1, column 0"):
        read(tmp_path / "a.npz")


def test_the_largest_values(tmp_path: Path) -> None:
    """Up to the limit of the fit, and in every narrower type, values are accepted."""
    for X in (np.full((2, 2), 1e140), np.full((2, 2), np.finfo(np.float32).max, np.float32)):
        np.save(tmp_path / "a.npy", X)
        assert np.array_equal(read(tmp_path / "a.npy").X, X)


def test_hash_sees_classes_and_weights(tmp_path: Path) -> None:
    """Other classes or weights are other data."""
    X = np.ones((3, 2))
    hashes = set()
    for arrays in ({}, {"y": [1, 2, 3]}, {"y": [1, 2, 4]}, {"y": ["a", "b", "c"]}, {"weights": [1, 2, 3]}):
        np.savez(tmp_path / "a.npz", X=X, **arrays)
        hashes.add(load(DataParams(path=tmp_path / "a.npz")).sha256)
    assert len(hashes) == 5


@pytest.mark.parametrize("name", ["digits", "blobs"])
def test_no_test_split(name: str) -> None:
    """Built-in data have one part; asking for another is an error of the settings."""
    with pytest.raises(ConfigError, match=r"data\.split: 'test' is no part of these data; allowed: train"):
        load(DataParams(name=name, split="test"))


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path may begin with ``~``."""
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "a.csv", "1,2\n")
    assert load(DataParams(path=Path("~/a.csv"))).X.tolist() == [[1, 2]]


def test_progress_is_told() -> None:
    """Loading says what is loaded."""
    events: list[Event] = []
    load(DataParams(), progress=events.append)
    assert events == [Stage("loading digits")]
