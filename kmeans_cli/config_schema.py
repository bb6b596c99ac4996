"""What may stand in a config: every key with its default, its meaning and the names to choose from.

The meanings are the ``Attributes`` of the sections' docstrings, the names the variants' own dicts, so neither can
differ from the program.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass
from inspect import cleandoc
from textwrap import fill
from typing import Any, get_type_hints

from kmeans_cli.config import Config, plain_schema, to_tree
from kmeans_cli.core.algorithms import ALGORITHM_NAMES
from kmeans_cli.core.empty import EMPTY_POLICIES
from kmeans_cli.core.init import INIT_NAMES, INITS
from kmeans_cli.core.stop import STOP_RULES
from kmeans_cli.datasets.params import DTYPES, MISSING, SCALES, SPLITS
from kmeans_cli.datasets.registry import DATASETS
from kmeans_cli.executor import EXECUTORS
from kmeans_cli.images.dither import DITHERS
from kmeans_cli.images.spaces import SPACES
from kmeans_cli.plots.params import FORMATS
from kmeans_cli.selection import K_RULES
from kmeans_cli.strict_yaml import write_yaml_value

NAMES: dict[str, Collection[str]] = {
    "data.name": DATASETS,
    "data.missing": MISSING,
    "data.split": SPLITS,
    "data.scale": SCALES,
    "data.dtype": DTYPES,
    "kmeans.init": INIT_NAMES,
    "kmeans.algorithm": ALGORITHM_NAMES,
    "kmeans.empty": EMPTY_POLICIES,
    "kmeans.stop.rule": STOP_RULES,
    "sweep.init": INITS,
    "sweep.rules": K_RULES,
    "image.space": SPACES,
    "image.dither": DITHERS,
    "figures.format": FORMATS,
    "executor.name": EXECUTORS,
}
"""The keys that take a name, with the names."""

_ATTRIBUTES = re.compile(r"^Attributes:\n((?:(?: +.*)?\n)+)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^    (\w[\w, ]*): (.*(?:\n {5,}.*)*)", re.MULTILINE)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a config file, for editors."""
    schema = plain_schema()
    for section in (schema, *schema["$defs"].values()):
        section["description"] = section["description"].partition("\n")[0]
    for key, meaning in meanings().items():
        _property(schema, key)["description"] = meaning
    for key, names in NAMES.items():
        value = _property(schema, key)
        value = value.get("items", value)  # of a list, each item is a name
        text = next(kind for kind in value.get("anyOf", [value]) if kind.get("type") == "string")
        text["enum"] = list(names)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def meanings(section: type = Config, prefix: str = "") -> dict[str, str]:
    """What every dotted key means, in the words of the section's docstring."""
    told = dict(_attributes(section))
    hints = get_type_hints(section)
    found = {}
    for field in fields(section):
        found[prefix + field.name] = told[field.name]
        if is_dataclass(hints[field.name]):
            found |= meanings(hints[field.name], f"{prefix}{field.name}.")
    return found


def template() -> str:
    """A config file with every key at its default and a comment above each."""
    head = "# Every key with its default. What is left out keeps the default, so delete what you don't change.\n"
    return head + "".join(_lines(to_tree(Config()), meanings()))


def _lines(values: dict[str, Any], told: dict[str, str], prefix: str = "", indent: str = "") -> Iterator[str]:
    for name, value in values.items():
        key = prefix + name
        names = f" Names: {', '.join(NAMES[key])}." if key in NAMES else ""
        comment = fill(told[key] + names, 100, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")
        yield f"{comment}\n" if indent else f"\n{comment}\n"
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:\n"
            yield from _lines(value, told, f"{key}.", indent + "  ")
        else:
            yield f"{indent}{name}: {write_yaml_value(value)}\n"


def _attributes(section: type) -> Iterator[tuple[str, str]]:
    block = _ATTRIBUTES.search(cleandoc(section.__doc__ or "") + "\n")
    for names, text in _ATTRIBUTE.findall(block[1] if block else ""):
        for name in names.split(", "):
            yield name, _for_yaml(" ".join(text.split()))


def _for_yaml(text: str) -> str:
    """The same words for a reader of YAML, who knows neither None nor the program's dicts."""
    return re.sub(r"\bNone\b", "null", re.sub(r" in ``[A-Z_]+``", "", text).replace("``", ""))


def _property(schema: dict[str, Any], key: str) -> dict[str, Any]:
    value = schema
    for name in key.split("."):
        section = schema["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else value
        value = section["properties"][name]
    return value
