"""Pictures that cannot be right, for every command that opens one."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from tests.bad_inputs.entry import BadInput, Prepare

_PIXELS = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)


def _saved(format: str, image: Image.Image | None = None, **options: object) -> bytes:
    file = io.BytesIO()
    (image or Image.fromarray(_PIXELS)).save(file, format, **options)
    return file.getvalue()


def _png(width: int, height: int, pixels: bytes) -> bytes:
    """A grey PNG that claims its size."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def _bomb_of_text() -> bytes:
    """A PNG whose compressed remark unfolds to 80 MB."""
    png, text = _saved("PNG"), b"Comment\0\0" + zlib.compress(bytes(80 << 20))
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    return png[:33] + chunk + png[33:]


_PNG, _JPEG, _GIF = _saved("PNG"), _saved("JPEG"), _saved("GIF")
_BMP, _TIFF, _WEBP = _saved("BMP"), _saved("TIFF"), _saved("WEBP")
_ANIMATED = _saved("GIF", Image.new("L", (4, 4)), save_all=True, append_images=[Image.new("L", (4, 4), 255)])
_BLANK = _saved("PNG", Image.new("L", (20, 20), 255))


def _compress(
    name: str,
    argv: str,
    *words: str,
    code: int = 3,
    prepare: Prepare | None = None,
    **files: bytes | str,
) -> BadInput:
    argv = f"compress-image --no-figures {argv}"
    return BadInput(f"picture: {name}", argv, code, words, _named(files), prepare)


def _data(
    name: str, argv: str, *words: str, code: int = 3, prepare: Prepare | None = None, **files: bytes | str
) -> BadInput:
    return BadInput(f"pictures as data: {name}", f"fit --k 2 {argv}", code, words, _named(files), prepare)


def _named(files: dict[str, bytes | str]) -> dict[str, bytes | str]:
    """Of ``f__a_png``, ``f/a.png``."""
    return {key.replace("__", "/").replace("_", "."): content for key, content in files.items()}


def _digit(name: str, *words: str, content: bytes) -> BadInput:
    return BadInput(
        f"a digit: {name}", "predict runs/*-fit-digits-* a.png", 3, ("a.png", *words), {"a.png": content}, runs=True
    )


def _make_empty(folder: Path) -> None:
    (folder / "empty").mkdir()


def _make_circle(folder: Path) -> None:
    (folder / "a.png").symlink_to("a.png")


