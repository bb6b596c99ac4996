"""``kmeans runs clean`` as functions: which runs, and what is left."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kmeans_cli.commands.runs_clean import Wanted, choose, clean
from kmeans_cli.errors import ConfigError, FitError, PlaceError
from kmeans_cli.progress import silent
from kmeans_cli.runs import open_run

DAY = timedelta(days=1)


def _rewrite(run: Path, **changes: object) -> Path:
    path = run / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return run


def _ended(days: float) -> str:
    return (datetime.now(UTC) - days * DAY).isoformat()


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, Path]:
    """Runs of every status, 40 days old but the fresh one, beside folders that are none; ``latest`` is an old one."""
    found = {}
    for name in ("completed", "stale", "running", "fresh", "failed"):
        try:
            with open_run(tmp_path, "fit", name, record={}) as run:
                if name == "failed":
                    raise FitError("no luck")
        except FitError:
            pass
        found[name] = _rewrite(run.path, started=_ended(41), finished=_ended(1 if name == "fresh" else 40))
    gone = {"status": "running", "finished": None, "pid": 2**22 + 1, "pid_started": None, "host": platform.node()}
    _rewrite(found["stale"], **gone)
    _rewrite(found["running"], **gone | {"host": "elsewhere"})
    found["broken"] = tmp_path / "20200101T000000Z-fit-broken-aaaaaa"
    found["broken"].mkdir()
    (tmp_path / "tables").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "run.json").write_text('{"program": "another"}')
    return found


def _chosen(runs: dict[str, Path], older_than: timedelta | None, status: list[str] | None) -> set[str]:
    names = {path: name for name, path in runs.items()}
    root = runs["fresh"].parent
    return {names[each.run.path] for each in choose(Wanted(older_than, status), root)}


def test_both_conditions_hold(runs: dict[str, Path]) -> None:
    """By age, by status, or by both; broken ones only when they are named; what may be alive never."""
    assert _chosen(runs, 30 * DAY, None) == {"completed", "stale", "failed"}
    assert _chosen(runs, 40.5 * DAY, None) == {"stale"}  # it never ended, so its start counts
    assert _chosen(runs, None, ["completed"]) == {"completed", "fresh"}
    assert _chosen(runs, 30 * DAY, ["completed", "failed"]) == {"completed", "failed"}
    assert _chosen(runs, 30 * DAY, ["broken"]) == {"broken"}


def test_a_run_that_is_about_to_begin_stays(tmp_path: Path) -> None:
    """Between its claim and its first record a run looks broken; after a minute it is."""
    wanted, now = Wanted(None, ["broken"]), datetime.now(UTC)
    for seconds in (0, 90):
        (tmp_path / f"{now - timedelta(seconds=seconds):%Y%m%dT%H%M%SZ}-fit-{seconds}s-aaaaaa").mkdir()
    (chosen,) = choose(wanted, tmp_path)
    assert "-90s-" in chosen.run.name


def test_cleaning_takes_these_and_no_others(runs: dict[str, Path]) -> None:
    """Folders that are no runs stay, and ``latest`` points to a run that is there."""
    root, wanted = runs["fresh"].parent, Wanted(30 * DAY, None)
    assert (root / "latest").resolve() == runs["failed"]
    clean(choose(wanted, root), wanted, root, silent)
    left = {path.name for path in root.iterdir()}
    assert left == {runs[name].name for name in ("running", "fresh", "broken")} | {"tables", "other", "latest"}
    assert (root / "latest").resolve() in (runs["running"], runs["fresh"])


def test_what_changed_meanwhile_stays(runs: dict[str, Path]) -> None:
    """A run that somebody finished since it was chosen is not removed; ``latest`` is right all the same."""
    root, wanted = runs["fresh"].parent, Wanted(None, ["stale", "failed"])
    chosen = choose(wanted, root)
    _rewrite(runs["stale"], status="completed")
    with pytest.raises(PlaceError, match="not any more what it was"):
        clean(chosen, wanted, root, silent)
    assert runs["stale"].is_dir()
    assert (root / "latest").exists()


def test_nonsense_is_refused(tmp_path: Path) -> None:
    """No condition at all, a status that must stay, and one that is none."""
    with pytest.raises(ConfigError, match="say --older-than or --status"):
        Wanted(None, None)
    with pytest.raises(ConfigError, match="'running' is no status that can be removed"):
        Wanted(None, ["running"])
    with pytest.raises(ConfigError, match="did you mean 'failed'"):
        Wanted(None, ["faild"])
    assert choose(Wanted(DAY, None), tmp_path / "nowhere") == []


def test_odd_times_are_not_old(runs: dict[str, Path]) -> None:
    """Where nothing tells the age, a folder's name does; else it stays."""
    _rewrite(runs["completed"], started="yesterday", finished="2001-01-01")
    renamed = runs["completed"].rename(runs["completed"].with_name("mine"))
    assert renamed not in {each.run.path for each in choose(Wanted(30 * DAY, None), renamed.parent)}
