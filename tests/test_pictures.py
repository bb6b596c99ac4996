"""Opening pictures."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from kmeans_cli.errors import PlaceError
from kmeans_cli.pictures import open_picture, resize_grey, write_animation

RED_TO_BLUE = np.array([[[255, 0, 0], [0, 0, 255]]], dtype=np.uint8)


def _save(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


def test_pixels(tmp_path: Path) -> None:
    """A colour picture comes as it is, without a note."""
    picture = open_picture(_save(tmp_path / "a.png", Image.fromarray(RED_TO_BLUE)))
    assert np.array_equal(picture.pixels, RED_TO_BLUE)
    assert picture.notes == ()
    assert not picture.is_grey


def test_palette(tmp_path: Path) -> None:
    """A palette picture has the colours of its palette."""
    image = Image.fromarray(RED_TO_BLUE).convert("P", palette=Image.Palette.ADAPTIVE)
    assert np.array_equal(open_picture(_save(tmp_path / "a.png", image)).pixels, RED_TO_BLUE)


def test_turned_upright(tmp_path: Path) -> None:
    """The orientation in the metadata of a photo is applied."""
    exif = Image.Exif()
    exif[0x0112] = 6  # stored on its side
    path = _save(tmp_path / "a.png", Image.fromarray(RED_TO_BLUE), exif=exif)
    assert open_picture(path).pixels.tolist() == [[[255, 0, 0]], [[0, 0, 255]]]


def test_sixteen_bits(tmp_path: Path) -> None:
    """16 bits become 8, the darker half does not become white, and a note says so."""
    image = Image.fromarray(np.array([[0, 0x8000, 0xFFFF]], dtype=np.uint16))
    picture = open_picture(_save(tmp_path / "a.png", image))
    assert picture.pixels[0, :, 0].tolist() == [0, 0x80, 0xFF]
    assert picture.is_grey
    assert "16 bits" in picture.notes[0]


def test_transparency_on_white(tmp_path: Path) -> None:
    """What is transparent shows white."""
    image = Image.fromarray(np.array([[[9, 9, 9, 255], [9, 9, 9, 0]]], dtype=np.uint8))
    picture = open_picture(_save(tmp_path / "a.png", image))
    assert picture.pixels[0, :, 0].tolist() == [9, 255]
    assert "white" in picture.notes[0]


def test_first_frame(tmp_path: Path) -> None:
    """Of an animation the first frame is taken, and a note says so."""
    frames = [Image.new("L", (2, 2), grey) for grey in (10, 200)]
    picture = open_picture(_save(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:]))
    assert (picture.pixels == 10).all()
    assert "first" in picture.notes[0]


def test_cmyk(tmp_path: Path) -> None:
    """A picture for print is converted."""
    picture = open_picture(_save(tmp_path / "a.jpg", Image.new("CMYK", (8, 8), (0, 0, 0, 255))))
    assert picture.pixels.shape == (8, 8, 3)
    assert picture.pixels.max() < 30


def test_colour_profile(tmp_path: Path) -> None:
    """A picture with a colour profile is converted to sRGB; a broken profile is ignored; both are said."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.fromarray(RED_TO_BLUE)
    picture = open_picture(_save(tmp_path / "a.png", image, icc_profile=profile))
    assert np.abs(picture.pixels.astype(int) - RED_TO_BLUE).max() <= 2
    assert "converted to sRGB" in picture.notes[0]
    picture = open_picture(_save(tmp_path / "b.png", image, icc_profile=b"nonsense"))
    assert np.array_equal(picture.pixels, RED_TO_BLUE)
    assert "ignored" in picture.notes[0]


def test_too_many_pixels(tmp_path: Path) -> None:
    """A picture with too many pixels is refused, and the error names the limit that can be lifted."""
    path = _save(tmp_path / "a.png", Image.fromarray(RED_TO_BLUE))
    with pytest.raises(PlaceError, match=r"2 × 1 pixels; .* at most 1 pixels \(lift it with --set image\.max_pixels=N"):
        open_picture(path, max_pixels=1, limit_key="image.max_pixels")
    assert open_picture(path, max_pixels=2).pixels.shape == (1, 2, 3)


