"""``kmeans config``, ``kmeans data`` and ``kmeans runs`` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.calls import kmeans


def test_config_show_says_where_values_come_from() -> None:
    """Value and source of every key, as a table or JSON."""
    Path("a.yaml").write_text("seed: 3\n")
    rows = [line.split() for line in kmeans("config", "show", "a.yaml", "--k", "4").stdout.splitlines()]
    assert ["seed", "3", "a.yaml:1"] in rows
    assert ["kmeans.n_clusters", "4", "--k"] in rows
    assert ["trace", "false", "default"] in rows
    document = json.loads(kmeans("config", "show", "a.yaml", "--json").stdout)
    assert document["seed"] == {"value": 3, "source": "a.yaml:1"}


def test_config_check_reports_every_file() -> None:
    """Right files on stdout, wrong ones as errors with their line; exit 2 if any is wrong."""
    Path("good.yaml").write_text("seed: 3\n")
    Path("bad.yaml").write_text("\nsede: 3\n")
    result = kmeans("config", "check", "bad.yaml", "good.yaml")
    assert result.exit_code == 2
    assert result.stdout == "good.yaml: right\n"
    assert result.stderr.startswith("error: bad.yaml:2: sede: 'sede' is no key")
    assert kmeans("config", "check", "good.yaml").exit_code == 0


def test_config_new_and_schema() -> None:
    """The new file is written once, shown without a name, and passes the check; the schema is JSON."""
    assert kmeans("config", "new", "new.yaml").stdout == "new.yaml\n"
    assert kmeans("config", "check", "new.yaml").exit_code == 0
    assert kmeans("config", "new").stdout == Path("new.yaml").read_text()
    again = kmeans("config", "new", "new.yaml")
    assert again.exit_code == 3
    assert "--force" in again.stderr
    assert kmeans("config", "new", "new.yaml", "--force").exit_code == 0
    assert "properties" in json.loads(kmeans("config", "schema").stdout)


def test_data_list_and_info() -> None:
    """The named data sets; the numbers of one with a picture of samples; another as JSON without."""
    assert "1,797" in kmeans("data", "list").stdout
    assert {entry["name"] for entry in json.loads(kmeans("data", "list", "--json").stdout)} >= {"digits", "mnist"}
    result = kmeans("data", "info", "digits")
    assert result.exit_code == 0, result.stderr
    assert "0 to 16" in result.stdout
    assert result.stdout.splitlines()[-1] == "samples: digits-samples.png"
    assert Path("digits-samples.png").read_bytes().startswith(b"\x89PNG")
    document = json.loads(kmeans("data", "info", "blobs", "--no-figures", "--json").stdout)
    assert (document["n_samples"], document["class_counts"]) == (300, {"0": 100, "1": 100, "2": 100})
    assert not Path("blobs-samples.png").exists()


def test_data_info_of_a_file() -> None:
    """A file is described by the config's settings; a missing one is exit 3."""
    Path("a.csv").write_text("x;y\n1,5;2\n3;4\n")
    result = kmeans("data", "info", "a.csv", "--no-figures", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["feature_names"] == ["x", "y"]
    assert kmeans("data", "info", "b.csv").exit_code == 3
    unknown = kmeans("data", "info", "digit")
    assert unknown.exit_code == 2
    assert unknown.stderr.startswith("error: NAME|PATH: 'digit' is no data set and no file")


def test_data_info_tells_what_to_check() -> None:
    """What was guessed is in the table and in the JSON."""
    Path("a.csv").write_text("id,height,weight\n1,1.5,60\n2,1.8,80\n")
    assert "say data.weight_column: weight" in kmeans("data", "info", "a.csv", "--no-figures").stdout
    document = json.loads(kmeans("data", "info", "a.csv", "--no-figures", "--json").stdout)
    assert (document["notes"], len(document["warnings"])) == ([], 2)


def test_data_fetch_of_built_in_and_unknown_names() -> None:
    """Built-in data need no fetching; an unknown name is exit 2 with the nearest match."""
    assert kmeans("data", "fetch", "digits").stdout == "built in\n"
    result = kmeans("data", "fetch", "minst")
    assert result.exit_code == 2
    assert "did you mean 'mnist'?" in result.stderr


def test_no_runs_yet() -> None:
    """Before the first run the list says so, in JSON by an empty one."""
    result = kmeans("runs", "list")
    assert (result.exit_code, result.stdout) == (0, "no runs in runs yet\n")
    assert json.loads(kmeans("runs", "list", "--json").stdout) == []


def test_runs_list_show_and_path() -> None:
    """A run can be found, looked at and its path printed; a wrong name is exit 3."""
    folder = kmeans("fit", "--data", "blobs", "--k", "3", "--no-figures", "--quiet").stdout.strip()
    name = Path(folder).name
    row = next(line.split() for line in kmeans("runs", "list").stdout.splitlines() if name in line)
    assert row[:3] == [name, "completed", "3"]
    assert json.loads(kmeans("runs", "list", "--json").stdout)[0]["name"] == name
    shown = kmeans("runs", "show", "latest")
    assert shown.exit_code == 0, shown.stderr
    assert "no label changed" in shown.stdout
    assert "model.npz" in shown.stdout
    document = json.loads(kmeans("runs", "show", name[:20], "--json").stdout)
    assert document["metrics"]["n_clusters"] == 3
    assert kmeans("runs", "path", "latest").stdout == f"{Path(folder).absolute()}\n"
    assert kmeans("runs", "show", "nothing").exit_code == 3
