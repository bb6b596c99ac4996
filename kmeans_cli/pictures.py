"""Pictures in and out of this program as arrays; nothing else imports PIL."""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from kmeans_cli.errors import PlaceError
from kmeans_cli.png_pixels import has_all_pixels

MAX_PIXELS = 100_000_000
"""Larger pictures are refused by their header, before anything is unpacked."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
"""Names of files that are taken for pictures; what is in them, PIL decides by content."""

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
_COLOURS = 256  # of a GIF
_SIXTEEN_BIT = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_SIXTEEN_BIT_COLOURS = re.compile(r"\b(?:RGBA?|RGBX|RGBa|LA|CMYK);16")


_KINDS = {"1": "black and white", "L": "greyscale", "LA": "greyscale", "P": "palette", "PA": "palette", "CMYK": "CMYK"}


@dataclass(frozen=True)
class Picture:
    """A picture as a person sees it.

    Attributes:
        pixels: (height, width, 3) uint8 sRGB, upright.
        notes: What had to be converted, in words.
        alpha: (height, width) uint8 opacity, or None where nothing shines through or it was laid on white.
        kind: What the file holds when that is not RGB: ``greyscale``, ``palette``, ``CMYK``; else None.
        format: ``PNG``, ``JPEG`` …
    """

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...]
    alpha: NDArray[np.uint8] | None = None
    kind: str | None = None
    format: str = "PNG"

    @property
    def is_grey(self) -> bool:
        """Whether no pixel has a hue."""
        red, green, blue = np.moveaxis(self.pixels, 2, 0)
        return bool(np.array_equal(red, green) and np.array_equal(green, blue))


def open_picture(
    source: Path | BinaryIO,
    *,
    name: str | None = None,
    keep_alpha: bool = False,
    max_pixels: int = MAX_PIXELS,
    limit_key: str | None = None,
) -> Picture:
    """Read a picture: turned upright, converted to sRGB, transparent parts on white, the first frame of several.

    Args:
        source: A file by its path, or open.
        name: What errors call it; None: its path.
        keep_alpha: Keep the opacity instead of laying transparent parts on white.
        max_pixels: Refuse larger pictures by their header.
        limit_key: The setting that is ``max_pixels``, for the error.

    Raises:
        PlaceError: If the file is missing, is no picture, is broken, or has more than ``max_pixels``.
    """
    name = name or str(source)
    with _picture_errors(name), Image.open(source, formats=_FORMATS) as image:
        if image.width * image.height > max_pixels:
            allowed = f"at most {max_pixels:,} pixels" + (f" (lift it with --set {limit_key}=N)" if limit_key else "")
            raise PlaceError(f"has {image.width:,} × {image.height:,} pixels", where=name, allowed=allowed)
        if image.format == "PNG":
            image.verify()  # checksums, which PIL else passes over; afterwards the image is used up
    with _picture_errors(name), Image.open(source, formats=_FORMATS) as image:
        if image.format == "PNG":
            _check_png_pixels(image, name)
        _check_cover(image, name)
        notes: list[str] = []
        if getattr(image, "n_frames", 1) > 1:
            image.seek(0)
            notes.append("of several frames the first was taken")
        kind, format = _KINDS.get(image.mode), image.format or ""
        pixels, alpha = _to_rgb(_to_eight_bits(image, notes), notes, keep_alpha)
    return Picture(pixels, tuple(notes), alpha, kind, format)


def count_pixels(file: BinaryIO, name: str) -> int:
    """How many pixels a picture has by its header; nothing is unpacked.

    Args:
        file: A file open for reading.
        name: What errors call it.

    Raises:
        PlaceError: If it is no picture.
    """
    with _picture_errors(name), Image.open(file, formats=_FORMATS) as image:
        return image.width * image.height


def resize_grey(grey: NDArray[np.floating[Any]], size: tuple[int, int]) -> NDArray[np.float64]:
    """A grey picture in another size: averages where it shrinks, bicubic curves where it grows.

    Args:
        grey: (height, width) from 0 to 1.
        size: The new height and width.

    Returns:
        The resized picture, within 0 and 1.
    """
    image = Image.fromarray(np.ascontiguousarray(grey, dtype=np.float32))
    resized = image.resize((size[1], size[0]), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(resized, dtype=np.float64), 0, 1)


def write_animation(
    file: BinaryIO, frames: Sequence[NDArray[np.uint8]], milliseconds: Sequence[int], kind: str
) -> None:
    """Write a moving picture that starts over when it ends.

    Args:
        file: Open for binary writing.
        frames: At least one, (height, width, 3) uint8 sRGB each. All are shown in one palette of 256 colours, so that
            what does not move does not flicker.
        milliseconds: How long each is shown.
        kind: ``GIF``, or ``PNG`` for an animated PNG.
    """
    ends = Image.fromarray(np.concatenate([frames[0], frames[len(frames) // 2], frames[-1]]))
    palette = ends.quantize(_COLOURS - 1, Image.Quantize.MEDIANCUT)
    first, *rest = (_indexed(frame, palette) for frame in frames)
    first.save(file, kind, save_all=True, append_images=rest, duration=list(milliseconds), loop=0)


def _indexed(frame: NDArray[np.uint8], palette: Image.Image) -> Image.Image:
    """A frame in a palette, with the colour of its first pixel, the background, kept exactly as a last one."""
    colours = (palette.getpalette() or [])[: 3 * (_COLOURS - 1)]
    colours += [0] * (3 * (_COLOURS - 1) - len(colours)) + frame[0, 0].tolist()
    quantized = Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
    indices = np.where((frame == frame[0, 0]).all(axis=2), _COLOURS - 1, np.asarray(quantized)).astype(np.uint8)
    indexed = Image.fromarray(indices, "P")
    indexed.putpalette(colours)
    return indexed


@contextmanager
def _silent() -> Iterator[None]:
    """Keep libtiff from writing to the process's standard error; what is wrong, PIL raises too."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _check_png_pixels(image: ImageFile.ImageFile, name: str) -> None:
    """Refuse missing pixels, which PIL passes over."""
    file = image.fp
    assert file is not None
    at = file.tell()
    whole = has_all_pixels(file)
    file.seek(at)
    if not whole:
        raise PlaceError("is a broken picture (its pixels end too early)", where=name)


