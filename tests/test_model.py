"""Models: written, read back, broken, and used on new rows."""

import io
import time
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from kmeans_cli import model as model_module
from kmeans_cli.errors import PlaceError
from kmeans_cli.model import Model, read_model


@pytest.fixture
def model():
    """Three clusters of 2×2 images, the last one empty, in units of 1/255."""
    return Model(
        centroids=np.array([[0.0, 0, 0, 0], [1, 1, 1, 1], [0.5, 0.5, 0, 0]]),
        labels=np.array([0, 1, 1, 0, 0], dtype=np.int32),
        cluster_sizes=np.array([3, 2, 0]),
        cluster_classes=(7, 1, None),
        init_indices=np.array([4, 1, 2]),
        offset=np.zeros(4),
        factor=np.full(4, 255.0),
        image_shape=(2, 2),
        feature_names=("a", "b", "c", "d"),
    )


@pytest.fixture
def minimal(model):
    """The same model with nothing that may be absent."""
    return replace(model, cluster_classes=None, init_indices=None, image_shape=None, feature_names=None)


def _bytes(model):
    file = io.BytesIO()
    model.write(file)
    return file.getvalue()


def _assert_same(first, second):
    for field in fields(Model):
        left, right = getattr(first, field.name), getattr(second, field.name)
        assert type(left) is type(right), field.name
        assert getattr(left, "dtype", None) == getattr(right, "dtype", None), field.name
        np.testing.assert_array_equal(left, right, err_msg=field.name)


def _write_arrays(path, **arrays):
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize("classes", [(7, 1, None), (-1, 1, None), ("", "seven", None), ("x", "y", None)])
def test_a_written_model_reads_back_the_same(tmp_path, model, classes):
    """Everything survives the file, also classes that look like the filler of an empty cluster."""
    model = replace(model, cluster_classes=classes)
    path = tmp_path / "model.npz"
    path.write_bytes(_bytes(model))
    _assert_same(read_model(path), model)


def test_what_is_absent_stays_absent(tmp_path, minimal):
    """A model without classes, start, image shape and names has only the six other arrays in its file."""
    path = tmp_path / "model.npz"
    path.write_bytes(_bytes(minimal))
    _assert_same(read_model(path), minimal)
    with np.load(path) as archive:
        assert sorted(archive) == ["centroids", "cluster_sizes", "dtype", "factor", "labels", "offset"]


