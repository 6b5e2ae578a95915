"""docs/findings.md: a section for every code, and examples that give what the page says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from pulumi_everest.adoption.adopt import adopted
from pulumi_everest.authoring.check import check
from pulumi_everest.authoring.conformity import failures, probed
from pulumi_everest.authoring.examples import compared
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.patch import patched
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.presence import Facts, check_presence, taken
from pulumi_everest.live.room import Room
from pulumi_everest.model.codes import CODES, Severity
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.findings import EverestError, Finding, one_line
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.reference.codes import Block, Explanation, blocks_of, explanations, page
from pulumi_everest.review.capacity.fitting import fitting
from pulumi_everest.review.capacity.measure import Measured
from pulumi_everest.review.comparison.impacts import compare_clusters
from pulumi_everest.review.comparison.impacts import findings as changed
from pulumi_everest.review.comparison.removed import removed
from pulumi_everest.review.existing_objects import Existing, of_files
from pulumi_everest.review.inputs.gather import gather
from pulumi_everest.review.inputs.paths import read_inputs
from pulumi_everest.review.options import Options
from pulumi_everest.review.running import operators_of
from pulumi_everest.upgrade.legacy.migrate import migrated
from pulumi_everest.upgrade.legacy.objects import LegacyObjects
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

API = "everest.percona.com/v2alpha1"
FILES = (
    "plugin.yaml",
    "definition.yaml",
    "resources.yaml",
    "backup.yaml",
    "restore.yaml",
    "legacy.yaml",
    "ui.yaml",
    "workloads.yaml",
)


SECTIONS = list(explanations().values())
OUTSIDE = {
    "live.config",
    "live.login",
    "live.unreachable",
    "live.refused",
    "live.kind",
    "plugin.refused",
    "migrate.not-ready",
    "lock.stays",
    "upgrade.release",
    "upgrade.operator",
    "upgrade.not-possible",
    "upgrade.other-definition",
}
"""Codes about what is no part of an input, so that no other input mends it."""


def shop() -> dict[str, str]:
    """The files of the page's own plugin, by name."""
    head = page().split("\n### ", 1)[0]
    return {b.notation.split()[1]: b.text for b in blocks_of(head) if b.notation and b.notation.split()[-1] in FILES}


def write_plugin(folder: Path, files: dict[str, str]) -> Path:
    """A folder with these files. One whose text is null is not written."""
    folder.mkdir()
    for name, text in files.items():
        if yaml.safe_load(text) is not None:
            (folder / name).write_text(text)
    return folder


