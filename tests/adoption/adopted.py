"""What becomes of an adopted cluster when it is written and rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from pulumi_everest.adoption.adopt import Adopted
from pulumi_everest.adoption.write import documents, program
from pulumi_everest.model.findings import one_line
from pulumi_everest.model.source.documents import read_yaml
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.program.run import run_program
from pulumi_everest.review.yaml_text import yaml_text
from pulumi_everest.workspace.workspace import Workspace, shape_for

Manifest = dict[str, Any]


def from_yaml(result: Adopted) -> Manifest:
    """The main object that is rendered from the YAML that is written."""
    text = "---\n".join(map(yaml_text, documents([result])))
    read, found = read_yaml(text.encode(), "adopted.yaml", shape_for)
    planned = Workspace(Plugins(), read).plan()
    assert [one_line(entry) for entry in [*found, *planned.findings] if entry.is_error] == []
    [main] = [item.manifest for item in planned.clusters[0].objects if item.main]
    return main


def from_program(result: Adopted, folder: Path) -> Manifest:
    """The main object that the written program registers."""
    (folder / "Pulumi.yaml").write_text("name: adopted\nruntime: python\n")
    (folder / "__main__.py").write_text(program([result]))
    run = run_program(folder)
    assert [one_line(entry) for entry in run.findings if entry.is_error] == []
    [main] = run.manifests()
    return main


def sample(path: Path) -> Manifest:
    """The main object of a file of an operator's samples."""
    [found] = [entry for entry in yaml.safe_load_all(path.read_text()) if entry and entry["kind"] in KINDS]
    found["metadata"].setdefault("namespace", "default")
    return found


KINDS = ("PerconaServerMongoDB", "PerconaXtraDBCluster", "PerconaPGCluster")
