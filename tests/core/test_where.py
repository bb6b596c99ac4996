"""Some of the rows, as a slice or as indices."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.types import Where
from kmeans_cli.core.where import indices_of, part, pick, within


@pytest.mark.parametrize("where", [slice(4, 9), np.array([1, 4, 6, 7, 11])], ids=["slice", "indices"])
def test_slices_and_indices_mean_the_same(where: Where) -> None:
    """Picking, naming, and taking parts of rows give what plain indexing gives."""
    values = np.arange(100.0, 120.0)
    np.testing.assert_array_equal(pick(values, where), values[where])
    np.testing.assert_array_equal(values[indices_of(where)], values[where])
    np.testing.assert_array_equal(values[within(where, np.array([0, 3]))], values[where][[0, 3]])
    np.testing.assert_array_equal(pick(values, part(where, 1, 4)), values[where][1:4])
