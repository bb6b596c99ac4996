"""Files and run folders that nothing is wrong with: what the fuzzer begins with. The same bytes each time."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from typer.testing import CliRunner

from kmeans_cli.cli.app import app
from kmeans_cli.config_schema import template
from tests.datasets.files import idx_bytes

_RNG = np.random.default_rng(0)
_MOMENT = "2026-11-21T20:39:41Z"
X = _RNG.random((12, 3)).round(3)
IMAGES = _RNG.integers(0, 256, (12, 4, 4), dtype=np.uint8)
Y = np.arange(12, dtype=np.uint8) % 3
_COLOUR = Image.fromarray(_RNG.integers(0, 256, (9, 7, 3), dtype=np.uint8))
_DEEP = Image.fromarray(_RNG.integers(0, 65536, (9, 7), dtype=np.uint16))
_LARGER = Image.fromarray(_RNG.integers(0, 256, (17, 19, 3), dtype=np.uint8))

RUNS = {
    "fit": ["fit", "--k", "3", "--set", "data.limit=40", "--set", "trace=true", "--no-figures"],
    "sweep": ["sweep-k", "--k", "2,3", "--set", "data.limit=40", "--no-figures", "--executor", "serial"],
    "plane": ["fit", "--data", "blobs", "--set", "data.blobs.sizes=[9,9,9]", "--k", "2", "--no-figures"],
}
"""The command line of each whole run."""


def csv_files() -> tuple[bytes, ...]:
    """Tables as people write them."""
    rows = [f"{a},{b},{c},{label}" for (a, b, c), label in zip(X, Y, strict=True)]
    plain = "a,b,c,label\n" + "\n".join(rows) + "\n"
    return (
        plain.encode(),
        plain.replace(",", ";").replace(".", ",").encode(),
        ("\ufeff" + plain.replace(",", "\t")).encode(),
        "\r\n".join(rows).encode("utf-16"),
        ("# measured today\nid weight\n" + "\n".join(f"{i} {a}" for i, (a, _, _) in enumerate(X))).encode(),
        ('"a","b"\n' + "".join(f'"{a}","{b}"\n' for a, b, _ in X)).encode(),
    )


def npy_files() -> tuple[bytes, ...]:
    """Matrices, images and columns of several types and orders."""
    arrays = (X, IMAGES, X[:, 0], np.asfortranarray(X), X.astype(">f4"), X > 0.5, (X * 9).astype(np.int16))
    return tuple(map(npy_bytes, arrays))


def npy_bytes(array: NDArray[Any]) -> bytes:
    """An array as an npy file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz_members() -> tuple[dict[str, bytes], ...]:
    """The members of several npz files, before they are packed."""
    return (
        {"X.npy": npy_bytes(X), "y.npy": npy_bytes(Y)},
        {"x_train.npy": npy_bytes(IMAGES), "y_train.npy": npy_bytes(Y), "x_test.npy": npy_bytes(IMAGES[:5])},
        {"data.npy": npy_bytes(X), "weights.npy": npy_bytes(1.0 + Y), "labels.npy": npy_bytes(Y.astype("U1"))},
    )


def npz_files() -> tuple[bytes, ...]:
    """Whole npz files, packed and not."""
    files = []
    for save, arrays in ((np.savez, {"X": X, "y": Y}), (np.savez_compressed, {"x_train": IMAGES, "y_train": Y})):
        file = io.BytesIO()
        save(file, **arrays)
        files.append(file.getvalue())
    return tuple(files)


def idx_files() -> tuple[bytes, ...]:
    """Images and matrices in MNIST's format."""
    return tuple(map(idx_bytes, (IMAGES, X, Y, X.astype(np.float32))))


def gz_files() -> tuple[bytes, ...]:
    """The same, packed; with the date 0."""
    return tuple(gzip.compress(content, mtime=0) for content in idx_files())


