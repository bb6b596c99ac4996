"""Commands called in this process, and what they left."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from kmeans_cli.cli.app import app

BLOBS = ("--data", "blobs", "--no-figures")


def kmeans(*args: str) -> Any:
    """What became of a command line."""
    return CliRunner().invoke(app, list(args), prog_name="kmeans")


def sweep(*args: str, code: int = 0) -> Path:
    """The folder of a sweep over the blobs that ends with this exit code."""
    result = kmeans("sweep-k", *BLOBS, "--quiet", *args)
    assert result.exit_code == code, result.stderr
    return Path(result.stdout.strip())


def rows_of(run: Path) -> list[dict[str, str]]:
    """The rows of ``fits.csv``."""
    with (run / "fits.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def status_of(run: Path) -> str:
    """The status that ``run.json`` tells."""
    status: str = json.loads((run / "run.json").read_text())["status"]
    return status
