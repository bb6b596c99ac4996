"""Pictures in and out of this program as arrays; nothing else imports PIL."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from kmeans_cli.errors import PlaceError

MAX_PIXELS = 100_000_000
"""Larger pictures are refused by their header, before anything is unpacked."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
"""Names of files that are taken for pictures; what is in them, PIL decides by content."""

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
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
        notes: list[str] = []
        if getattr(image, "n_frames", 1) > 1:
            image.seek(0)
            notes.append("of several frames the first was taken")
        kind, format = _KINDS.get(image.mode), image.format or ""
        pixels, alpha = _to_rgb(_to_eight_bits(image, notes), notes, keep_alpha)
    return Picture(pixels, tuple(notes), alpha, kind, format)


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
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise PlaceError(f"is a broken picture ({error})", where=name) from None
    finally:
        Image.MAX_IMAGE_PIXELS = own_limit


def _to_eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    stored = " ".join(str(tile.args) for tile in getattr(image, "tile", ()))
    if image.mode in _SIXTEEN_BIT or _SIXTEEN_BIT_COLOURS.search(stored):  # PIL reduces colours by itself
        notes.append("16 bits per channel were reduced to 8")
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