ENTRIES = (
    _compress("missing", "none.png", "none.png", "No such file"),
    _compress("a link to itself", "a.png", "a.png", "cannot be read", prepare=_make_circle),
    _compress("nothing in it", "a.png", "a.png: is no picture", a_png=b""),
    _compress("text", "a.png", "a.png: is no picture", "PNG, JPEG", a_png=b"hello"),
    _compress("a PDF", "a.jpg", "a.jpg: is no picture", a_jpg=b"%PDF-1.7\n"),
    _compress("an SVG", "a.png", "is no picture", a_png="<svg xmlns='http://www.w3.org/2000/svg'/>"),
    _compress("a PNG that is cut", "a.png", "a.png: is a broken picture", a_png=_PNG[:120]),
    _compress("a PNG without its end", "a.png", "a.png: is a broken picture", a_png=_PNG[:-12]),
    _compress("a PNG with a changed byte", "a.png", "a.png: is a broken picture", a_png=_PNG[:60] + b"?" + _PNG[61:]),
    _compress("a PNG with too few pixels", "a.png", "a.png: is a broken picture", a_png=_png(100, 100, zlib.compress(bytes(300)))),
    _compress("a PNG of no width", "a.png", "a.png", a_png=_png(0, 5, zlib.compress(b""))),
    _compress("a bomb: a PNG that claims gigapixels", "a.png", "has 50,000 × 50,000 pixels", "image.max_pixels", a_png=_png(50_000, 50_000, b"")),
    _compress("a bomb in a PNG's remark", "a.png", "a.png: is a broken picture", a_png=_bomb_of_text()),
    _compress("more pixels than allowed", "a.png --set image.max_pixels=63", "has 8 × 8 pixels", "at most 63", a_png=_PNG),
    _compress("a JPEG that is cut", "a.jpg", "a.jpg: is a broken picture", a_jpg=_JPEG[:-60]),
    _compress("a JPEG that is only a header", "a.jpg", "a.jpg", a_jpg=_JPEG[:20]),
    _compress("a bomb: a JPEG that claims gigapixels", "a.jpg", "has 65,500 × 65,500 pixels", a_jpg=_JPEG.replace(struct.pack(">HH", 8, 8), struct.pack(">HH", 65_500, 65_500))),
    _compress("a GIF that is cut", "a.gif", "a.gif", a_gif=_ANIMATED[:30]),
    _compress("a bomb: a GIF that claims gigapixels", "a.gif", "has 65,535 × 65,535 pixels", a_gif=_GIF[:6] + b"\xff" * 4 + _GIF[10:]),
    _compress("a BMP that is cut", "a.bmp", "a.bmp: is a broken picture", a_bmp=_BMP[:-40]),
    _compress("a TIFF that is cut", "a.tif", "a.tif", a_tif=_TIFF[:-40]),
    _compress("a WebP that is cut", "a.webp", "a.webp", a_webp=_WEBP[:-40]),
    _compress("a folder without pictures", "empty", "empty: holds no pictures", ".png", prepare=_make_empty),
    _compress("all of several broken", "a.png b.png --quiet", "all 2 fits failed", "a.png", code=4, a_png=b"hello", b_png=_PNG[:100]),
    _compress("no picture named", "", "image.paths: [] names no picture", code=2),
    _compress("several into one file", "a.png b.png --out c.png", "--out", "holds one picture, not 2", code=2, a_png=_PNG, b_png=_PNG),
    _compress("a result that exists already", "a.png --out b.png", "b.png", "exists already", "--force", a_png=_PNG, b_png=_PNG),
    _compress("a result in a folder that does not exist", "a.png --out no/b.png", "no/b.png", "folder that does not exist", a_png=_PNG),
    _compress("a result that is a folder", "a.png --out .", "is a folder", a_png=_PNG),
    _compress("a given start", "a.png --set kmeans.init='{file: s.npy}'", "kmeans.init", "its colours belong to one picture", code=2, a_png=_PNG),
    _compress("too many colours", "a.png --k 70000", "sweep.k: 70000 is too many colours", "65,536", code=2, a_png=_PNG),
    _compress("smooth and dither", "a.png --smooth 0.5 --dither floyd-steinberg", "--smooth: image.smooth", "0 with dither", code=2, a_png=_PNG),
    _compress("an unknown space", "a.png --space oklap", "--space: image.space: 'oklap' is no colour space", "did you mean 'oklab'?", code=2, a_png=_PNG),
    _compress("an unknown dither", "a.png --dither floyd", "image.dither: 'floyd' is no dither", code=2, a_png=_PNG),
    _compress("a negative smooth", "a.png --smooth -1", "image.smooth: -1.0 is no smoothing", code=2, a_png=_PNG),
    _compress("a smooth that is no number", "a.png --smooth nan", "image.smooth: nan", code=2, a_png=_PNG),
    _data("of two sizes", "--data f", "is 4×4 pixels large, 'a.png' is 8×8", f__a_png=_PNG, f__b_png=_saved("PNG", Image.new("L", (4, 4)))),
    _data("inside and outside of sub-folders", "--data f", "both inside and outside of sub-folders", f__a_png=_PNG, f__0__b_png=_PNG),
    _data("one of a folder broken", "--data f", "f/b.png: is no picture", f__a_png=_PNG, f__b_png=b"hello"),
    _data("none in the folder", "--data empty", "empty: holds no pictures", prepare=_make_empty),
    _data("fewer than clusters", "--data f --k 3", "kmeans.n_clusters", code=2, f__a_png=_PNG, f__b_png=_PNG),
    _data("one pixel for two clusters", "--data a.png", "kmeans.n_clusters", code=2, a_png=_saved("PNG", Image.new("L", (1, 1)))),
    _data("a palette picture that is cut", "--data a.png", "a.png: is a broken picture", a_png=_saved("PNG", Image.fromarray(_PIXELS).convert("P"))[:-40]),
    _digit("a blank photo", "a.png", content=_BLANK),
    _digit("one pixel", "a.png", content=_saved("PNG", Image.new("L", (1, 1)))),
    _digit("cut", "is a broken picture", content=_PNG[:100]),
    _digit("text", "is no picture", content=b"hello"),
)  # fmt: skip
