"""From a YAML file and overrides to a checked Config, and back."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_cli.config import Config, Override, build, dump, leaves, parse_set, resolve, to_tree
from kmeans_cli.config_schema import NAMES, json_schema, meanings, template
from kmeans_cli.core.params import KMeansParams, StopParams
from kmeans_cli.errors import ConfigError
from kmeans_cli.strict_yaml import read_yaml

CONFIGS = Path(__file__).parents[1] / "configs"


def _file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "c.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_gives_the_defaults(tmp_path: Path) -> None:
    """No file, an empty file and an empty mapping all mean the defaults."""
    assert resolve().config == Config()
    assert resolve(_file(tmp_path, "")).config == Config()
    assert resolve(_file(tmp_path, "{}")).config == Config()


def test_defaults_are_those_of_the_contract() -> None:
    """A few defaults that scripts rely on."""
    values = dict(leaves(to_tree(Config())))
    assert (values["data.name"], values["kmeans.n_clusters"], values["kmeans.init"]) == ("digits", 10, "k-means++")
    assert (values["kmeans.max_iter"], values["kmeans.empty"], values["kmeans.stop.rule"]) == (
        1000,
        "farthest",
        "labels",
    )
    assert (values["evaluate.silhouette_samples"], values["figures.format"], values["executor.jobs"]) == (
        2000,
        "png",
        None,
    )


def test_precedence_and_sources(tmp_path: Path) -> None:
    """Defaults give way to the file, the file to --set, --set to flags; each value says where it came from."""
    file = _file(tmp_path, "seed: 1\nkmeans:\n  n_clusters: 3\n  max_iter: 5\n")
    overrides = [parse_set("kmeans.n_clusters=4"), parse_set("seed=2"), Override("seed", 7, "--seed")]
    resolved = resolve(file, overrides)
    assert (resolved.config.seed, resolved.config.kmeans.n_clusters, resolved.config.kmeans.max_iter) == (7, 4, 5)
    assert resolved.sources["seed"] == "--seed"
    assert resolved.sources["kmeans.n_clusters"] == "--set"
    assert resolved.sources["kmeans.max_iter"] == f"{file}:4"
    assert resolved.sources["kmeans.init"] == "default"
    assert set(resolved.sources) == dict(leaves(to_tree(resolved.config))).keys()


def test_a_section_can_replace_a_name(tmp_path: Path) -> None:
    """A given start replaces the init's name, and a name replaces a given start."""
    file = _file(tmp_path, "kmeans: {init: sample}")
    assert resolve(file, [parse_set("kmeans.init.run=latest")]).config.kmeans.init == {"run": "latest"}
    file = _file(tmp_path, "kmeans: {init: {run: latest}}")
    resolved = resolve(file, [Override("kmeans.init", "sample", "--init")])
    assert resolved.config.kmeans.init == "sample"
    assert resolved.sources["kmeans.init"] == "--init"


