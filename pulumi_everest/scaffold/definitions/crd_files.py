"""What the files of an operator say: its CustomResourceDefinitions, versions, and images. Nothing of it is trusted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pulumi_everest.emit.crds import usual_definition
from pulumi_everest.expressions.patterns import is_pattern
from pulumi_everest.model.findings import Finding, Place, finding

SUFFIXES = (".yaml", ".yml", ".json")
MOST_BYTES = 64 * 1024 * 1024
"""What one file may have. The largest definitions there are have a few million characters."""
DEEPEST, MOST_PARTS = 120, 2_000_000
"""How deep a definition may be, and how many values it may have with all its aliases written out."""
_VERSION = re.compile(r"v?(\d+(?:\.\d+)+(?:[-+.][0-9A-Za-z.-]+)?)\Z")
_ACTION = re.compile(r"\{\{.*?\}\}")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NO_VERSION = "0.0.0"
"""Version of an operator of which the paths say none."""


@dataclass
class Kind:
    """A kind of an operator, by its newest definition."""

    group: str
    kind: str
    plural: str
    version: str
    """The stored version of the API."""
    schema: Mapping[str, Any]
    """The schema of the whole object; empty where the definition has none."""
    by_operator: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    """API version and schema in each version of the operator that has the kind."""
    namespaced: bool = True
    scales: bool = False
    columns: tuple[str, ...] = ()
    """The JSON paths of the printer columns."""

    @property
    def api_version(self) -> str:
        """Group and version, as objects name them."""
        return f"{self.group}/{self.version}"

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called, in small letters: kind or plural, with or without its group."""
        said = (self.kind.lower(), self.plural.lower())
        return (*said, *(f"{one}.{self.group.lower()}" for one in said))

    def part(self, name: str) -> Mapping[str, Any]:
        """The schema of `spec` or `status`; empty where there is none."""
        properties = self.schema.get("properties")
        found = properties.get(name) if isinstance(properties, Mapping) else None
        return found if isinstance(found, Mapping) else {}


@dataclass
class Source:
    """All that was read."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    """By the name of the definition: plural and group."""
    definitions: list[dict[str, Any]] = field(default_factory=list)
    """Those of the newest operator version, in the form of today."""
    by_version: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """All of them, by version of the operator."""
    versions: list[str] = field(default_factory=list)
    """Versions of the operator, ascending; none where no path says one."""
    chart: str = ""
    images: list[str] = field(default_factory=list)
    """Images in values.yaml of a chart."""
    findings: list[Finding] = field(default_factory=list)


def read(paths: Iterable[str | Path]) -> Source:
    """The definitions in files and folders, and in the folders of charts.

    A folder whose folders are called after versions is one of several versions of the operator; so is a path that is
    called after a version. What cannot be read is a finding, and the rest counts.
    """
    source = Source()
    paths = list(paths)
    found: dict[str, list[dict[str, Any]]] = {}
    for path in map(Path, paths):
        if not path.exists():
            source.findings.append(finding("source.unreadable", (), f"{path} does not exist"))
            continue
        for version, folder in _versions_in(path, source):
            found.setdefault(version, []).extend(_definitions(folder, source))
    found = {version: read for version, read in found.items() if read}
    named = sorted((version for version in found if version), key=in_order)
    source.versions = named
    for version in named or list(found):
        source.by_version[version or NO_VERSION] = [*found.get("", []), *found[version]] if version else found[version]
    if paths and not found and not source.findings:
        text = "there is no CustomResourceDefinition in " + ", ".join(map(str, paths))
        source.findings.append(finding("source.unreadable", (), text))
    for version, definitions in source.by_version.items():
        source.definitions = definitions
        for definition in definitions:
            _take(source, definition, version)
    return source


def in_order(version: str) -> tuple[Any, ...]:
    """The parts of a version, to sort by."""
    return tuple((0, int(part)) if part.isdigit() else (-1, part) for part in re.split(r"[.+-]", version))


def _versions_in(path: Path, source: Source) -> Iterator[tuple[str, Path]]:
    """The folders with the definitions of each version; the version is empty where none is said."""
    if path.is_dir():
        below = [
            (match[1], one) for one in sorted(path.iterdir()) if one.is_dir() and (match := _VERSION.match(one.name))
        ]
        if below and not any(one.suffix in SUFFIXES for one in path.iterdir()):
            yield from below
            return
    yield _version_of(path, source), path


def _version_of(path: Path, source: Source) -> str:
    chart = _chart(path / "Chart.yaml", source) if path.is_dir() else {}
    if chart:
        source.chart = source.chart or str(chart.get("name") or "")
        source.images += _images(path / "values.yaml", source)
        said = _VERSION.match(str(chart.get("appVersion") or chart.get("version") or ""))
        if said:
            return said[1]
    for part in (path, *list(path.resolve().parents)[:1]):
        match = _VERSION.match(part.name)
        if match:
            return match[1]
    return ""


def _chart(file: Path, source: Source) -> dict[str, Any]:
    documents = list(_documents(file, source)) if file.is_file() else []
    return documents[0] if documents and isinstance(documents[0], dict) else {}


def _images(file: Path, source: Source) -> list[str]:
    """The images that the values of a chart name, as `image: name:tag` or as repository and tag."""
    found: list[str] = []
    for document in _documents(file, source) if file.is_file() else ():
        for value in _mappings(document, 0):
            image = value.get("image")
            if isinstance(image, str) and ":" in image.rpartition("/")[2]:
                found.append(image)
            name, tag = value.get("repository"), value.get("tag")
            if isinstance(name, str) and isinstance(tag, (str, float, int)) and str(tag):
                found.append(f"{name}:{tag}")
    return found


def _mappings(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > 12:
        return
    if isinstance(value, Mapping):
        yield value
        for below in value.values():
            yield from _mappings(below, depth + 1)
    elif isinstance(value, list):
        for below in value:
            yield from _mappings(below, depth + 1)


# Definitions


def _definitions(path: Path, source: Source) -> Iterator[dict[str, Any]]:
    for file in _files(path):
        for document in _documents(file, source, only="CustomResourceDefinition"):
            yield from _in_document(document, file, source, 0)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())


def _documents(file: Path, source: Source, only: str = "") -> Iterator[Any]:
    """The documents of a file; without what Helm writes into it. A file without the word `only` is passed over."""
    try:
        if file.stat().st_size > MOST_BYTES:
            source.findings.append(_unreadable(file, f"is larger than {MOST_BYTES // 1024**2} MiB"))
            return
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        source.findings.append(_unreadable(file, f"cannot be read: {error.strerror or error}"))
        return
    except UnicodeDecodeError:
        source.findings.append(_unreadable(file, "is not text in UTF-8"))
        return
    if only and only not in text:
        return
    if "{{" in text and "templates" in file.parts:
        text = _without_helm(text)
    try:
        yield from yaml.load_all(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(str(file), mark.line + 1, mark.column + 1) if mark is not None else Place(str(file))
        reason = getattr(error, "problem", None) or "it is not valid YAML"
        source.findings.append(finding("source.syntax", (), f"{file} is not valid YAML: {reason}", place=place))
    except (RecursionError, ValueError, TypeError) as error:
        source.findings.append(_unreadable(file, f"cannot be read: {type(error).__name__}"))


def _without_helm(text: str) -> str:
    """The text of a chart's template: lines that are only actions are left out, other actions become a word."""
    lines = [line for line in text.splitlines() if _ACTION.sub("", line).strip() or not line.strip()]
    return "\n".join(_ACTION.sub("x", line) for line in lines)


