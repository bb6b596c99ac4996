"""YAML as configs need it: YAML 1.2 scalars, no duplicates, no aliases, lines for every key."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_cli.errors import ConfigError
from kmeans_cli.strict_yaml import MAX_BYTES, read_yaml, read_yaml_file, write_yaml, write_yaml_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1E5", 1e5),
        (".5", 0.5),
        ("-3.", -3.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("+7", 7),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("no", "no"),
        ("on", "on"),
        ("True", True),
        ("false", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("k-means++", "k-means++"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    """A scalar means what YAML 1.2 says, of the same type."""
    read = read_yaml(f"a: {text}", "f").tree["a"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' stands here twice"),
        ("a:\n  b: 1\n  b: 2", 3, "the key 'b' stands here twice"),
        ("a: &x 1\nb: *x", 2, "aliases are not allowed"),
        ("a: !!python/object:os.system x", 1, "is not allowed here"),
        ("a: !!int x", 1, "!!int is not allowed here"),
        ("a: !!set {x}", 1, "!!set is not allowed here"),
        ("1: 2", 1, "a key must be text"),
        ("? [a]\n: 1", 1, "a key must be text"),
        ("a: [1, 2", 1, "expected ',' or ']'"),
        ("a: b: c", 1, "mapping values are not allowed here"),
        ("---\na: 1\n---\nb: 2", 3, "another document"),
        ("\ta: 1", 1, "cannot start any token"),
        ("a: " + "9" * 5000, 1, "too many digits"),
    ],
)
def test_refuses_with_the_line(text: str, line: int, words: str) -> None:
    """What is no config YAML is a ConfigError that names file and line."""
    with pytest.raises(ConfigError) as caught:
        read_yaml(text, "a.yaml")
    assert str(caught.value).startswith(f"a.yaml:{line}: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_key_has_its_line() -> None:
    """Lines count from 1 and go by dotted key."""
    assert read_yaml("a: 1\nb:\n  c: 2\n\n  d: {e: 3}", "f").lines == {"a": 1, "b": 2, "b.c": 3, "b.d": 5, "b.d.e": 5}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_text_is_none(text: str) -> None:
    """No document at all has no tree."""
    assert read_yaml(text, "f").tree is None


def test_deep_nesting_is_refused() -> None:
    """Thousands of brackets are an error, not a crash."""
    with pytest.raises(ConfigError, match="nested too deeply"):
        read_yaml("[" * 20_000, "f")


def test_an_alias_bomb_is_refused_at_once() -> None:
    """Aliases that would unfold to gigabytes cost nothing."""
    rows = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    began = time.perf_counter()
    with pytest.raises(ConfigError, match="aliases"):
        read_yaml("\n".join(rows), "f")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: \xff\xfe", "is not UTF-8 text"),
        (b"a: \x00", "is no usable YAML"),
        (b"#" * (MAX_BYTES + 1), "is too long"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """A file that is no text, or endless, is one line."""
    file = tmp_path / "c.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=words) as caught:
        read_yaml_file(file)
    assert "\n" not in str(caught.value)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    """Neither a missing file nor a folder is a config."""
    with pytest.raises(ConfigError, match=r"nope\.yaml: no such file"):
        read_yaml_file(tmp_path / "nope.yaml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_yaml_file(tmp_path)


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    """Files from Windows editors are read."""
    file = tmp_path / "c.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    assert read_yaml_file(file).tree == {"a": 1}


_PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | _PRINTABLE
    | st.from_regex(r"[-0-9.eoxn~]+")
)
_TREES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_PRINTABLE, inner, max_size=3)
)


@given(_TREES)
def test_round_trip(tree: Any) -> None:
    """Whatever is written is read back with the same values and types, as a block and on one line."""
    for text in (write_yaml({"a": tree}), f"a: {write_yaml_value(tree)}"):
        assert repr(read_yaml(text, "f").tree) == repr({"a": tree})


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is in a file gives a tree or a ConfigError of one line."""
    line = ""
    try:
        read_yaml(text, "f")
    except ConfigError as error:
        line = str(error)
    assert "\n" not in line
