"""One clear line for what pydantic found: where it stands, the dotted key, the bad value, what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from kmeans_cli.errors import ConfigError, KMeansError, nearest_match

Origins: TypeAlias = dict[str, str]
"""Who set a dotted key: ``configs/digits.yaml:3`` or ``--k``."""

_WORDS = {
    "bool_type": "true or false",
    "dataclass_type": "a mapping",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_type": "a whole number",
    "path_type": "text",
    "string_type": "text",
    "tuple_type": "a list",
}


def origin_of(key: str, origins: Origins) -> str | None:
    """Who set the key, or else something in it, or else the section it is in; None: nobody."""
    inner = (origin for other, origin in origins.items() if other == key or other.startswith(f"{key}."))
    origin = next(inner, None)
    return origin or (origin_of(key.rpartition(".")[0], origins) if "." in key else None)


def as_config_error(
    findings: Sequence[Mapping[str, Any]], tree: dict[str, Any], defaults: dict[str, Any], origins: Origins
) -> KMeansError:
    """The error to raise for the first finding.

    Args:
        findings: ``ValidationError.errors()``; for a key that may have several types there is one for each type.
        tree: What was validated.
        defaults: The tree of all keys with their defaults; a list of mappings holds one of them.
        origins: Who set what.
    """
    first = findings[0]
    if first["type"] == "json_invalid":  # the two ways for a tree not to be JSON: nesting, and half a surrogate pair
        if "recursion" in str(first["msg"]):
            return ConfigError("is nested too deeply", where="config")
        return ConfigError("has text that is no Unicode", where="config")
    if first["type"] == "missing":
        return ConfigError("is missing", where=_place(".".join(map(str, first["loc"])), origins))
    if first["type"] == "unexpected_keyword_argument":
        return _unknown_key([str(part) for part in first["loc"]], defaults, origins)
    if first["type"] == "value_error":
        return _own_error(first, origins)
    return _wrong_type(findings, tree, defaults, origins)


def _unknown_key(path: Sequence[str], defaults: dict[str, Any], origins: Origins) -> ConfigError:
    *section, name = path
    siblings: Any = defaults
    for part in section:
        siblings = siblings[0] if isinstance(siblings, list) else siblings[part]
    where = _place(".".join(path), origins)
    elsewhere = [key for key in _all_keys(defaults) if key.rpartition(".")[2] == name]
    if elsewhere and not nearest_match(name, siblings):
        return ConfigError(f"is no key here; did you mean '{elsewhere[0]}'?", where=where, value=name)
    return ConfigError("is no key", where=where, value=name, allowed=tuple(siblings))


def _own_error(finding: Mapping[str, Any], origins: Origins) -> KMeansError:
    """The error of a section that checked itself; its ``where`` is the key within the section."""
    error: KMeansError = finding["ctx"]["error"]
    key = ".".join([*map(str, finding["loc"][:1]), *filter(None, [error.where])])
    return error.at(_place(key, origins))


def _wrong_type(
    findings: Sequence[Mapping[str, Any]], tree: dict[str, Any], defaults: dict[str, Any], origins: Origins
) -> ConfigError:
    keys = [_key_of(finding["loc"], tree) for finding in findings]
    # The same key under several types is several findings; that furthest in is the type that nearly fits.
    key = max((other for other in keys if other.startswith(keys[0])), key=lambda other: other.count("."))
    words = [_words(finding) for finding, other in zip(findings, keys, strict=True) if other == key]
    if _all_keys(defaults).get(key, ...) is None:
        words.append("null")
    return ConfigError(
        "is of the wrong type",
        where=_place(key, origins),
        value=findings[keys.index(key)]["input"],
        allowed=" or ".join(dict.fromkeys(words)),
    )


def _place(key: str, origins: Origins) -> str:
    origin = origin_of(key, origins)
    return f"{origin}: {key}" if origin else key


def _key_of(location: Sequence[str | int], tree: Any) -> str:
    """The dotted key of a pydantic location, which also names the types of a union: those are left out."""
    path: list[str] = []
    for part in location:
        inside = part in tree if isinstance(tree, dict) else isinstance(tree, list) and isinstance(part, int)
        if inside:
            tree = tree[part]
            path.append(str(part))
    return ".".join(path)


def _all_keys(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """The values of all dotted keys, sections included."""
    found: dict[str, Any] = {}
    for name, value in tree.items():
        found[prefix + name] = value
        if isinstance(value, dict):
            found |= _all_keys(value, f"{prefix}{name}.")
    return found


def _words(finding: Mapping[str, Any]) -> str:
    return _WORDS.get(finding["type"]) or str(finding["msg"]).removeprefix("Input should be ")
