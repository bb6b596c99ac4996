"""The config section ``data``."""

from pathlib import Path
from typing import Any

import pytest

from kmeans_cli.datasets import BlobsParams, DataParams, name_or_path
from kmeans_cli.errors import ConfigError


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"name": "minst"}, "name: 'minst' is no data set; allowed: digits, blobs, mnist; did you mean 'mnist'"),
        ({"split": "valid"}, "split: 'valid' is no split; allowed: train, test"),
        ({"scale": "minmax"}, "scale: 'minmax' is no scale"),
        ({"dtype": "int8"}, "dtype: 'int8' is no dtype"),
        ({"missing": "mean"}, "missing: 'mean'"),
        ({"per_class": 0}, "per_class: 0 is too small; allowed: a whole number from 1"),
        ({"limit": 0}, "limit: 0"),
        ({"seed": -1}, "seed: -1"),
        ({"delimiter": ",,"}, "delimiter: ',,' is no delimiter"),
        ({"delimiter": ""}, "delimiter"),
        ({"delimiter": "\n"}, "delimiter"),
        ({"decimal": "'"}, "decimal"),
        ({"decimal": ",", "delimiter": ","}, "decimal: ',' is the delimiter too"),
    ],
)
def test_refused(settings: dict[str, Any], words: str) -> None:
    """A value that cannot be right is refused when the settings are made, with its key."""
    with pytest.raises(ConfigError, match=words):
        DataParams(**settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"centres": ()}, "blobs.centres"),
        ({"centres": ((0.0, 0.0), (1.0,)), "sizes": (1, 1)}, "blobs.centres"),
        ({"centres": ((),), "sizes": (1,)}, "blobs.centres"),
        ({"centres": ((float("nan"),),), "sizes": (1,)}, "blobs.centres"),
        ({"sizes": (1, 2)}, "blobs.sizes.*3 whole numbers"),
        ({"sizes": (1, 2, 0)}, "blobs.sizes"),
        ({"spread": -1.0}, "blobs.spread"),
        ({"spread": float("inf")}, "blobs.spread"),
    ],
)
def test_refused_blobs(settings: dict[str, Any], words: str) -> None:
    """Blobs that cannot be drawn are refused."""
    with pytest.raises(ConfigError, match=words):
        BlobsParams(**settings)


def test_name_has_no_meaning_beside_a_path() -> None:
    """With a path the name is not looked at: the path of a flag goes before the name of a file."""
    assert DataParams(name="whatever", path=Path("a.csv")).path == Path("a.csv")


def test_word_of_the_data_flag(tmp_path: Path) -> None:
    """``--data`` takes a name or a path, and neither is an error with the nearest name."""
    assert name_or_path("blobs") == {"name": "blobs", "path": None}
    for text in ("a.csv", "data/folder", str(tmp_path)):
        assert name_or_path(text) == {"path": text}
    with pytest.raises(ConfigError, match="did you mean 'digits'"):
        name_or_path("digit")