def _unreadable(file: Path, reason: str) -> Finding:
    return finding("source.unreadable", (), f"{file} {reason}", place=Place(str(file)))


def _in_document(document: Any, file: Path, source: Source, depth: int) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict) or depth > 3:
        return
    if document.get("kind") == "List":
        items = document.get("items")
        for item in items if isinstance(items, list) else ():
            yield from _in_document(item, file, source, depth + 1)
    elif document.get("kind") == "CustomResourceDefinition":
        usual = usual_definition(document)
        if usual is None:
            text = "is a CustomResourceDefinition without a group, names or versions"
            source.findings.append(_unreadable(file, text))
        elif is_endless(usual):
            text = f"is deeper than {DEEPEST} or has more than {MOST_PARTS} parts"
            source.findings.append(_unreadable(file, text))
        elif (wrong := _malformed(usual["spec"]["versions"])) is not None:
            source.findings.append(_unreadable(file, f"has a schema that no API server takes: {wrong}"))
        else:
            yield usual


_KEYWORDS: dict[str, tuple[type, ...]] = {
    "properties": (dict,), "required": (list,), "enum": (list,), "pattern": (str,), "type": (str,), "format": (str,),
    "minimum": (int, float), "maximum": (int, float), "minItems": (int,), "minLength": (int,), "maxLength": (int,),
}  # fmt: skip


def _malformed(versions: list[dict[str, Any]]) -> str | None:
    """What is wrong with the first schema that is none; None where all are well formed."""
    waiting = [one["schema"].get("openAPIV3Schema", {}) for one in versions if one.get("schema")]
    while waiting:
        schema = waiting.pop()
        if not isinstance(schema, Mapping):
            return "a schema is a mapping"
        for word, types in _KEYWORDS.items():
            if word in schema and not isinstance(schema[word], types):
                return f"'{word}' is no {types[0].__name__}"
        if not is_pattern(schema.get("pattern", "")):
            return f"'{schema['pattern']}' is no pattern"
        waiting += schema.get("properties", {}).values()
        waiting += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), Mapping)]
    return None


def is_endless(definition: Mapping[str, Any]) -> bool:
    """Whether a document is too large to be walked through, as one is whose aliases go round in a circle."""
    waiting: list[tuple[Any, int]] = [(definition, 0)]
    count = 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if count > MOST_PARTS or depth > DEEPEST:
            return True
        if isinstance(value, Mapping):
            waiting += [(below, depth + 1) for below in value.values()]
        elif isinstance(value, list):
            waiting += [(below, depth + 1) for below in value]
    return False


def _take(source: Source, definition: Mapping[str, Any], operator: str) -> None:
    spec = definition["spec"]
    stored = next((one for one in spec["versions"] if one.get("storage")), spec["versions"][-1])
    schema = (stored.get("schema") or {}).get("openAPIV3Schema")
    schema = schema if isinstance(schema, Mapping) else {}
    names = spec["names"]
    plural = str(names.get("plural") or str(names["kind"]).lower() + "s")
    name = f"{plural}.{spec['group']}"
    columns = stored.get("additionalPrinterColumns")
    subresources = stored.get("subresources")
    kind = source.kinds.get(name)
    known = kind.by_operator if kind is not None else {}
    source.kinds[name] = Kind(
        group=spec["group"],
        kind=str(names["kind"]),
        plural=plural,
        version=stored["name"],
        schema=schema,
        by_operator={**known, operator: (f"{spec['group']}/{stored['name']}", schema)},
        namespaced=spec.get("scope") != "Cluster",
        scales=isinstance(subresources, Mapping) and "scale" in subresources,
        columns=tuple(
            str(one.get("jsonPath") or one.get("JSONPath") or "")
            for one in (columns if isinstance(columns, list) else ())
            if isinstance(one, Mapping)
        ),
    )
