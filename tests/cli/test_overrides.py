"""What is typed, and what it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmeans_cli.cli.overrides import SETTINGS, config_file, overrides, parse_duration
from kmeans_cli.config import Config, Override, leaves, to_tree
from kmeans_cli.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("90", 90),
        ("45s", 45),
        ("1.5s", 1.5),
        ("10m", 600),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1h1m1s", 3661),
    ],
)
def test_durations(text: str | None, seconds: float | None) -> None:
    """Seconds by themselves, or hours, minutes and seconds with their letter."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0h", "-1", "2d", "h", "1m1h", "1e3", "nan", "9" * 40, "٣"])
def test_bad_durations(text: str) -> None:
    """Anything else is a usage error that names the flag."""
    with pytest.raises(ConfigError, match=r"^--max-time: "):
        parse_duration(text)


def test_flags_come_after_set() -> None:
    """A named flag beats --set, and numbers become numbers."""
    found = overrides(
        {"sets": ["seed=1"], "seed": "2", "k": "+3", "init": "sample", "name": "7", "no_figures": True, "jobs": None}
    )
    assert found == [
        Override("seed", 1, "--set"),
        Override("kmeans.n_clusters", 3, "--k"),
        Override("kmeans.init", "sample", "--init"),
        Override("seed", 2, "--seed"),
        Override("name", "7", "--name"),
        Override("figures.enabled", False, "--no-figures"),
    ]


def test_absent_flags_change_nothing() -> None:
    """Flags that were not given leave the config alone."""
    assert overrides({"sets": None, "data": None, "seed": None, "no_figures": False, "runs": Path("runs")}) == []


def test_data_is_a_name_or_a_path(tmp_path: Path) -> None:
    """A known name is a name, anything that looks like a path a path; other words are refused with the nearest name."""
    assert Override("data.name", "blobs", "--data") in overrides({"sets": None, "data": "blobs"})
    assert Override("data.path", None, "--data") in overrides({"sets": None, "data": "blobs"})
    assert Override("data.path", str(tmp_path), "--data") in overrides({"sets": None, "data": str(tmp_path)})
    with pytest.raises(ConfigError, match=r"^--data: 'digit' .* did you mean 'digits'\?"):
        overrides({"sets": None, "data": "digit"})


def test_every_flag_belongs_to_a_key() -> None:
    """The keys behind the flags exist."""
    assert set(SETTINGS.values()) <= dict(leaves(to_tree(Config()))).keys()


def test_one_config_is_enough() -> None:
    """The argument and --config are the same; two different ones are an error."""
    a, b = Path("a.yaml"), Path("b.yaml")
    assert config_file(a, None) == config_file(None, a) == config_file(a, a) == a
    assert config_file(None, None) is None
    with pytest.raises(ConfigError, match="--config"):
        config_file(a, b)