@contextmanager
def cluster_of_the_page(folder: Path) -> Iterator[str]:
    """The kubeconfig of something that answers as an API server does: it has no kinds, and lets nobody read nodes."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = {"/api/v1": (200, {"resources": []}), "/api/v1/nodes": (403, {"message": "nodes is forbidden"})}
            status, answer = known.get(self.path, (404, {"message": "not found"}))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    clusters = {"here": f"http://127.0.0.1:{server.server_port}", "gone": "http://127.0.0.1:1"}
    login = {"command": "cloud-login", "installHint": "install the tools of the cloud"}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": url}} for name, url in clusters.items()],
        "contexts": [
            {"name": "cloud", "context": {"cluster": "here", "user": "cloud"}},
            *({"name": name, "context": {"cluster": name, "user": "admin"}} for name in clusters),
        ],
        "users": [{"name": "admin", "user": {}}, {"name": "cloud", "user": {"exec": login}}],
        "current-context": "here",
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(config))
    try:
        yield str(folder / "kubeconfig")
    finally:
        server.shutdown()
        server.server_close()


def facts_of(running: dict[str, Any]) -> Facts:
    """What the page says that a cluster has."""
    deployments = []
    for name, entry in running.get("operators", {}).items():
        environment = [{"name": key, "value": value} for key, value in entry.get("environment", {}).items()]
        pod = {"containers": [{"image": entry["image"], "env": environment}]}
        metadata = {"name": name, "namespace": entry.get("namespace", "default")}
        spec = {"template": {"spec": pod}}
        deployments.append({"metadata": metadata, "spec": spec, "status": {"availableReplicas": 1}})
    return Facts({tuple(text.split()) for text in running["kinds"]}, {}, deployments)  # type: ignore[misc]


def room_of(running: dict[str, Any]) -> Room:
    """The quotas and limit ranges that the page says a cluster has in the namespace of the examples."""
    room = Room({"default": []}, {"default": []})
    for name, entry in running.get("quotas", {}).items():
        spec = {key: entry[key] for key in ("hard", "scopes") if key in entry}
        quota = {
            "metadata": {"name": name, "namespace": "default"},
            "spec": spec,
            "status": {"used": entry.get("used")},
        }
        room.quotas["default"] = [*room.quotas["default"], quota]
    for name, limits in running.get("limitRanges", {}).items():
        limit_range = {"metadata": {"name": name}, "spec": {"limits": limits}}
        room.limit_ranges["default"] = [*room.limit_ranges["default"], limit_range]
    return room


class Example:
    """What the blocks of a section say, as an input and its findings."""

    def __init__(self, blocks: list[tuple[str, str]], folder: Path) -> None:
        self.folder = folder
        self.files = shop()
        self.text: str | bytes = ""
        self.python: dict[str, Any] = {"unknown": Deferred(("unknown",), "an output")}
        self.inputs: list[str] = []
        self.crds: list[Path] = []
        self.limit = 60.0
        self.live = ""
        self.running: dict[str, Any] | None = None
        self.before: str | None = None
        self.adopted = ""
        self.moved: list[dict[str, Any]] = []
        self.authoring = ""
        self.examples: dict[str, str] = {}
        for info, content in blocks:
            self.read(info.split(), content)
        if self.text:
            (folder / "input.yaml").write_bytes(self.text if isinstance(self.text, bytes) else self.text.encode())
            self.inputs.append(str(folder / "input.yaml"))
        self.plugins = [write_plugin(folder / name, self.files) for name in self.python.get("plugins", ["shop"])]
        for name, text in self.examples.items():
            (self.plugins[0] / "examples").mkdir(exist_ok=True)
            (self.plugins[0] / "examples" / name).write_text(text)

    def read(self, info: list[str], content: str) -> None:
        match info:
            case ["yaml", name] if name in FILES:
                merged = patched(yaml.safe_load(self.files[name]), yaml.safe_load(content))
                self.files[name] = yaml.safe_dump(merged, sort_keys=False)
            case ["yaml", "adopt.yaml"]:
                self.files["adopt.yaml"] = content
            case ["yaml", "everest.lock"]:
                (self.folder / "everest.lock").write_text(content)
            case ["yaml", "input"]:
                self.text = content
            case ["yaml", "crds"]:
                (self.folder / "crds.yml").write_text(content)
                self.crds = [self.folder / "crds.yml"]
            case ["yaml", "before"]:
                text, self.text = self.text, ""
                self.add("DatabaseCluster", "orders", f"provider: shop\n{content}")
                (self.folder / "before.yaml").write_text(str(self.text))
                self.before, self.text = str(self.folder / "before.yaml"), text
            case ["python", "before"]:
                self.before = self.write_program("__main__.py", content, "before")
                self.write_program("Pulumi.yaml", "name: stock\nruntime: python\n", "before")
            case ["yaml", "cluster"]:
                self.add("DatabaseCluster", "orders", f"provider: shop\n{content}")
            case ["yaml", "backup"]:
                self.add("DatabaseBackup", "monday", content)
            case ["yaml", "restore"]:
                self.add("DatabaseRestore", "back", content)
            case ["yaml", "provider"]:
                self.add("Provider", "shop", content)
            case ["python"]:
                exec(content, self.python)
                self.text = self.python.get("text", "")
            case ["yaml", "running"]:
                self.running = yaml.safe_load(content)
            case ["python", "live"]:
                self.live = content
            case ["yaml", "adopt"]:
                data = yaml.safe_load(content)
                data.setdefault("metadata", {"name": "orders"})
                (self.folder / "live.yaml").write_text(yaml.safe_dump(data))
                self.adopted = str(self.folder / "live.yaml")
            case ["yaml", "migrate"]:
                self.moved = list(yaml.safe_load_all(content))
            case ["yaml", "Pulumi.yaml"]:
                self.inputs = [self.write_program("Pulumi.yaml", content)]
            case ["python", "program", *limit]:
                self.limit = float(limit[0].removesuffix("s")) if limit else self.limit
                self.write_program("Pulumi.yaml", "name: stock\nruntime: python\n")
                self.inputs = [self.write_program("__main__.py", content)]
            case ["yaml", "example"]:
                lines = "".join(f"  {line}\n" for line in ["provider: shop", *content.splitlines()])
                head = f"apiVersion: {API}\nkind: DatabaseCluster\nmetadata: {{name: orders}}\nspec:\n"
                self.examples["orders.yaml"] = head + lines
            case ["yaml", "expected"]:
                self.examples["orders.expected.yaml"] = content
            case ["text", ("check" | "test") as command]:
                self.authoring = command
            case ["text"]:
                pass
            case _:
                pytest.fail(f"there is no notation '{' '.join(info)}'")

    def add(self, kind: str, name: str, spec: str) -> None:
        lines = "".join(f"  {line}\n" for line in spec.splitlines())
        self.text = f"{self.text!s}---\napiVersion: {API}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n{lines}"

    def write_program(self, name: str, text: str, folder: str = "program") -> str:
        program = self.folder / folder
        program.mkdir(exist_ok=True)
        (program / name).write_text(text)
        return str(program)

    def findings(self) -> list[Finding]:
        """What the package says: the commands' way, or for values that only a program can give, without one."""
        if self.live:
            with cluster_of_the_page(self.folder) as kubeconfig, pytest.raises(EverestError) as raised:
                exec(self.live, {"LiveCluster": LiveCluster, "kubeconfig": kubeconfig})
            return raised.value.findings
        if self.moved:
            objects = LegacyObjects({"metadata": {"name": "orders"}, **entry} for entry in self.moved)
            workspace = Workspace(Plugins(self.plugins))
            moved = [migrated(workspace, objects, one) for one in objects.all("DatabaseCluster")]
            return [found for one in moved for found in one.findings]
        if self.authoring:
            return self.of_author(self.plugins[0])
        if self.adopted or "adopt" in self.python:
            return list(self.adoption(Workspace(Plugins(self.plugins))))
        if "found" in self.python:
            found: list[Finding] = self.python["found"]
            return found
        if "object" in self.python:
            return Crds().check(self.python["object"])
        if "change" in self.python:
            with pytest.raises(EverestError) as raised:
                self.python["change"]()
            return raised.value.findings
        if "spec" in self.python:
            workspace = Workspace(Plugins(self.plugins))
            spec = {"provider": "shop", **self.python["spec"]}
            workspace.clusters.append(ClusterInput({"name": "orders", "namespace": "default"}, spec))
            return workspace.plan().findings
        options = Options(plugins=self.plugins, crds=self.crds, timeout=self.limit)
        gathered = gather(read_inputs(self.inputs), options)
        if self.running is not None and "kinds" not in self.running:
            return list(fitting(room_of(self.running), [], Measured(None, gathered.groups, self.plugins).taken))
        if self.running is not None:
            assert gathered.findings == []
            manifests = [plugin.manifest for plugin in Plugins(self.plugins).all()]
            [(operator, wanted)] = operators_of(gathered.groups, manifests)
            there = self.running.get("objects", [])
            exist = [taken(one, "") for one in wanted if f"{one.kind} {one.namespace}/{one.name}" in there]
            return [*check_presence(operator, wanted, facts_of(self.running)), *exist]
        if self.before is None:
            return gathered.findings
        before = gather(read_inputs([self.before]), options)
        assert not [*before.findings, *gathered.findings]
        both = before.known_clusters, gathered.known_clusters
        return [*removed(*both), *changed(compare_clusters(*both), impacts=True)]

    def of_author(self, folder: Path) -> list[Finding]:
        """What the commands for authors say about the plugin."""
        plugin, found = load_plugin(folder)
        assert plugin is not None
        assert found == []
        checked = check(plugin)
        if self.authoring == "check":
            return checked.findings
        found = [*checked.findings, *(entry for example in checked.examples for entry in compared(example))]
        return [*found, *failures(plugin, probed(plugin, None, lambda _line: None))]

    def adoption(self, workspace: Workspace) -> Iterator[Finding]:
        """What is said about an object that is to be adopted."""
        existing = of_files(workspace, [self.adopted]) if self.adopted else Existing([self.python["adopt"]])
        yield from existing.findings
        for entry in existing.objects:
            try:
                yield from adopted(workspace, entry).findings
            except EverestError as error:
                yield from error.findings

    def lines(self) -> Iterator[str]:
        """The findings as the page shows them: without their places, and with no folder but the plugin's."""
        for entry in self.findings():
            line = one_line(replace(entry, place=None, subject=""))
            yield re.sub(r"127\.0\.0\.1:[2-9]\d+", "127.0.0.1:6443", line.replace(f"{self.folder}/", ""))


