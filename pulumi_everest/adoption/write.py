"""Clusters as text: a Pulumi program in Python; of adopted ones also the data of DatabaseCluster documents."""

from __future__ import annotations

import json
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pulumi_everest.adoption.adopt import Adopted
from pulumi_everest.emit.everest import API_VERSION
from pulumi_everest.model.cluster import DatabaseClusterSpec
from pulumi_everest.model.shapes import Shape, shape_of

_WIDTH = 100
_IMPORT = "import pulumi_everest as everest\n"
_HEAD = f'''"""Databases that were there before this program, as they are.

The first `pulumi up` takes them over and changes nothing; a preview refuses whatever would.
"""

{_IMPORT}'''


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
    return project_files(name, program(adopted), "Databases that were there before this program")


def project_files(name: str, text: str, description: str) -> dict[str, str]:
    """The files of a project with this program, by their names."""
    settings = f"name: {name}\nruntime:\n  name: python\ndescription: {description}\n"
    return {"__main__.py": text, "Pulumi.yaml": settings, "requirements.txt": "pulumi-everest\n"}


def file_name(entry: Adopted) -> str:
    """The name of a file for one cluster: no other cluster has it."""
    return f"{entry.metadata.get('namespace', 'default')}.{entry.metadata['name']}.yaml"


def _names(adopted: Sequence[Adopted]) -> list[str]:
    """Names of the resources: those of the clusters, with the namespace before a name that is there twice."""
    plain = [str(entry.metadata["name"]) for entry in adopted]
    twice = {name for name, count in Counter(plain).items() if count > 1}
    full = [f"{entry.metadata.get('namespace', 'default')}-{name}" for entry, name in zip(adopted, plain, strict=True)]
    return [long if name in twice else name for name, long in zip(plain, full, strict=True)]


def cluster_program(metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    """A program with one cluster, as a document with this metadata and spec has it.

    Finalizers are left out: a program has no argument for them.
    """
    known = {key: value for key, value in metadata.items() if key in _OF_PROGRAMS}
    return f"{_IMPORT}\n{_made(str(known.get('name') or 'cluster'), known, spec)}"


_OF_PROGRAMS = ("name", "namespace", "labels", "annotations")


def _call(entry: Adopted, name: str) -> str:
    return _made(name, entry.metadata, entry.spec, {"adopt": True}, entry.options)


def _made(
    name: str,
    metadata: Mapping[str, Any],
    spec: Mapping[str, Any],
    first: Mapping[str, Any] = MappingProxyType({}),
    options: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """A call that makes a cluster, with arguments `first` before its metadata, and other `options` of programs."""
    arguments: dict[str, Any] = dict(first)
    if name != metadata.get("name", name):
        arguments["name"] = metadata["name"]
    arguments |= {key: value for key, value in metadata.items() if key != "name"}
    arguments |= {_snake(key): value for key, value in options.items()}
    arguments |= {_snake(key): value for key, value in _in_python(spec, shape_of(DatabaseClusterSpec)).items()}
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
