"""Adopted clusters as text: a Pulumi program in Python, or the data of DatabaseCluster documents."""

from __future__ import annotations

import json
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pulumi_everest.adoption.adopt import Adopted
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.shapes import Shape, shape_of

_WIDTH = 100
_HEAD = '''"""Databases that were there before this program, as they are.

The first `pulumi up` takes them over and changes nothing; a preview refuses whatever would.
"""

import pulumi_everest as everest
'''


def documents(adopted: Iterable[Adopted]) -> list[dict[str, Any]]:
    """A DatabaseCluster for each. A volume policy, which YAML does not have, becomes the finalizers it stands for."""
    return [
        {"apiVersion": API_VERSION, "kind": "DatabaseCluster", "metadata": _metadata(entry), "spec": entry.spec}
        for entry in adopted
    ]


def _metadata(entry: Adopted) -> dict[str, Any]:
    metadata = dict(entry.metadata)
    if entry.options.get("volumePolicy") is not None:
        metadata["finalizers"] = entry.finalizers
    return metadata


def program(adopted: Sequence[Adopted]) -> str:
    """A program that takes over all of them."""
    names = _names(adopted)
    return "\n".join([_HEAD, *(_call(entry, name) for entry, name in zip(adopted, names, strict=True))])


def project(adopted: Sequence[Adopted], name: str) -> dict[str, str]:
    """The files of a project with that program, by their names."""
    settings = f"name: {name}\nruntime:\n  name: python\ndescription: Databases that were there before this program\n"
    return {"__main__.py": program(adopted), "Pulumi.yaml": settings, "requirements.txt": "pulumi-everest\n"}


def file_name(entry: Adopted) -> str:
    """The name of a file for one cluster: no other cluster has it."""
    return f"{entry.metadata.get('namespace', 'default')}.{entry.metadata['name']}.yaml"


def _names(adopted: Sequence[Adopted]) -> list[str]:
    """Names of the resources: those of the clusters, with the namespace before a name that is there twice."""
    plain = [str(entry.metadata["name"]) for entry in adopted]
    twice = {name for name, count in Counter(plain).items() if count > 1}
    full = [f"{entry.metadata.get('namespace', 'default')}-{name}" for entry, name in zip(adopted, plain, strict=True)]
    return [long if name in twice else name for name, long in zip(plain, full, strict=True)]


def _call(entry: Adopted, name: str) -> str:
    arguments: dict[str, Any] = {"adopt": True}
    if name != entry.metadata["name"]:
        arguments["name"] = entry.metadata["name"]
    arguments |= {key: value for key, value in entry.metadata.items() if key != "name"}
    arguments |= {_snake(key): value for key, value in entry.options.items()}
    arguments |= {_snake(key): value for key, value in _in_python(entry.spec, shape_of(DatabaseClusterSpec)).items()}
    lines = [f"{_variable(name)} = everest.DatabaseCluster(", f"    {_literal(name, 1)},"]
    lines += [f"    {key}={_literal(value, 1)}," for key, value in arguments.items()]
    return "\n".join([*lines, ")\n"])


def _in_python(data: Any, shape: Shape) -> Any:
    """Fields by their names in a program; keys that are the user's own stay as they are."""
    if isinstance(data, dict):
        known = shape.fields if shape.kind == "object" and not shape.verbatim else {}
        return {_snake(key) if key in known else key: _in_python(value, shape.at(key)) for key, value in data.items()}
    if isinstance(data, list):
        return [_in_python(value, shape.at(index)) for index, value in enumerate(data)]
    return data


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z]+)", lambda match: f"_{match[1].lower()}", name)


def _variable(name: str) -> str:
    variable = re.sub(r"\W", "_", name)
    return f"_{variable}" if keyword.iskeyword(variable) or variable[:1].isdigit() else variable


def _literal(value: Any, depth: int) -> str:
    """A value as Python writes it, on one line where it is short."""
    short = _one_line(value)
    if not isinstance(value, (dict, list)) or len(short) + 4 * depth <= _WIDTH - 20:
        return short
    inner, outer = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict):
        lines = [f"{inner}{_one_line(key)}: {_literal(item, depth + 1)}," for key, item in value.items()]
        return "\n".join(["{", *lines, f"{outer}}}"])
    lines = [f"{inner}{_literal(item, depth + 1)}," for item in value]
    return "\n".join(["[", *lines, f"{outer}]"])


def _one_line(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_one_line(key)}: {_one_line(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_one_line, value)) + "]"
    if isinstance(value, str) and value.isprintable():
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
