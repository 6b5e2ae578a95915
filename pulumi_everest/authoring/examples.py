"""The examples of a plugin: what they become, and whether that is what stands beside each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_everest.authoring.capacity_check import of_plan
from pulumi_everest.authoring.schema_check import CODES, of_cluster, of_job
from pulumi_everest.emit.crds import Crds
from pulumi_everest.model.findings import Finding, Place, finding, path_text
from pulumi_everest.model.source.documents import read_file
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.workspace.workspace import Workspace, shape_for

EXPECTED = ".expected.yaml"
_MOST = 8
"""How many differences of one example are named."""


@dataclass
class Rendered:
    """An example and its objects; nothing but the findings where there is an error."""

    file: Path
    manifests: list[dict[str, Any]]
    findings: list[Finding]

    @property
    def expected(self) -> Path:
        """The file with what it is to become."""
        return self.file.with_name(self.file.stem + EXPECTED)


def examples_of(plugin: Plugin) -> list[Path]:
    """The files of the examples."""
    files = sorted((plugin.folder / "examples").glob("*.yaml"))
    return [file for file in files if not file.name.endswith(EXPECTED)]


def rendered(plugin: Plugin, file: Path, crds: Crds | None = None) -> Rendered:
    """What an example becomes. What the operator's schemas refuse is said at the template's line."""
    documents, found = read_file(file, shape_for)
    workspace = Workspace(Plugins([plugin.folder]), documents)
    planned = workspace.plan()
    if crds is not None:
        told = Workspace(Plugins([plugin.folder]), documents, crds=crds).plan().findings
        planned.findings += [entry for entry in told if entry.code not in (*CODES, *_codes(planned.findings))]
        for plan in planned.clusters:
            found += of_cluster(plugin, plan, crds) if plan.setup.plugin is not None else ()
        for job in planned.jobs:
            found += of_job(plugin, job, crds) if job.setup.plugin is not None else ()
    for plan in planned.clusters:
        found += of_plan(plugin, plan) if plan.setup.plugin is not None else ()
    # What is wrong with the plugin itself is not said once more for each of its examples.
    found += [entry for entry in planned.findings if entry not in workspace.plugins.findings]
    manifests = [document.data for document in workspace.foreign]
    manifests += [item.manifest for plan in planned.clusters for item in plan.objects]
    manifests += [item.manifest for job in planned.jobs for item in job.objects]
    return Rendered(file, manifests, found)


def _codes(found: list[Finding]) -> set[str]:
    return {entry.code for entry in found}


def compared(example: Rendered) -> list[Finding]:
    """What is wrong with what stands beside an example."""
    documents = _expected(example)
    if isinstance(documents, Finding):
        return [documents]
    lines = list(_differences(documents, example.manifests))
    if not lines:
        return []
    more = [f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    text = "\n".join([f"{example.file.name} becomes something else now:", *lines[:_MOST], *more])
    return [_wrong(example, text, "if that is right: everest plugin test --update")]


def update(example: Rendered, dump: Any) -> bool:
    """Write what the example becomes beside it; False where that stood there. `dump` makes YAML of objects."""
    documents = _expected(example)
    if not isinstance(documents, Finding) and not list(_differences(documents, example.manifests)):
        return False
    example.expected.write_text(dump(example.manifests), encoding="utf-8")
    return True


def _expected(example: Rendered) -> list[Any] | Finding:
    import yaml

    try:
        text = example.expected.read_text(encoding="utf-8")
        return [document for document in yaml.safe_load_all(text) if document is not None]
    except FileNotFoundError:
        text = f"there is no {example.expected.name}, so nothing says what {example.file.name} is to become"
        return _wrong(example, text, "everest plugin test --update writes it")
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = str(error).partition("\n")[0]
        return _wrong(example, f"{example.expected.name} cannot be read: {problem}", None)


def _wrong(example: Rendered, text: str, hint: str | None) -> Finding:
    return finding("plugin.example", (), text, hint=hint, place=Place(str(example.expected)))


def _differences(expected: list[Any], made: list[dict[str, Any]]) -> Iterator[str]:
    """Where two lists of objects differ, a line each."""
    wanted, found = ({_title(manifest): manifest for manifest in objects} for objects in (expected, made))
    for title in dict.fromkeys([*wanted, *found]):
        if title not in found:
            yield f"- {title} is not made any more"
        elif title not in wanted:
            yield f"+ {title} is new"
        else:
            yield from (f"~ {title}: {line}" for line in _changes(wanted[title], found[title], ()))


def _title(manifest: Any) -> str:
    if not isinstance(manifest, dict):
        return repr(manifest)
    metadata = manifest.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name = "/".join(str(metadata[key]) for key in ("namespace", "name") if metadata.get(key) is not None)
    return f"{manifest.get('kind')} {name}"


def _changes(old: Any, new: Any, path: tuple[str | int, ...]) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            if key not in new:
                yield f"{path_text((*path, key))} is gone, was {_short(old[key])}"
            elif key not in old:
                yield f"{path_text((*path, key))} is new: {_short(new[key])}"
            else:
                yield from _changes(old[key], new[key], (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _changes(one, other, (*path, index))
    elif old != new or type(old) is not type(new):
        yield f"{path_text(path)}: {_short(old)} → {_short(new)}"


def _short(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
