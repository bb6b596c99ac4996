"""From a photo to a digit."""

import numpy as np
import pytest

from kmeans_cli.errors import PlaceError
from kmeans_cli.images.digit import prepare_digit, resize_digit
from kmeans_cli.images.ink import Ink, centres_of_mass, stroke_widths

INK = Ink(paper=0, full=254, stroke=2.3, box=20, row=14.5, column=14.5)


def _photo(width: int = 8, *, bright: bool = False, scale: int = 1) -> np.ndarray:
    """A 4 of straight strokes this wide, far off the middle of a page."""
    page = np.zeros((200, 320), dtype=bool)
    half = width // 2
    page[100 - half : 100 + half, 200:280] = True
    page[60:150, 250 - half : 250 + half] = True
    for step in range(60):
        page[40 + step, 258 - step - half : 258 - step + half] = True
    grey = np.where(page == bright, 210, 40).astype(np.uint8).repeat(scale, axis=0).repeat(scale, axis=1)
    return np.repeat(grey[:, :, None], 3, axis=2)


@pytest.mark.parametrize("width", [4, 8, 16, 24])
def test_like_the_training_images(width: int) -> None:
    """Thin and thick pens end as wide as the training images', in their box, with the centre of mass in place."""
    image = prepare_digit(_photo(width), (28, 28), INK).values / 254
    assert image.shape == (28, 28)
    assert stroke_widths(image[None])[0] == pytest.approx(2.3, abs=0.05 if width <= 16 else 0.8)
    (row,), (column,) = centres_of_mass(image[None])
    assert (row, column) == pytest.approx((14.5, 14.5), abs=0.1)
    inked = image > 0.5
    assert max(np.ptp(np.flatnonzero(inked.any(axis=axis))) + 1 for axis in (0, 1)) == pytest.approx(20, abs=1)


def test_stages_lead_to_the_digit() -> None:
    """There is a picture of each step, from the grey photo to the digit itself."""
    digit = prepare_digit(_photo(), (28, 28), INK)
    assert [stage.name for stage in digit.stages] == [
        "grey",
        "ink lifted off the paper",
        "the digit cut out",
        "strokes redrawn",
        "28×28",
    ]
    np.testing.assert_allclose(digit.stages[-1].shades * 254, digit.values)


def test_polarity_and_size_do_not_matter() -> None:
    """Dark on bright, bright on dark, and a photo of three times as many pixels give nearly the same digit."""
    plain = prepare_digit(_photo(), (28, 28), INK).values
    for other in (_photo(bright=True), _photo(scale=3)):
        difference = prepare_digit(other, (28, 28), INK).values - plain
        assert np.abs(difference).mean() < 3


def test_units_of_the_training_images() -> None:
    """Training images with dark ink, 16 shades and 8×8 pixels get such a digit."""
    values = prepare_digit(_photo(), (8, 8), Ink(16, 0, 1.5, 8, 4, 4)).values
    assert values.shape == (8, 8)
    assert values[0, 0] == pytest.approx(16, abs=0.1)
    assert values.min() < 3


def test_several_components() -> None:
    """Three digits in a row are refused, and counted."""
    three = np.concatenate([_photo(), _photo(), _photo()], axis=1)
    with pytest.raises(PlaceError, match="shows 3 components"):
        prepare_digit(three, (28, 28), INK)


def test_specks_are_removed() -> None:
    """A speck far smaller than the digit changes it by next to nothing."""
    photo = _photo()
    clean = prepare_digit(photo, (28, 28), INK).values
    photo[20:26, 20:26] = 40
    assert np.abs(prepare_digit(photo, (28, 28), INK).values - clean).mean() < 1


def test_a_small_gap_is_bridged() -> None:
    """A digit in two strokes that nearly touch is one digit."""
    photo = _photo()
    photo[92:97, 225:] = 210  # the upper part is cut off from the lower one
    prepare_digit(photo, (28, 28), INK)


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (2, 2)])
def test_tiny_pictures_are_blank(shape: tuple[int, int]) -> None:
    """A picture of hardly any pixels is no error of the program."""
    with pytest.raises(PlaceError, match="blank"):
        prepare_digit(np.full((*shape, 3), 200, dtype=np.uint8), (28, 28), INK)


def test_raw_is_only_resized() -> None:
    """``--raw`` keeps the photo as it is: grey, in the size and scale of the training images."""
    values = resize_digit(np.full((50, 80, 3), 51, dtype=np.uint8), (28, 28), INK).values
    np.testing.assert_allclose(values, 254 * 0.2, rtol=1e-6)
