"""``kmeans compress-image`` from the command line to its output."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from kmeans_cli.cli.app import app
from tests.images.pictures import noise, ramp


@pytest.fixture(autouse=True)
def _pictures() -> None:
    Image.fromarray(ramp(60, 80)).save("photo.png")
    Image.fromarray(ramp(30, 40)[:, ::-1]).save("other.png")


def _compress(*args: str, **extra: Any) -> Any:
    return CliRunner().invoke(app, ["compress-image", *args], prog_name="kmeans", **extra)


def _document(*args: str) -> dict[str, Any]:
    result = _compress(*args, "--json", "--no-figures")
    assert result.exit_code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def _runs() -> list[Path]:
    folder = Path("runs")
    return [path for path in folder.iterdir() if not path.is_symlink()] if folder.exists() else []


def test_one_picture() -> None:
    """A picture, its palette, label map and figures, a table, and the folder as the last line."""
    result = _compress("photo.png", "--k", "6", "--masks")
    assert result.exit_code == 0, result.stderr
    (folder,) = _runs()
    assert "smaller than the file" in result.stdout
    assert result.stdout.splitlines()[-1] == f"run: {folder}"
    image = Image.open(folder / "images" / "photo-k6.png")
    assert image.mode == "P"
    pixels = np.asarray(image.convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 6
    colours = json.loads((folder / "palettes" / "photo-k6.json").read_text())["colours"]
    labels = np.load(folder / "labels" / "photo-k6.npy")
    assert labels.dtype == np.uint8
    assert np.array_equal(np.array([colour["rgb"] for colour in colours], dtype=np.uint8)[labels], pixels)
    assert (folder / "palettes" / "photo-k6.gpl").read_text().startswith("GIMP Palette\n")
    masks = [np.asarray(Image.open(folder / "masks" / f"photo-k6-{entry}.png").convert("L")) for entry in range(6)]
    assert (np.stack(masks).astype(int).sum(axis=0) == 255).all()
    drawn = {path.name for path in (folder / "figures").iterdir()}
    assert drawn == {f"{name}-photo-k6.png" for name in ("comparison", "palette", "segments")}


def test_numbers() -> None:
    """metrics.json has the contract's numbers, and they are right."""
    document = _document("photo.png", "--k", "5")
    (image,) = document["images"]
    folder = Path(document["run_dir"])
    result = folder / "images" / "photo-k5.png"
    pixels, original = np.asarray(Image.open(result).convert("RGB")), ramp(60, 80)
    mse = np.mean((pixels.astype(float) - original) ** 2)
    assert image["path"] == str(Path("photo.png").absolute())
    assert (image["k"], image["colours_after"]) == (5, 5)
    assert image["bytes_original"] == Path("photo.png").stat().st_size
    assert image["bytes_png"] <= image["bytes_original"]
    assert image["bytes_result"] == result.stat().st_size
    assert image["mse"] == pytest.approx(mse)
    assert image["psnr"] == pytest.approx(10 * np.log10(255**2 / mse))
    assert image["colours_before"] == len(np.unique(original.reshape(-1, 3), axis=0))
    assert sum(entry["share"] for entry in image["palette"]) == pytest.approx(1)
    assert image["inertia"] == pytest.approx(image["j_clust"] * 60 * 80)
    assert image["n_iter"] > 1
    # J_clust sums over channels, the MSE is their mean; rounding the palette can only make it worse.
    assert 3 * image["mse"] == pytest.approx(image["j_clust"], rel=0.01)
    assert 3 * image["mse"] >= image["j_clust"]
    with (folder / "history.csv").open() as file:
        assert {row["fit"] for row in csv.DictReader(file)} == {"0", "1", "2", "3"}


def test_same_bytes_again() -> None:
    """The folder's resolved config gives the same picture and numbers."""
    first = _document("photo.png", "--k", "4,7", "--smooth", "0.5", "--space", "oklab")
    second = _document("--config", f"{first['run_dir']}/config.yaml", "--jobs", "1")
    for name in ("images/photo-k7.png", "labels/photo-k4.npy", "palettes/photo-k4.gpl"):
        assert (Path(first["run_dir"]) / name).read_bytes() == (Path(second["run_dir"]) / name).read_bytes()
    for image in (*first["images"], *second["images"]):
        del image["seconds"]
    assert first["images"] == second["images"]


