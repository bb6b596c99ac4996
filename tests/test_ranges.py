"""The range grammar: what it reads, what it refuses, and the way back to text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_cli.errors import ConfigError
from kmeans_cli.ranges import MAX_VALUES, format_range, parse_range


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        (7, (7,)),
        ("7", (7,)),
        ("5..8", (5, 6, 7, 8)),
        ("5..5", (5,)),
        ("5..50..15", (5, 20, 35, 50)),
        ("5..20..10", (5, 15)),
        ("10,16,36", (10, 16, 36)),
        ("20,10,5", (20, 10, 5)),
        ("2,4,8..10", (2, 4, 8, 9, 10)),
        (" 2 , 4 ", (2, 4)),
        ([2, "4..6", 9], (2, 4, 5, 6, 9)),
    ],
)
def test_reads_the_grammar(value: Any, numbers: tuple[int, ...]) -> None:
    """Numbers, ranges with both ends, steps, lists and mixtures give the numbers in the order given."""
    assert parse_range(value) == numbers


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("20..5", "runs backwards; allowed: 5..20"),
        ("5..", "is no range"),
        ("..5", "is no range"),
        ("a..b", "is no range"),
        ("", "is no range"),
        ("3,,4", "is no range"),
        ([], "is empty"),
        ("0..3", "0 is too small; allowed: whole numbers from 1"),
        (0, "0 is too small"),
        ("-3", "is no range"),
        ("3.0", "is no range"),
        (3.0, "is no range"),
        (True, "is no range"),
        (None, "is no range"),
        ({"a": 1}, "is no range"),
        ([[1, 2]], "is no range"),
        ("1..9..0", "has a step of 0"),
        ("3,1..4", "names 3 twice"),
        ("1..1000000000000", "stands for too many numbers"),
        ("1..9000,9001..18000", "stands for too many numbers"),
        ("٣", "is no range"),
        ("9" * 5000, "is no range"),
    ],
)
def test_refuses_in_one_line(value: Any, words: str) -> None:
    """What is no range is a ConfigError that names the flag and says what is wrong, in one line."""
    with pytest.raises(ConfigError) as caught:
        parse_range(value, where="--k")
    line = str(caught.value)
    assert line.startswith("--k: ")
    assert words in line
    assert "\n" not in line


def test_the_bound_is_inclusive() -> None:
    """Exactly MAX_VALUES numbers are allowed."""
    assert len(parse_range(f"1..{MAX_VALUES}")) == MAX_VALUES


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((5, 6, 7, 8), "5..8"),
        ((5, 10, 15), "5..15..5"),
        ((10, 16, 36, 64), "10,16,36,64"),
        ((2, 3), "2,3"),
        ((2, 4, 8, 9, 10), "2,4,8..10"),
        ((20, 10, 5), "20,10,5"),
        ((7,), "7"),
    ],
)
def test_writes_the_short_form(numbers: tuple[int, ...], text: str) -> None:
    """Equal steps become a range, everything else stays a list."""
    assert format_range(numbers) == text


@given(st.lists(st.integers(1, 60), min_size=1, unique=True))
def test_round_trip(numbers: list[int]) -> None:
    """Any list of distinct numbers survives the way to text and back, order included."""
    assert parse_range(format_range(numbers)) == tuple(numbers)


@given(st.text(alphabet="0123456789.,- ab", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is typed gives distinct positive numbers or a ConfigError, never another exception."""
    try:
        numbers = parse_range(text)
    except ConfigError:
        return
    assert len(set(numbers)) == len(numbers) > 0
    assert min(numbers) >= 1
