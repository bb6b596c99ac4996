"""Data sets: by name or from a file, read, checked, drawn from, and brought into the units of the fit."""

from kmeans_cli.datasets.loading import load, load_raw
from kmeans_cli.datasets.params import BlobsParams, DataParams, name_or_path
from kmeans_cli.datasets.raw import Raw
from kmeans_cli.datasets.registry import DATASETS, READERS, DatasetSource
from kmeans_cli.datasets.types import Dataset, Split

__all__ = [
    "DATASETS",
    "READERS",
    "BlobsParams",
    "DataParams",
    "Dataset",
    "DatasetSource",
    "Raw",
    "Split",
    "load",
    "load_raw",
    "name_or_path",
]
