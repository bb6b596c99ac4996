"""MNIST: its places, its two forms, its splits."""

from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.datasets import DataParams, load, load_raw, mnist
from kmeans_cli.datasets.mnist import MIRRORS, find_mnist
from kmeans_cli.errors import PlaceError
from tests.datasets.files import idx_bytes, write

RNG = np.random.default_rng(0)
TRAIN = RNG.integers(0, 256, (20, 28, 28), dtype=np.uint8), np.arange(20, dtype=np.uint8) % 10
TEST = RNG.integers(0, 256, (10, 28, 28), dtype=np.uint8), np.arange(10, dtype=np.uint8)


@pytest.fixture(autouse=True)
def no_data_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Hide the user's own copies, and the network."""
    if request.node.get_closest_marker("mnist"):
        return
    monkeypatch.delenv("KMEANS_DATA_DIR", raising=False)
    monkeypatch.setattr(mnist, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(mnist, "MIRRORS", ("http://127.0.0.1:9/",))
    monkeypatch.setenv("NO_PROXY", "*")


def _write_idx(folder: Path, suffix: str = "") -> Path:
    for part, (images, labels) in {"train": TRAIN, "t10k": TEST}.items():
        write(folder / f"{part}-images-idx3-ubyte{suffix}", idx_bytes(images))
        write(folder / f"{part}-labels-idx1-ubyte{suffix}", idx_bytes(labels))
    return folder


def _write_npz(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    arrays = dict(zip(("x_train", "y_train", "x_test", "y_test"), (*TRAIN, *TEST), strict=True))
    np.savez_compressed(folder / "mnist.npz", **arrays)
    return folder / "mnist.npz"


@pytest.mark.parametrize("form", ["idx", "idx.gz", "npz"])
def test_forms(tmp_path: Path, form: str) -> None:
    """Four IDX files, packed or not, or one npz: the same data."""
    place = _write_npz(tmp_path) if form == "npz" else _write_idx(tmp_path, form.removeprefix("idx"))
    raw = load_raw(DataParams(name="mnist"), data_dir=tmp_path)
    assert np.array_equal(raw.X, TRAIN[0].reshape(20, 784))
    assert raw.y is not None
    assert np.array_equal(raw.y, TRAIN[1])
    assert raw.test is not None
    assert np.array_equal(raw.test[0], TEST[0].reshape(10, 784))
    assert (raw.name, raw.image_shape, raw.full_scale, raw.path) == ("mnist", (28, 28), 255.0, place)


@pytest.mark.parametrize("form", ["idx", "npz"])
def test_splits(tmp_path: Path, form: str) -> None:
    """The test split can be the data; the held-out part can be left out."""
    _write_npz(tmp_path) if form == "npz" else _write_idx(tmp_path)
    raw = load_raw(DataParams(name="mnist", split="test"), data_dir=tmp_path)
    assert (len(raw.X), raw.test) == (10, None)
    assert load_raw(DataParams(name="mnist", test=False), data_dir=tmp_path).test is None


def test_places_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the given folder, then KMEANS_DATA_DIR, then the cache; each itself and its sub-folder mnist."""
    assert find_mnist(None) is None
    cached = _write_idx(tmp_path / "cache/mnist", ".gz")
    assert find_mnist(None) == cached
    named = _write_idx(tmp_path / "named/mnist")
    monkeypatch.setenv("KMEANS_DATA_DIR", str(tmp_path / "named"))
    assert find_mnist(None) == named
    given = _write_npz(tmp_path / "given")
    assert find_mnist(tmp_path / "given") == given


def test_incomplete_folder_is_passed_over(tmp_path: Path) -> None:
    """A folder that lacks one of the four files does not count."""
    folder = _write_idx(tmp_path / "given")
    (folder / "t10k-labels-idx1-ubyte").unlink()
    assert find_mnist(tmp_path / "given") is None


def test_offline(tmp_path: Path) -> None:
    """With no copy and no network: one line with the places searched, the reason, and what to set."""
    with pytest.raises(PlaceError) as caught:
        load(DataParams(name="mnist"), data_dir=tmp_path / "given")
    line = str(caught.value)
    for words in ("mnist", "could not be fetched", str(tmp_path / "given"), str(tmp_path / "cache"), "KMEANS_DATA_DIR"):
        assert words in line
    assert "\n" not in line


def test_mirrors_are_https() -> None:
    """Nothing is fetched in the clear."""
    assert MIRRORS
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in MIRRORS)


@pytest.mark.mnist
def test_real_data() -> None:
    """The real files: 60,000 and 10,000 images, as many of each digit as their authors say."""
    dataset = load(DataParams(name="mnist"))
    assert dataset.X.shape == (60_000, 784)
    assert dataset.X.dtype == np.float32
    assert dataset.X.max() == 1
    assert dataset.y is not None
    assert np.bincount(dataset.y).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert dataset.test is not None
    assert dataset.test.y is not None
    assert np.bincount(dataset.test.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.mark.mnist
def test_real_draw() -> None:
    """The first report's data: 100 of each digit."""
    dataset = load(DataParams(name="mnist", per_class=100, test=False))
    assert dataset.y is not None
    assert np.bincount(dataset.y).tolist() == [100] * 10
