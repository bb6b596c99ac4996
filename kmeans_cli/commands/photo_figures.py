"""The figures of ``kmeans predict``: how each photo was prepared, and what it is near to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from kmeans_cli.commands.inputs import Photo
from kmeans_cli.core.types import Float64Array, FloatArray
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.model import Model
from kmeans_cli.plots.photo import NearCluster, PhotoView
from kmeans_cli.runs.folder import RunFolder

_N_IMAGES = 8


def draw_photos(
    folder: RunFolder,
    model: Model,
    photos: Sequence[Photo],
    predictions: Sequence[Mapping[str, Any]],
    training: Dataset | None,
    image_format: str,
    should_stop: Callable[[], bool],
) -> None:
    """Draw ``figures/<name of the photo>.png`` for each photo, until told to stop.

    Args:
        folder: Where to.
        model: The model that was asked.
        photos: The photos.
        predictions: What was found of each, as in ``metrics.json``.
        training: What the model was fitted on, for the nearest of its images; None: not known any more.
        image_format: png, pdf or svg.
        should_stop: Asked before each figure.
    """
    from kmeans_cli.plots import photo as plot
    from kmeans_cli.plots.style import save

    counts = Counter(photo.path.stem for photo in photos)
    for number, (photo, prediction) in enumerate(zip(photos, predictions, strict=True), start=1):
        if should_stop():
            return
        stem = photo.path.stem if counts[photo.path.stem] == 1 else f"{number}-{photo.path.stem}"
        with folder.open_write(f"figures/{stem}.{image_format}") as file:
            save(plot.draw(_view(model, photo, prediction, training)), file, image_format)


def _view(model: Model, photo: Photo, prediction: Mapping[str, Any], training: Dataset | None) -> PhotoView:
    assert model.image_shape is not None
    values = photo.digit.values.reshape(-1)
    return PhotoView(
        title=photo.path.name,
        stages=tuple((stage.name, stage.shades) for stage in photo.digit.stages),
        image_shape=model.image_shape,
        nearest=tuple(
            NearCluster(
                near["cluster"],
                near["class"],
                near["distance"],
                model.centroids[near["cluster"]] * model.factor + model.offset,
                _nearest_images(model, training, near["cluster"], values),
            )
            for near in prediction["nearest"]
        ),
        predicted=prediction["class"],
        margin=prediction["margin"],
    )


def _nearest_images(model: Model, training: Dataset | None, cluster: int, values: Float64Array) -> FloatArray:
    """(m, d) the training images of a cluster that are nearest to a digit, in raw units; none where not known."""
    if training is None:
        return np.empty((0, len(values)))
    members = training.X[model.labels == cluster] * training.factor + training.offset
    squared = ((members - values) ** 2).sum(axis=1)
    nearest: FloatArray = members[np.argsort(squared, kind="stable")[:_N_IMAGES]]
    return nearest
