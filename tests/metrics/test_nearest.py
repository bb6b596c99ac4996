"""The samples nearest to each centroid."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kmeans_cli.metrics.nearest import nearest_samples


def test_nearest_members_by_hand():
    """Nearest first, the lower index on ties, −1 where a cluster has too few members or none."""
    squared_distances = np.array([4.0, 1.0, 0.5, 1.0, 9.0])
    labels = np.array([0, 0, 2, 0, 2])
    nearest = nearest_samples(squared_distances, labels, 4, 2)
    assert nearest.tolist() == [[1, 3], [-1, -1], [2, 4], [-1, -1]]
    assert nearest.dtype == np.int64


@given(samples=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=40), m=st.integers(1, 12))
def test_nearest_members_are_those_of_a_plain_sort(samples, m):
    """The vectorised result is that of sorting each cluster's members by distance, then index."""
    labels = np.array([label for label, _ in samples])
    squared_distances = np.array([float(distance) for _, distance in samples])
    for cluster, row in enumerate(nearest_samples(squared_distances, labels, 5, m)):
        members = sorted(np.flatnonzero(labels == cluster), key=lambda i: (squared_distances[i], i))
        assert row.tolist() == (members + [-1] * m)[:m]
