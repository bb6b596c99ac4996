"""NumPy's files and IDX that cannot be right."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.bad_inputs.entry import BadInput
from tests.datasets.files import idx_bytes

_X = np.arange(12.0).reshape(6, 2)
_IMAGES = np.arange(6 * 2 * 2, dtype=np.uint8).reshape(6, 2, 2)
_LABELS = np.arange(6, dtype=np.uint8)


def _npy_bytes(array: NDArray[Any], pickled: bool = False) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=pickled)
    return file.getvalue()


def _header(text: str, content: bytes = b"", version: bytes = b"\x01\0") -> bytes:
    """An npy file whose header claims what it likes."""
    padded = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(padded)) + padded + content


def _claim(shape: str, descr: str = "<f8") -> str:
    return f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}"


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _npz_bytes(**arrays: NDArray[Any]) -> bytes:
    return _zip({f"{key}.npy": _npy_bytes(array) for key, array in arrays.items()}, zipfile.ZIP_STORED)


def _changed(content: bytes, old: bytes, new: bytes) -> bytes:
    assert content.count(old) >= 1
    return content.replace(old, new, 1)


def _encrypted(content: bytes) -> bytes:
    """The same archive saying that its first member is encrypted."""
    at = content.index(b"PK\x01\x02")
    return content[:6] + b"\x01" + content[7 : at + 8] + b"\x01" + content[at + 9 :]


def _npy(name: str, content: bytes, *words: str, flags: str = "", code: int = 3) -> BadInput:
    return BadInput(f"npy: {name}", f"fit --k 2 --data a.npy {flags}", code, words, {"a.npy": content})


def _npz(name: str, content: bytes, *words: str, flags: str = "", code: int = 3) -> BadInput:
    return BadInput(f"npz: {name}", f"fit --k 2 --data a.npz {flags}", code, words, {"a.npz": content})


def _idx(name: str, content: bytes, *words: str, file: str = "a.idx", labels: bytes | None = None) -> BadInput:
    beside = {} if labels is None else {file.replace("images", "labels").replace("idx3", "idx1"): labels}
    return BadInput(f"IDX: {name}", f"fit --k 2 --data {file}", 3, words, {file: content, **beside})


def _mnist(name: str, words: tuple[str, ...], **changed: bytes | None) -> BadInput:
    images, labels = idx_bytes(_IMAGES), idx_bytes(_LABELS)
    files = {"train-images": images, "train-labels": labels, "t10k-images": images, "t10k-labels": labels}
    named = {part.replace("_", "-"): content for part, content in changed.items()}
    there = {
        f"m/{part}-idx{3 if 'images' in part else 1}-ubyte": named.get(part, whole) for part, whole in files.items()
    }
    return BadInput(
        f"MNIST: {name}",
        "fit --data mnist --data-dir m --k 2",
        3,
        words,
        {k: v for k, v in there.items() if v is not None},
    )


def _make_pipe(folder: Path) -> None:
    import os

    os.mkfifo(folder / "a.npy")


NPY = (
    _npy("pickled objects", _npy_bytes(np.array([{}, []], dtype=object), pickled=True), "Python objects", "never unpickled"),
    _npy("objects behind a header that says numbers", _header(_claim("(2,)", "|O"), b"cos\nsystem\n."), "never unpickled"),
    _npy("cut in its data", _npy_bytes(_X)[:-8], "is no whole NumPy array", "could only read 11 elements"),
    _npy("cut in its header", _npy_bytes(_X)[:40], "is no whole NumPy array"),
    _npy("cut in its magic", b"\x93NUM", "is no whole NumPy array"),
    _npy("nothing", b"", "is no whole NumPy array"),
    _npy("more than it claims", _npy_bytes(_X) + b"\0" * 8, "holds more than its header claims"),
    _npy("a bomb: a header that claims terabytes", _header(_claim("(1000000000000, 2)")), "claims 16,000,000,000,000 bytes"),
    _npy("a header that claims more than a number can say", _header(_claim(f"({2**62}, {2**62})")), "its header claims"),
    _npy("a negative length", _header(_claim("(-1, 2)"), b"\0" * 16), "(-1, 2) is no shape of an array"),
    _npy("a header that is code", _header("__import__('os').system('true')"), "is no whole NumPy array"),
    _npy("a header without its end", _header("{'descr': '<f8', 'shape': (2,"), "is no whole NumPy array"),
    _npy("a header nested too deeply", _header("(" * 100), "is no whole NumPy array"),
    _npy("an unknown version", _header(_claim("(2,)"), version=b"\x09\x07"), "unknown npy version"),
    _npy("an unknown type", _header(_claim("(2,)", "<q9"), b"\0" * 18), "is no whole NumPy array"),
    _npy("complex numbers", _npy_bytes(_X + 1j), "no matrix of real numbers", "complex128"),
    _npy("texts", _npy_bytes(np.array(["a", "b"])), "no matrix of real numbers"),
    _npy("dates", _npy_bytes(np.array(["2026-11-21"], dtype="M8[D]")), "no matrix of real numbers"),
    _npy("NaN", _npy_bytes(np.array([[1.0, 2], [np.nan, 4]])), "1 value is NaN or infinite", "row 1, column 0"),
    _npy("infinity", _npy_bytes(np.array([[1.0, np.inf], [np.inf, 4]])), "2 values are NaN or infinite", "row 0, column 1"),
    _npy("values too large to square", _npy_bytes(np.array([[1.0], [1e308]])), "beyond ±"),
    _npy("five dimensions", _npy_bytes(np.zeros((2, 2, 2, 2, 2))), "is no shape of samples", "(n, height, width)"),
    _npy("four channels", _npy_bytes(np.zeros((2, 2, 2, 4))), "is no shape of samples"),
    _npy("one number", _npy_bytes(np.float64(3.0)[()] + np.zeros(())), "is no shape of samples"),
    _npy("no rows", _npy_bytes(np.zeros((0, 3))), "is empty", "(0, 3)"),
    _npy("no columns", _npy_bytes(np.zeros((3, 0))), "is empty"),
    _npy("a text file under its name", b"1,2\n3,4\n", "is no whole NumPy array"),
    BadInput("npy: a pipe that nobody writes to", "fit --data a.npy", 3, ("a.npy", "is no file"), prepare=_make_pipe),
    BadInput("init file: three dimensions", "fit --k 2 --set kmeans.init={file: s.npy}".replace("{file: s.npy}", "'{file: s.npy}'"), 3, ("s.npy", "is no matrix of real numbers, but 3-dimensional"), {"s.npy": _npy_bytes(np.zeros((2, 8, 8)))}),
    BadInput("init file: pickled objects", "fit --k 2 --set kmeans.init='{file: s.npy}'", 3, ("s.npy", "never unpickled"), {"s.npy": _npy_bytes(np.array([{}], dtype=object), pickled=True)}),
    BadInput("init file: another number of centroids", "fit --k 3 --set kmeans.init='{file: s.npy}'", 2, ("kmeans.init", "3"), {"s.npy": _npy_bytes(np.zeros((2, 64)))}),
    BadInput("init file: other features", "fit --k 2 --set kmeans.init='{file: s.npy}'", 2, ("kmeans.init", "64"), {"s.npy": _npy_bytes(np.zeros((2, 5)))}),
    BadInput("init file: missing", "fit --k 2 --set kmeans.init='{file: none.npy}'", 3, ("none.npy: does not exist",)),
)  # fmt: skip

_TWO = _npz_bytes(a=_X, b=_X)
_BOMB = _header(_claim("(1000000000, 2)"), b"\0" * 64)

NPZ = (
    _npz("pickled objects", _zip({"X.npy": _npy_bytes(np.array([{}], dtype=object), pickled=True)}), "a.npz, key 'X'", "never unpickled"),
    _npz("two arrays that might be the samples", _TWO, "data.x_key", "a, b"),
    _npz("no arrays at all", _zip({"readme.txt": b"hello"}), "no arrays at all"),
    _npz("a key that is not there", _TWO, "data.x_key: 'aa' is no array", "a, b", flags="--set data.x_key=aa", code=2),
    _npz("a class key that is not there", _TWO, "data.y_key: 'y' is no array", flags="--set data.x_key=a --set data.y_key=y", code=2),
    _npz("cut", _TWO[:-30], "is broken or cut short"),
    _npz("cut at its beginning", _npz_bytes(X=_X)[60:], "a.npz: cannot be read"),
    _npz("nothing", b"", "is broken or cut short"),
    _npz("not a zip", b"hello", "is broken or cut short"),
    _npz("a changed byte", _changed(_npz_bytes(X=_X), _X.tobytes()[:24], bytes(23) + b"\1"), "Bad CRC-32"),
    _npz("a changed shape", _changed(_npz_bytes(X=_X), b"(6, 2)", b"(5, 2)"), "Bad CRC-32"),
    _npz("an encrypted member", _encrypted(_npz_bytes(X=_X)), "cannot be unpacked", "encrypted"),
    _npz("a bomb: a header that claims gigabytes", _zip({"X.npy": _BOMB}), "its header claims 16,000,000,000 bytes"),
    _npz("a bomb: zeros packed a thousand times", _zip({"X.npy": _header(_claim("(30000000, 1000)")) + bytes(1 << 20)}), "its header claims"),
    _npz("a member that is no array", _zip({"X.npy": b"hello"}), "key 'X'", "is no whole NumPy array"),
    _npz("classes of another length", _npz_bytes(X=_X, y=_LABELS[:4]), "has 4 labels for 6 samples"),
    _npz("classes that are no whole numbers", _npz_bytes(X=_X, y=_LABELS / 4), "key 'y'", "holds no classes"),
    _npz("classes in two dimensions", _npz_bytes(X=_X, y=_X), "is no shape of classes"),
    _npz("classes that are no Unicode", _npz_bytes(X=_X, y=np.full(6, 0xFFFFFFFF, dtype=np.uint32).view("U1")), "no Unicode"),
    _npz("weights of another length", _npz_bytes(X=_X, weights=_X[:4, 0]), "has 4 weights for 6 samples"),
    _npz("a negative weight", _npz_bytes(X=_X, weights=_X[:, 0] - 1), "weights that are not finite, negative"),
    _npz("weights that are text", _npz_bytes(X=_X, weights=np.array(list("abcdef"))), "holds no weights"),
    _npz("held-out samples of other features", _npz_bytes(x_train=_X, x_test=_X[:, :1]), "held-out part", "1 features"),
    _npz("NaN in the held-out part", _npz_bytes(x_train=_X, x_test=_X * np.nan), "held-out part", "NaN"),
    _npz("a split that is not there", _npz_bytes(X=_X), "data.split: 'test'", flags="--set data.split=test", code=2),
)  # fmt: skip

_WHOLE = idx_bytes(_IMAGES)
_PACKED = gzip.compress(_WHOLE, mtime=0)
_BOMB_HEADER = struct.pack(">BBBBII", 0, 0, 8, 2, 0xFFFFFFFF, 1000)

IDX = (
    _idx("cut in its data", _WHOLE[:-3], "claims 24 bytes", "only 21"),
    _idx("cut in its header", _WHOLE[:10], "cut short within its header"),
    _idx("nothing", b"", "is no IDX file"),
    _idx("more than it claims", _WHOLE + b"\0", "claims 24 bytes", "holds more"),
    _idx("a wrong magic number", b"\1" + _WHOLE[1:], "is no IDX file", "01 00 08 03"),
    _idx("an unknown type", _WHOLE[:2] + b"\x0a" + _WHOLE[3:], "is no IDX file"),
    _idx("no dimensions", b"\0\0\x08\0", "is no IDX file"),
    _idx("a count larger than its data", _WHOLE[:4] + struct.pack(">I", 7) + _WHOLE[8:], "claims 28 bytes", "24"),
    _idx("a bomb: a header that claims terabytes", _BOMB_HEADER, "its header claims 4,294,967,295,000 bytes"),
    _idx("255 dimensions", b"\0\0\x08\xff" + struct.pack(">255I", *[1] * 255) + b"\0", "a.idx", "no array"),
    _idx("no samples", struct.pack(">BBBBII", 0, 0, 8, 2, 0, 4), "is empty"),
    _idx("no pixels beside enormous counts", struct.pack(">BBBBIII", 0, 0, 14, 3, 0, 2**32 - 1, 2**32 - 1), "a.idx"),
    _idx("NaN", idx_bytes(np.array([[1.0], [np.nan]])), "NaN or infinite"),
    _idx("gzip cut", _PACKED[:-9], "is broken or cut short", file="a.idx.gz"),
    _idx("gzip with a wrong checksum", _PACKED[:-8] + b"\0\0\0\0" + _PACKED[-4:], "CRC check failed", file="a.idx.gz"),
    _idx("gzip of something else", gzip.compress(b"hello"), "is no IDX file", file="a.gz"),
    _idx("gzip of nothing", gzip.compress(b""), "is no IDX file", file="a.gz"),
    _idx("gzip with a broken stream", _PACKED[:12] + b"\xff\xff" + _PACKED[14:], "is broken or cut short", file="a.gz"),
    _idx("a gzip bomb", gzip.compress(_BOMB_HEADER + bytes(1 << 20)), "its header claims 4,294,967,295,000 bytes", file="a.gz"),
    _idx("zlib without gzip", zlib.compress(_WHOLE), "is no IDX file", file="a.gz"),
    _idx("labels of another count", _WHOLE, "labels", "5 labels for 6 samples", file="b-images-idx3-ubyte", labels=idx_bytes(_LABELS[:5])),
    _idx("labels that are cut", _WHOLE, "b-labels-idx1-ubyte", "claims 6 bytes", file="b-images-idx3-ubyte", labels=idx_bytes(_LABELS)[:-1]),
    _idx("labels that are images", _WHOLE, "b-labels-idx1-ubyte", "is no shape of classes", file="b-images-idx3-ubyte", labels=_WHOLE),
    _mnist("training labels cut", ("train-labels-idx1-ubyte", "claims 6 bytes"), train_labels=idx_bytes(_LABELS)[:-2]),
    _mnist("images and labels do not match", ("train-labels-idx1-ubyte", "4 labels for 6 samples"), train_labels=idx_bytes(_LABELS[:4])),
    _mnist("images and labels swapped", ("train-labels-idx1-ubyte", "is no shape of classes"), train_labels=_WHOLE),
    _mnist("test images of another size", ("held-out part", "features"), t10k_images=idx_bytes(_IMAGES[:, :1])),
    _mnist("an images file that is text", ("train-images-idx3-ubyte", "is no IDX file"), train_images=b"hello"),
    BadInput("MNIST: an npz that is cut", "fit --data mnist --data-dir m --k 2", 3, ("mnist.npz", "broken or cut short"), {"m/mnist.npz": _TWO[:-30]}),
    BadInput("MNIST: an npz without its arrays", "fit --data mnist --data-dir m --k 2", 2, ("'y_train' is no array in m/mnist.npz",), {"m/mnist.npz": _TWO}),
)  # fmt: skip

ENTRIES = (*NPY, *NPZ, *IDX)
