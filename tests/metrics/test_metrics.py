"""METRICS: one dict from which everything is measured and named."""

import json

import numpy as np
import pytest
from sklearn import metrics as oracle

from kmeans_cli.core.distance import own_squared_distances
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.metrics import METRICS, Clustering, measure
from kmeans_cli.metrics.labels import majority_classes


def _clustering(X, labels, y, **others):
    k = int(labels.max()) + 1
    centroids = np.array([X[labels == j].mean(axis=0) for j in range(k)])
    classes = None if y is None else majority_classes(labels, y, k)
    squared = own_squared_distances(ArraySamples(X), centroids, labels)
    return Clustering(ArraySamples(X), labels, centroids, squared, y, classes, **others)


@pytest.fixture
def blobs():
    """60 points around three centres, one cluster each, with a few in the wrong one."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 20)
    labels = np.where(rng.random(60) < 0.9, y, (y + 1) % 3)
    return rng.normal(size=(60, 2)) + 4 * y[:, np.newaxis], labels, y


def test_names_are_those_of_metrics_json():
    """The names are the contract's, so the dict can be written as it is."""
    classless = "inertia j_clust distance_sum silhouette davies_bouldin calinski_harabasz"
    with_classes = "accuracy homogeneity completeness v_measure ari nmi"
    assert [name for name, metric in METRICS.items() if not metric.needs_classes] == classless.split()
    assert [name for name, metric in METRICS.items() if metric.needs_classes] == with_classes.split()


def test_measured_values_are_those_of_scikit_learn(blobs):
    """Every name leads to the figure it stands for."""
    X, labels, y = blobs
    clustering = _clustering(X, labels, y, silhouette_rows=np.arange(60))
    squared = ((X - clustering.centroids[labels]) ** 2).sum(axis=1)
    assert measure(clustering, needs_classes=False) == pytest.approx(
        {
            "inertia": squared.sum(),
            "j_clust": squared.mean(),
            "distance_sum": np.sqrt(squared).sum(),
            "silhouette": oracle.silhouette_score(X, labels),
            "davies_bouldin": oracle.davies_bouldin_score(X, labels),
            "calinski_harabasz": oracle.calinski_harabasz_score(X, labels),
        },
        rel=1e-9,
    )
    assert measure(clustering, needs_classes=True) == pytest.approx(
        {
            "accuracy": oracle.accuracy_score(y, labels),
            "homogeneity": oracle.homogeneity_score(y, labels),
            "completeness": oracle.completeness_score(y, labels),
            "v_measure": oracle.v_measure_score(y, labels),
            "ari": oracle.adjusted_rand_score(y, labels),
            "nmi": oracle.normalized_mutual_info_score(y, labels),
        },
        rel=1e-9,
    )


def test_better_is_the_stated_direction(blobs):
    """Every metric prefers the true clusters of separated blobs to a shuffled clustering."""
    X, _, y = blobs
    true, shuffled = (
        _clustering(X, labels, y, silhouette_rows=np.arange(60))
        for labels in (y, np.random.default_rng(1).permutation(y))
    )
    for name, metric in METRICS.items():
        gain = metric.function(true) - metric.function(shuffled)
        assert (gain > 0) == metric.higher_is_better, name


@pytest.mark.parametrize("k", [1, 6])
def test_values_can_always_be_written_as_json(k):
    """With one cluster or k = n, on identical samples, every value is a finite number or null."""
    X, labels = np.full((6, 3), 0.1), np.arange(6) % k
    clustering = _clustering(X, labels, np.array(list("ababab")), silhouette_rows=np.arange(6))
    values = measure(clustering, needs_classes=False) | measure(clustering, needs_classes=True)
    json.dumps(values, allow_nan=False)


def test_no_silhouette_rows_no_silhouette(blobs):
    """Without drawn rows the silhouette is None."""
    assert METRICS["silhouette"].function(_clustering(*blobs)) is None


def test_class_scores_without_classes_say_so(blobs):
    """Asking for a class score without true classes is an error that says what is missing."""
    X, labels, y = blobs
    with pytest.raises(ValueError, match="without true classes"):
        METRICS["ari"].function(_clustering(X, labels, None))
    assert (
        METRICS["accuracy"].function(Clustering(ArraySamples(X), labels, np.zeros((3, 2)), np.zeros(len(X)), y)) is None
    )