def test_the_same_model_gives_the_same_bytes(monkeypatch, model):
    """The file does not depend on when it is written."""
    first = _bytes(model)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
    assert _bytes(model) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    """What cannot be opened is an error with the path and the system's reason."""
    with pytest.raises(PlaceError, match=r"none\.npz: does not exist"):
        read_model(tmp_path / "none.npz")
    with pytest.raises(PlaceError, match="Is a directory"):
        read_model(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x93NUMPY"])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    """Whatever is no npz is said to be no model."""
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(PlaceError, match=r"model\.npz: is broken or cut short"):
        read_model(path)


def test_objects_are_never_unpickled(tmp_path):
    """An array of objects is refused by name, not loaded."""
    path = _write_arrays(tmp_path / "model.npz", centroids=np.array([{}], dtype=object))
    with pytest.raises(PlaceError, match=r"model\.npz.*(unpickled|claims|shape|whole)"):
        read_model(path)


@pytest.mark.parametrize("shape", ["(10**15, 4)", "(1000000000000000, 4)", "(-1, 4)", "((((("])
def test_a_header_that_lies_is_refused(tmp_path, shape):
    """A header that claims more than there is, or is none, names the array; nothing is allocated or run."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("centroids.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(PlaceError, match=r"model\.npz.*(unpickled|claims|shape|whole)"):
        read_model(path)


@pytest.mark.parametrize("key", ["centroids", "labels", "cluster_sizes", "offset", "factor"])
def test_a_missing_array_is_named(tmp_path, minimal, key):
    """Each array that must be there is asked for by name."""
    arrays = {name: getattr(minimal, name) for name in model_module._FIELDS if name != key}
    present = {name: array for name, array in arrays.items() if array is not None}
    with pytest.raises(PlaceError, match=rf"model\.npz: {key}: is missing"):
        read_model(_write_arrays(tmp_path / "model.npz", **present))


@pytest.mark.parametrize(
    ("key", "array", "problem"),
    [
        ("centroids", np.zeros(4), r"centroids: \(4,\) is not its shape; allowed: \(k, d\)"),
        ("centroids", np.zeros((0, 4)), r"centroids: \(0, 4\) is not its shape"),
        ("centroids", np.zeros((3, 4), dtype=int), "centroids: 'int64' is not floating-point numbers"),
        ("centroids", np.full((3, 4), np.nan), "centroids: has values that are not finite"),
        ("factor", np.zeros(3), r"factor: \(3,\) is not its shape; allowed: \(d = 4\)"),
        ("labels", np.array([0, 1, 1, 0, 3]), "labels: names clusters that do not exist; allowed: 0 to 2"),
        ("labels", np.array([0, 1, 1, 0, 1]), "cluster_sizes: does not count the labels"),
        ("cluster_classes", np.array([1, 2]), r"cluster_classes: \(2,\) is not its shape; allowed: \(k = 3\)"),
        ("image_shape", np.array([2, 3]), r"image_shape: \(2, 3\) has not as many values as .* \(4\)"),
        ("feature_names", np.arange(4), "feature_names: 'int64' is not strings"),
    ],
)
def test_a_wrong_array_is_named(tmp_path, minimal, key, array, problem):
    """Arrays of the wrong type or shape, or at odds with the others, are refused by name."""
    arrays = {name: getattr(minimal, name) for name in model_module._FIELDS} | {key: array}
    present = {name: array for name, array in arrays.items() if array is not None}
    with pytest.raises(PlaceError, match=problem):
        read_model(_write_arrays(tmp_path / "model.npz", **present))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_files_are_refused_or_read_the_same(tmp_path, model, data):
    """Cut anywhere, or with any bytes changed, a file is either refused or means what it meant."""
    content = bytearray(_bytes(model))
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "model.npz"
    path.write_bytes(content[: data.draw(st.one_of(st.none(), st.integers(0, len(content))))])
    try:
        read = read_model(path)
    except PlaceError:
        return
    _assert_same(read, replace(model, **dict.fromkeys(_lost(read, model))))


def _lost(read, model):
    """What may be absent and is, though it was written: its name in the directory was damaged."""
    optional = ("cluster_classes", "init_indices", "image_shape", "feature_names")
    return [name for name in optional if getattr(read, name) is None and getattr(model, name) is not None]


def test_rows_are_assigned_in_raw_units(model):
    """Rows as they are in the file are scaled by the training figures; distances are in the fit's units."""
    labels, squared = model.assign(np.array([[255, 255, 255, 255], [0, 0, 0, 51], [128, 128, 0, 0]], dtype=np.uint8))
    assert labels.tolist() == [1, 0, 2]
    assert labels.dtype == np.int32
    np.testing.assert_allclose(squared, [0, 0.04, 2 * (0.5 / 255) ** 2], rtol=1e-12)


def test_ties_go_to_the_lowest_cluster(minimal):
    """A row as near to two centroids belongs to the one with the lower number."""
    twins = replace(minimal, centroids=np.array([[1.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]))
    assert twins.assign(np.zeros((1, 4)))[0].tolist() == [1]
    assert twins.assign(np.array([[127.5, 0, 0, 0]]))[0].tolist() == [0]


def test_features_that_were_constant_do_not_count(minimal):
    """With a factor of 0, a feature has no influence, whatever new rows hold there."""
    constant = replace(minimal, offset=np.full(4, 9.0), factor=np.array([1.0, 0, 0, 0]))
    _, squared = constant.assign(np.array([[9.0, 1e300, -5, 9]]))
    assert squared.tolist() == [0]


def test_assignment_over_several_blocks_is_the_plain_one(monkeypatch, minimal):
    """In blocks, labels and distances are those of the whole matrix at once."""
    monkeypatch.setattr(model_module, "_CHUNK_BYTES", 8 * 4 * 7)
    rows = np.random.default_rng(0).normal(100, 100, size=(50, 4)).astype(np.float32)
    expected = cdist((rows.astype(np.float64) - minimal.offset) / minimal.factor, minimal.centroids) ** 2
    labels, squared = minimal.assign(rows)
    np.testing.assert_array_equal(labels, expected.argmin(axis=1))
    np.testing.assert_allclose(squared, expected.min(axis=1), rtol=1e-12)
    np.testing.assert_allclose(minimal.squared_distances(rows), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (np.zeros((2, 3)), r"rows: \(2, 3\) is a shape that does not fit the model; allowed: \(m, 4\)"),
        (np.zeros(4), "shape that does not fit"),
        (np.full((2, 4), np.inf), "must be finite numbers"),
        (np.full((2, 4), "1"), "must be finite numbers"),
    ],
)
def test_rows_that_do_not_fit_are_refused(minimal, rows, problem):
    """Rows of another width, or that are no finite numbers, are one clear line."""
    with pytest.raises(PlaceError, match=problem):
        minimal.assign(rows)


def test_rows_are_rounded_as_the_fit_saw_them(model):
    """A float32 fit saw float32 rows, so new ones are rounded to float32 before they are measured."""
    third = 1 / 3
    exact = replace(model, centroids=np.full((3, 4), third), factor=np.ones(4))
    rounded = replace(exact, dtype="float32")
    row = np.full((1, 4), third)
    assert exact.squared_distances(row)[0, 0] == 0
    assert rounded.squared_distances(row)[0, 0] == pytest.approx(4 * (float(np.float32(third)) - third) ** 2)


@pytest.mark.parametrize(("key", "value"), [("ink", np.ones(5)), ("dtype", np.array("int8"))])
def test_broken_details_are_refused(tmp_path, model, key, value):
    """Ink of another length and a type that no fit has are named."""
    path = tmp_path / "model.npz"
    path.write_bytes(_bytes(replace(model, ink=np.ones(6))))
    with np.load(path) as archive:
        arrays = dict(archive)
    _write_arrays(path, **(arrays | {key: value}))
    with pytest.raises(PlaceError, match=f"model.npz: {key}"):
        read_model(path)