def png_files() -> tuple[bytes, ...]:
    """PNG of all kinds of pixels."""
    grey = _COLOUR.convert("L")
    exif = Image.Exif()
    exif[0x0112] = 6
    return (
        *(picture_bytes(each, "PNG") for each in (_COLOUR, grey, _DEEP, grey.convert("1"), _COLOUR.convert("RGBA"))),
        picture_bytes(_COLOUR.convert("P", palette=Image.Palette.ADAPTIVE), "PNG", transparency=1),
        picture_bytes(_COLOUR, "PNG", exif=exif, icc_profile=_profile()),
        picture_bytes(grey, "PNG", save_all=True, append_images=[grey.rotate(90)]),
    )


def jpeg_files() -> tuple[bytes, ...]:
    """JPEG, sequential and progressive, grey, in colour and for print."""
    exif = Image.Exif()
    exif[0x0112] = 3
    return (
        *(picture_bytes(_LARGER.convert(mode), "JPEG") for mode in ("L", "RGB", "CMYK")),
        picture_bytes(_LARGER, "JPEG", progressive=True, exif=exif),
    )


def other_pictures() -> tuple[tuple[str, bytes], ...]:
    """The other formats that are read, each by its suffix."""
    palette = _COLOUR.convert("P", palette=Image.Palette.ADAPTIVE)
    return (
        ("gif", picture_bytes(palette, "GIF", save_all=True, append_images=[palette.rotate(180)])),
        ("bmp", picture_bytes(_COLOUR, "BMP")),
        ("tif", picture_bytes(_COLOUR, "TIFF")),
        ("tif", picture_bytes(_COLOUR, "TIFF", compression="tiff_lzw")),
        ("tif", picture_bytes(_COLOUR.convert("L"), "TIFF", compression="tiff_deflate")),
        ("webp", picture_bytes(_COLOUR, "WEBP", lossless=True)),
        ("png", picture_bytes(_COLOUR, "PPM")),
    )


def _profile() -> bytes:
    """An ICC profile with the date 0 in its header, where the library writes the time of day."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]


def picture_bytes(image: Image.Image, format: str, **options: Any) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def yaml_files() -> tuple[bytes, ...]:
    """Configs: every key with its default, and a short one."""
    short = "seed: 3\nkmeans: {n_clusters: 4, init: sample, stop: {rule: shift, tol: 1e-4}}\nsweep:\n  k: 2..5\n"
    return (short.encode(), template().encode())


def make_runs(folder: Path) -> None:
    """Make the whole runs, with nothing in them that another machine's clock or another moment would change."""
    for name, argv in RUNS.items():
        place = folder / f".{name}"
        result = CliRunner().invoke(app, [*argv, "--runs", str(place), "--quiet"], prog_name="kmeans")
        assert result.exit_code == 0, result.stderr
        run = next(path for path in place.iterdir() if not path.is_symlink())
        for path in run.rglob("*"):
            if path.suffix in _TIMELESS:
                path.write_bytes(_TIMELESS[path.suffix](path))
        run.rename(folder / name)


def _timeless_json(path: Path) -> bytes:
    own = {"started": _MOMENT, "finished": _MOMENT, "pid": 1, "pid_started": 1, "argv": []}
    value = _still(json.loads(path.read_text()))
    return (json.dumps(value | {key: own[key] for key in own if key in value}, indent=2) + "\n").encode()


def _timeless_csv(path: Path) -> bytes:
    rows = list(csv.reader(io.StringIO(path.read_text())))
    times = [index for index, name in enumerate(rows[0]) if name == "seconds"]
    for row in rows[1:]:
        for index in times:
            row[index] = "0.5"
    return "".join(",".join(row) + "\n" for row in rows).encode()


def _timeless_npz(path: Path) -> bytes:
    with np.load(path) as arrays:
        still = {name: arrays[name] * 0 if name == "seconds" else arrays[name] for name in arrays}
    file = io.BytesIO()
    np.savez(file, **still)
    return file.getvalue()


_TIMELESS = {".json": _timeless_json, ".csv": _timeless_csv, ".npz": _timeless_npz}


def _still(value: Any, timed: bool = False) -> Any:
    if isinstance(value, Mapping):
        return {key: _still(each, timed or key == "seconds") for key, each in value.items()}
    if isinstance(value, list):
        return [_still(each, timed) for each in value]
    return 0.5 if timed and isinstance(value, float) else value
