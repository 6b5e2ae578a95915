"""adopt=True with the real engine: objects of other managers are taken over as they are, or not at all."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from pulumi_engine import Done, Stack

from pulumi_everest.cli.main import everest
from pulumi_everest.model.mark import MARK
from pulumi_everest.testing.apiserver import ApiServer

Manifest = dict[str, Any]
STATUS = {
    "PerconaServerMongoDB": {"state": "ready", "ready": 3, "size": 3, "observedGeneration": 1},
    "PerconaXtraDBCluster": {"state": "ready", "ready": 6, "size": 6, "observedGeneration": 1},
    "PerconaPGCluster": {"state": "ready"},
}
SAMPLES = {"psmdb": "psmdb/1.22.0/cr.yaml", "pxc": "pxc/1.20.0-main/cr.yaml", "pg": "pg/3.0.0/cr.yaml"}
MANAGERS = {
    "kubectl apply": ["apply", "-f", "-"],
    "kubectl create": ["create", "-f", "-"],
    "kubectl apply --server-side": ["apply", "--server-side", "-f", "-"],
    "helm": ["apply", "--server-side", "--field-manager=helm", "-f", "-"],
}


class Existing:
    """A database that a tool made, and that its operator has written to."""

    def __init__(self, server: ApiServer, manifest: Manifest, tool: str) -> None:
        self.server, self.manifest = server, manifest
        command = [server.kubectl, "--kubeconfig", server.kubeconfig, *MANAGERS[tool]]
        subprocess.run(list(map(str, command)), input=yaml.safe_dump(manifest), text=True, check=True)
        self.write({"spec": {"pause": False}, "metadata": {"labels": {"by": "operator"}}})
        server.live.merge({**self.head, "status": STATUS[manifest["kind"]]}, manager="operator", status=True)

    @property
    def head(self) -> Manifest:
        metadata = {key: self.manifest["metadata"][key] for key in ("name", "namespace")}
        return {"apiVersion": self.manifest["apiVersion"], "kind": self.manifest["kind"], "metadata": metadata}

    def write(self, fields: Manifest) -> None:
        """The operator writes fields."""
        metadata = {**self.head["metadata"], **fields.get("metadata", {})}
        self.server.live.merge({**self.head, **fields, "metadata": metadata}, manager="operator")

    def read(self) -> Manifest:
        metadata = self.manifest["metadata"]
        found = self.server.live.get(
            self.manifest["apiVersion"], self.manifest["kind"], metadata["name"], metadata["namespace"]
        )
        assert found is not None
        return found

    def lasting(self) -> Manifest:
        """What must not change: all but what the server counts, kubectl's record of its own, and our mark."""
        read = self.read()
        metadata = {
            key: value for key, value in read["metadata"].items() if key not in ("managedFields", "resourceVersion")
        }
        annotations = dict(metadata.get("annotations") or {})
        annotations.pop("kubectl.kubernetes.io/last-applied-configuration", None)
        annotations.pop(MARK, None)
        return {"metadata": {**metadata, "annotations": annotations}, "spec": read["spec"], "status": read["status"]}

    def program(self) -> str:
        """What `everest adopt` writes."""
        name = "{namespace}/{name}".format(**self.manifest["metadata"])
        arguments = [
            "adopt",
            "--from-cluster",
            name,
            "--kubeconfig",
            str(self.server.kubeconfig),
            "--language",
            "python",
        ]
        result = CliRunner().invoke(everest, arguments)
        assert result.exit_code == 0, result.stderr
        return result.stdout


def existing(server: ApiServer, shared: Path, namespace: str, technology: str, tool: str) -> Existing:
    documents = yaml.safe_load_all((shared / "samples" / SAMPLES[technology]).read_text())
    [manifest] = [entry for entry in documents if entry and entry["kind"] in STATUS]
    manifest["metadata"] |= {
        "name": "legacy", "namespace": namespace, "labels": {"team": "shop"}, "annotations": {"example.com/note": "old"},
    }  # fmt: skip
    return Existing(server, manifest, tool)


@pytest.mark.parametrize(
    ("technology", "tool"), [*(("psmdb", tool) for tool in MANAGERS), ("pxc", "kubectl apply"), ("pg", "helm")]
)
def test_it_is_taken_over_and_nothing_is_lost(
    technology: str, tool: str, stack: Stack, operators: ApiServer, shared: Path, namespace: str
) -> None:
    database = existing(operators, shared, namespace, technology, tool)
    before = database.lasting()
    program = database.program()
    stack.write(program)

    preview = stack.preview()
    up = stack.up()

    assert preview.code == 0, preview.text
    assert up.code == 0, up.text
    assert ("import", "legacy") in up.steps(database.manifest["kind"])
    assert database.lasting() == before
    assert any(entry.get("protect") for urn, entry in stack.resources().items() if urn.endswith("::legacy"))
    assert stack.up().only_same
    stack.write(program.replace("    adopt=True,\n", ""))
    assert stack.up().only_same
    assert stack.refresh().code == 0
    assert stack.up().only_same
    assert database.lasting() == before


def warnings(done: Done) -> str:
    return "\n".join(done.messages("warning"))


def test_other_managers_are_named(stack: Stack, operators: ApiServer, shared: Path, namespace: str) -> None:
    database = existing(operators, shared, namespace, "pg", "helm")
    stack.write(database.program())

    preview = stack.preview()

    assert "helm (" in warnings(preview)
    assert "operator (" in warnings(preview)
    assert "conflict" in warnings(preview)


