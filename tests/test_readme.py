"""The README tells the truth: its commands are run, and the outputs it shows are compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRUBS = (
    (re.compile(r"\d{8}T\d{6}Z-(\S+)-[0-9a-f]{6}"), r"<time>-\1-<digits>"),
    (re.compile(r"fit \d+\.\d\d s, all \d+\.\d\d s *"), "<seconds>"),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
    (re.compile(r" +(─+ *)+$", re.MULTILINE), " ───"),
)


def _examples() -> list[tuple[str, str]]:
    """Every ``$ kmeans`` command of the README's console blocks with the output shown under it, if any."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            if command.startswith("kmeans "):
                found.append((command.partition("  #")[0].strip(), output.strip()))
    return found


def _scrubbed(text: str) -> str:
    for pattern, replacement in SCRUBS:
        text = pattern.sub(replacement, text)
    return text.strip()


def _marked(example: tuple[str, str]) -> object:
    marks = [pytest.mark.mnist] if "mnist" in example[0] else []
    if "256" in example[0]:
        marks.append(pytest.mark.long)
    return pytest.param(*example, marks=marks, id=example[0])


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the configs, a run for the commands that look at one, new rows and pictures."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "configs", folder / "configs")
    _run("kmeans fit --quiet --no-figures", folder)
    pixels = ",".join(["8"] * 64)
    (folder / "photos").mkdir()
    for name in ("centroids", "nearest"):
        shutil.copy(ROOT / ".github" / f"{name}.png", folder / "photos")
    (folder / "new-rows.csv").write_text(f"{pixels}\n{pixels}\n")
    return folder


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", "kmeans_cli", *command.split()[1:]]
    environment = os.environ | {"COLUMNS": "160", "PYTHONPATH": str(ROOT)}
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize(("command", "output"), [_marked(example) for example in _examples()])
def test_readme_commands_do_what_the_readme_shows(command: str, output: str, workshop: Path) -> None:
    """Each command runs; where the README shows output, it is this one."""
    if "-proof-" in output:
        # Another worker may have run what comes before, so that ``latest`` is another run here.
        _run("kmeans sweep-k --k 4..6 --name proof", workshop)
    done = _run(command, workshop)
    if output.startswith("error: "):
        assert (done.returncode, done.stderr.strip()) == (2, output)
        return
    assert done.returncode == 0, done.stderr
    if output.endswith("…"):
        assert _scrubbed(done.stdout).startswith(_scrubbed(output.removesuffix("…")))
    elif output:
        assert _scrubbed(done.stdout) == _scrubbed(output)


def test_readme_files_exist() -> None:
    """Every picture and file the README links to is there."""
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
