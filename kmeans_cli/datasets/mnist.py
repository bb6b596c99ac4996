"""MNIST: where to look for it, how to get it, and its two splits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from kmeans_cli.datasets.fetch import Content, cache_folder, fetch_file
from kmeans_cli.datasets.idx import read_idx_array, read_idx_labels
from kmeans_cli.datasets.npz import read_npz
from kmeans_cli.datasets.raw import Raw, as_rows, full_scale_of
from kmeans_cli.datasets.types import ClassArray
from kmeans_cli.errors import PlaceError
from kmeans_cli.progress import Progress, Stage

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams

DATA_DIR_VARIABLE = "KMEANS_DATA_DIR"

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

CONTENTS = {
    "train-images-idx3-ubyte": Content(47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    "train-labels-idx1-ubyte": Content(60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    "t10k-images-idx3-ubyte": Content(7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    "t10k-labels-idx1-ubyte": Content(10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
}

_NPZ = "mnist.npz"
_FOLDER = "mnist"
_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


def load_mnist(params: DataParams, data_dir: Path | None, progress: Progress) -> Raw:
    """One split of MNIST, 28×28 bytes an image, and with ``train`` the other one as held-out part.

    Raises:
        PlaceError: If it is nowhere and cannot be fetched, or a file is broken.
    """
    place = find_mnist(data_dir) or fetch_mnist(data_dir, progress)
    if place.is_file():
        raw = read_npz(place, replace(params, x_key="x_train", y_key="y_train", weight_key=None))
        return replace(raw, name="mnist", notes=())
    X, y, image_shape = _read_split(place, params.split)
    test = _read_split(place, "test")[:2] if params.test and params.split == "train" else None
    return Raw(
        "mnist", X, y, image_shape=image_shape, full_scale=full_scale_of(X), split=params.split, test=test, path=place
    )


def find_mnist(data_dir: Path | None) -> Path | None:
    """The first folder with all four IDX files, or ``mnist.npz``, among the places to look; None if there is none.

    Args:
        data_dir: Looked at first; then the folder in ``KMEANS_DATA_DIR``, then the user's cache.
    """
    for folder in _places(data_dir):
        if all(_file(folder, name) for name in CONTENTS):
            return folder
        if (folder / _NPZ).is_file():
            return folder / _NPZ
    return None


def fetch_mnist(data_dir: Path | None, progress: Progress) -> Path:
    """Fetch the four files into the user's cache; what is there already stays.

    Args:
        data_dir: A place that was searched, to be named in the error.
        progress: Told how far the download is.

    Returns:
        The folder they are in.

    Raises:
        PlaceError: If no mirror can be reached or has the right content.
    """
    folder = cache_folder() / _FOLDER
    progress(Stage(f"fetching MNIST into {folder}"))
    try:
        for name, content in CONTENTS.items():
            if not _file(folder, name):
                fetch_file(f"{name}.gz", content, folder, MIRRORS, progress)
    except PlaceError as error:
        searched = ", ".join(map(str, _places(data_dir)))
        problem = (
            f"is not on this machine and {error.problem}; searched in {searched}; "
            f"put the four IDX files or {_NPZ} into a folder and set {DATA_DIR_VARIABLE} to it"
        )
        raise PlaceError(problem, where="data set", value="mnist") from None
    return folder


def _places(data_dir: Path | None) -> Iterator[Path]:
    named = os.environ.get(DATA_DIR_VARIABLE)
    for folder in (data_dir, Path(named) if named else None):
        if folder is not None:
            yield from (folder, folder / _FOLDER)
    yield cache_folder() / _FOLDER


def _file(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _read_split(folder: Path, split: str) -> tuple[NDArray[Any], ClassArray, tuple[int, ...] | None]:
    images, labels = (_file(folder, name) or folder / name for name in _FILES[split])
    X, image_shape = as_rows(read_idx_array(images), str(images))
    return X, read_idx_labels(labels, len(X)), image_shape