def test_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    """A header that claims gigapixels is enough to refuse."""
    size = struct.pack(">II", 100_000, 100_000) + b"\x08\x00\x00\x00\x00"
    chunk = struct.pack(">I", len(size)) + b"IHDR" + size + struct.pack(">I", zlib.crc32(b"IHDR" + size))
    (tmp_path / "a.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )
    with pytest.raises(PlaceError, match="100,000 × 100,000 pixels"):
        open_picture(tmp_path / "a.png")


def test_broken(tmp_path: Path) -> None:
    """Missing, empty, cut short or no picture at all: one error that names the file."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (50, 50, 3), dtype=np.uint8)).save(file, "PNG")
    for content in (None, b"", b"text", file.getvalue()[:500]):
        if content is not None:
            (tmp_path / "a.png").write_bytes(content)
        with pytest.raises(PlaceError, match=r"a\.png"):
            open_picture(tmp_path / "a.png")


def test_resized_averages_when_it_shrinks() -> None:
    """A picture shrunk to one pixel is its mean; enlarged, it stays within 0 and 1."""
    grey = np.random.default_rng(0).random((40, 60)).round()
    assert resize_grey(np.full((40, 60), 0.25), (1, 1))[0, 0] == pytest.approx(0.25)
    large = resize_grey(grey, (200, 90))
    assert large.shape == (200, 90)
    assert 0 <= large.min() <= large.max() <= 1


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_animation(kind: str) -> None:
    """Frames come back in order with their times, the background in its very colour."""
    frames = [np.full((20, 30, 3), 255, dtype=np.uint8) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame[5:10, 5 + number : 10 + number] = [200, 30, 30]
    file = io.BytesIO()
    write_animation(file, frames, [100, 100, 2000], kind)
    with Image.open(file) as film:
        assert (film.format, film.n_frames, film.info["loop"]) == (kind, 3, 0)
        for number, frame in enumerate(frames):
            film.seek(number)
            assert np.abs(np.asarray(film.convert("RGB")).astype(int) - frame).max() <= 8
            assert film.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
        assert film.info["duration"] == 2000


def test_opacity_can_be_kept(tmp_path: Path) -> None:
    """On request the opacity comes beside the colours; a picture that is opaque all over has none."""
    image = Image.fromarray(np.array([[[9, 9, 9, 255], [9, 9, 9, 0]]], dtype=np.uint8))
    picture = open_picture(_save(tmp_path / "a.png", image), keep_alpha=True)
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[255, 0]]
    assert picture.pixels.tolist() == [[[9, 9, 9], [9, 9, 9]]]
    assert picture.notes == ()
    opaque = open_picture(_save(tmp_path / "b.png", Image.new("RGBA", (2, 2), (1, 2, 3, 255))), keep_alpha=True)
    assert opaque.alpha is None


def test_sixteen_bit_colours(tmp_path: Path) -> None:
    """PIL reduces 16 bits of red, green and blue without a word; we have one."""
    header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    pixel = zlib.compress(b"\0" + bytes([0x80, 1, 0x40, 2, 0xFF, 3]))
    chunks = ((b"IHDR", header), (b"IDAT", pixel), (b"IEND", b""))
    content = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    picture = open_picture(tmp_path / "a.png")
    assert picture.pixels.tolist() == [[[0x80, 0x40, 0xFF]]]
    assert "16 bits" in picture.notes[0]


@pytest.mark.parametrize(("mode", "kind"), [("L", "greyscale"), ("P", "palette"), ("CMYK", "CMYK"), ("RGB", None)])
def test_what_the_file_holds(tmp_path: Path, mode: str, kind: str | None) -> None:
    """A picture says what its file holds when that is not RGB, and which format it has by its content."""
    path = tmp_path / "a.png"
    Image.new(mode, (4, 4)).save(path, "TIFF")
    picture = open_picture(path)
    assert (picture.kind, picture.format) == (kind, "TIFF")
