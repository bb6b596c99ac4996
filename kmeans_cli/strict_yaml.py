"""YAML as a config should be read: only what JSON has, with the scalars of YAML 1.2 and a line for every key.

PyYAML alone reads ``1e-4`` as text, ``010`` as 8 and ``no`` as false, keeps the last of two equal keys
silently and lets a few hundred bytes of aliases unfold to gigabytes. Here PyYAML only parses the text to
nodes; what they mean is decided below.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from kmeans_cli.errors import ConfigError

MAX_BYTES = 1 << 18
"""No config is longer; reading stops there, so that ``/dev/zero`` is an error too."""

_CORE_SCHEMA: dict[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    # YAML 1.2.2, section 10.3.2
    "tag:yaml.org,2002:null": (re.compile(r"(~|null|Null|NULL|)\Z"), lambda _: None),
    "tag:yaml.org,2002:bool": (
        re.compile(r"(true|True|TRUE|false|False|FALSE)\Z"),
        lambda text: text.lower() == "true",
    ),
    "tag:yaml.org,2002:int": (
        re.compile(r"([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"),
        lambda text: int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)),
    ),
    "tag:yaml.org,2002:float": (
        re.compile(r"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z"),
        lambda text: float(text.lower().replace(".inf", "inf").replace(".nan", "nan")),
    ),
}
_ENDLESS = 10**9
_TEXT, _LIST, _MAPPING = "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"


class _Loader(yaml.SafeLoader):
    """PyYAML's parser with the scalars of YAML 1.2, and without aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """As PyYAML does, but an alias is an error."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call] # missing in the stubs
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=mark)
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Quotes whatever text the loader would not read as text."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # Between other quotes PyYAML would fold line breaks as rare as U+0085 to spaces.
    return dumper.represent_scalar(_TEXT, text, style=None if text.isprintable() else '"')


_Dumper.add_representer(str, _represent_text)
for _kind in (_Loader, _Dumper):
    _kind.yaml_implicit_resolvers = {}  # those of YAML 1.1 are not wanted
    for _tag, (_pattern, _) in _CORE_SCHEMA.items():
        _kind.add_implicit_resolver(_tag, _pattern, None)


@dataclass
class Document:
    """What a YAML text says.

    Attributes:
        tree: Mappings, lists, text, numbers, booleans and None.
        lines: The line, from 1, of every dotted key.
    """

    tree: Any
    lines: dict[str, int] = field(default_factory=dict)


def read_yaml_file(path: Path) -> Document:
    """Read a file; see ``read_yaml``.

    Raises:
        ConfigError: Also when it is missing, a directory, unreadable, too long or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise ConfigError(problem, where=str(path)) from None
    if len(content) > MAX_BYTES:
        raise ConfigError("is too long for a config", where=str(path), allowed=f"at most {MAX_BYTES} bytes")
    try:
        return read_yaml(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 text: {error.reason} at byte {error.start}", where=str(path)) from None


def read_yaml(text: str, where: str) -> Document:
    """Read one YAML document.

    Args:
        text: The document.
        where: The file or flag it came from, for errors.

    Raises:
        ConfigError: For broken YAML, two equal keys, keys that are no text, aliases, types that JSON lacks,
            and nesting too deep to read. ``where`` then has the line.
    """
    document = Document(None)
    try:
        root = _Loader(text).get_single_node()
        if root is not None:
            document.tree = _value(root, "", document.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context
        raise ConfigError(
            f"is no usable YAML: {problem}", where=f"{where}:{mark.line + 1}" if mark else where
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"is no usable YAML: {' '.join(str(error).split())}", where=where) from None
    except RecursionError:
        raise ConfigError("is nested too deeply", where=where) from None
    return document


def write_yaml(tree: Any) -> str:
    """Text from which ``read_yaml`` makes the same tree."""
    return _dump(tree, default_flow_style=False)


def write_yaml_value(value: Any) -> str:
    """One line that can stand behind a key."""
    # In a list, so that PyYAML does not add its end mark to a lone scalar.
    return _dump([value], default_flow_style=True, width=_ENDLESS).strip()[1:-1]


def _dump(tree: Any, **style: Any) -> str:
    return str(yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, **style))


def _value(node: yaml.Node, key: str, lines: dict[str, int]) -> Any:
    if isinstance(node, yaml.MappingNode) and node.tag == _MAPPING:
        return _mapping(node, key, lines)
    if isinstance(node, yaml.SequenceNode) and node.tag == _LIST:
        return [_value(item, key, lines) for item in node.value]
    if isinstance(node, yaml.ScalarNode) and node.tag == _TEXT:
        return node.value
    pattern, reader = _CORE_SCHEMA.get(node.tag, (None, None))
    if pattern is None or reader is None or not pattern.match(node.value):
        _fail(f"{node.tag.replace('tag:yaml.org,2002:', '!!')} is not allowed here", node)
    try:
        return reader(node.value)
    except ValueError:  # Python refuses to read whole numbers of more than 4,300 digits
        _fail("a number with too many digits", node)


def _mapping(node: yaml.MappingNode, prefix: str, lines: dict[str, int]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if key_node.tag != _TEXT:
            _fail("a key must be text", key_node)
        name = key_node.value
        if name in tree:
            _fail(f"the key {name!r} stands here twice", key_node)
        dotted = f"{prefix}.{name}" if prefix else name
        lines[dotted] = key_node.start_mark.line + 1
        tree[name] = _value(value_node, dotted, lines)
    return tree


def _fail(problem: str, node: yaml.Node) -> NoReturn:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
