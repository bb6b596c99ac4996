"""``kmeans predict`` and ``kmeans animate`` from the shell."""

import json
from pathlib import Path

import numpy as np

from tests.cli.calls import kmeans


def test_predict_rows() -> None:
    """Rows are counted in a table, and the last line is the run."""
    assert kmeans("fit", "--data", "blobs", "--k", "3", "--no-figures", "-q").exit_code == 0
    np.save("rows.npy", np.array([[0.0, 0.0], [1.0, 1.0]]))
    result = kmeans("predict", "latest", "rows.npy")
    assert result.exit_code == 0, result.stderr
    assert "rows.npy" in result.stdout
    folder = Path(result.stdout.splitlines()[-1].removeprefix("run: "))
    assert "-predict-" in folder.name
    assert len((folder / "labels.csv").read_text().splitlines()) == 3
    document = json.loads(kmeans("predict", "latest", "rows.npy", "--json").stdout)
    assert "-fit-" in document["run"]  # the latest run is the prediction above; it stands for the fit it asked
    assert document["rows"][0]["n_rows"] == 2


def test_predict_by_a_config_and_dry() -> None:
    """A dry run counts what it was given and leaves no folder; a config names the run and says what is drawn."""
    assert kmeans("fit", "--data", "blobs", "--k", "3", "--no-figures", "-q").exit_code == 0
    np.save("rows.npy", np.array([[0.0, 0.0], [1.0, 1.0]]))
    before = sorted(Path("runs").iterdir())
    planned = json.loads(kmeans("predict", "latest", "rows.npy", "--dry-run", "--json").stdout)
    assert (planned["n_images"], planned["n_rows"]) == (0, 2)
    assert "would predict" in kmeans("predict", "latest", "rows.npy", "--dry-run").stdout
    assert sorted(Path("runs").iterdir()) == before
    Path("mine.yaml").write_text("name: mine\n")
    assert "-predict-mine-" in kmeans("predict", "latest", "rows.npy", "--config", "mine.yaml", "-q").stdout
    assert "-predict-other-" in kmeans("predict", "latest", "rows.npy", "--set", "name=other", "-q").stdout
    refused = kmeans("predict", "latest", "rows.npy", "--dry-run", "--set", "nome=x")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)


def test_predict_says_what_is_wrong() -> None:
    """No run, no file: one line and exit code 3."""
    assert kmeans("fit", "--data", "blobs", "--k", "3", "--no-figures", "-q").exit_code == 0
    for args, words in ((("nope", "x.npy"), "is no run"), (("latest", "x.npy"), "x.npy: does not exist")):
        result = kmeans("predict", *args)
        assert result.exit_code == 3
        assert words in result.stderr
        assert result.stderr.count("\n") == 1


def test_animate_a_config_and_its_run() -> None:
    """A config is fitted first; its run can be animated again, where settings of the fit change nothing."""
    Path("two.yaml").write_text("data: {name: blobs}\nkmeans: {n_clusters: 2}\nfigures: {enabled: false}\n")
    result = kmeans("animate", "two.yaml", "--size", "240", "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert Path(document["path"]).stat().st_size == document["size"]
    again = kmeans("animate", "latest", "--size", "240", "--out", "film.gif", "-q")
    assert again.stdout == f"{Path(document['run_dir']).absolute()}\n"
    assert Path("film.gif").exists()
    refused = kmeans("animate", "latest", "--k", "3")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--k: changes nothing" in refused.stderr


def test_animate_a_missing_config() -> None:
    """A config that is not there is a missing config, and not a missing run."""
    result = kmeans("animate", "nope.yaml")
    assert result.exit_code == 2
    assert "nope.yaml: no such file" in result.stderr
