"""NumPy's own formats, whole and broken."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kmeans_cli.datasets.arrays import read_npz_arrays
from kmeans_cli.errors import ConfigError, PlaceError
from tests.datasets.files import read

X = np.arange(12.0).reshape(4, 3)
Y = np.array([0, 1, 0, 1])


def _npz(path: Path, **arrays: Any) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def _npy_bytes(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    "names",
    [("X", "y"), ("x", "labels"), ("data", "target"), ("x_train", "y_train"), ("train_images", "train_labels")],
)
def test_usual_names_are_guessed(tmp_path: Path, names: tuple[str, str]) -> None:
    """Samples, classes and weights are found under their usual names, and a note says which were taken."""
    raw = read(_npz(tmp_path / "a.npz", **dict(zip(names, (X, Y), strict=True)), weights=np.ones(4)))
    assert np.array_equal(raw.X, X)
    assert raw.y is not None
    assert raw.y.tolist() == [0, 1, 0, 1]
    assert raw.weights is not None
    assert names[0] in raw.notes[0]
    assert raw.warnings == ("array 'weights' was taken for the weights of the samples (data.weight_key)",)


def test_given_keys(tmp_path: Path) -> None:
    """Keys in the settings go before guesses."""
    path = _npz(tmp_path / "a.NPZ.npz", X=X, y=Y, points=2 * X, kind=np.array(["a", "b", "b", "a"]), mass=[1, 2, 3, 4])
    raw = read(path, x_key="points", y_key="kind", weight_key="mass")
    assert np.array_equal(raw.X, 2 * X)
    assert raw.y is not None
    assert raw.y.tolist() == ["a", "b", "b", "a"]
    assert raw.weights is not None
    assert raw.weights.tolist() == [1, 2, 3, 4]
    assert raw.warnings == ()


def test_classes_as_bytes(tmp_path: Path) -> None:
    """Classes stored as bytes are texts, also those that are no ASCII."""
    raw = read(_npz(tmp_path / "a.npz", X=X, y=np.array([b"a", "ä".encode(), b"\xff", b"a"])))
    assert raw.y is not None
    assert raw.y.tolist() == ["a", "ä", "\ufffd", "a"]


def test_only_array_is_the_samples(tmp_path: Path) -> None:
    """A single array needs no name."""
    assert np.array_equal(read(_npz(tmp_path / "a.npz", whatever=X)).X, X)


def test_both_splits(tmp_path: Path) -> None:
    """With x_train and x_test the second is held out, or is the data when the settings say so."""
    path = _npz(tmp_path / "a.npz", x_train=X, y_train=Y, x_test=X[:2], y_test=Y[:2])
    raw = read(path)
    assert raw.test is not None
    assert raw.test[0].shape == (2, 3)
    assert read(path, test=False).test is None
    held_out = read(path, split="test")
    assert (held_out.X.shape, held_out.test, held_out.split) == ((2, 3), None, "test")


def test_no_test_split(tmp_path: Path) -> None:
    """Asking for a split that is not there is an error of the settings."""
    with pytest.raises(ConfigError, match=r"data\.split: 'test'"):
        read(_npz(tmp_path / "a.npz", X=X), split="test")


@pytest.mark.parametrize("setting", ["x_key", "y_key", "weight_key"])
def test_unknown_key(tmp_path: Path, setting: str) -> None:
    """A key that is not in the file is an error that names those there are, and the nearest."""
    with pytest.raises(
        ConfigError, match=rf"data\.{setting}: 'point' is no array.*points, other.*did you mean 'points'"
    ):
        read(_npz(tmp_path / "a.npz", points=X, other=X), **{setting: "point"})


def test_nothing_to_guess(tmp_path: Path) -> None:
    """Where no key is usual and there are several, the error names them."""
    with pytest.raises(PlaceError, match=r"data\.x_key.*first, second"):
        read(_npz(tmp_path / "a.npz", first=X, second=X))


@pytest.mark.parametrize(
    ("array", "shape", "image_shape"),
    [
        (np.zeros(5), (5, 1), None),
        (np.zeros((5, 2)), (5, 2), None),
        (np.zeros((5, 2, 3), np.uint8), (5, 6), (2, 3)),
        (np.zeros((5, 2, 3, 1), np.uint8), (5, 6), (2, 3)),
        (np.zeros((5, 2, 2, 3)), (5, 12), (2, 2, 3)),
        (np.asfortranarray(np.zeros((5, 2))), (5, 2), None),
    ],
)
def test_npy_shapes(tmp_path: Path, array: NDArray[Any], shape: tuple[int, ...], image_shape: object) -> None:
    """An npy may hold numbers, rows, grey images or colour images."""
    np.save(tmp_path / "a.npy", array)
    raw = read(tmp_path / "a.npy")
    assert (raw.X.shape, raw.image_shape) == (shape, image_shape)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((2, 3, 4, 5)), "is no shape of samples"),
        (np.array(1.0), "is no shape of samples"),
        (np.zeros((0, 3)), "is empty"),
        (np.zeros((3, 0)), "is empty"),
        (np.array([["a", "b"]]), "no matrix of real numbers"),
        (np.ones((2, 2), complex), "no matrix of real numbers"),
        (np.zeros(2, dtype=[("x", float), ("y", float)]), "no matrix of real numbers"),
        (np.array([[1, None]], dtype=object), "Python objects"),
        (np.array([[0, 1], [np.nan, np.inf]]), "2 values are NaN or infinite, the first in row 1, column 0"),
        (np.array([[0, -np.inf]]), "1 value is NaN or infinite"),
    ],
)
def test_unfit_npy(tmp_path: Path, array: NDArray[Any], words: str) -> None:
    """An array that is no data is an error that names the file and what is wrong."""
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(PlaceError, match=words) as caught:
        read(tmp_path / "a.npy")
    assert "a.npy" in str(caught.value)


def _broken_npy() -> dict[str, bytes]:
    whole = _npy_bytes(X)
    huge = whole.replace(b"(4, 3)", b"(4000000000, 3)").replace(b" " * 9 + b"\n", b"\n")
    return {
        "empty": b"",
        "no npy": b"hello",
        "cut in the header": whole[:40],
        "cut in the data": whole[:-1],
        "claims more": huge,
        "version": whole[:6] + b"\x09" + whole[7:],
        "header no dict": whole[:10] + whole[10:128].replace(b"{", b"[") + whole[128:],
        "header unbalanced": whole[:10] + whole[10:128].replace(b"}", b"(") + whole[128:],
        "negative shape": whole.replace(b"(4, 3)", b"(-4,3)"),
    }


@pytest.mark.parametrize("case", _broken_npy())
def test_broken_npy(tmp_path: Path, case: str) -> None:
    """A broken npy is one error that names the file."""
    path = tmp_path / "a.npy"
    path.write_bytes(_broken_npy()[case])
    with pytest.raises(PlaceError, match=r"a\.npy"):
        read(path)


def test_objects_in_npz(tmp_path: Path) -> None:
    """Objects in an npz are never unpickled; the error names the key."""
    with pytest.raises(PlaceError, match="key 'X': holds Python objects"):
        read(_npz(tmp_path / "a.npz", X=np.array([{}, []], dtype=object)))


def test_cut_npz(tmp_path: Path) -> None:
    """A truncated npz is one error."""
    path = _npz(tmp_path / "a.npz", X=X)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(PlaceError, match="broken or cut short"):
        read(path)


def test_damaged_npz(tmp_path: Path) -> None:
    """A member whose checksum is wrong is one error."""
    path = tmp_path / "a.npz"
    np.savez(path, X=X)
    content = bytearray(path.read_bytes())
    content[content.index(X.tobytes()) + 5] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(PlaceError, match="broken or cut short"):
        read(path)


def test_npz_bomb(tmp_path: Path) -> None:
    """A member whose header claims more than its file can hold is refused before anything is allocated."""
    path = tmp_path / "a.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**3)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", header.getvalue())
    with pytest.raises(PlaceError, match="cut short: its header claims 8,000,000,000,"):
        read(path)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.zeros(3), "key 'y': has 3 labels for 4 samples"),
        (np.zeros((4, 2)), "no shape of classes"),
        (np.array([0.5, 1, 2, 3]), "holds no classes"),
        (np.array([np.nan, 1, 2, 3]), "holds no classes"),
        (np.array([1j, 1, 2, 3]), "holds no classes"),
    ],
)
def test_unfit_classes(tmp_path: Path, y: NDArray[Any], words: str) -> None:
    """Classes must be whole numbers or strings, one for each sample."""
    with pytest.raises(PlaceError, match=words):
        read(_npz(tmp_path / "a.npz", X=X, y=y))


@pytest.mark.parametrize(
    "weights", [[1, 2, 3], [1, 2, 3, -1], [0, 0, 0, 0], [1, 2, 3, np.nan], [[1, 2, 3, 4]], ["a"] * 4]
)
def test_unfit_weights(tmp_path: Path, weights: list[Any]) -> None:
    """Weights must be finite, at least 0, not all 0, one for each sample."""
    with pytest.raises(PlaceError, match="weights"):
        read(_npz(tmp_path / "a.npz", X=X, weights=np.array(weights)))


def test_unfit_test_split(tmp_path: Path) -> None:
    """Held-out samples must have the features of the others."""
    with pytest.raises(PlaceError, match="held-out part: has 2 features, the training samples 3"):
        read(_npz(tmp_path / "a.npz", x_train=X, x_test=X[:, :2]))


def test_all_arrays_of_an_npz(tmp_path: Path) -> None:
    """By their keys; one changed byte, or another kind of file, is an error that names the file."""
    path = tmp_path / "a.npz"
    np.savez(path, a=np.arange(3), b=np.array(["x"]))
    arrays = read_npz_arrays(path)
    assert (arrays["a"].tolist(), arrays["b"].tolist()) == ([0, 1, 2], ["x"])
    content = bytearray(path.read_bytes())
    content[content.index(b"NUMPY") + 140] ^= 1
    for broken in (bytes(content), content[:100], b"text"):
        path.write_bytes(broken)
        with pytest.raises(PlaceError, match=str(path)):
            read_npz_arrays(path)
