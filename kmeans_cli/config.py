"""From a YAML file and overrides to one checked ``Config``, and back to YAML.

Each section is a dataclass of the room that uses it, and checks itself when made. Types and unknown keys are
pydantic's business. It is asked through JSON: a tree of YAML is one of JSON, and in that mode pydantic takes lists
for tuples and text for paths, but is strict about ``true`` for a number and ``3.0`` for a count.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from kmeans_cli.config_errors import Origins, as_config_error, origin_of
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.errors import ConfigError
from kmeans_cli.executor import ExecutorParams
from kmeans_cli.images.params import NO_PATHS, ImageParams
from kmeans_cli.metrics.params import EvaluateParams
from kmeans_cli.plots.params import FigureParams
from kmeans_cli.strict_yaml import read_yaml, read_yaml_file, write_yaml
from kmeans_cli.sweep import SweepParams
from kmeans_cli.tables.params import Published, PublishedRow


@with_config(ConfigDict(strict=True, extra="forbid"))
@dataclass(frozen=True)
class Config:
    """All settings of a run.

    Attributes:
        name: A label in the run folder's name; null: made from data and k.
        seed: Of the first start; those of further starts are made from it.
        data: What to cluster.
        kmeans: How it is clustered.
        minibatch: How, by algorithm ``minibatch``.
        sweep: What several fits differ in.
        image: Which pictures get fewer colours, and how.
        evaluate: What is measured afterwards.
        figures: What is drawn.
        executor: Who computes the fits.
        trace: Keep the centroids of every iteration.
        checkpoint_seconds: How often ``fit`` writes down where it is, for ``--resume``.
        published: What others found; report tables set it beside ours.

    Raises:
        ConfigError: For a negative seed or interval.
    """

    name: str | None = None
    seed: int = 0
    data: DataParams = field(default_factory=DataParams)
    kmeans: KMeansParams = field(default_factory=KMeansParams)
    minibatch: MiniBatchParams = field(default_factory=MiniBatchParams)
    sweep: SweepParams = field(default_factory=SweepParams)
    image: ImageParams = field(default_factory=ImageParams)
    evaluate: EvaluateParams = field(default_factory=EvaluateParams)
    figures: FigureParams = field(default_factory=FigureParams)
    executor: ExecutorParams = field(default_factory=ExecutorParams)
    trace: bool = False
    checkpoint_seconds: float = 60.0
    published: Published = field(default_factory=Published)

    def __post_init__(self) -> None:
        """Check."""
        if self.seed < 0:
            raise ConfigError("is no seed", where="seed", value=self.seed, allowed="a whole number from 0")
        if not 0 <= self.checkpoint_seconds < float("inf"):
            raise ConfigError(
                "is no interval",
                where="checkpoint_seconds",
                value=self.checkpoint_seconds,
                allowed="seconds, at least 0",
            )


_ADAPTER = TypeAdapter(Config)
_WITH_ALL_KEYS = Config(published=Published(rows=(PublishedRow(k=1),)))  # lists that are empty by default show theirs


@dataclass(frozen=True)
class Override:
    """One setting from outside the file.

    Attributes:
        key: Dotted: ``kmeans.n_clusters``.
        value: As YAML would give it.
        source: What the user wrote it with, for errors and ``config show``: ``--k``.
    """

    key: str
    value: Any
    source: str


@dataclass(frozen=True)
class Resolved:
    """A config and where each of its values came from.

    Attributes:
        config: Checked, with absolute paths.
        sources: For every dotted key: ``default``, the file and line, or the flag.
    """

    config: Config
    sources: dict[str, str]


def parse_set(text: str) -> Override:
    """What ``--set key=value`` means; the value is YAML.

    Raises:
        ConfigError: Without ``=`` or a key, or when the value is no YAML.
    """
    key, equals, value = text.partition("=")
    if not equals or not all(key.split(".")):
        raise ConfigError(
            "sets nothing", where="--set", value=text, allowed="dotted.key=value, as kmeans.n_clusters=10"
        )
    return Override(key.strip(), read_yaml(value, f"--set {key}").tree, "--set")


def resolve(
    file: Path | None = None, overrides: Sequence[Override] = (), defaults: Mapping[str, Any] | None = None
) -> Resolved:
    """Defaults, then the file, then the overrides in their order.

    Args:
        file: A YAML file, or None.
        overrides: What flags say.
        defaults: Of the command, by dotted key, where they differ from those of the config.

    Raises:
        ConfigError: For whatever in them cannot be right; ``where`` names the file and line, or the flag, and the key.
    """
    values: dict[str, Any] = {}
    origins: Origins = {}
    if file is not None:
        values, origins = _read(file)
    for key, value in (defaults or {}).items():
        if not _is_given(values, key.split(".")):
            _set(values, key.split("."), value)
            origins[key] = "default"
    for override in overrides:
        _set(values, override.key.split("."), override.value)
        origins = {key: origin for key, origin in origins.items() if not _is_in(key, override.key)}
        origins[override.key] = override.source
    config = _absolute(build(values, origins))
    given = dict(leaves(values))
    sources = {key: origin_of(key, origins) if key in given else None for key, _ in leaves(to_tree(config))}
    return Resolved(config, {key: source or "default" for key, source in sources.items()})


def build(values: dict[str, Any], origins: Origins | None = None) -> Config:
    """The checked Config of plain values.

    Raises:
        ConfigError: For unknown keys, wrong types, and what the sections themselves refuse.
    """
    try:
        return _ADAPTER.validate_json(json.dumps(values))
    except ValidationError as error:
        raise as_config_error(error.errors(), values, to_tree(_WITH_ALL_KEYS), origins or {}) from None


def to_tree(config: Config) -> dict[str, Any]:
    """The config as mappings, lists, text and numbers, as a YAML file would hold it."""
    values: dict[str, Any] = _ADAPTER.dump_python(config, mode="json")
    return values


def dump(config: Config) -> str:
    """YAML that resolves to the same config."""
    return write_yaml(to_tree(config))


def plain_schema() -> dict[str, Any]:
    """The types of all keys as JSON Schema; ``config_schema`` adds what the keys mean."""
    return _ADAPTER.json_schema()


def leaves(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The dotted keys of a tree with their values; a list or an empty mapping is a value."""
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _read(file: Path) -> tuple[dict[str, Any], Origins]:
    document = read_yaml_file(file)
    values = {} if document.tree is None else document.tree
    if not isinstance(values, dict):
        raise ConfigError("is no config", where=str(file), value=values, allowed="a mapping of keys to values")
    return values, {key: f"{file}:{line}" for key, line in document.lines.items()}


