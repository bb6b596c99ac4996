"""The settings of the config section ``data``, checked when made."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from kmeans_cli.datasets.registry import DATASETS
from kmeans_cli.errors import ConfigError

SPLITS = ("train", "test")
SCALES = ("auto", "none", "unit", "standard")
DTYPES = ("auto", "float32", "float64")
MISSING = ("error", "drop")

_MOST_POINTS = 100_000_000

Column: TypeAlias = str | int
"""A column of a CSV by its name, or by its index from 0 (negative: from the end)."""


@dataclass(frozen=True)
class BlobsParams:
    """Gaussian blobs; by default the 300 points of the course notebook.

    Attributes:
        centres: The middle of each blob, all of one dimension.
        sizes: How many points each blob has.
        spread: The standard deviation of every blob in every direction.

    Raises:
        ConfigError: For centres that do not match each other or the sizes, or numbers out of range.
    """

    centres: tuple[tuple[float, ...], ...] = ((0.0, 0.0), (1.0, 1.0), (1.0, -1.0))
    sizes: tuple[int, ...] = (100, 100, 100)
    spread: float = 0.3

    def __post_init__(self) -> None:
        """Check."""
        dimensions = {len(centre) for centre in self.centres}
        if len(dimensions) != 1 or 0 in dimensions or not all(map(math.isfinite, sum(self.centres, ()))):
            allowed = "at least one centre, all of the same number of finite coordinates"
            raise ConfigError("are no centres", where="blobs.centres", value=self.centres, allowed=allowed)
        if len(self.sizes) != len(self.centres) or min(self.sizes) < 1:
            allowed = f"{len(self.centres)} whole numbers from 1, one for each centre"
            raise ConfigError("are no sizes", where="blobs.sizes", value=self.sizes, allowed=allowed)
        if sum(self.sizes) > _MOST_POINTS:
            raise ConfigError("are too many", where="blobs.sizes", value=self.sizes, allowed=f"{_MOST_POINTS:,} in all")
        if not 0 <= self.spread < math.inf:
            raise ConfigError("is no spread", where="blobs.spread", value=self.spread, allowed="a number, at least 0")


@dataclass(frozen=True)
class DataParams:
    """Which data, what of them, and in which units.

    Attributes:
        name: A name in ``DATASETS``; without meaning when ``path`` is given.
        path: A file or folder.
        x_key, y_key, weight_key: Arrays of an npz; None: guessed from the usual names.
        label_column, weight_column, id_column: Columns of a CSV that are no features.
        columns: The features of a CSV; None: all that have no other part.
        drop: Columns of a CSV to leave out.
        delimiter: Between the fields of a CSV (a blank: any run of blanks); None: the one of tab, semicolon, comma and
            blanks that fits.
        decimal: ``.`` or ``,``; None: the one that fits.
        missing: What a missing value in a CSV is: an ``error``, or a reason to ``drop`` its row.
        split: ``train`` or ``test``, where the data have both.
        per_class: A balanced draw of so many samples of each class.
        limit: The first so many samples (after ``per_class``).
        seed: Of draws from the data.
        scale: ``none``, ``unit``, ``standard`` or ``auto``; see ``scale.py``.
        dtype: ``float32``, ``float64`` or ``auto``: float32 for uint8 and float32 data, else float64.
        test: Keep the held-out split for evaluation, where there is one.
        blobs: What ``name: blobs`` draws.

    Raises:
        ConfigError: For an unknown name or a number out of range; ``where`` is the key within the section.
    """

    name: str = "digits"
    path: Path | None = None
    x_key: str | None = None
    y_key: str | None = None
    weight_key: str | None = None
    label_column: Column | None = None
    weight_column: Column | None = None
    id_column: Column | None = None
    columns: tuple[Column, ...] | None = None
    drop: tuple[Column, ...] = ()
    delimiter: str | None = None
    decimal: str | None = None
    missing: str = "error"
    split: str = "train"
    per_class: int | None = None
    limit: int | None = None
    seed: int = 0
    scale: str = "auto"
    dtype: str = "auto"
    test: bool = True
    blobs: BlobsParams = field(default_factory=BlobsParams)

    def __post_init__(self) -> None:
        """Check."""
        if self.path is None:
            _check_choice(self.name, DATASETS, "name", "is no data set")
        _check_choice(self.missing, MISSING, "missing", "is no way to treat missing values")
        _check_choice(self.split, SPLITS, "split", "is no split")
        _check_choice(self.scale, SCALES, "scale", "is no scale")
        _check_choice(self.dtype, DTYPES, "dtype", "is no dtype")
        _check_csv_marks(self.delimiter, self.decimal)
        for key, least in (("per_class", 1), ("limit", 1), ("seed", 0)):
            value = getattr(self, key)
            if value is not None and value < least:
                raise ConfigError("is too small", where=key, value=value, allowed=f"a whole number from {least}")


def _check_choice(value: str, choices: Collection[str], where: str, problem: str) -> None:
    if value not in choices:
        raise ConfigError(problem, where=where, value=value, allowed=tuple(choices))


def _check_csv_marks(delimiter: str | None, decimal: str | None) -> None:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ConfigError("is no delimiter", where="delimiter", value=delimiter, allowed="one character, or null")
    if decimal not in (None, ".", ","):
        raise ConfigError("is no decimal mark", where="decimal", value=decimal, allowed="'.', ',' or null")
    if decimal is not None and decimal == delimiter:
        raise ConfigError("is the delimiter too", where="decimal", value=decimal)


def name_or_path(text: str) -> dict[str, Any]:
    """The settings of section ``data`` that the one word of ``--data`` stands for.

    Args:
        text: A name in ``DATASETS``, or a path: something that exists, or looks like a path.

    Raises:
        ConfigError: If it is neither.
    """
    if text in DATASETS:
        return {"name": text, "path": None}
    if (text and Path(text).expanduser().exists()) or "/" in text or "\\" in text or Path(text).suffix:
        return {"path": text}
    raise ConfigError("is no data set and no file", where="data", value=text, allowed=(*DATASETS, "a path"))
