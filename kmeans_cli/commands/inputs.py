"""What ``kmeans predict`` is given: pictures of digits and files of rows, made ready for a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kmeans_cli.datasets import DataParams, Raw
from kmeans_cli.datasets.check import check_matrix
from kmeans_cli.datasets.images import read_picture
from kmeans_cli.datasets.registry import reader_of
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.images.digit import Digit, prepare_digit, resize_digit
from kmeans_cli.images.ink import Ink
from kmeans_cli.model import Model
from kmeans_cli.pictures import open_picture


@dataclass(frozen=True)
class Photo:
    """A picture with the digit that was found in it."""

    path: Path
    digit: Digit


def is_picture(path: Path) -> bool:
    """Whether a file is a picture, and not rows.

    Raises:
        PlaceError: It is missing, a folder, or of no known kind.
    """
    if path.is_dir():
        raise PlaceError("is a folder", where=str(path), allowed="pictures, and files of rows (csv, npy, npz)")
    return reader_of(path) is read_picture


def read_digit(path: Path, model: Model, name: str, *, raw: bool) -> Digit:
    """A picture of one digit, made like the training images of a model.

    Args:
        path: The picture.
        model: The model.
        name: Of the model's run, for the error.
        raw: Only make it grey and resize it.

    Raises:
        PlaceError: The picture is missing, broken, blank or shows several things, or the model can name no digit.
    """
    shape = _digit_shape(model, name)
    assert model.ink is not None
    pixels = open_picture(path).pixels
    prepare = resize_digit if raw else prepare_digit
    try:
        return prepare(pixels, shape, Ink.of_array(model.ink))
    except PlaceError as error:
        raise error.at(str(path)) from None


def _digit_shape(model: Model, name: str) -> tuple[int, int]:
    """The size of the training images, of a model that can name a digit."""
    problem = None
    if model.image_shape is None:
        problem = "has no image shape: it was not fitted on images, so a picture cannot be compared"
    elif len(model.image_shape) != 2:
        problem = "was fitted on images in colour, and a digit is grey"
    elif model.ink is None:
        problem = "does not know how ink lies in its training images: they are blank, or its model is an old one"
    elif model.cluster_classes is None:
        problem = "has no classes: it was fitted on data without labels, so a digit cannot be named"
    if problem is not None or model.image_shape is None:
        raise PlaceError(f"{problem}; rows can be predicted", where=name)
    height, width = model.image_shape
    return height, width


def read_rows(path: Path, model: Model) -> Raw:
    """A file of rows as wide as the model's; by name, where the model's features have names and the file is a table.

    Raises:
        PlaceError: The file is missing or broken, or its rows do not fit.
    """
    params = DataParams(path=path, columns=model.feature_names, test=False)
    table = _read_table(path, params)
    check_matrix(table.X, str(path))
    if table.X.shape[1] != model.centroids.shape[1]:
        problem = f"has rows of {table.X.shape[1]:,} values, the model's have {model.centroids.shape[1]:,}"
        raise PlaceError(problem, where=str(path))
    return table


def _read_table(path: Path, params: DataParams) -> Raw:
    try:
        return reader_of(path)(path, params)
    except ConfigError as error:
        if error.where != "data.columns":
            raise
        # The run was fitted on named columns, which these rows must have, too.
        raise PlaceError(
            "is a feature of the model, and no column", where=str(path), value=error.value, allowed=error.allowed
        ) from None
