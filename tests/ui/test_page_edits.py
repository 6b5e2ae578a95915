"""Clusters that are there, changed in the form: from files, programs, a running cluster; and saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from filled import FilledIn
from patience import until

from pulumi_everest.review.inputs.gather import gather
from pulumi_everest.review.inputs.paths import read_inputs
from pulumi_everest.review.options import Options
from pulumi_everest.ui.existing import Running
from pulumi_everest.ui.session import Wanted

ROOT = Path(__file__).parents[2]
ORDERS = """\
# Ours since 2024.
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: orders, namespace: shop, labels: {team: shop}}
spec:
  provider: mongo
  topology: {type: sharded, config: {shards: 2}}
  instances:
    engine:
      replicas: 3
      storage: {size: 100Gi, storageClass: fast}
      overrides: {hostAliases: [{ip: 10.0.0.1, hostnames: [a]}]}
  backup:
    storages:
      - {name: main, type: s3, bucket: orders, credentialsSecret: orders-s3}
      - {name: second, type: s3, bucket: copies, credentialsSecret: orders-s3}
---
apiVersion: everest.percona.com/v2alpha1
kind: Provider
metadata: {name: mongo}
spec: {databaseClusterDefinition: psmdb-operator, operatorVersion: 1.21.2}
"""


def key_of(part: Any, path: str) -> Any:
    """The key of the field for a path, in a form or a part of it."""
    if path in part.get("paths", ()):
        return part["key"]
    below = [*part.get("sections", ()), *part.get("parts", ())]
    return next((key for one in below if (key := key_of(one, path)) is not None), None)


def merged(data: Any) -> Any:
    """Data as it is with its merge keys, which a reader of texts alone leaves as they are."""
    if isinstance(data, list):
        return [merged(item) for item in data]
    if not isinstance(data, dict):
        return data
    own = {key: merged(value) for key, value in data.items() if key != "<<"}
    return {**merged(data["<<"]), **own} if "<<" in data else own


def changes(form: FilledIn) -> str:
    return str(form.browser.run("document.querySelector('.sheet').innerText"))


def test_a_cluster_of_a_file_is_changed_with_what_the_change_does(serve: Any, form: FilledIn, tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "all.yaml").write_text(ORDERS)
    saved = tmp_path / "saved"
    saved.mkdir()
    with serve(Wanted(Options(), (str(tmp_path / "infra"),), saved)) as page:
        form.open(page.server.address, "cluster/shop%2Forders")
        assert form.chip == "valid"
        assert "Nothing changes" in changes(form)
        size = form.address("spec.instances.engine.storage.size")
        form.set(size, "50Gi")
        assert "a volume cannot get smaller" in form.findings(size)
        assert "100Gi → 50Gi" in changes(form)
        assert "refused" in changes(form)
        assert form.chip == "1 error"
        form.browser.run("document.querySelector('.change input[role=switch]').click()")
        form.settled()
        assert form.chip == "1 warning"
        form.set(size, "200Gi")
        assert "online" in changes(form)

        # The first storage is the main one: items keep what they are, and are told apart by name.
        storages = form.address("spec.backup.storages")
        form.button(f"{storages}[1]", "Move up")
        assert "main-storage" in changes(form)
        form.button(f"{storages}[1]", "Move up")
        assert "main-storage" not in changes(form)
        form.button(f"{storages}[1]", "Remove")

        spec = yaml.safe_load(form.text("YAML"))["spec"]
        before = yaml.safe_load(ORDERS.partition("---")[0])["spec"]
        before["instances"]["engine"]["storage"]["size"] = "200Gi"
        before["backup"]["storages"].pop()
        assert spec == before
        form.browser.run("[...document.querySelectorAll('.tools button')].at(-1).click()")
        form.browser.until("document.querySelector('.tools .chip')?.textContent.startsWith('saved')")
        assert yaml.safe_load((saved / "all.yaml").read_text())["spec"] == before

        # Another file of that name is kept until somebody says so.
        (saved / "all.yaml").write_text("mine")
        form.browser.run("[...document.querySelectorAll('.tools button')].at(-1).click()")
        form.browser.until("!!document.querySelector('[role=alertdialog]')")
        assert (saved / "all.yaml").read_text() == "mine"
        form.browser.run("[...document.querySelectorAll('[role=alertdialog] button')][0].click()")
        until(lambda: (saved / "all.yaml").read_text() != "mine")
        assert yaml.safe_load((saved / "all.yaml").read_text())["spec"] == before
    form.browser.open("about:blank")


def test_a_cluster_of_a_program_is_changed(page: Any, serve: Any) -> None:
    del page
    folder = ROOT / "examples" / "quickstart"
    with serve(Wanted(Options(), (str(folder),))) as own:
        start = own.send("GET", "/api/start").data
        assert start["clusterFindings"] == []
        cluster = start["clusters"][0]
        assert cluster["from"] == f"program {folder}"
        asked = {"plugin": cluster["plugin"], "mode": "edit", "cluster": cluster["id"]}
        opened = own.ask("/api/form", asked).data
        asked |= {"topology": opened["form"]["topology"], "values": opened["values"]}
        answer = own.ask("/api/check", asked).data
        assert [one for one in answer["findings"] if one["severity"] == "error"] == []
        assert answer["changes"]["changes"] == []
        objects = [
            item.manifest
            for group in gather(read_inputs([str(folder)]), Options()).groups
            if group.kind == "cluster"
            for item in group.items
        ]
        shown = [yaml.safe_load(one["yaml"]) for one in answer["objects"]]
        assert [one["spec"] for one in shown if one["kind"].startswith("Percona")] == [
            one["spec"] for one in objects if one["kind"].startswith("Percona")
        ]


def test_what_the_form_shows_of_every_example_changes_nothing(serve: Any) -> None:
    """A form that is opened and left as it is makes the document that it came from."""
    examples = [
        path for path in sorted(ROOT.glob("pulumi_everest/plugins/*/examples/*.yaml")) if ".expected" not in path.name
    ]
    with serve(Wanted(Options(), tuple(map(str, examples)))) as page:
        clusters = page.send("GET", "/api/start").data["clusters"]
        assert len(clusters) >= len(examples) - 2
        for cluster in clusters:
            asked = {"plugin": cluster["plugin"], "mode": "edit", "cluster": cluster["id"]}
            opened = page.ask("/api/form", asked).data
            asked |= {"topology": opened["form"]["topology"], "values": opened["values"]}
            answer = page.ask("/api/check", asked).data
            path = cluster["from"].partition(":")[0]
            documents = yaml.load_all(Path(path).read_text(), yaml.BaseLoader)
            spec = next(
                one
                for one in documents
                if one["kind"] == "DatabaseCluster" and one["metadata"]["name"] == cluster["name"]
            )["spec"]
            assert yaml.load(answer["yaml"], yaml.BaseLoader)["spec"] == merged(spec), path
            assert answer["changes"] is None or answer["changes"]["changes"] == [], path


def test_a_cluster_that_runs_is_changed(
    serve: Any, api_server: Any, install_crds: Any, namespace: str, shared: Path
) -> None:
    install_crds(shared / "crds" / "psmdb" / "1.22.0" / "crd.yaml")
    example = ROOT / "pulumi_everest" / "plugins" / "psmdb" / "examples" / "minimal.yaml"
    [manifest] = [item.manifest for item in gather(read_inputs([str(example)]), Options()).items]
    manifest["metadata"] |= {"namespace": namespace, "name": "orders"}
    api_server.live.create(manifest)
    running = Running(str(api_server.kubeconfig), None, (f"{namespace}/",))
    with serve(Wanted(Options(), running=running)) as page:
        start = page.send("GET", "/api/start").data
        assert [(one["id"], one["plugin"]) for one in start["clusters"]] == [(f"{namespace}/orders", "psmdb")]
        asked = {"plugin": "psmdb", "mode": "edit", "cluster": f"{namespace}/orders"}
        opened = page.ask("/api/form", asked).data
        key = key_of(opened["form"], "spec.instances.engine.storage.size")
        asked |= {"topology": opened["form"]["topology"], "values": opened["values"]}
        assert page.ask("/api/check", asked).data["changes"]["changes"] == []
        asked["values"][key] = 1
        assert page.ask("/api/check", asked).data["changes"]["impact"] == "refused"
    with serve(Wanted(Options(), running=Running("/nowhere"))) as page:
        assert page.send("GET", "/api/start").data["clusterFindings"][0]["code"] == "live.config"
