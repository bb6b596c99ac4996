"""Where two trees differ."""

from __future__ import annotations

from kmeans_cli.runs.difference import Difference, differences


def test_equal_trees_have_no_difference() -> None:
    """The same values, whatever the order of keys and the type of a number, and whatever time it took."""
    a = {"k": 10, "train": {"accuracy": 1.0}, "seconds": {"fit": 1.0}, "sizes": [1, 2]}
    b = {"sizes": [1, 2], "train": {"accuracy": 1}, "k": 10, "seconds": {"fit": 2.0}}
    assert differences(a, b) == ()


def test_differences_name_their_place() -> None:
    """Dotted keys, places in lists in brackets, and None where one side has nothing."""
    a = {"k": 10, "fits": [{"j": 1.0, "seconds": 1}], "test": None}
    b = {"k": 10, "fits": [{"j": 2.0, "seconds": 2}, {"j": 3.0}], "test": {"accuracy": 0.5}}
    assert differences(a, b) == (
        Difference("fits[0].j", 1.0, 2.0),
        Difference("fits[1].j", None, 3.0),
        Difference("test.accuracy", None, 0.5),
    )
