"""Folders that no other process can have, under names that cannot leave ``runs/``."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.runs import claim as claim_module
from kmeans_cli.runs.claim import check_label, claim, link_latest

MOMENT = datetime(2026, 11, 21, 20, 39, 41, tzinfo=UTC)


def test_name_has_time_command_label_and_digits(tmp_path: Path) -> None:
    """The folder is named by UTC time, command, label and six hex digits."""
    folder = claim(tmp_path, "fit", "digits-k10", MOMENT)
    assert re.fullmatch(r"20261121T203941Z-fit-digits-k10-[0-9a-f]{6}", folder.name)
    assert folder.is_dir()


def test_taken_name_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the digits drawn are taken, others are drawn."""
    digits = iter(["aaaaaa", "aaaaaa", "bbbbbb"])
    monkeypatch.setattr(claim_module.secrets, "token_hex", lambda _: next(digits))
    names = [claim(tmp_path, "fit", "x", MOMENT).name[-6:] for _ in range(2)]
    assert names == ["aaaaaa", "bbbbbb"]


def test_only_taken_names_is_an_error_and_no_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing ends after some attempts."""
    monkeypatch.setattr(claim_module.secrets, "token_hex", lambda _: "aaaaaa")
    claim(tmp_path, "fit", "x", MOMENT)
    with pytest.raises(PlaceError, match="no free name"):
        claim(tmp_path, "fit", "x", MOMENT)


def test_latest_is_a_relative_link_to_the_last(tmp_path: Path) -> None:
    """``latest`` moves on with every run, and still fits when ``runs/`` is moved."""
    for label in ("one", "two"):
        folder = claim(tmp_path / "runs", "fit", label, MOMENT)
        link_latest(folder)
    assert (tmp_path / "runs" / "latest").readlink() == Path(folder.name)
    moved = (tmp_path / "runs").rename(tmp_path / "moved")
    assert (moved / "latest").resolve() == moved / folder.name
    assert len(list(moved.iterdir())) == 3


def test_latest_that_is_no_link_is_left_alone(tmp_path: Path) -> None:
    """A folder that somebody called ``latest`` is not replaced, and no half link stays."""
    (tmp_path / "latest").mkdir()
    folder = claim(tmp_path, "fit", "x", MOMENT)
    with pytest.raises(OSError, match="latest"):
        link_latest(folder)
    assert {path.name for path in tmp_path.iterdir()} == {"latest", folder.name}


@pytest.mark.parametrize(
    ("label", "tidy"),
    [
        ("digits-k10", "digits-k10"),
        ("my data (1).csv-k3", "my-data-1-.csv-k3"),
        ("..hidden", "hidden"),
        ("--flag", "flag"),
        ("Übung 3", "Übung-3"),
        ("a" * 300, "a" * 48),
        ("*?$(rm)`;", "rm"),
    ],
)
def test_label_is_tidied(label: str, tidy: str) -> None:
    """A label keeps letters, digits and a few signs, and a length that fits."""
    assert check_label(label) == tidy


@pytest.mark.parametrize(
    "label", ["../../x", "/tmp/x", "a/b", "a\\b", "a\nb", "a\x00b", "a\x1b[31m", "a\u202eb", "", "..", "***"]
)
def test_hostile_label_is_refused(tmp_path: Path, label: str) -> None:
    """A label with separators, control characters or nothing usable is a config error, and leaves nothing."""
    with pytest.raises(ConfigError, match=r"^name: "):
        claim(tmp_path / "runs", "fit", label, MOMENT)
    assert list(tmp_path.iterdir()) == []


@given(label=st.text())
def test_any_label_is_refused_or_stays_inside(label: str) -> None:
    """Whatever the label, the name is one visible part of a path that file systems take."""
    try:
        name = check_label(label)
    except ConfigError:
        return
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name.encode()) <= 192


def test_unusable_runs_folder_is_a_place_error(tmp_path: Path) -> None:
    """Where no folder can be made, the error says which and why."""
    (tmp_path / "file").write_text("")
    for runs_dir in (tmp_path / "file", tmp_path / "file" / "runs"):
        with pytest.raises(PlaceError, match=f"^{runs_dir}: cannot hold runs: "):
            claim(runs_dir, "fit", "x", MOMENT)


def test_read_only_runs_folder_is_a_place_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that takes no new folders is a place error."""

    def refuses(self: Path, *_: object, **__: object) -> None:
        if self.parent == tmp_path:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuses)
    with pytest.raises(PlaceError, match="Permission denied"):
        claim(tmp_path, "fit", "x", MOMENT)
