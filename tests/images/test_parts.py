"""Connected parts of a mask."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.ndimage import label

from kmeans_cli.images.parts import label_parts


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.booleans()))
def test_parts_are_those_of_scipy(mask: np.ndarray) -> None:
    """The same pixels are together as in SciPy's labelling with corners, the largest part is number 0."""
    expected, n = label(mask, structure=np.ones((3, 3)))
    found = label_parts(mask)
    assert np.array_equal(found >= 0, mask)
    pairs = set(zip(expected[mask].tolist(), found[mask].tolist(), strict=True))
    assert len(pairs) == n == len({part for _, part in pairs})
    sizes = np.bincount(found[mask])
    assert (np.diff(sizes) <= 0).all()
