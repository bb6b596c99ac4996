"""The repository around the working directory."""

import shutil
import subprocess
from pathlib import Path

import pytest

from kmeans_cli.runs import git
from kmeans_cli.runs.git import read_difference, read_git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def run_git(folder: Path, *arguments: str) -> str:
    """Run git as somebody, whoever runs the tests."""
    somebody = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    done = subprocess.run(["git", *somebody, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit of one file."""
    run_git(tmp_path, "init", "-q")
    (tmp_path / "a.txt").write_text("one\n")
    run_git(tmp_path, "add", "a.txt")
    run_git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_clean_repository(repository: Path) -> None:
    """A clean repository has its commit and no difference; files that git does not know do not count."""
    (repository / "unknown.txt").write_text("x")
    assert read_git(repository) == {"commit": run_git(repository, "rev-parse", "HEAD"), "dirty": False}
    assert read_difference(repository) == b""


def test_dirty_repository(repository: Path) -> None:
    """A changed file makes it dirty, and the difference can be applied."""
    (repository / "a.txt").write_text("two\n")
    state = read_git(repository)
    assert state is not None
    assert state["dirty"]
    difference = read_difference(repository)
    assert difference is not None
    run_git(repository, "checkout", "-q", "a.txt")
    subprocess.run(["git", "apply"], cwd=repository, input=difference, check=True)
    assert (repository / "a.txt").read_text() == "two\n"


def test_large_difference_is_left_out(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A difference above the limit is none."""
    monkeypatch.setattr(git, "DIFFERENCE_LIMIT", 100)
    (repository / "a.txt").write_text("line\n" * 100)
    assert read_difference(repository) is None


def test_before_the_first_commit(tmp_path: Path) -> None:
    """A repository without a commit has none."""
    run_git(tmp_path, "init", "-q")
    assert read_git(tmp_path) == {"commit": None, "dirty": False}
    assert read_difference(tmp_path) is None


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of any repository there is nothing to say."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert read_git(tmp_path) is None


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where git is not installed there is nothing to say."""
    monkeypatch.setenv("PATH", str(repository))
    assert read_git(repository) is None
    assert read_difference(repository) is None


def test_slow_git_is_not_waited_for(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that hangs does not hold up a run."""
    slow = repository / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent))
    monkeypatch.setattr(git, "_TIMEOUT", 0.2)
    assert read_git(repository) is None
