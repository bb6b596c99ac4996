"""``kmeans animate`` as functions."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kmeans_cli.commands import animate
from kmeans_cli.commands.animate import AnimateReport, FilmParams, animate_config, animate_run
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.many_run import ManyReport
from kmeans_cli.commands.multi_init import multi_init
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.sweep_k import sweep_k
from kmeans_cli.config import Config, build
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.plots.animation import FilmView, draw_film
from kmeans_cli.progress import silent
from kmeans_cli.runs.read import Run, load_run

SMALL = FilmParams(width=240)


def _config(**settings: Any) -> Config:
    return build({"figures": {"enabled": False}, "executor": {"jobs": 1}} | settings)


def _animate(config: Config, tmp_path: Path, film: FilmParams = SMALL) -> AnimateReport:
    return animate_config(config, film, where=RunPlace(tmp_path), progress=silent, should_stop=Interruption())


BLOBS = {"data": {"name": "blobs"}, "kmeans": {"n_clusters": 3}, "seed": 4}


def test_a_config_of_points(tmp_path: Path) -> None:
    """A config is fitted with a trace, and the film lies among the run's figures: a frame per iteration and one."""
    report = _animate(_config(**BLOBS), tmp_path)
    assert report.path == report.run_dir / "figures" / "animation.gif"
    assert (report.run_dir / "trace.npz").exists()
    with Image.open(report.path) as film:
        assert film.size[0] == 240
        assert film.n_frames == report.n_frames == report.n_iter + 1
        assert film.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_run_of_images(tmp_path: Path) -> None:
    """Images become an animated PNG; a run's film can be made again with other settings."""
    first = _animate(_config(kmeans={"n_clusters": 12, "n_init": 2}), tmp_path)
    film = FilmParams(out=tmp_path / "film.png", fps=20, width=300, frames=4)
    report = animate_run(str(first.run_dir), film, where=RunPlace(tmp_path), progress=silent)
    with Image.open(tmp_path / "film.png") as png:
        assert (png.format, png.n_frames, png.size[0]) == ("PNG", 4, 300)
        assert png.info["duration"] == 50
    assert (report.n_frames, report.n_iter) == (4, first.n_iter)
    assert report.size == (tmp_path / "film.png").stat().st_size


def _drawn_losses(run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    views: list[FilmView] = []

    def draw(view: FilmView, iterations: Sequence[int], width: int) -> Iterator[Any]:
        views.append(view)
        return draw_film(view, iterations, width)

    monkeypatch.setattr(animate, "draw_film", draw)
    animate_run(str(run_dir), SMALL, where=RunPlace(tmp_path), progress=silent)
    return views[0].j_clust.tolist()


def _history_of(run: Run, number: int) -> list[float]:
    return run.history["j_clust"][run.history["fit"] == number].tolist()


UNEVEN = {"data": {"name": "blobs"}, "seed": 3, "trace": True}


def test_the_curve_of_a_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the film of a fit runs the loss of its best start."""
    config = _config(**UNEVEN, kmeans={"n_clusters": 6, "n_init": 5, "init": "uniform"})
    run = load_run(fit(config, where=RunPlace(tmp_path), progress=silent, should_stop=Interruption()).run_dir)
    assert run.metrics["fit"] != 0
    assert _drawn_losses(run.path, tmp_path, monkeypatch) == _history_of(run, run.metrics["fit"])


@pytest.mark.parametrize("command", [sweep_k, multi_init])
def test_the_curve_of_a_run_of_several_fits(
    command: Callable[..., ManyReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the film of the model runs the loss of the model's fit, though fits of other k share its seed."""
    config = _config(**UNEVEN, kmeans={"init": "uniform", "n_init": 5}, sweep={"k": [6, 7]})
    report = command(
        config, where=RunPlace(tmp_path), options=ManyOptions(), progress=silent, should_stop=Interruption()
    )
    run = load_run(report.run_dir)
    drawn = _drawn_losses(run.path, tmp_path, monkeypatch)
    number = run.metrics["model_fit"] if command is sweep_k else run.metrics["best"]["fit"]
    assert number != 0
    assert drawn == _history_of(run, number)
    assert drawn[-1] == pytest.approx(run.metrics["fits"][number]["j_clust"])


def test_a_curve_of_another_length(tmp_path: Path) -> None:
    """A history that has not the iterations of the trace is refused, in a line."""
    report = _animate(_config(**BLOBS), tmp_path)
    lines = (report.run_dir / "history.csv").read_text().splitlines(keepends=True)
    (report.run_dir / "history.csv").write_text("".join(lines[:-1]))
    with pytest.raises(PlaceError, match=r"history\.csv.*another number of iterations"):
        animate_run(str(report.run_dir), SMALL, where=RunPlace(tmp_path), progress=silent)


def test_no_trace(tmp_path: Path) -> None:
    """A run without a trace: the error says how to record one."""
    run = fit(_config(**BLOBS), where=RunPlace(tmp_path), progress=silent, should_stop=Interruption()).run_dir
    with pytest.raises(PlaceError, match=r"kept no trace.*--set trace=true.*kmeans animate .*config\.yaml"):
        animate_run(str(run), SMALL, where=RunPlace(tmp_path), progress=silent)


def test_three_features(tmp_path: Path) -> None:
    """Data of three features that are no images are refused before the fit, in a line."""
    np.save(tmp_path / "rows.npy", np.random.default_rng(0).random((9, 3)))
    with pytest.raises(PlaceError, match=r"rows: has 3 features"):
        _animate(_config(data={"path": str(tmp_path / "rows.npy")}, kmeans={"n_clusters": 2}), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_changed_data(tmp_path: Path) -> None:
    """Points that are not those of the run are not drawn with its centroids."""
    rows = np.random.default_rng(0).random((30, 2))
    np.save(tmp_path / "rows.npy", rows)
    report = _animate(_config(data={"path": str(tmp_path / "rows.npy")}, kmeans={"n_clusters": 2}), tmp_path)
    np.save(tmp_path / "rows.npy", rows + 1)
    with pytest.raises(PlaceError, match="is not what"):
        animate_run(str(report.run_dir), SMALL, where=RunPlace(tmp_path), progress=silent)


@pytest.mark.parametrize("content", [{"other": np.zeros(3)}, {"centroids": np.zeros((2, 3, 5))}])
def test_a_broken_trace(tmp_path: Path, content: dict[str, np.ndarray]) -> None:
    """A trace that is none of this run's is refused."""
    report = _animate(_config(**BLOBS), tmp_path)
    np.savez(report.run_dir / "trace.npz", **content)
    with pytest.raises(PlaceError, match=r"trace\.npz"):
        animate_run(str(report.run_dir), SMALL, where=RunPlace(tmp_path), progress=silent)


def test_no_ffmpeg_is_said_before_the_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An MP4 without ffmpeg is refused before anything is computed."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PlaceError, match="ffmpeg"):
        _animate(_config(**BLOBS), tmp_path / "runs", FilmParams(out=tmp_path / "film.mp4"))
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"fps": 0}, "--fps: 0 is out of range"),
        ({"width": 10}, "--size: 10 is out of range"),
        ({"frames": 1}, "--frames: 1 is out of range"),
        ({"out": Path("film.avi")}, r"--out: 'film\.avi' is no moving picture"),
    ],
)
def test_settings_are_checked(settings: dict[str, Any], words: str) -> None:
    """Numbers out of range and unknown kinds of films name their flag."""
    with pytest.raises(ConfigError, match=words):
        FilmParams(**settings)
