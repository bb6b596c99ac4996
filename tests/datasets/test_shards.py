"""Shards: what they must be, and what is said when one is not."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli import datasets
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.datasets.streams import open_stream
from kmeans_cli.datasets.survey import survey
from kmeans_cli.errors import PlaceError
from tests.shards import small_pieces, surveyed, write_shards


@pytest.fixture(autouse=True)
def _in_small_pieces() -> Iterator[None]:
    with small_pieces():
        yield


def _rows(n: int = 200, d: int = 4) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((n, d))


def test_blocks_and_rows_are_those_of_the_files(tmp_path: Path) -> None:
    """In the order of the files' names; rows by index in the order asked for."""
    X = _rows()
    stream = surveyed(write_shards(tmp_path / "rows", X))
    read = [rows.copy() for piece in stream.pieces() for _, rows in stream.blocks(piece)]
    np.testing.assert_array_equal(np.concatenate(read), X)
    indices = np.array([199, 0, 67, 66, 5, 5])
    np.testing.assert_array_equal(stream.take(indices), X[indices])
    assert (stream.n, stream.d, stream.n_bytes) == (200, 4, 200 * 4 * 8)


def test_a_single_file_is_a_shard(tmp_path: Path) -> None:
    """So is one of images of bytes, in the units of the fit."""
    X = np.random.default_rng(0).integers(256, size=(90, 3, 4), dtype=np.uint8)
    np.save(tmp_path / "images.npy", X)
    stream = surveyed(tmp_path / "images.npy")
    np.testing.assert_allclose(stream.take(np.arange(90)), X.reshape(90, 12) / 255, rtol=1e-6)


def test_the_survey_knows_mean_dispersion_and_range(tmp_path: Path) -> None:
    """As NumPy does with all rows at hand."""
    X = _rows() + 1e5
    frame = surveyed(write_shards(tmp_path / "rows", X)).frame
    np.testing.assert_allclose(frame.mean, X.mean(axis=0), rtol=1e-14)
    assert frame.total == pytest.approx(np.square(X - frame.origin).sum(), rel=1e-12)
    assert (frame.lowest, frame.highest, frame.n) == (X.min(), X.max(), 200)


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    """One value changed is another digest."""
    X = _rows()
    digests = []
    for number in range(2):
        stream = open_stream(DataParams(path=write_shards(tmp_path / str(number), X)))
        assert stream is not None
        digests.append(survey(stream, map).sha256)
        X[7, 1] += number + 1
    assert digests[0] != digests[1]


def test_a_folder_of_shards_that_fits_is_data_like_any(tmp_path: Path) -> None:
    """Every command takes it."""
    X = _rows()
    dataset = datasets.load(DataParams(path=write_shards(tmp_path / "rows", X)))
    np.testing.assert_array_equal(dataset.X, X)
    assert dataset.name == "rows"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (_rows(20, 5), "3.npy: has rows of 5 values, 0.npy of 4"),
        (_rows(20, 4).astype(np.float32), "3.npy: holds <f4, 0.npy <f8"),
        (np.zeros((0, 4)), "3.npy: (0, 4) is empty"),
        (np.asfortranarray(_rows(20, 4)), "stored by columns"),
        (np.array([["a"] * 4]), "is no matrix of real numbers"),
    ],
    ids=["wider", "other type", "empty", "by columns", "text"],
)
def test_shards_must_match(bad: np.ndarray, words: str, tmp_path: Path) -> None:
    """Width, type and order, and none may be empty; the line names the file."""
    np.save(write_shards(tmp_path / "rows", _rows()) / "3.npy", bad)
    with pytest.raises(PlaceError) as caught:
        open_stream(DataParams(path=tmp_path / "rows"))
    assert words in str(caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
def test_a_value_that_cannot_be_used_is_found(value: float, tmp_path: Path) -> None:
    """In the last shard too; the line says where."""
    X = _rows()
    X[198, 2] = value
    with pytest.raises(PlaceError, match=r"2\.npy: has a value that is NaN, .* in row 64, column 2 \(counted from 0\)"):
        surveyed(write_shards(tmp_path / "rows", X))


def test_a_file_that_is_cut_short_or_no_array(tmp_path: Path) -> None:
    """Each is one line with the file's name."""
    folder = write_shards(tmp_path / "rows", _rows())
    (folder / "1.npy").write_bytes((folder / "1.npy").read_bytes()[:-8])
    with pytest.raises(PlaceError, match=r"1\.npy: is cut short"):
        open_stream(DataParams(path=folder))
    (folder / "1.npy").write_bytes(b"no array")
    with pytest.raises(PlaceError, match=r"1\.npy: is no whole NumPy array"):
        open_stream(DataParams(path=folder))


def test_a_piece_of_narrow_rows_is_not_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is bounded by rows as well as by bytes, as arrays as long as it are made."""
    stream = open_stream(DataParams(path=write_shards(tmp_path / "rows", np.zeros((1200, 2)))))
    monkeypatch.setattr("kmeans_cli.datasets.shards._PIECE_BYTES", 64 << 20)
    monkeypatch.setattr("kmeans_cli.datasets.shards._MOST_ROWS", 120)
    assert stream is not None
    assert {piece.n for piece in stream.pieces()} == {120, 40}


def test_a_note_that_cannot_be_kept_or_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is one line that names it, and nothing half-written stays."""
    stream = surveyed(write_shards(tmp_path / "rows", np.zeros((100, 2))))
    piece, labels = stream.pieces()[0], np.zeros(3)
    stream.keep("labels", piece, labels)
    assert stream.notes is not None
    (note,) = (stream.notes / "labels").iterdir()
    note.write_bytes(b"no array")
    with pytest.raises(PlaceError, match=r"000000\.npy: is broken or cut short"):
        stream.kept("labels", piece)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(PlaceError, match=r"000000\.npy: cannot be written: No space left on device"):
        stream.keep("labels", piece, labels)
    assert list((stream.notes / "labels").iterdir()) == [note]


def test_a_shard_that_goes_or_changes(tmp_path: Path) -> None:
    """Between two passes: the next one says so."""
    folder = write_shards(tmp_path / "rows", _rows())
    stream = surveyed(folder)
    np.save(folder / "2.npy", _rows(67))
    with pytest.raises(PlaceError, match=r"2\.npy: has changed since the run began"):
        list(stream.blocks(stream.pieces()[-1]))
    (folder / "2.npy").unlink()
    with pytest.raises(PlaceError, match=r"2\.npy: does not exist"):
        list(stream.blocks(stream.pieces()[-1]))


def test_in_memory_too_nan_names_its_shard(tmp_path: Path) -> None:
    """And the row in it."""
    folder = write_shards(tmp_path / "rows", np.zeros((9, 2)))
    np.save(folder / "2.npy", np.array([[0.0, 0.0], [0.0, np.nan]]))
    with pytest.raises(PlaceError, match=r"2\.npy: 1 value is NaN or infinite, the first in row 1, column 1"):
        datasets.load(DataParams(path=folder))


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    """Other files in a folder of shards, in one line; hidden ones are nobody's business."""
    folder = write_shards(tmp_path / "rows", np.zeros((9, 2)))
    assert datasets.load(DataParams(path=folder)).warnings == ()
    for name in ("README.txt", "more.npz", "a.csv", "b.csv", ".hidden"):
        (folder / name).write_text("")
    (line,) = datasets.load(DataParams(path=folder)).warnings
    assert line == "of rows, what is no .npy was not read: README.txt, a.csv, b.csv and 1 more"
