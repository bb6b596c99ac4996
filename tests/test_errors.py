"""The errors: one line, an exit code, and a safe way across process borders."""

from __future__ import annotations

import pickle

import pytest

from kmeans_cli import errors
from kmeans_cli.errors import ConfigError, FitError, KMeansError, PlaceError, nearest_match

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, KMeansError)]


def test_exit_codes_are_the_contracts() -> None:
    """Each class has its own exit code."""
    codes = {kind.__name__: kind.exit_code for kind in KINDS}
    assert codes == {
        "KMeansError": 1,
        "ConfigError": 2,
        "PlaceError": 3,
        "FitError": 4,
        "SomeFitsFailed": 5,
        "Refused": 6,
        "Differs": 7,
        "Interrupted": 130,
    }


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (FitError("all fits failed"), "all fits failed"),
        (ConfigError("is too small", where="n_clusters", value=0), "n_clusters: 0 is too small"),
        (ConfigError("is no number", value=None), "None is no number"),
        (ConfigError("is bad", where="a", value=1, allowed="from 2"), "a: 1 is bad; allowed: from 2"),
        (ConfigError("is bad", value=5, allowed=("x", "y")), "5 is bad; allowed: x, y"),
        (PlaceError("no such file", where="data.csv"), "data.csv: no such file"),
    ],
)
def test_an_error_is_one_line(error: KMeansError, line: str) -> None:
    """Where, the value, what is wrong, what is allowed; each only when it is known."""
    assert str(error) == line


def test_the_nearest_match_is_offered() -> None:
    """A misspelled name gets the most similar of the allowed ones, whatever the case; a strange one gets none."""
    names = ["k-means++", "sample", "uniform", "farthest"]
    assert str(ConfigError("is no init", value="Sampel", allowed=names)).endswith("; did you mean 'sample'?")
    assert "did you mean" not in str(ConfigError("is no init", value="zzz", allowed=names))
    assert nearest_match("UNIFROM", names) == "uniform"
    assert nearest_match("", names) is None


def test_a_long_value_is_cut() -> None:
    """A value of many characters does not flood the line, and control characters do not break it."""
    line = str(ConfigError("is too long", value="x\n" * 5000))
    assert len(line) < 120
    assert "\n" not in line


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("details", [{}, {"value": None}, {"where": "a.b", "value": "sampel", "allowed": ["sample"]}])
def test_errors_cross_process_borders(kind: type[KMeansError], details: dict[str, object]) -> None:
    """A pickled error comes back with its class, line and parts."""
    error = kind("is wrong", **details)
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert str(back) == str(error)
    assert (back.problem, back.where, back.allowed) == (error.problem, error.where, error.allowed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_caller_may_name_the_place(kind: type[KMeansError]) -> None:
    """``at`` gives the same error with another place."""
    error = kind("is too small", where="n_clusters", value=0, allowed="from 1").at("kmeans.n_clusters")
    assert type(error) is kind
    assert str(error) == "kmeans.n_clusters: 0 is too small; allowed: from 1"
    assert str(kind("is missing").at("config.yaml")) == "config.yaml: is missing"


def test_a_config_error_is_a_value_error() -> None:
    """So pydantic collects it with its own."""
    assert issubclass(ConfigError, ValueError)
