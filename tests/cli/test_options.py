"""What the options offer to a shell that completes them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kmeans_cli.cli.options import complete_names, complete_run


def test_completion_offers_names_and_runs(tmp_path: Path) -> None:
    """Names by their beginning; runs from --runs, and only `latest` where there are none."""
    assert complete_names("kmeans.init")("s") == ["sample"]
    (tmp_path / "20260101T000000Z-fit-a-000000").mkdir()
    context: Any = SimpleNamespace(params={"runs": tmp_path})
    assert complete_run(context, "") == ["latest", "20260101T000000Z-fit-a-000000"]
    assert complete_run(context, "2026") == ["20260101T000000Z-fit-a-000000"]
    assert complete_run(SimpleNamespace(params={"runs": tmp_path / "no"}), "") == ["latest"]
