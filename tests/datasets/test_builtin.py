"""The data sets that need no file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits as sklearn_digits

import kmeans_cli.datasets
from kmeans_cli.datasets import BlobsParams, DataParams, load, load_raw


def test_digits_are_those_of_scikit_learn() -> None:
    """The packaged digits are scikit-learn's, pixel by pixel and in the same order."""
    theirs, ours = sklearn_digits(), load_raw(DataParams())
    assert np.array_equal(ours.X, theirs.data)
    assert np.array_equal(ours.y, theirs.target)
    assert ours.X.dtype == np.uint8


def test_digits_in_fit_units() -> None:
    """Digits come as float32 from 0 to 1: their full scale is 16."""
    dataset = load(DataParams())
    assert (dataset.name, dataset.image_shape, dataset.full_scale, dataset.test) == ("digits", (8, 8), 16.0, None)
    assert (dataset.X.dtype, dataset.X.min(), dataset.X.max()) == (np.float32, 0, 1)
    assert dataset.y is not None
    assert dataset.y.dtype == np.int64


def test_digits_state_source_and_licence() -> None:
    """The file beside the digits names who made them and what they may be used for."""
    text = Path(kmeans_cli.datasets.__file__).with_name("digits.md").read_text(encoding="utf-8")
    assert "Alpaydin" in text
    assert "CC BY 4.0" in text


def test_default_blobs_are_the_notebooks() -> None:
    """Without settings: 3 × 100 points with deviation 0.3 around (0,0), (1,1) and (1,-1)."""
    dataset = load(DataParams(name="blobs"))
    assert dataset.X.shape == (300, 2)
    assert dataset.X.dtype == np.float64
    for number, centre in enumerate([(0, 0), (1, 1), (1, -1)]):
        points = dataset.X[dataset.y == number]
        assert len(points) == 100
        assert np.allclose(points.mean(axis=0), centre, atol=0.15)
        assert np.allclose(points.std(axis=0), 0.3, atol=0.08)


def test_blobs_follow_their_settings() -> None:
    """Centres of any dimension, a size for each, and a spread of 0 puts every point on its centre."""
    blobs = BlobsParams(centres=((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)), sizes=(2, 1), spread=0.0)
    dataset = load(DataParams(name="blobs", blobs=blobs))
    assert dataset.X.tolist() == [[1, 2, 3], [1, 2, 3], [4, 5, 6]]
    assert dataset.y is not None
    assert dataset.y.tolist() == [0, 0, 1]


def test_blobs_depend_on_the_data_seed_only() -> None:
    """The same data seed draws the same points, another one draws others."""
    params = DataParams(name="blobs")
    first, again, other = load(params), load(params), load(replace(params, seed=1))
    assert np.array_equal(first.X, again.X)
    assert first.sha256 == again.sha256 != other.sha256
