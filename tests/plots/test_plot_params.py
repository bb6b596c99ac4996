"""The settings of the figures."""

from __future__ import annotations

import pytest

from kmeans_cli.errors import ConfigError
from kmeans_cli.plots.params import FORMATS, FigureParams


@pytest.mark.parametrize("format", FORMATS)
def test_known_formats(format: str) -> None:
    """Each format of the contract is accepted."""
    assert FigureParams(format=format).format == format


def test_unknown_format() -> None:
    """Another format is refused with those there are."""
    with pytest.raises(ConfigError, match=r"format: 'jpg' is no figure format; allowed: png, pdf, svg"):
        FigureParams(format="jpg")
