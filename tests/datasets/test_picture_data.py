"""A picture, or a folder of pictures, as data."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kmeans_cli.errors import PlaceError
from tests.datasets.files import read, write

GREY = np.arange(6, dtype=np.uint8).reshape(2, 3)
COLOUR = np.stack([GREY, GREY + 10, GREY + 20], axis=2)


def _save(path: Path, pixels: NDArray[np.uint8]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def test_picture_is_its_pixels(tmp_path: Path) -> None:
    """One picture: a sample for each pixel, row by row, with red, green and blue as features."""
    raw = read(_save(tmp_path / "a.png", COLOUR))
    assert np.array_equal(raw.X, COLOUR.reshape(6, 3))
    assert (raw.image_shape, raw.full_scale) == (None, 255.0)
    assert raw.feature_names == ("red", "green", "blue")


@pytest.mark.parametrize("name", ["a.jpg", "a.PNG", "a.bin", "a"])
def test_content_decides_over_name(tmp_path: Path, name: str) -> None:
    """A PNG that is called something else is read as the PNG it is."""
    path = _save(tmp_path / "a.png", COLOUR).rename(tmp_path / name)
    assert np.array_equal(read(path).X, COLOUR.reshape(6, 3))


def test_folder_with_classes(tmp_path: Path) -> None:
    """A class for each sub-folder, in the order of the names; ids are the files."""
    for name in ("7/b.png", "7/a.png", "3/c.png"):
        _save(tmp_path / name, GREY)
    write(tmp_path / "7/notes.txt", "no picture")
    write(tmp_path / ".hidden/d.png", "no picture")
    raw = read(tmp_path)
    assert (raw.X.shape, raw.X.dtype, raw.image_shape) == ((3, 6), np.uint8, (2, 3))
    assert raw.y is not None
    assert raw.y.tolist() == [3, 7, 7]
    assert raw.ids is not None
    assert raw.ids.tolist() == ["3/c.png", "7/a.png", "7/b.png"]
    assert raw.name == tmp_path.name


def test_folder_without_classes(tmp_path: Path) -> None:
    """Pictures directly in the folder have no class."""
    _save(tmp_path / "a.png", GREY)
    assert read(tmp_path).y is None


def test_grey_stored_as_colour_is_grey(tmp_path: Path) -> None:
    """A picture without hue is grey, however it was stored."""
    _save(tmp_path / "a.png", np.stack([GREY] * 3, axis=2))
    _save(tmp_path / "b.png", GREY)
    assert read(tmp_path).image_shape == (2, 3)


def test_one_colour_picture_makes_all_colour(tmp_path: Path) -> None:
    """With colours anywhere all pictures are taken in colour."""
    _save(tmp_path / "a.png", GREY)
    _save(tmp_path / "b.png", COLOUR)
    raw = read(tmp_path)
    assert raw.image_shape == (2, 3, 3)
    assert np.array_equal(raw.X[1], COLOUR.ravel())


def test_conversions_are_counted(tmp_path: Path) -> None:
    """What had to be converted is said once, with the number of pictures."""
    clear = np.zeros((2, 3, 4), np.uint8)
    _save(tmp_path / "a.png", clear)
    _save(tmp_path / "b.png", clear)
    _save(tmp_path / "c.png", GREY)
    raw = read(tmp_path)
    assert raw.notes == ("transparent parts were laid on white (2 of 3 pictures)",)
    assert (raw.X[0] == 255).all()


def test_several_sizes(tmp_path: Path) -> None:
    """All pictures must be of one size; the error names the first that is not."""
    _save(tmp_path / "a.png", GREY)
    _save(tmp_path / "b.png", GREY.T.copy())
    with pytest.raises(PlaceError, match=r"b\.png: is 2×3 pixels large, 'a\.png' is 3×2"):
        read(tmp_path)


def test_pictures_inside_and_outside(tmp_path: Path) -> None:
    """Pictures beside the class folders belong to no class: an error rather than a guess."""
    _save(tmp_path / "a.png", GREY)
    _save(tmp_path / "7/b.png", GREY)
    with pytest.raises(PlaceError, match="both inside and outside"):
        read(tmp_path)


def test_folder_without_pictures(tmp_path: Path) -> None:
    """A folder without pictures is an error."""
    write(tmp_path / "sub/a.txt", "1")
    with pytest.raises(PlaceError, match="holds no pictures"):
        read(tmp_path)


def test_broken_picture_in_folder(tmp_path: Path) -> None:
    """A broken picture is named."""
    _save(tmp_path / "a.png", GREY)
    write(tmp_path / "b.png", "no picture")
    with pytest.raises(PlaceError, match=r"b\.png: is no picture"):
        read(tmp_path)
