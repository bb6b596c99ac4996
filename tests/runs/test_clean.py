"""Run folders removed, and nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kmeans_cli.errors import PlaceError
from kmeans_cli.runs import RunStatus, open_run, reopen_run
from kmeans_cli.runs.clean import remove_leftovers, remove_run, renew_latest, size_of
from kmeans_cli.runs.process import start_of
from kmeans_cli.runs.summary import summarise


def _run(runs_dir: Path, label: str = "x") -> Path:
    with open_run(runs_dir, "fit", label, record={}) as run:
        run.write_text("figures/a.txt", "abc")
    return run.path


def test_a_run_goes_whole_and_links_in_it_are_not_followed(tmp_path: Path) -> None:
    """The folder is gone with its links; what they pointed to is there."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.tex").write_text("x")
    run = _run(tmp_path / "runs")
    (run / "out").symlink_to(tmp_path / "precious")
    (run / "out.tex").symlink_to(tmp_path / "precious" / "thesis.tex")
    assert size_of(run) < 1000
    remove_run(run, still=lambda _: True)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["latest"]
    assert (tmp_path / "precious" / "thesis.tex").read_text() == "x"


def test_a_link_in_the_place_of_a_run_is_refused(tmp_path: Path) -> None:
    """What a link points to stays, and so does the link."""
    run = _run(tmp_path / "elsewhere")
    link = tmp_path / run.name
    link.symlink_to(run)
    with pytest.raises(PlaceError, match="is a link"):
        remove_run(link, still=lambda _: True)
    assert link.exists()


def test_a_run_that_lives_again_stays(tmp_path: Path) -> None:
    """Between choosing and removing somebody may have gone on with it: then it is not removed."""
    run = _run(tmp_path)
    with (
        reopen_run(run, record={"argv": []}),
        pytest.raises(PlaceError, match="resumed by another process"),
    ):
        remove_run(run, still=lambda _: True)
    with pytest.raises(PlaceError, match="not any more what it was"):
        remove_run(run, still=lambda summary: summary.status is RunStatus.STALE)
    assert summarise(run).status is RunStatus.COMPLETED


def test_latest_moves_to_the_newest_that_is_left(tmp_path: Path) -> None:
    """It is never left pointing nowhere; what is no run is not considered; without runs it goes."""
    first, second, third = (_run(tmp_path, label) for label in "abc")
    (tmp_path / "20990101T000000Z-fit-z-aaaaaa").mkdir()
    remove_run(second, still=lambda _: True)
    renew_latest(tmp_path)
    assert (tmp_path / "latest").readlink() == Path(third.name)
    remove_run(third, still=lambda _: True)
    renew_latest(tmp_path)
    assert (tmp_path / "latest").readlink() == Path(first.name)
    remove_run(first, still=lambda _: True)
    renew_latest(tmp_path)
    assert not (tmp_path / "latest").is_symlink()


def test_latest_that_is_no_link_stays(tmp_path: Path) -> None:
    """Somebody's folder of that name is theirs."""
    (tmp_path / "latest").mkdir()
    renew_latest(tmp_path)
    assert (tmp_path / "latest").is_dir()


def test_a_removal_that_was_cut_short_is_finished(tmp_path: Path) -> None:
    """What is half gone is no run any more, and goes with the next cleaning; a link of that name is left."""
    (tmp_path / ".20260101T000000Z-fit-x-aaaaaa.removing" / "figures").mkdir(parents=True)
    (tmp_path / "y").mkdir()
    link = tmp_path / ".20260101T000000Z-fit-y-aaaaaa.removing"
    link.symlink_to(tmp_path / "y")
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [link.name, "y"]


def test_what_was_no_run_is_no_leftover(tmp_path: Path) -> None:
    """A folder of somebody else's stays, though it ends as ours do."""
    (tmp_path / ".thesis.removing").mkdir()
    remove_leftovers(tmp_path)
    assert (tmp_path / ".thesis.removing").is_dir()


def test_two_that_clean_at_once_do_not_disturb_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process removed meanwhile is gone, and that is all that was wanted."""
    run, rmtree = _run(tmp_path), shutil.rmtree

    def remove_twice(path: Path) -> None:
        rmtree(path)
        rmtree(path)

    monkeypatch.setattr(shutil, "rmtree", remove_twice)
    remove_run(run, still=lambda _: True)
    assert not run.exists()


def test_alive_is_alive(tmp_path: Path) -> None:
    """A summary asked under the lock sees a process that runs."""
    alive = {"argv": [], "pid": os.getpid(), "pid_started": start_of(os.getpid())}
    with open_run(tmp_path, "fit", "x", record=alive) as run:
        with pytest.raises(PlaceError, match="not any more"):
            remove_run(run.path, still=lambda summary: summary.status is not RunStatus.RUNNING)
        assert run.path.is_dir()
