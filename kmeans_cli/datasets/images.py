"""Pictures as data: the pixels of one, or a folder of many of the same size with a class per sub-folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.datasets.classes import classes_of_texts
from kmeans_cli.datasets.raw import Raw, as_rows, name_of
from kmeans_cli.datasets.reading import reading
from kmeans_cli.datasets.types import ClassArray
from kmeans_cli.errors import PlaceError
from kmeans_cli.pictures import SUFFIXES, Picture, open_picture

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams


def read_picture(path: Path, params: DataParams) -> Raw:  # noqa: ARG001 - all readers have this signature
    """The pixels of one picture, row by row: a sample is a pixel, its features are red, green and blue."""
    picture = open_picture(path)
    return Raw(
        name_of(path),
        picture.pixels.reshape(-1, 3),
        full_scale=255.0,
        feature_names=("red", "green", "blue"),
        path=path,
        notes=picture.notes,
    )


def read_picture_folder(path: Path, params: DataParams) -> Raw:  # noqa: ARG001 - all readers have this signature
    """A folder of pictures: a sample is a picture, its class the name of its sub-folder.

    Pictures directly in the folder have no class. All are grey, unless one of them has colours.

    Raises:
        PlaceError: If there are no pictures, pictures both inside and outside of sub-folders, or several sizes.
    """
    with reading(path):
        files = _picture_files(path)
    pictures = [open_picture(file) for file in files]
    _check_sizes(pictures, files)
    X, image_shape = as_rows(_stack(pictures), str(path))
    return Raw(
        name_of(path),
        X,
        _classes(files, path),
        image_shape=image_shape,
        full_scale=255.0,
        ids=np.array([file.relative_to(path).as_posix() for file in files], dtype=np.str_),
        path=path,
        notes=_notes(pictures),
    )


def _picture_files(folder: Path) -> list[Path]:
    inside = _pictures_in(folder)
    below = [file for sub in sorted(folder.iterdir()) if _is_class(sub) for file in _pictures_in(sub)]
    if inside and below:
        examples = f"{inside[0].name}, {below[0].relative_to(folder)}"
        problem = f"holds pictures both inside and outside of sub-folders ({examples})"
        raise PlaceError(problem, where=str(folder), allowed="a sub-folder for each class, or no sub-folders")
    if not inside and not below:
        raise PlaceError("holds no pictures", where=str(folder), allowed=SUFFIXES)
    return inside or below


def _pictures_in(folder: Path) -> list[Path]:
    files = (file for file in folder.iterdir() if not file.name.startswith("."))
    return sorted(file for file in files if file.suffix.lower() in SUFFIXES)


def _is_class(sub: Path) -> bool:
    return sub.is_dir() and not sub.name.startswith(".")


def _check_sizes(pictures: Sequence[Picture], files: Sequence[Path]) -> None:
    height, width, _ = pictures[0].pixels.shape
    for picture, file in zip(pictures, files, strict=True):
        h, w, _ = picture.pixels.shape
        if (h, w) != (height, width):
            problem = f"is {w}×{h} pixels large, '{files[0].name}' is {width}×{height}; all must be of one size"
            raise PlaceError(problem, where=str(file))


def _stack(pictures: Sequence[Picture]) -> NDArray[np.uint8]:
    if all(picture.is_grey for picture in pictures):
        return np.stack([picture.pixels[..., 0] for picture in pictures])
    return np.stack([picture.pixels for picture in pictures])


def _classes(files: Sequence[Path], folder: Path) -> ClassArray | None:
    if files[0].parent == folder:
        return None
    return classes_of_texts([file.parent.name for file in files])


def _notes(pictures: Sequence[Picture]) -> tuple[str, ...]:
    counts = Counter(note for picture in pictures for note in picture.notes)
    return tuple(f"{note} ({count} of {len(pictures)} pictures)" for note, count in counts.items())