def lines_of(blocks: Iterable[Block], folder: Path) -> list[str]:
    """The findings of an example, as the page shows them."""
    example = Example([(block.notation, block.text) for block in blocks], folder)
    with patch("pulumi_everest.plugins.find._builtin", return_value=()):
        return list(example.lines())


def test_every_code_has_one_section_in_the_order_of_the_codes() -> None:
    assert [section.code for section in SECTIONS] == list(CODES)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.code)
def test_a_section_says_severity_and_meaning_and_how_to_mend_it(section: Explanation) -> None:
    severity, meaning = CODES[section.code]

    assert f"### `{section.code}`\n\n{severity.value.capitalize()}. {meaning} " in page()
    assert section.mend


@pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.code)
def test_an_example_gives_its_code_and_what_the_page_shows(section: Explanation, tmp_path: Path) -> None:
    lines = lines_of(section.example, tmp_path)

    assert lines == section.found.splitlines()
    assert any(line.endswith(f"[{section.code}]") for line in lines)


def as_mended(section: Explanation) -> list[Block]:
    """The whole example of a section, mended."""

    def about(block: Block) -> str:
        return (block.notation.partition(" ")[2] or block.notation).split()[0]

    of = {about(block) for block in section.mended}
    kept = [
        b for b in section.given if about(b) not in of and not (about(b) in ("backup", "restore") and "input" in of)
    ]
    return [*kept, *section.mended]


