"""The functions behind ``kmeans config``."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmeans_cli.commands import config as commands
from kmeans_cli.config import parse_set
from kmeans_cli.errors import PlaceError


def test_show_lists_every_setting_with_its_source() -> None:
    """Each setting has a value, the same in YAML, and a source."""
    settings = {
        setting.key: setting for setting in commands.show(None, [parse_set("kmeans.stop={rule: loss, tol: 1e-9}")])
    }
    assert settings["kmeans.stop.tol"].source == "--set"
    assert settings["kmeans.stop.tol"].value == 1e-9
    assert settings["name"].text == "null"
    assert settings["data.blobs.sizes"].text == "[100, 100, 100]"


def test_check_tells_right_from_wrong(tmp_path: Path) -> None:
    """Every file is looked at, also after a wrong one; a name that cannot be in a folder's is wrong."""
    for name, text in {"good": "seed: 1", "bad": "sed: 1", "name": "name: ../x"}.items():
        (tmp_path / name).write_text(text)
    checks = commands.check([tmp_path / name for name in ("bad", "good", "name", "none")])
    assert [check.error is None for check in checks] == [False, True, False, False]
    assert "did you mean 'seed'?" in str(checks[0].error)


def test_new_writes_a_right_file_once(tmp_path: Path) -> None:
    """The new file passes the check, is not replaced by accident, and is with force."""
    file = tmp_path / "new.yaml"
    commands.new(file)
    assert commands.check([file])[0].error is None
    file.write_text("seed: 5")
    with pytest.raises(PlaceError, match="exists already"):
        commands.new(file)
    assert file.read_text() == "seed: 5"
    assert commands.new(file, force=True) == file.read_text()


def test_new_needs_a_place(tmp_path: Path) -> None:
    """A folder that is missing is a PlaceError."""
    with pytest.raises(PlaceError, match="cannot be written"):
        commands.new(tmp_path / "no" / "new.yaml")


def test_schema_is_for_editors() -> None:
    """It says which JSON Schema it is."""
    assert commands.schema()["$schema"].startswith("https://json-schema.org/")