def _check_cover(image: Image.Image, name: str) -> None:
    """Refuse a picture whose pixels end before it does; PIL would fill it up with black. A GIF may be so."""
    tiles = getattr(image, "tile", ())
    covered = tuple(max((tile.extents[side] for tile in tiles if tile.extents), default=0) for side in (2, 3))
    if image.format != "GIF" and tiles and covered != image.size:
        raise PlaceError(f"is a broken picture (of its {image.size} pixels {covered} are there)", where=name)


@contextmanager
def _picture_errors(name: str) -> Iterator[None]:
    own_limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # ours can be lifted, PIL's would remain
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PIL warns of odd metadata
            yield
    except FileNotFoundError:
        raise PlaceError("does not exist", where=name) from None
    except UnidentifiedImageError:
        raise PlaceError("is no picture", where=name, allowed=_FORMATS) from None
    except PlaceError:
        raise
    # What PIL makes of changed bytes: struct.error, TypeError, KeyError, ZeroDivisionError and a dozen more.
    except Exception as error:
        raise PlaceError(f"is a broken picture ({error})", where=name) from None
    finally:
        Image.MAX_IMAGE_PIXELS = own_limit


def _to_eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    stored = " ".join(str(tile.args) for tile in getattr(image, "tile", ()))
    if image.mode in _SIXTEEN_BIT or _SIXTEEN_BIT_COLOURS.search(stored):  # PIL reduces colours by itself
        notes.append("16 bits per channel were reduced to 8")
    with _silent() if image.format == "TIFF" else nullcontext():
        image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode in _SIXTEEN_BIT:
        return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    return image


def _to_rgb(
    image: Image.Image, notes: list[str], keep_alpha: bool
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    image = _to_srgb(image, notes)
    if not image.has_transparency_data:
        return np.asarray(image if image.mode == "RGB" else image.convert("RGB")), None
    image = image.convert("RGBA")
    alpha = np.asarray(image.getchannel("A"))
    if alpha.min() == 255:
        return np.asarray(image.convert("RGB")), None
    if keep_alpha:
        return np.asarray(image.convert("RGB")), alpha
    notes.append("transparent parts were laid on white")
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image).convert("RGB")), None


def _to_srgb(image: Image.Image, notes: list[str]) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
    except (ImageCms.PyCMSError, OSError):
        notes.append("its colour profile is broken and was ignored")
        return image
    notes.append("its colour profile was converted to sRGB")
    return converted or image
