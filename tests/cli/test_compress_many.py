"""``kmeans compress-image`` over several pictures and k: by whom, gone on with, and when something fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from kmeans_cli.cli.app import app
from tests.images.pictures import noise, ramp
from tests.same_run import comparable

BOTH = ("photo.png", "other.png", "--k", "3..4", "--n-init", "2", "--no-figures")


@pytest.fixture(autouse=True)
def _pictures() -> None:
    Image.fromarray(ramp(60, 80)).save("photo.png")
    Image.fromarray(ramp(30, 40)[:, ::-1]).save("other.png")


def _compress(*args: str) -> Any:
    return CliRunner().invoke(app, ["compress-image", *args], prog_name="kmeans")


def _run(*args: str, code: int = 0) -> Path:
    """The folder of a run that ends with this exit code."""
    result = _compress(*args, "--quiet")
    assert result.exit_code == code, result.stderr
    return Path(result.stdout.strip())


def _files(run: Path) -> dict[str, Any]:
    """What is the same in every run of the same results, whoever made them."""
    return {name: content for name, content in comparable(run).items() if name != "config.yaml"}


def _records(run: Path) -> dict[str, int]:
    """When each result was committed."""
    return {path.name: path.stat().st_mtime_ns for path in run.glob("fits/*.json")}


def test_executor_and_jobs_change_no_byte() -> None:
    """Worker processes, which open the pictures themselves, leave the same files as this process."""
    serial = _run(*BOTH, "--executor", "serial", "--jobs", "1")
    assert _files(_run(*BOTH, "--executor", "processes", "--jobs", "2")) == _files(serial)


def test_one_picture_is_opened_once_for_all_workers() -> None:
    """A single picture reaches workers as it was opened here: standard input can be read only once."""
    command = [sys.executable, "-m", "kmeans_cli", "compress-image", "-", "--k", "2,3", "--no-figures", "-q"]
    content = Path("photo.png").read_bytes()
    done = subprocess.run([*command, "--executor", "processes"], input=content, capture_output=True, check=True)
    run, alone = Path(done.stdout.decode().strip()), _run("photo.png", "--k", "2,3", "--no-figures")
    assert (run / "images/stdin-k3.png").read_bytes() == (alone / "images/photo-k3.png").read_bytes()


def test_a_grown_run_is_as_one_that_large_from_the_beginning() -> None:
    """More k and more pictures: only what is missing is made, and the files are those of a whole run."""
    whole = comparable(_run("photo.png", "other.png", "--k", "2..4", "--masks", "--no-figures"))
    run = _run("photo.png", "--k", "2,4", "--masks", "--no-figures")
    there = _records(run)
    _run("photo.png", "other.png", "--resume", "latest", "--k", "2..4")
    assert comparable(run) == whole
    now = _records(run)
    assert len(now) == 6
    assert {name: now[name] for name in there} == there


def test_another_number_of_starts_makes_the_results_again() -> None:
    """The best of more starts may be another one."""
    whole = comparable(_run("photo.png", "--k", "5", "--n-init", "3", "--no-figures"))
    run = _run("photo.png", "--k", "5", "--n-init", "1", "--no-figures")
    _run("--resume", str(run), "--n-init", "3")
    assert comparable(run) == whole


def test_failed_pictures_are_retried_when_asked() -> None:
    """What failed is recorded and left alone, unless the picture has changed or --retry-failed is given."""
    Path("broken.png").write_text("no picture")
    run = _run("photo.png", "broken.png", "--k", "2..3", "--no-figures", code=5)
    metrics = json.loads((run / "metrics.json").read_text())
    assert (metrics["n_fits"], metrics["n_failed"], len(metrics["failures"])) == (4, 2, 1)
    there = _records(run)
    _run("--resume", str(run), code=5)
    assert _records(run) == there
    _run("--resume", str(run), "--retry-failed", code=5)
    assert _records(run).items() ^ there.items()
    Image.fromarray(ramp(20, 20)).save("broken.png")
    _run("--resume", str(run))
    whole = _run("photo.png", "broken.png", "--k", "2..3", "--no-figures")
    assert comparable(run) == comparable(whole)


def test_fail_fast_stops_at_the_first() -> None:
    """The run fails with the first picture that does; the next ones are not begun."""
    Path("broken.png").write_text("no picture")
    result = _compress("broken.png", *BOTH, "--fail-fast")
    assert result.exit_code == 4
    assert "broken.png" in result.stderr
    assert not list(Path("runs").glob("2*/images"))


def test_the_time_limit_leaves_a_run_to_resume() -> None:
    """What is there is kept; going on ends with the files of a run left alone."""
    result = _compress(*BOTH, "--max-time", "0.001s")
    assert result.exit_code == 130
    assert "0 of 4 fits are done" in result.stderr
    (run,) = (path for path in Path("runs").iterdir() if not path.is_symlink())
    _run("--resume", "latest")
    assert json.loads((run / "run.json").read_text())["status"] == "completed"
    assert comparable(run) == comparable(_run(*BOTH))


def test_a_killed_run_is_gone_on_with() -> None:
    """After SIGKILL in the middle nothing is lost but the results in flight."""
    Image.fromarray(noise(120, 150)).save("noise.png")
    args = ("noise.png", "--k", "2,3,40,60", "--no-figures", "--n-init", "1")
    command = [sys.executable, "-m", "kmeans_cli", "compress-image", *args, "--executor", "processes", "--jobs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list(Path("runs").glob("2*/fits/*.json")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    (run,) = (path for path in Path("runs").iterdir() if not path.is_symlink())
    there = _records(run)
    assert 0 < len(there) < 4
    _run("--resume", str(run), "--executor", "serial")
    assert {name: _records(run)[name] for name in there} == there
    assert _files(run) == _files(_run(*args))


def test_what_an_interrupted_run_lost_is_made_again() -> None:
    """Without its labels or its palette a result is not there; broken labels are one line that says what to do."""
    run = _run(*BOTH)
    before = _files(run)
    record = json.loads((run / "run.json").read_text())
    for name in ("labels/photo-k3.npy", "palettes/other-k4.json"):
        (run / "run.json").write_text(json.dumps(record | {"status": "interrupted"}))
        (run / name).unlink()
        assert _compress("--resume", "latest").exit_code == 0
        assert _files(run) == before
    (run / "run.json").write_text(json.dumps(record | {"status": "interrupted"}))
    labels = run / "labels/photo-k4.npy"
    labels.write_bytes(labels.read_bytes()[:200])
    result = _compress("--resume", "latest")
    assert result.exit_code == 3
    assert result.stderr.splitlines()[-1].endswith(
        "labels/photo-k4.npy: is broken or cut short; without it, --resume makes this result again"
    )


def test_reuse_takes_a_finished_run() -> None:
    """The same pictures and settings: the run that is there, also for --out; other bytes are another run."""
    first = _run("photo.png", "--k", "3", "--no-figures")
    there = _records(first)
    assert _run("photo.png", "--k", "3", "--no-figures", "--reuse", "--out", "small.png") == first
    assert _records(first) == there
    assert Path("small.png").read_bytes() == (first / "images" / "photo-k3.png").read_bytes()
    Image.fromarray(ramp(61, 80)).save("photo.png")
    assert _run("photo.png", "--k", "3", "--no-figures", "--reuse") != first


def test_figures_and_refused_pictures_are_made_up_for() -> None:
    """A finished run that lacks figures, or a larger picture, which now are wanted, gets them."""
    Image.fromarray(noise(40, 40)).save("noise.jpg", quality=5)
    run = _run("noise.jpg", "--k", "200", "--no-figures", "--skip-if-larger", code=6)
    assert not (run / "images").exists()
    there = _records(run)
    _run("--resume", str(run), "--no-figures", "--skip-if-larger", code=6)
    assert _records(run) == there
    _run("--resume", str(run), "--set", "figures.enabled=true")
    assert comparable(run) == comparable(_run("noise.jpg", "--k", "200"))


def test_a_larger_picture_that_was_kept_can_be_refused_later() -> None:
    """Gone on with --skip-if-larger, it goes; then nothing is left to do."""
    Image.fromarray(noise(40, 40)).save("noise.jpg", quality=5)
    run = _run("noise.jpg", "--k", "200", "--no-figures")
    assert (run / "images" / "noise-k200.png").exists()
    _run("--resume", str(run), "--no-figures", "--skip-if-larger", code=6)
    assert not (run / "images" / "noise-k200.png").exists()
    there = _records(run)
    _run("--resume", str(run), "--no-figures", "--skip-if-larger", code=6)
    assert _records(run) == there


def test_dry_run_says_what_is_there() -> None:
    """The plan of a run that is gone on with, and of one that is used again."""
    run = _run(*BOTH)
    plan = json.loads(_compress("--resume", "latest", "--k", "3..6", "--dry-run", "--json").stdout)
    assert (plan["fits"], plan["there_already"], plan["to_do"]) == (8, 4, 4)
    plan = json.loads(_compress(*BOTH, "--reuse", "--dry-run", "--json").stdout)
    assert (plan["run"], plan["to_do"]) == (str(run), 0)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ("--resume latest --k 3", "leave out other, k = 4"),
        ("photo.png --resume latest", "leave out other"),
        ("--resume latest --space lab", "image.space"),
        ("--resume latest --reuse", "only one of them"),
        ("--retry-failed photo.png", "needs --resume"),
        ("photo.png --k 1..4000 --n-init 3", "say --yes"),
    ],
)
def test_bad_input_is_one_line(args: str, words: str) -> None:
    """What cannot be gone on with is left as it is."""
    there = _records(_run(*BOTH))
    result = _compress(*args.split())
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    (run,) = (path for path in Path("runs").iterdir() if not path.is_symlink())
    assert _records(run) == there