@pytest.mark.parametrize("section", [s for s in SECTIONS if s.mended], ids=lambda s: s.code)
def test_a_mended_example_has_nothing_of_its_code(section: Explanation, tmp_path: Path) -> None:
    command = [block for block in section.example if block.notation in ("text check", "text test")]
    lines = lines_of([*as_mended(section), *command], tmp_path)

    assert [line for line in lines if not line.endswith(tuple(f"[{code}]" for code in REMARKS))] == []


REMARKS = frozenset({code for code, (severity, _) in CODES.items() if severity is not Severity.ERROR})


@pytest.mark.parametrize("section", [s for s in SECTIONS if not s.mended], ids=lambda s: s.code)
def test_only_what_no_input_mends_has_no_mended_example(section: Explanation) -> None:
    nothing = section.mend.startswith(("nothing", "it is the program's own", "what depends on the answer"))
    assert nothing or section.code in OUTSIDE or section.code == "backup.changed"


def test_the_page_opens_with_a_finding_and_what_the_command_says_about_it(tmp_path: Path) -> None:
    cluster, said = (block for block in blocks_of(page())[:2])
    assert (cluster.notation, said.notation) == ("yaml cluster.yaml", "console")
    (tmp_path / "cluster.yaml").write_text(cluster.text)
    command, _, output = said.text.partition("\n")
    assert command == "$ everest validate cluster.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "pulumi_everest.cli", *command.split()[2:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == output


def test_the_plugin_of_the_page_is_fine(tmp_path: Path) -> None:
    folder = write_plugin(tmp_path / "shop", shop())

    assert set(shop()) == set(FILES)
    assert Workspace(Plugins([folder])).plan().findings == []
