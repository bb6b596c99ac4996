"""Data read in passes, and fits of them, as the rest of the house sees them: by a draw of the samples."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from kmeans_cli import metrics
from kmeans_cli.core.distance import own_squared_distances
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.stream_result import StreamResult
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.datasets.raw import full_scale_of, name_of
from kmeans_cli.datasets.shard_files import not_read
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.datasets.survey import survey
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.evaluation import FitOutcome, evaluate
from kmeans_cli.experiment import FitData, Fitted
from kmeans_cli.metrics.params import EvaluateParams
from kmeans_cli.progress import Progress, Stage

_SAMPLE_ROWS = 10_000
_SAMPLE_BYTES = 32 << 20


def survey_stream(stream: FileStream, params: DataParams, map_blocks: MapBlocks, progress: Progress) -> FitData:
    """Read everything once: check it, and draw the rows on which scores are measured and figures drawn.

    Raises:
        PlaceError: If a value cannot be used, or a file be read.
    """
    assert params.path is not None
    progress(Stage(f"looking through {params.path}"))
    began = time.perf_counter()
    found = survey(stream, map_blocks)
    stream = replace(stream, frame=found.frame)
    fitting = max(1_000, _SAMPLE_BYTES // (stream.d * stream.dtype.itemsize))
    rows = metrics.draw_rows(stream.n, min(_SAMPLE_ROWS, fitting), params.seed)
    shape = stream.shards[0].shape[1:]
    dataset = Dataset(
        name=name_of(params.path),
        X=stream.take(rows),
        y=None,
        weights=None,
        image_shape=shape if len(shape) > 1 else None,
        full_scale=full_scale_of(np.zeros(0, dtype=stream.raw_dtype)),
        feature_names=None,
        ids=rows,
        offset=stream.offset,
        factor=stream.factor,
        test=None,
        path=params.path,
        sha256=found.sha256,
        notes=(f"{len(stream.shards)} files, {stream.n:,} × {stream.d:,}, {stream.n_bytes:,} bytes, read in passes",),
        warnings=not_read(params.path),
    )
    data = FitData.of(dataset, map_blocks)
    return replace(data, stream=stream, seconds=time.perf_counter() - began)


def evaluate_stream(
    data: FitData, fitted: Fitted, params: EvaluateParams, data_seed: int, map_blocks: MapBlocks
) -> FitOutcome:
    """The numbers of a fit: of all samples where one pass tells them, scores of the draw, which is stated."""
    whole = fitted.result
    assert isinstance(whole, StreamResult)
    assert data.stream is not None
    labels = nearest_labels(data.samples, data.prepared, whole.centroids, map_blocks)
    squared = own_squared_distances(data.samples, whole.centroids, labels, map_blocks)
    drawn = replace(fitted, result=replace(whole, labels=labels, squared_distances=squared))
    outcome = evaluate(data, drawn, params, data_seed, map_blocks)
    numbers = outcome.metrics | {
        "inertia": whole.inertia,
        "j_clust": whole.inertia / data.stream.n,
        "distance_sum": whole.distance_sum,
        "scores": {"n_samples": data.samples.n},
    }
    return replace(outcome, metrics=numbers)


def without_labels(outcome: FitOutcome) -> FitOutcome:
    """What goes into the model: the labels of all samples are in ``labels.npy``, not in there."""
    result = replace(outcome.result, labels=np.zeros(0, dtype=np.int32), squared_distances=np.zeros(0))
    return replace(outcome, fitted=replace(outcome.fitted, result=result))
