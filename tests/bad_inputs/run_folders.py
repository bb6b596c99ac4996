"""Run folders that are damaged, foreign or not there."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np

from tests.bad_inputs.entry import BadInput, Prepare

ROWS = "1,2\n3,4\n"


def find(folder: Path, kind: str) -> Path:
    """The completed run of a kind."""
    (run,) = (path for path in (folder / "runs").glob(f"*-{kind}-*") if not path.is_symlink())
    return run


def _write(kind: str, name: str, content: bytes | str) -> Prepare:
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: _void((find(folder, kind) / name).write_bytes(data))


def _void(result: object) -> None:
    """For functions whose result nobody wants."""


def _remove(kind: str, name: str) -> Prepare:
    return lambda folder: (find(folder, kind) / name).unlink()


def _cut(kind: str, name: str, n: int = 40) -> Prepare:
    def prepare(folder: Path) -> None:
        path = find(folder, kind) / name
        path.write_bytes(path.read_bytes()[:-n])

    return prepare


def _replace(kind: str, name: str, old: str, new: str) -> Prepare:
    def prepare(folder: Path) -> None:
        path = find(folder, kind) / name
        text = path.read_text()
        assert old in text, f"{name} has no {old}"
        path.write_text(text.replace(old, new, 1))

    return prepare


def _tell(kind: str, name: str, **values: Any) -> Prepare:
    """A json file that says other values; None: the key is not there."""

    def prepare(folder: Path) -> None:
        path = find(folder, kind) / name
        told = json.loads(path.read_text()) | values
        path.write_text(json.dumps({key: value for key, value in told.items() if value is not ...}))

    return prepare


def _model(kind: str = "fit-rows", **changed: Any) -> Prepare:
    """A model.npz with other arrays; None: without."""

    def prepare(folder: Path) -> None:
        path = find(folder, kind) / "model.npz"
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        arrays |= {name: change(arrays.get(name)) if callable(change) else change for name, change in changed.items()}
        np.savez(path, **{name: array for name, array in arrays.items() if array is not None})

    return prepare


def _bomb(folder: Path) -> None:
    """A model.npz of a few kilobytes that unfolds to gigabytes."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 20, 1 << 10)})
    with zipfile.ZipFile(find(folder, "fit-rows") / "model.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("centroids.npy", header.getvalue() + bytes(1 << 20))


def _link(name: str, target: str) -> Prepare:
    def prepare(folder: Path) -> None:
        path = find(folder, "fit-rows") / name
        path.unlink()
        path.symlink_to(target)

    return prepare


def _spoil_record(content: bytes, since: bytes = b"") -> Prepare:
    """The record of a compressed picture with another end."""

    def prepare(folder: Path) -> None:
        (path,) = find(folder, "compress-image").glob("fits/*.json")
        before = path.read_bytes().partition(since)[0] if since else b""
        path.write_bytes(before + content + (b"}" if since else b""))

    return prepare


def _foreign(folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "notes.txt").write_text("no run")


def _dangling(folder: Path) -> None:
    rmtree(next((folder / "runs").glob("latest")).resolve())


def _run(name: str, argv: str, *words: str, code: int = 3, prepare: Prepare | None = None) -> BadInput:
    return BadInput(f"run: {name}", argv, code, words, {"a.csv": ROWS, "text.csv": "a,b\n"}, prepare, runs=True)


FIT, SWEEP, COMPRESS, PREDICT = "runs/*-fit-rows-*", "runs/*-sweep-k-*", "runs/*-compress-image-*", "runs/*-predict-*"
"""Shell patterns, for entries that name a run."""

RUN = (
    _run("no such run", "runs show none", "'none' is no run"),
    _run("a path that is not there", "runs show no/such", "'no/such' is no run: no such folder"),
    _run("a folder that is no run", "runs show mine/", "is not a run folder: it has no run.json", prepare=_foreign),
    _run("a beginning of several", "runs show 2", "begins 5 runs"),
    _run("nothing", "runs show ''", "'' is no run"),
    _run("an endless name", "runs show " + "x" * 5000, "is no run"),
    _run("latest that is gone", "runs show latest", "'latest' points to a run that is gone", prepare=_dangling),
    _run("run.json is gone", f"runs show {FIT}", "it has no run.json", prepare=_remove("fit-rows", "run.json")),
    _run("run.json is empty", f"runs show {FIT}", "run.json: is no usable JSON", prepare=_write("fit-rows", "run.json", "")),
    _run("run.json is cut", f"runs show {FIT}", "run.json: is no usable JSON", prepare=_cut("fit-rows", "run.json")),
    _run("run.json is a list", f"runs show {FIT}", "run.json: must hold keys and values", prepare=_write("fit-rows", "run.json", "[]")),
    _run("run.json is not UTF-8", f"runs show {FIT}", "run.json: is no usable JSON", prepare=_write("fit-rows", "run.json", b"\xff{}")),
    _run("run.json is nested too deeply", f"runs show {FIT}", "run.json: is no usable JSON", prepare=_write("fit-rows", "run.json", "[" * 100_000)),
    _run("run.json of a newer program", f"runs show {FIT}", "run.json: 99 is no schema that this version reads", "1", prepare=_tell("fit-rows", "run.json", schema=99)),
    _run("run.json without a schema", f"runs show {FIT}", "run.json: None is no schema", prepare=_tell("fit-rows", "run.json", schema=...)),
    _run("run.json with a schema that is true", f"runs show {FIT}", "is no schema", prepare=_tell("fit-rows", "run.json", schema=True)),
    _run("run.json with an unknown status", f"runs show {FIT}", "run.json: 'done' is no status", "completed", prepare=_tell("fit-rows", "run.json", status="done")),
    _run("run.json with a status that is a list", f"runs show {FIT}", "is no status", prepare=_tell("fit-rows", "run.json", status=[])),
    _run("run.json is a link to a device", f"runs show {FIT}", "it has no run.json", prepare=_link("run.json", "/dev/zero")),
    _run("compared with no run", f"runs compare {FIT} none", "'none' is no run"),
    _run("compared without numbers", f"runs compare {FIT} {SWEEP}", "metrics.json: cannot be read", prepare=_remove("fit-rows", "metrics.json")),
    _run("compared with a broken config", f"runs compare {FIT} {SWEEP}", "config.yaml", prepare=_write("fit-rows", "config.yaml", "{")),
    _run("compared with a metrics.json that is a device", f"runs compare {FIT} {SWEEP}", "metrics.json", "is no file", prepare=_link("metrics.json", "/dev/zero")),
    _run("compared with NaN", f"runs compare {FIT} {SWEEP}", "metrics.json: is no usable JSON", "NaN", prepare=_write("fit-rows", "metrics.json", '{"inertia": NaN}')),
)  # fmt: skip

MODELS = tuple(
    _run(f"model.npz {name}", f"predict {FIT} a.csv", "model.npz", *words, prepare=prepare)
    for name, words, prepare in (
        ("is cut", ("broken or cut short",), _cut("fit-rows", "model.npz")),
        ("is empty", ("broken or cut short",), _write("fit-rows", "model.npz", b"")),
        ("is text", ("broken or cut short",), _write("fit-rows", "model.npz", "hello")),
        ("is a bomb", ("its header claims 8,589,934,592 bytes",), _bomb),
        ("is a link to itself", ("status is 'completed'",), _link("model.npz", "model.npz")),
        ("has no centroids", ("centroids: is missing",), _model(centroids=None)),
        ("has NaN for a centroid", ("centroids: has values that are not finite",), _model(centroids=lambda c: c * np.nan)),
        ("has centroids that are text", ("centroids", "is not floating-point numbers"), _model(centroids=np.array([["a", "b"]]))),
        ("has centroids in a row", ("centroids", "is not its shape"), _model(centroids=np.zeros(4))),
        ("has pickled centroids", ("centroids", "never unpickled"), _model(centroids=np.array([[{}]], dtype=object))),
        ("has an offset of another length", ("offset", "is not its shape"), _model(offset=np.zeros(3))),
        ("has labels of clusters that are not there", ("labels: names clusters that do not exist",), _model(labels=lambda x: x + 5)),
        ("has sizes that do not count the labels", ("cluster_sizes: does not count the labels",), _model(cluster_sizes=lambda s: s + 1)),
        ("has a type that rows cannot have", ("dtype: 'int8' is no type of rows",), _model(dtype=np.array("int8"))),
        ("has an image shape of other features", ("image_shape", "has not as many values"), _model(image_shape=np.array([7, 7]))),
    )
)  # fmt: skip

USED = (
    _run("predict: no such run", "predict none a.csv", "'none' is no run"),
    _run("predict: a run of pictures", f"predict {COMPRESS} a.csv", "has no model.npz"),
    _run("predict: a run that failed", f"predict {FIT} a.csv", "failed, so it has no model", prepare=_tell("fit-rows", "run.json", status="failed", error="oh")),
    _run("predict: a run without a model", f"predict {FIT} a.csv", "has no model.npz; its status is 'completed'", prepare=_remove("fit-rows", "model.npz")),
    _run("predict: a run that asked itself", f"predict {PREDICT} a.csv", "has no model itself", prepare=lambda folder: _tell("predict", "metrics.json", run=str(find(folder, "predict")))(folder)),
    _run("predict: a run that asked nobody", f"predict {PREDICT} a.csv", "None", prepare=_tell("predict", "metrics.json", run=None)),
    _run("predict: a missing file", f"predict {FIT} none.csv", "none.csv: does not exist"),
    _run("predict: rows of another width", f"predict {FIT} text.csv", "text.csv"),
    _run("predict: a folder", f"predict {FIT} runs", "runs: is a folder"),
    _run("predict: a picture, by a model of no images", f"predict {FIT} a.png", "has no image shape", "rows can be predicted"),
    _run("predict: a broken config", f"predict {FIT} a.csv", "config.yaml", prepare=_write("fit-rows", "config.yaml", b"\xff"), code=2),
    _run("predict: no config", f"predict {FIT} a.csv", "config.yaml: is missing", prepare=_remove("fit-rows", "config.yaml")),
    _run("predict: a name that leaves the folder", f"predict {FIT} a.csv --name ../x", "'../x' is no name for a run", code=2),
    _run("start from no run", "fit --set kmeans.init='{run: none}'", "'none' is no run"),
    _run("start from a run of other features", "fit --k 2 --set kmeans.init='{run: latest-fit}'", "is no run"),
    _run("animate: no such run", "animate none", "'none' is no run"),
    _run("animate: no trace", f"animate {FIT}", "kept no trace of its centroids", "trace=true"),
    _run("animate: a trace that is text", f"animate {FIT}", "trace.npz: is broken or cut short", prepare=_write("fit-rows", "trace.npz", "hello")),
    _run("animate: a trace without centroids", f"animate {FIT}", "trace.npz: holds no centroids", prepare=lambda folder: np.savez(find(folder, "fit-rows") / "trace.npz", x=np.zeros(3))),
    _run("animate: a trace of other centroids", f"animate {FIT}", "trace.npz", "is no trace of the run's centroids", prepare=lambda folder: np.savez(find(folder, "fit-rows") / "trace.npz", centroids=np.zeros((2, 9, 9)))),
    _run("animate: settings for a run that is done", f"animate {FIT} --k 3", "--k: changes nothing in a run that is done", code=2),
)  # fmt: skip

REPORTS = (
    _run("report: no such run", "report none", "'none' is no run"),
    _run("report: an unknown table", f"report {FIT} --table strats", "--table: 'strats' is no table", "did you mean 'starts'?", code=2),
    _run("report: an unknown format", f"report {FIT} --format html", "--format: 'html' is no format", "latex", code=2),
    _run("report: a run of pictures", f"report {COMPRESS}", "has no fits to report"),
    _run("report: a run that failed", f"report {FIT}", "did not complete, its status is 'failed'", prepare=_tell("fit-rows", "run.json", status="failed")),
    _run("report: a table for which there is nothing", f"report {FIT} --table k", "--table: 'k' finds nothing", code=2),
    _run("report: without numbers", f"report {FIT}", "metrics.json: cannot be read", prepare=_remove("fit-rows", "metrics.json")),
    _run("report: other numbers", f"report {FIT}", "is damaged", prepare=_write("fit-rows", "metrics.json", "{}")),
    _run("report: fits.csv is ragged", f"report {SWEEP}", "fits.csv: is no usable table: row 1 has 1 cells, its head 2", prepare=_write("sweep-k", "fits.csv", "k,init\n1\n")),
    _run("report: fits.csv is cut", f"report {SWEEP}", "fits.csv: is no usable table: it is cut short", prepare=_cut("sweep-k", "fits.csv")),
    _run("report: fits.csv has no k", f"report {SWEEP}", "is damaged", prepare=_replace("sweep-k", "fits.csv", ",k,", ",q,")),
    _run("report: fits.csv is empty", f"report {SWEEP}", "fits.csv", prepare=_write("sweep-k", "fits.csv", "")),
    _run("report: a place that is not there", f"report {FIT} --out no/x.md", "no/x.md: cannot be written"),
    _run("report: a broken model", f"report {FIT}", "model.npz", prepare=_cut("fit-rows", "model.npz")),
    _run("report: a published config that is missing", f"report {FIT} --config none.yaml", "none.yaml: no such file", code=2),
    _run("report: no data set in run.json", f"report {FIT}", "is damaged", prepare=_tell("fit-rows", "run.json", dataset=None)),
)  # fmt: skip

_AGAIN = f"compress-image --resume {COMPRESS} --no-figures"
_RESUME = f"sweep-k --resume {SWEEP} --no-figures"

RESUMED = (
    _run("resume: no such run", "sweep-k --resume none", "'none' is no run"),
    _run("resume: a run of another command", f"sweep-k --resume {FIT}", "is a run of fit, not of sweep-k", code=2),
    _run("resume: a run that is being worked on", _RESUME, "is still being worked on", prepare=_tell("sweep-k", "run.json", status="running", host="elsewhere")),
    _run("resume: other settings", f"{_RESUME} --seed 5", "--resume: seed: 5 was 0 in the run", code=2),
    _run("resume: fewer k", f"{_RESUME} --k 3", "would leave out k = 2", code=2),
    _run("resume: other data", _RESUME, "has changed since the run was started", prepare=lambda folder: _void((folder / "rows.csv").write_text("1,2\n3,4\n5,7\n9,9\n"))),
    _run("resume: data that are gone", _RESUME, "rows.csv: does not exist", prepare=lambda folder: (folder / "rows.csv").unlink()),
    _run("resume: a fit that is cut", _RESUME, "0000.npz: is broken or cut short", prepare=_cut("sweep-k", "fits/0000.npz")),
    _run("resume: a fit without arrays", _RESUME, "0001.npz: does not exist", prepare=_remove("sweep-k", "fits/0001.npz")),
    _run("resume: a fit that is no record", _RESUME, "0000.json: is no record of a fit", prepare=_write("sweep-k", "fits/0000.json", "{}")),
    _run("resume: a fit without numbers", _RESUME, "0000.json: is damaged: its n_clusters is missing", prepare=_tell("sweep-k", "fits/0000.json", metrics={})),
    _run("resume: a fit of another k", _RESUME, "0000", prepare=_tell("sweep-k", "fits/0000.json", k=3)),
    _run("resume: a picture's record that is cut", _AGAIN, ".json: is no usable JSON", prepare=_spoil_record(b"{")),
    _run("resume: a picture's record of nothing", _AGAIN, "is damaged, or was not written by this program", prepare=_spoil_record(b"{}")),
    _run("resume: a picture without numbers", f"{_AGAIN} --k 2,3 --quiet", "is damaged", prepare=_spoil_record(b'"image": {"k": 2}, "starts": []', since=b'"image"')),
    _run("resume: pictures in another space", f"{_AGAIN} --space lab", "image.space", code=2),
    _run("resume: a broken config", _RESUME, "config.yaml", "is no usable YAML", prepare=_write("sweep-k", "config.yaml", "a: ["), code=2),
    _run("resume: no config", _RESUME, "config.yaml: is missing", prepare=_remove("sweep-k", "config.yaml")),
    _run("resume: a fit without its config", f"fit --resume {FIT}", "config.yaml: is missing", prepare=_remove("fit-rows", "config.yaml")),
    _run("resume: a fit without its history", f"fit --resume {FIT}", "is completed, but damaged: history.csv: is missing", "kmeans rerun", prepare=_remove("fit-rows", "history.csv")),
    _run("resume: a fit whose table is cut", f"fit --resume {FIT}", "is completed, but damaged: centroids.csv: is no usable table: it is cut short", prepare=_cut("fit-rows", "centroids.csv", 6)),
    _run("resume: a fit with another number in a table", f"fit --resume {FIT}", "is completed, but damaged: centroids.csv: row 1, cluster: is 5; it should be 0", prepare=_replace("fit-rows", "centroids.csv", "\n0,", "\n5,")),
    _run("resume: a fit whose model is cut", f"fit --resume {FIT}", "is completed, but damaged: model.npz: is broken or cut short", prepare=_cut("fit-rows", "model.npz")),
    _run("resume: a config with an unknown key", _RESUME, "config.yaml", "is no key", prepare=_write("sweep-k", "config.yaml", "zzz: 1\n"), code=2),
)  # fmt: skip

PROOF = (
    _run("rerun: no such run", "rerun none", "'none' is no run"),
    _run("rerun: which runs", "rerun", "which runs?", "--all DIR", code=2),
    _run("rerun: a folder that is not there", "rerun --all nowhere", "nowhere: no runs can be read here"),
    _run("runs check: no such run", "runs check none", "'none' is no run"),
    _run("runs clean: no age", "runs clean --older-than soon", "--older-than: 'soon' is no age", "1d12h", code=2),
    _run("runs clean: no status", "runs clean --status done", "--status: 'done' is no status", "stale", code=2),
    _run("runs clean: which runs", "runs clean", "which runs?", "--older-than or --status", code=2),
)

ENTRIES = (*RUN, *MODELS, *USED, *REPORTS, *RESUMED, *PROOF)