def test_several_pictures_and_k() -> None:
    """A row for each picture and k, common figures, and the elbow of each picture."""
    result = _compress("photo.png", "other.png", "--k", "2..3", "--n-init", "1")
    assert result.exit_code == 0, result.stderr
    (folder,) = _runs()
    metrics = json.loads((folder / "metrics.json").read_text())
    assert [(Path(image["path"]).name, image["k"]) for image in metrics["images"]] == [
        (name, k) for name in ("photo.png", "other.png") for k in (2, 3)
    ]
    assert metrics["elbows"].keys() == {"photo", "other"}
    assert {"elbow.png", "quality-by-size.png", "contact-sheet.png"} <= {p.name for p in (folder / "figures").iterdir()}
    assert "picture" in result.stdout


def test_a_failure_does_not_stop_the_others() -> None:
    """What can be done is done; the exit code says that something failed."""
    Path("text.png").write_text("no picture")
    result = _compress("photo.png", "text.png", "nope.png", "other.png", "--k", "3", "--no-figures")
    assert result.exit_code == 5
    (folder,) = _runs()
    metrics = json.loads((folder / "metrics.json").read_text())
    assert len(metrics["images"]) == 2
    assert len(metrics["failures"]) == 2
    assert "is no picture" in metrics["failures"][0]
    assert json.loads((folder / "run.json").read_text())["status"] == "completed"
    assert _compress("text.png", "nope.png", "--no-figures").exit_code == 4


def test_out() -> None:
    """--out writes just the picture; an existing file stays, unless --force says otherwise."""
    assert _compress("photo.png", "--k", "3", "--out", "small.png", "--no-figures").exit_code == 0
    content = Path("small.png").read_bytes()
    assert content == (_runs()[0] / "images" / "photo-k3.png").read_bytes()
    assert _compress("photo.png", "--k", "4", "--out", "small.png", "--no-figures").exit_code == 3
    assert Path("small.png").read_bytes() == content
    assert _compress("photo.png", "--k", "4", "--out", "small.png", "--no-figures", "--force").exit_code == 0
    assert Path("small.png").read_bytes() != content
    assert len(_runs()) == 2


def test_pipe() -> None:
    """``-`` in, ``-`` out: only the picture on stdout, all else on stderr."""
    command = [sys.executable, "-m", "kmeans_cli", "compress-image", "-", "--k", "3", "--no-figures", "--out", "-"]
    done = subprocess.run(command, input=Path("photo.png").read_bytes(), capture_output=True, check=True)
    assert len(Image.open(io.BytesIO(done.stdout)).convert("RGB").getcolors()) == 3
    assert b"run: runs" in done.stderr


