"""Write the definitions of Kubernetes that clusters hold, such as Toleration, from Kubernetes' own OpenAPI schema.

    python -m tools.kubernetes_definitions

The source is the Go module k8s.io/kubernetes in the version that tests/apiserver/go.mod names: its published schema
(`api/openapi-spec/v3`), and the allowed values, which only the generated code (`pkg/generated/openapi`) has, or the
description of a field. What a check does not need is left out.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "pulumi_everest" / "model" / "kubernetes" / "definitions.json"
WANTED = ("Affinity", "Toleration", "TopologySpreadConstraint")
MODULE = "k8s.io/kubernetes"
MAY_BE_EMPTY = {("Toleration", "operator"), ("Toleration", "effect")}
"""Fields with allowed values that are texts in Go, not pointers, and may be left out: an empty text is left out."""

_KEPT = (
    "type", "format", "required", "additionalProperties", "x-kubernetes-list-type", "x-kubernetes-list-map-keys",
)  # fmt: skip
_FUNCTION = re.compile(r"^func schema_\w+?_(?:core|meta)_v1_(\w+)\(", re.MULTILINE)
_PROPERTY = re.compile(r'^\t{5}"(\w+)": \{$|^\t+Enum: +\[\]interface\{\}\{(.*)\},$', re.MULTILINE)
_OPERATORS = re.compile(r"Valid operators are ([\w,. ]+?)\.?$", re.MULTILINE)


def version() -> str:
    """The version of Kubernetes that the tests run."""
    text = (ROOT / "tests" / "apiserver" / "go.mod").read_text()
    found = re.search(rf"{re.escape(MODULE)} (v\S+)", text)
    assert found is not None
    return found[1]


def source(wanted: str) -> Path:
    """The folder of the module, fetched by Go unless it is there."""
    command = ["go", "mod", "download", "-json", f"{MODULE}@{wanted}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")  # noqa: S603 - Go
    return Path(json.loads(ran.stdout)["Dir"])


def enums(code: str) -> dict[tuple[str, str], list[str]]:
    """The allowed values of fields, by definition and field."""
    found: dict[tuple[str, str], list[str]] = {}
    starts = list(_FUNCTION.finditer(code))
    for here, following in zip(starts, [*(m.start() for m in starts[1:]), len(code)], strict=True):
        field = ""
        for match in _PROPERTY.finditer(code, here.end(), following):
            field = match[1] or field
            if match[2]:
                found[here[1], field] = json.loads(f"[{match[2]}]")
    return found


def definitions(schemas: dict[str, Any], values: dict[tuple[str, str], list[str]]) -> Iterator[tuple[str, Any]]:
    """The definitions that are wanted and all that they refer to, by their short names."""
    by_name = {full.rpartition(".")[2]: schema for full, schema in schemas.items()}
    waiting, seen = list(WANTED), set(WANTED)
    while waiting:
        name = waiting.pop(0)
        reduced = _reduced(by_name[name])
        for field, schema in (by_name[name].get("properties") or {}).items():
            allowed = values.get((name, field)) or _described(schema.get("description", ""))
            if allowed:
                reduced["properties"][field]["enum"] = [*allowed, *([""] if (name, field) in MAY_BE_EMPTY else [])]
        yield name, reduced
        new = sorted(set(re.findall(r'"\$ref": "(\w+)"', json.dumps(reduced))) - seen)
        seen |= set(new)
        waiting += new


def _described(text: str) -> list[str]:
    match = _OPERATORS.search(text)
    return re.findall(r"\b[A-Z]\w+", match[1]) if match else []


def _reduced(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without descriptions and the defaults of Go's types, and with short references."""
    if "allOf" in schema:
        [schema] = schema["allOf"]
    if "$ref" in schema:
        return {"$ref": schema["$ref"].rpartition(".")[2]}
    kept = {key: schema[key] for key in _KEPT if key in schema}
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = _reduced(kept["additionalProperties"])
    if "items" in schema:
        kept["items"] = _reduced(schema["items"])
    if "properties" in schema:
        kept["properties"] = {name: _reduced(below) for name, below in schema["properties"].items()}
    return kept


def main() -> None:
    """Write the file anew."""
    wanted = version()
    folder = source(wanted)
    schemas = json.loads((folder / "api/openapi-spec/v3/api__v1_openapi.json").read_text())["components"]["schemas"]
    code = (folder / "pkg/generated/openapi/zz_generated.openapi.go").read_text()
    data = {"source": f"{MODULE}@{wanted}", "definitions": dict(definitions(schemas, enums(code)))}
    TARGET.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
