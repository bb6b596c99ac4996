"""What all tests share."""

import os
from collections.abc import Iterable

import pytest


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Skip the tests on real MNIST, saying why, where nobody told us where it is."""
    if os.environ.get("KMEANS_DATA_DIR"):
        return
    skip = pytest.mark.skip(reason="KMEANS_DATA_DIR is not set")
    for item in items:
        if item.get_closest_marker("mnist"):
            item.add_marker(skip)