def test_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths belong to the working directory, wherever the config file is."""
    monkeypatch.chdir(tmp_path)
    config = resolve(None, [parse_set("data.path=a/b.csv"), parse_set("kmeans.init.file=c.npy")]).config
    assert config.data.path == tmp_path / "a" / "b.csv"
    assert config.kmeans.init == {"file": str(tmp_path / "c.npy")}


def test_whole_numbers_serve_as_numbers() -> None:
    """1 is fine for a float; a list is fine for a tuple."""
    config = build({"kmeans": {"stop": {"rule": "shift", "tol": 1}}, "data": {"drop": ["a", 2]}})
    assert config.kmeans.stop == StopParams("shift", 1.0)
    assert config.data.drop == ("a", 2)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("kmeans:\n  n_clusters: true", 2, "kmeans.n_clusters: True is of the wrong type; allowed: a whole number"),
        ("kmeans:\n  n_clusters: 3.0", 2, "kmeans.n_clusters: 3.0 is of the wrong type"),
        ("kmeans:\n  n_clusters: '3'", 2, "'3' is of the wrong type"),
        ("kmeans:\n  n_clusters: null", 2, "None is of the wrong type"),
        ("kmeans:\n  n_clusters: 0", 2, "kmeans.n_clusters: 0 is too small"),
        ("kmeans:\n  max_iter: -1", 2, "kmeans.max_iter: -1 is too small"),
        ("kmeans:\n  n_cluster: 3", 2, "'n_cluster' is no key"),
        ("kmeans:\n  n_cluster: 3", 2, "did you mean 'n_clusters'?"),
        ("max_iter: 3", 1, "'max_iter' is no key here; did you mean 'kmeans.max_iter'?"),
        ("kmean: {n_clusters: 3}", 1, "did you mean 'kmeans'?"),
        ("kmeans: 3", 1, "kmeans: 3 is of the wrong type; allowed: a mapping"),
        ("kmeans:", 1, "kmeans: None is of the wrong type"),
        ("kmeans:\n  stop: {rule: shift, tol: -1}", 2, "kmeans.stop.tol: -1.0 is no tolerance"),
        ("kmeans:\n  stop: {rule: shift}", 2, "rule 'shift' needs a tol"),
        ("kmeans:\n  stop: {rule: shft, tol: 1}", 2, "did you mean 'shift'?"),
        ("kmeans:\n  stop: {tol: true}", 2, "kmeans.stop.tol: True is of the wrong type; allowed: a number or null"),
        ("kmeans:\n  init: random", 2, "say 'sample'"),
        ("kmeans:\n  init: 3", 2, "allowed: text or a mapping"),
        ("kmeans:\n  init: {file: 3}", 2, "kmeans.init.file: 3 is of the wrong type; allowed: text"),
        ("kmeans:\n  max_iter: 5\n  algorithm: minibatch", 2, "5 has no meaning for algorithm 'minibatch'"),
        ("minibatch: {patience: 0}", 1, "minibatch.patience: 0 is too small"),
        ("kmeans:\n  empty: furthest", 2, "did you mean 'farthest'?"),
        ("trace: 1", 1, "allowed: true or false"),
        ("seed: -1", 1, "seed: -1 is no seed"),
        ("name: 3", 1, "name: 3 is of the wrong type; allowed: text or null"),
        ("data:\n  drop: [a, 1.5]", 2, "data.drop.1: 1.5 is of the wrong type; allowed: text or a whole number"),
        ("data:\n  name: digit", 2, "did you mean 'digits'?"),
        ("figures: {format: gif}", 1, "figures.format: 'gif'"),
        ("executor: {jobs: 0}", 1, "executor.jobs: 0"),
        ("<<: {seed: 1}", 1, "'<<' is no key"),
    ],
)
def test_wrong_settings_are_one_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    """An error names the file, the line, the dotted key, the bad value and what is allowed."""
    file = _file(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        resolve(file)
    message = str(caught.value)
    assert message.startswith(f"{file}:{line}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize("text", ["- 1", "3", "text"])
def test_the_root_is_a_mapping(tmp_path: Path, text: str) -> None:
    """A list or a lone value is no config."""
    with pytest.raises(ConfigError, match="allowed: a mapping of keys to values"):
        resolve(_file(tmp_path, text))


@pytest.mark.parametrize("text", ["x", "=3", "a..b=3", "", ".=1", "a.=1"])
def test_set_needs_a_key(text: str) -> None:
    """--set without a key or a value is refused."""
    with pytest.raises(ConfigError, match="sets nothing"):
        parse_set(text)


def test_set_errors_name_the_flag() -> None:
    """An unknown key in --set is said to come from there; so is broken YAML."""
    with pytest.raises(ConfigError, match=r"^--set: minibatch.size: 'size' is no key"):
        resolve(None, [parse_set("minibatch.size=3")])
    with pytest.raises(ConfigError, match=r"^--set seed:1: is no usable YAML"):
        parse_set("seed=[")


def test_text_that_is_no_unicode_is_refused() -> None:
    """Bytes of the command line that are no text are an error, not a crash."""
    with pytest.raises(ConfigError, match="no Unicode"):
        resolve(None, [Override("name", "a\udcff", "--name")])


def test_set_takes_yaml() -> None:
    """The value of --set is YAML: null, lists and mappings too."""
    assert parse_set("a.b=[1, {c: null}]") == Override("a.b", [1, {"c": None}], "--set")
    assert parse_set("name=a=b").value == "a=b"


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_dump_resolves_to_the_same(tmp_path: Path, file: Path) -> None:
    """The resolved config of every file in configs/ survives being written and read."""
    config = resolve(file).config
    assert resolve(_file(tmp_path, dump(config))).config == config
    assert file.read_text().startswith("# ")


@given(
    st.builds(
        Config,
        name=st.none() | st.from_regex(r"[-0-9.eoxn~]{1,9}") | st.sampled_from(["no", "1e-4", "2020-01-01", "null"]),
        seed=st.integers(0),
        kmeans=st.builds(
            KMeansParams,
            n_clusters=st.integers(1),
            stop=st.builds(StopParams, rule=st.sampled_from(["shift", "loss"]), tol=st.floats(0, allow_infinity=False)),
        ),
    )
)
def test_any_config_survives_yaml(config: Config) -> None:
    """Whatever the values, dump and build give the same config."""
    assert build(read_yaml(dump(config), "f").tree) == config


def test_the_schema_knows_keys_and_names() -> None:
    """The JSON Schema lists every key with its meaning and the names of the variants."""
    schema = json_schema()
    section = schema["$defs"]["KMeansParams"]["properties"]
    assert section["init"]["anyOf"][0]["enum"] == list(NAMES["kmeans.init"])
    assert section["empty"]["enum"] == list(NAMES["kmeans.empty"])
    assert schema["$defs"]["DataParams"]["properties"]["name"]["enum"] == list(NAMES["data.name"])
    assert schema["additionalProperties"] is False
    assert section["max_iter"]["description"]


def test_every_key_has_a_meaning() -> None:
    """No setting is without a line that says what it is, and every list of names belongs to a key."""
    told = meanings()
    assert dict(leaves(to_tree(Config()))).keys() <= told.keys()
    assert all(told.values())
    assert NAMES.keys() <= told.keys()


def test_every_name_is_accepted() -> None:
    """What the schema and the completion offer is what the sections take."""
    for key, names in NAMES.items():
        for name in names:
            tol = [parse_set("kmeans.stop.tol=1")] if name in ("shift", "loss") else []
            value = [name] if key == "sweep.rules" else name
            resolve(None, [Override(key, value, "--set"), *tol])


def test_the_template_is_the_default_config(tmp_path: Path) -> None:
    """The commented file with all keys resolves to the defaults."""
    assert resolve(_file(tmp_path, template())).config == Config()


def test_configs_are_plain_values() -> None:
    """A config cannot be changed by accident."""
    config: Any = Config()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.seed = 3


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ({"k": 5, "j_clus": 3.0}, r"published\.rows\.0\.j_clus: 'j_clus' is no key; .*did you mean 'j_clust'"),
        ({"j_clust": 3.0}, r"published\.rows\.0\.k: is missing"),
        ({"k": 5, "accuracy": "58 %"}, r"published\.rows\.0\.accuracy: '58 %' is of the wrong type; allowed: a number"),
        ({"k": 5, "accuracy": 58}, r"published\.rows\.accuracy: 58\.0 is no share"),
    ],
)
def test_published_rows_are_checked(row: dict[str, object], line: str) -> None:
    """A row of published figures is as strict as any section: it names the row, the key and what is allowed."""
    with pytest.raises(ConfigError, match=line):
        build({"published": {"rows": [row]}})