def _set(values: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set one dotted key; what is no mapping on the way gives place to one."""
    for name in path[:-1]:
        if not isinstance(values.get(name), dict):
            values[name] = {}
        values = values[name]
    values[path[-1]] = value


def _is_given(values: Any, path: Sequence[str]) -> bool:
    for name in path:
        if not isinstance(values, dict) or name not in values:
            return False
        values = values[name]
    return True


def _is_in(key: str, section: str) -> bool:
    return key == section or key.startswith(section + ".")


def _absolute(config: Config) -> Config:
    """Relative paths belong to the working directory of this moment, which no later reader of the config knows."""
    data, kmeans, image = config.data, config.kmeans, config.image
    if data.path is not None:
        data = dataclasses.replace(data, path=_absolute_path(data.path))
    if isinstance(kmeans.init, dict) and "file" in kmeans.init:
        kmeans = dataclasses.replace(kmeans, init={"file": str(_absolute_path(Path(kmeans.init["file"])))})
    paths = tuple(path if path in NO_PATHS else str(_absolute_path(Path(path))) for path in image.paths)
    image = dataclasses.replace(image, paths=paths)
    return dataclasses.replace(config, data=data, kmeans=kmeans, image=image)


def _absolute_path(path: Path) -> Path:
    return path.expanduser().absolute()
