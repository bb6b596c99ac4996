"""Tables and documents on stdout."""

from __future__ import annotations

from typing import Any

import pytest

from kmeans_cli.cli import output as module
from kmeans_cli.cli.output import build_table, write_json, write_table


def test_json_has_no_nan() -> None:
    """NaN is not JSON."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"a": float("nan")})


def test_tables_have_no_trailing_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    """What is piped into a file can be compared and committed."""
    write_table(build_table(["a", "b"], [["x", None], ["long" * 10, "y"]], title="t"))
    lines = capsys.readouterr().out.splitlines()
    assert lines == [line.rstrip() for line in lines]


def _shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int, **kinds: Any) -> str:
    """A table as a terminal so wide shows it."""
    monkeypatch.setattr(module, "_room", lambda n_columns: width - 3 * n_columns)
    rows = [["20261121T231322Z-fit-blobs-k3-7c6e52", "completed", 3, "some words to fold"]]
    write_table(build_table(["run", "status", "k", "what it was"], rows, **kinds))
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("width", "heads"),
    [(120, "run status k what it was"), (60, "run status k"), (50, "run k"), (30, "run")],
)
def test_a_narrow_terminal_loses_spare_columns(
    width: int, heads: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Spare columns go in their order until the rest fits; a whole one is never folded, however narrow."""
    spare = ("what it was", "status", "k")
    out = _shown(monkeypatch, capsys, width, whole=("run",), spare=spare)
    assert out.split("─")[0].split() == heads.split()
    assert "20261121T231322Z-fit-blobs-k3-7c6e52" in out


@pytest.mark.parametrize("width", [10, 40, 60])
def test_heads_are_not_broken(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Cells fold in a narrow terminal, the words of a head do not."""
    out = _shown(monkeypatch, capsys, width)
    assert set(out.split("─")[0].split()) == {"run", "status", "k", "what", "it", "was"}


def test_a_folded_table_keeps_every_letter(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In any width a column is folded, never cut, and whole ones stay in one line."""
    key, value, source = "a.long.key.that.stays.whole", "[[0.0, 0.0], [1.0, 1.0], [1.0, -1.0]]", "default"
    for width in range(20, 90):
        monkeypatch.setattr(module, "_room", lambda n_columns, width=width: width - 3 * n_columns)
        write_table(build_table(["key", "value", "from"], [[key, value, source]], whole=["key"]))
        body = capsys.readouterr().out.split("─")[-1]
        assert key in body
        assert sorted("".join(body.split())) == sorted("".join((key + value + source).split()))


def test_tables_keep_brackets_and_width(capsys: pytest.CaptureFixture[str]) -> None:
    """Data are no markup; a table for a pipe is not folded at 80 columns; None is empty."""
    write_table(build_table(["[k]", "n"], [["[bold]x[/bold]" * 8, 3], ["y", None]], title="[red]t"))
    out = capsys.readouterr().out
    assert "[red]t" in out
    assert "[k]" in out
    assert "[bold]x[/bold]" * 8 in out
    assert "None" not in out