def test_it_is_refused_until_the_program_says_everything(
    stack: Stack, operators: ApiServer, shared: Path, namespace: str
) -> None:
    database = existing(operators, shared, namespace, "psmdb", "kubectl apply")
    before = database.read()
    whole = database.program()
    lacking = whole.replace('        "team": "shop",\n', "").replace('"team": "shop"', '"owner": "me"')
    lacking = lacking.replace('"podDisruptionBudget": {"maxUnavailable": 1},\n', "", 1)
    lacking = lacking.replace('"replicas": 3', '"replicas": 5', 1)
    assert lacking != whole
    stack.write(lacking)

    preview = stack.preview()
    up = stack.up()

    for done in (preview, up):
        assert done.code != 0
        for line in (
            "spec.replsets[0].size: 3 → 5",
            "podDisruptionBudget.maxUnavailable: 1 → nothing",
            "metadata.labels.team: shop → nothing",
            "metadata.labels.owner: nothing → me",
            f"everest adopt --from-cluster {namespace}/legacy --language python",
        ):
            assert line in done.text
        assert "crVersion:" not in "\n".join(done.messages("error"))
    assert database.read() == before

    # What was refused halfway is refused without adopt=True too: the engine has the object in its state by now.
    stack.write(lacking.replace("    adopt=True,\n", ""))
    again = stack.up()
    assert again.code != 0
    assert database.read() == before

    stack.write(whole)
    assert stack.up().code == 0
    assert database.read()["metadata"]["uid"] == before["metadata"]["uid"]
    assert stack.up().only_same


def urn_of_main(stack: Stack) -> str:
    [urn] = [urn for urn, entry in stack.resources().items() if entry["type"].endswith(":PerconaServerMongoDB")]
    return urn


NOTHING = "import pulumi_everest as everest\n"


@pytest.mark.parametrize("policy", ["protect", "retain", "left out, then delete"])
def test_whoever_gives_up_loses_nothing(
    policy: str, stack: Stack, operators: ApiServer, shared: Path, namespace: str
) -> None:
    database = existing(operators, shared, namespace, "psmdb", "kubectl apply")
    before = database.read()
    lacking = database.program().replace('"replicas": 3', '"replicas": 5', 1)
    if policy in ("protect", "retain"):
        lacking = lacking.replace("    adopt=True,\n", f'    adopt=True,\n    deletion_policy="{policy}",\n')
    stack.write(lacking)
    assert stack.up().code != 0
    if policy == "left out, then delete":
        stack.write(lacking.replace("    adopt=True,\n", '    deletion_policy="delete",\n'))
        assert stack.up().code != 0

    stack.write(NOTHING)
    up = stack.up()
    if policy != "retain":
        assert up.code != 0
        assert f"pulumi state unprotect '{urn_of_main(stack)}'" in up.text
        stack.run("state", "unprotect", urn_of_main(stack), "--yes")
        up = stack.up()

    assert up.code == 0, up.text
    assert not any(urn.endswith("::legacy") for urn in stack.resources())
    assert database.read() == before


def test_the_state_can_forget_a_refused_adoption_to_start_over(
    stack: Stack, operators: ApiServer, shared: Path, namespace: str
) -> None:
    database = existing(operators, shared, namespace, "psmdb", "kubectl apply")
    before = database.read()
    whole = database.program()
    assert '"size": "3Gi"' in whole
    stack.write(whole.replace('"size": "3Gi"', '"size": "30Gi"'))
    assert stack.up().code != 0
    assert database.read() == before

    component = urn_of_main(stack).replace("$kubernetes:psmdb.percona.com/v1:PerconaServerMongoDB", "")
    stack.run("state", "delete", component, "--target-dependents", "--force", "--yes")
    stack.write(whole)
    up = stack.up()

    assert up.code == 0, up.text
    assert ("import", "legacy") in up.steps("PerconaServerMongoDB")
    assert database.read()["metadata"]["uid"] == before["metadata"]["uid"]


def test_only_with_adopt_is_it_kept_whatever_happens(
    stack: Stack, operators: ApiServer, shared: Path, namespace: str
) -> None:
    program = existing(operators, shared, namespace, "psmdb", "kubectl apply").program()
    stack.write(program)
    assert stack.up().code == 0
    main = stack.resources()[urn_of_main(stack)]
    assert (main.get("protect"), main.get("retainOnDelete")) == (True, True)

    stack.write(program.replace("    adopt=True,\n", '    deletion_policy="delete",\n'))
    assert stack.up().code == 0

    main = stack.resources()[urn_of_main(stack)]
    assert not main.get("protect")
    assert not main.get("retainOnDelete")


def test_there_must_be_an_object(stack: Stack, operators: ApiServer, namespace: str) -> None:
    stack.write(
        f"""
        import pulumi_everest as everest

        everest.DatabaseCluster("gone", provider="psmdb-operator", namespace="{namespace}", adopt=True)
        """
    )

    preview = stack.preview()

    assert preview.code != 0
    assert f"{namespace}/gone" in preview.text
    assert "does not exist" in preview.text or "not found" in preview.text


def test_after_that_it_is_changed_like_any_other(
    stack: Stack, operators: ApiServer, shared: Path, namespace: str
) -> None:
    database = existing(operators, shared, namespace, "psmdb", "kubectl apply")
    program = database.program()
    stack.write(program)
    assert stack.up().code == 0
    before = database.lasting()
    before["metadata"].pop("generation")

    stack.write(program.replace('"replicas": 3', '"replicas": 5', 1))
    up = stack.up()

    assert up.code == 0, up.text
    after = database.lasting()
    after["metadata"].pop("generation")
    before["spec"]["replsets"][0]["size"] = 5
    assert after == before
