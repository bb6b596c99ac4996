"""The config section ``evaluate``."""

import pytest

from kmeans_cli.errors import ConfigError
from kmeans_cli.metrics.params import EvaluateParams


def test_defaults_are_those_of_the_contract():
    """Without settings the silhouette is measured on 2,000 samples and no distance sums are kept."""
    assert EvaluateParams() == EvaluateParams(silhouette_samples=2000, distance_sum_history=False)


def test_negative_silhouette_samples_are_refused():
    """The error names the key, the value and what is allowed."""
    with pytest.raises(ConfigError, match=r"silhouette_samples: -1 .*allowed: a whole number from 0"):
        EvaluateParams(silhouette_samples=-1)