def test_without_figures_there_is_no_matplotlib() -> None:
    """Nothing that draws is imported when nothing is drawn."""
    code = (
        "import sys; from kmeans_cli.cli.app import app\n"
        "try: app(['compress-image', 'other.png', '--k', '2', '--no-figures', '-q'])\n"
        "finally: print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_a_larger_result_is_said_or_refused() -> None:
    """A result larger than the original is a warning; with --skip-if-larger it is not kept, and the exit code is 6."""
    # A JPEG of one colour is smaller than any PNG of its noise.
    Image.fromarray(ramp(60, 80)).save("small.jpg", quality=5)
    result = _compress("small.jpg", "--k", "200", "--no-figures", "--n-init", "1")
    assert result.exit_code == 0
    assert "LARGER" in result.stderr
    result = _compress("small.jpg", "--k", "200", "--no-figures", "--skip-if-larger", "--out", "x.png", "--n-init", "1")
    assert result.exit_code == 6
    assert not Path("x.png").exists()
    kept = [path for run in _runs() for path in run.glob("images/*")]
    assert len(kept) == 1


def test_fewer_colours_than_asked_for() -> None:
    """Asking for more colours than there are is said, and uses them all without loss."""
    Image.fromarray(np.repeat(noise(2, 2), 8, axis=0)).save("few.png")
    result = _compress("few.png", "--k", "9", "--json", "--no-figures")
    assert "only 4 colours" in result.stderr
    (image,) = json.loads(result.stdout)["images"]
    assert (image["colours_after"], image["psnr"], image["inertia"], image["n_iter"]) == (4, None, 0, 0)


def test_the_articles_stop_rule() -> None:
    """The article's threshold is a config: the fit ends once J_clust falls by at most 1."""
    strict = _document("photo.png", "--k", "6", "--n-init", "1")
    loose = _document("photo.png", "--k", "6", "--n-init", "1", "--set", "kmeans.stop={rule: loss, tol: 1}")
    assert loose["images"][0]["n_iter"] < strict["images"][0]["n_iter"]


def test_dry_run() -> None:
    """--dry-run says what would be done and leaves nothing."""
    result = _compress("photo.png", "other.png", "--k", "2..4", "--dry-run", "--json")
    plan = json.loads(result.stdout)
    assert (plan["pictures"], plan["k"]) == ("photo.png, other.png", "2..4")
    assert (plan["fits"], plan["to_do"], plan["starts"], plan["executor"]) == (6, 6, 24, "serial")
    assert _runs() == []


def test_time_limit_keeps_what_was_reached() -> None:
    """--max-time ends a fit between two iterations; the picture it gives is kept."""
    result = _compress("example", "--k", "256", "--max-time", "0.6s", "--no-figures")
    assert result.exit_code == 130, result.stderr
    (folder,) = _runs()
    assert json.loads((folder / "run.json").read_text())["status"] == "interrupted"


def _bad_pictures() -> None:
    content = Path("photo.png").read_bytes()
    Path("text.png").write_text("no picture")
    Path("cut.png").write_bytes(content[: len(content) // 2])
    Path("none.png").write_bytes(content[:16] + bytes(8) + content[24:])
    Path("empty").mkdir()
    Image.new("RGBA", (4, 4)).save("nothing.png")
    half = np.full((2, 2, 4), 255, dtype=np.uint8)
    half[0, :, 3] = 0
    Image.fromarray(half).save("half.png")


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        ("", 2, "example"),
        ("nope.png", 3, "nope.png"),
        ("text.png", 3, "is no picture"),
        ("cut.png", 3, "broken"),
        ("none.png", 3, "none.png"),
        ("empty", 3, "holds no pictures"),
        ("nothing.png", 2, "fully transparent"),
        ("half.png --k 1", 2, "needs its own"),
        ("photo.png --k 0", 2, "too small"),
        ("photo.png --k 65537", 2, "65,536"),
        ("photo.png --k many", 2, "is no range"),
        ("photo.png --space cmyk", 2, "is no colour space"),
        ("photo.png --smooth 1 --dither floyd-steinberg", 2, "undoes"),
        ("photo.png --smooth -1", 2, "is no smoothing"),
        ("photo.png --dither floyd-steinberg --k 300", 2, "few colours"),
        ("photo.png --set image.max_pixels=100", 3, "lift it with --set image.max_pixels=N"),
        ("photo.png --k 2,3 --out x.png", 2, "holds one picture"),
        ("photo.png other.png --out x.png", 2, "holds one picture"),
        ("photo.png --out empty", 3, "is a folder"),
        ("photo.png --out no/x.png", 3, "does not exist"),
        ("photo.png --out other.png", 3, "exists already"),
        ("photo.png --set kmeans.init.file=a.npy", 2, "given start"),
    ],
)
def test_bad_input_is_one_line(args: str, code: int, words: str) -> None:
    """Whatever is wrong: its exit code, one line that says what, and no run folder."""
    _bad_pictures()
    result = _compress(*args.split(), "--no-figures")
    assert result.exit_code == code, result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert result.stdout == ""
    assert _runs() == []
