"""IDX files, whole and broken."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from kmeans_cli.datasets.idx import read_idx_array
from kmeans_cli.errors import PlaceError
from tests.datasets.files import idx_bytes, read, write

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@given(
    hnp.arrays(
        st.sampled_from(["u1", "i1", "i2", "i4", "f4", "f8"]).map(np.dtype),
        hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5),
    ),
    st.booleans(),
)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, array: NDArray[np.generic], packed: bool) -> None:
    """What was written is read: every type, any shape, gzipped or not, in this machine's byte order."""
    path = tmp_path_factory.mktemp("idx") / ("some-idx-ubyte" + ".gz" * packed)
    found = read_idx_array(write(path, idx_bytes(array)))
    assert found.dtype == array.dtype
    assert found.tobytes() == array.tobytes()
    assert found.shape == array.shape


@pytest.mark.parametrize(
    "name", ["a.idx", "A.IDX", "t10k-images-idx3-ubyte", "images.idx3-ubyte.gz", "nameless", "x.dat"]
)
def test_found_by_name_or_content(tmp_path: Path, name: str) -> None:
    """Any name will do: suffix, MNIST's way of naming, or neither."""
    raw = read(write(tmp_path / name, idx_bytes(IMAGES)))
    assert np.array_equal(raw.X, IMAGES.reshape(2, 12))
    assert (raw.image_shape, raw.full_scale, raw.y) == ((3, 4), 255.0, None)


def test_gz_that_was_unpacked_by_the_server(tmp_path: Path) -> None:
    """A file named .gz with plain content is read all the same."""
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(idx_bytes(IMAGES))
    assert np.array_equal(read(path).X, IMAGES.reshape(2, 12))


def test_labels_beside_are_taken(tmp_path: Path) -> None:
    """A file of labels named as MNIST's gives the classes, and a note says so."""
    write(tmp_path / "my-labels-idx1-ubyte.gz", idx_bytes(np.array([7, 9], dtype=np.uint8)))
    raw = read(write(tmp_path / "my-images-idx3-ubyte.gz", idx_bytes(IMAGES)))
    assert raw.y is not None
    assert raw.y.tolist() == [7, 9]
    assert "my-labels-idx1-ubyte.gz" in raw.notes[0]


def test_labels_of_another_number(tmp_path: Path) -> None:
    """Labels that are not one for each image are an error of their own file."""
    write(tmp_path / "my-labels-idx1-ubyte", idx_bytes(np.array([7, 9, 9], dtype=np.uint8)))
    with pytest.raises(PlaceError, match="my-labels-idx1-ubyte: has 3 labels for 2 samples"):
        read(write(tmp_path / "my-images-idx3-ubyte", idx_bytes(IMAGES)))


def _broken_files() -> dict[str, tuple[bytes, str]]:
    whole = idx_bytes(IMAGES)
    packed = gzip.compress(whole)
    bomb = gzip.compress(struct.pack(">BBBBII", 0, 0, 0x0E, 2, 2**32 - 1, 2**32 - 1))
    return {
        "wrong magic": (b"\1" + whole[1:], "is no IDX file"),
        "unknown type": (whole[:2] + b"\x07" + whole[3:], "is no IDX file"),
        "no dimensions": (b"\0\0\x08\0", "is no IDX file"),
        "empty": (b"", "is no IDX file"),
        "cut in the header": (whole[:9], "cut short within its header"),
        "claims more than it holds": (whole[:-1], "cut short|claims"),
        "claims terabytes": (b"\0\0\x0e\2" + b"\xff" * 8, "cut short"),
        "holds more than it claims": (whole + b"\0", "holds more"),
        "cut gz": (packed[:-9], "broken or cut short"),
        "damaged gz": (packed[:15] + b"\xff\xff\xff" + packed[18:], "broken or cut short"),
        "gz that claims terabytes": (bomb, "cut short"),
        "gz that holds less": (gzip.compress(whole[:-1]), "holds only 23"),
    }


@pytest.mark.parametrize("case", _broken_files())
def test_broken_file(tmp_path: Path, case: str) -> None:
    """A broken file is an error of a place that names the file and what is wrong."""
    content, words = _broken_files()[case]
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(PlaceError, match=words) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_gz_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """No more is unpacked than the header claims, however much there is."""
    path = tmp_path / "x-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx_bytes(IMAGES) + bytes(50_000_000)))
    with pytest.raises(PlaceError, match="holds more"):
        read(path)
