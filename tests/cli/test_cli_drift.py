"""`everest preview --against cluster` on a real API server: nothing where nothing differs, whoever made the object and
however, and each edit with who made it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.apiserver import ApiServer

Run = Callable[..., Result]
FOLDERS = {"psmdb": "psmdb/1.22.0", "pxc": "pxc/1.20.0", "pg": "pg/3.0.0"}
STORAGE = {"name": "main", "type": "s3", "bucket": "b", "region": "eu-west-1", "credentialsSecret": "aws"}
SCHEDULE = {"name": "daily", "cron": "0 3 * * *", "retention": {"count": 3}}


@pytest.fixture(scope="module")
def operators(api_server: ApiServer, shared: Path) -> ApiServer:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for folder in FOLDERS.values():
        for file in sorted((shared / "crds" / folder).glob("*.yaml")):
            documents = [entry for entry in yaml.load_all(file.read_text(), loader) if entry]
            api_server.install_crds([entry for entry in documents if entry["kind"] == "CustomResourceDefinition"])
    return api_server


@pytest.fixture
def made(run: Run, here: Path, namespace: str) -> Callable[[str], dict[str, Any]]:
    """Writes cluster.yaml with a cluster of a technology, and gives its main object."""

    def make(plugin: str) -> dict[str, Any]:
        (here / "cluster.yaml").write_text(
            yaml.safe_dump(
                {
                    "apiVersion": "everest.percona.com/v2alpha1",
                    "kind": "DatabaseCluster",
                    "metadata": {"name": "orders", "namespace": namespace},
                    "spec": {
                        "provider": f"{plugin}-operator",
                        "instances": {"engine": {"storage": {"size": "10Gi"}}, "backupAgent": {}},
                        "backup": {"storages": [{**STORAGE, "schedules": [SCHEDULE]}]},
                    },
                }
            )
        )
        objects = list(yaml.safe_load_all(run("render", "cluster.yaml").stdout))
        return next(entry for entry in objects if entry["kind"] != "Secret")

    return make


Make = Callable[[str], dict[str, Any]]


def apply(server: ApiServer, manifest: dict[str, Any], how: str) -> None:
    live = server.live
    if how == "pulumi":
        live.apply(manifest, "pulumi-kubernetes-1a2b3c4d")
    elif how == "helm":
        path = live.path(manifest["apiVersion"], manifest["kind"], manifest["metadata"]["namespace"])
        live.request("POST", path, manifest, query={"fieldManager": "helm"})
    else:
        command = [str(server.kubectl), "--kubeconfig", str(server.kubeconfig), *how.split()[1:], "-f", "-"]
        subprocess.run(command, input=json.dumps(manifest), text=True, check=True, capture_output=True)


def against(run: Run, server: ApiServer) -> tuple[int, dict[str, dict[str, Any]]]:
    given = ["--against", "cluster", "--kubeconfig", server.kubeconfig, "--format", "json", "--exit-code"]
    result = run("preview", "cluster.yaml", *given)
    fields = [field for entry in json.loads(result.stdout)["differences"] for field in entry["fields"]]
    return result.exit_code, {field["path"]: field for field in fields}


WAYS = ("pulumi", "helm", "kubectl create", "kubectl apply", "kubectl apply --server-side")


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("plugin", FOLDERS)
def test_right_after_it_was_made_nothing_differs(
    operators: ApiServer, made: Make, run: Run, plugin: str, how: str
) -> None:
    apply(operators, made(plugin), how)
    assert against(run, operators) == (0, {})


def test_what_the_operator_writes_is_no_difference(
    operators: ApiServer, made: Make, run: Run, live: LiveCluster
) -> None:
    manifest = made("psmdb")
    apply(operators, manifest, "pulumi")
    own = {key: manifest[key] for key in ("apiVersion", "kind")}
    name = {"name": "orders", "namespace": manifest["metadata"]["namespace"]}
    live.merge(
        {**own, "metadata": {**name, "annotations": {"x": "y"}}, "spec": {"platform": "kubernetes", "pause": False}},
        manager="percona-server-mongodb-operator",
    )
    live.merge(
        {**own, "metadata": name, "status": {"state": "ready", "ready": 3, "size": 3}}, manager="manager", status=True
    )
    assert against(run, operators) == (0, {})


Edit = tuple[str, str, dict[str, Any], str, str]
EDITS: list[Edit] = [
    ("kubectl-edit", "a person's tool", {"spec": {"crVersion": "1.21.1"}}, "spec.crVersion", "changed"),
    ("kubectl-patch", "a person's tool", {"spec": {"pause": True}}, "spec.pause", "removed"),
    ("kubectl-client-side-apply", "a person's tool", {"spec": {"image": "x/y:1"}}, "spec.image", "changed"),
    ("kubectl-label", "a person's tool", {"metadata": {"labels": {"team": "a"}}}, "metadata.labels", "removed"),
    ("kubectl-annotate", "a person's tool", {"metadata": {"annotations": {"n": "x"}}}, "metadata.annotations", "removed"),
    ("k9s", "a person's tool", {"spec": {"unmanaged": True}}, "spec.unmanaged", "removed"),
    ("node-fetch", "a person's tool", {"spec": {"updateStrategy": "OnDelete"}}, "spec.updateStrategy", "changed"),
    ("Mozilla", "a person's tool", {"spec": {"clusterServiceDNSSuffix": "x"}}, "spec.clusterServiceDNSSuffix", "removed"),
    ("argocd-controller", "a delivery tool", {"spec": {"imagePullPolicy": "Never"}}, "spec.imagePullPolicy", "removed"),
    ("kustomize-controller", "a delivery tool", {"spec": {"tls": {"mode": "disabled"}}}, "spec.tls", "removed"),
    ("helm", "a delivery tool", {"spec": {"secrets": {"users": "other"}}}, "spec.secrets", "changed"),
    ("terraform", "a delivery tool", {"spec": {"pmm": {"enabled": True, "image": "x"}}}, "spec.pmm", "removed"),
    ("flux-client-side-apply", "a delivery tool", {"spec": {"enableVolumeExpansion": True}}, "spec.enableVolumeExpansion", "removed"),
    ("vpa-updater", "an autoscaler", {"spec": {"backup": {"resources": {"limits": {"cpu": "9"}}}}}, "spec.backup.resources", "removed"),
    ("keda-operator", "an autoscaler", {"spec": {"backup": {"enabled": False}}}, "spec.backup.enabled", "changed"),
    ("kubectl-edit", "a person's tool", {"spec": {"upgradeOptions": {"apply": "latest"}}}, "spec.upgradeOptions.apply", "changed"),
    ("kubectl-edit", "a person's tool", {"spec": {"upgradeOptions": {"schedule": "0 2 * * *"}}}, "spec.upgradeOptions.schedule", "removed"),
    ("kubectl-edit", "a person's tool", {"spec": {"backup": {"image": "x/y:2"}}}, "spec.backup.image", "changed"),
    ("kubectl-edit", "a person's tool", {"metadata": {"finalizers": ["a.example.com/b"]}}, "metadata.finalizers", "any"),
    ("kubectl-edit", "a person's tool", {"spec": {"backup": {"pitr": {"enabled": True}}}}, "spec.backup.pitr", "any"),
]  # fmt: skip


@pytest.mark.parametrize(("manager", "kind", "edit", "path", "change"), EDITS, ids=[f"{e[0]} {e[3]}" for e in EDITS])
def test_an_edit_is_named_with_who_made_it(
    operators: ApiServer, made: Make, run: Run, live: LiveCluster,
    manager: str, kind: str, edit: dict[str, Any], path: str, change: str,
) -> None:  # fmt: skip
    manifest = made("psmdb")
    apply(operators, manifest, "pulumi")
    metadata = {"name": "orders", "namespace": manifest["metadata"]["namespace"], **edit.get("metadata", {})}
    own = {key: manifest[key] for key in ("apiVersion", "kind")}
    live.merge({**own, **edit, "metadata": metadata}, manager=manager)
    code, fields = against(run, operators)
    assert code == 1
    assert fields
    for where, field in fields.items():
        assert where.startswith(path), fields
        assert change in ("any", field["change"])
        if field["change"] != "added":  # nobody owns what is not there
            assert (field["by"]["manager"], field["by"]["kind"]) == (manager, kind)
    assert any("by" in field for field in fields.values())


@pytest.mark.parametrize(("manager", "kind"), [("kubectl-edit", "a person's tool"), ("vpa-updater", "an autoscaler")])
def test_an_edit_inside_a_list_is_named_too(
    operators: ApiServer, made: Make, run: Run, live: LiveCluster, manager: str, kind: str
) -> None:
    manifest = made("psmdb")
    apply(operators, manifest, "pulumi")
    found = live.get(manifest["apiVersion"], manifest["kind"], "orders", manifest["metadata"]["namespace"])
    assert found is not None
    found["spec"]["replsets"][0]["size"] = 5
    found["spec"]["replsets"][0]["storage"] = {"engine": "inMemory"}
    live.replace(found, manager=manager)
    code, fields = against(run, operators)
    assert code == 1
    assert set(fields) == {"spec.replsets[rs0].size", "spec.replsets[rs0].storage"}
    assert {(field["by"]["manager"], field["by"]["kind"]) for field in fields.values()} == {(manager, kind)}


def test_without_the_right_to_create_the_defaults_are_those_of_the_definition(
    operators: ApiServer, made: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulumi_everest.live.errors import LiveError

    apply(operators, made("pg"), "kubectl create")

    def refused(*_: Any, **__: Any) -> Any:
        raise LiveError.of("refused", "forbidden", reason="Forbidden", code=403)

    monkeypatch.setattr(LiveCluster, "create", refused)
    assert against(run, operators) == (0, {})


@pytest.mark.parametrize("plugin", FOLDERS)
def test_adopt_writes_nothing_that_the_server_fills_in(operators: ApiServer, made: Make, run: Run, plugin: str) -> None:
    manifest = made(plugin)
    apply(operators, manifest, "kubectl create")
    result = run(
        "adopt", "--from-cluster", f"{manifest['metadata']['namespace']}/orders", "--kubeconfig", operators.kubeconfig
    )
    assert result.exit_code == 0, result.stderr
    (adopted,) = yaml.safe_load_all(result.stdout)
    text = json.dumps(adopted)
    assert not [path for path in ("5432", "runningDeadlineSeconds", "startingDeadlineSeconds") if path in text], text
