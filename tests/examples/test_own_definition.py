"""The three documents of the architecture as a user's own: a definition that no plugin has, beside Percona's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pulumi_everest.cli.main import everest
from pulumi_everest.emit.everest_crds import everest_crds
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.fixtures import InstallCrds

OWN = Path(__file__).parent / "own-definition"
API = "everest.percona.com/v2alpha1"
PROVIDER = {
    "apiVersion": API, "kind": "Provider", "metadata": {"name": "acme-kv"},
    "spec": {"databaseClusterDefinition": "acme-kv", "reconcileBy": "everest"},
}  # fmt: skip
SPEC: dict[str, Any] = {
    "provider": "acme-kv",
    "topology": {"type": "routed", "config": {}},
    "components": {"versions": {"kvserver": {"version": "3.1.4"}, "dumper": {"version": "1.0.2"}}},
    "instances": {"engine": {}, "router": {}, "backupAgent": {}},
}
PROGRAM = """\
import pulumi_everest as everest

kv = everest.Provider("acme-kv", definitions=["definition.yaml"], reconcile_by="everest")
everest.DatabaseCluster(
    "sessions",
    namespace="default",
    provider=kv,
    topology={"type": "routed", "config": {}},
    components={"versions": {"kvserver": {"version": "3.1.4"}, "dumper": {"version": "1.0.2"}}},
    instances={"engine": {}, "router": {}, "backupAgent": {}},
)
mongodb = everest.Provider("psmdb-operator")
everest.DatabaseCluster("orders", namespace="default", provider=mongodb, topology={"type": "sharded"})
"""


def cluster(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": API, "kind": "DatabaseCluster", "metadata": metadata, "spec": spec}


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(everest, [str(part) for part in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder with the documents, and beside them a cluster of a built-in plugin."""
    (tmp_path / "definition.yaml").write_text((OWN / "definition.yaml").read_text())
    percona = cluster("orders", {"provider": "psmdb-operator", "topology": {"type": "sharded"}})
    clusters = [PROVIDER, cluster("sessions", SPEC), percona]
    (tmp_path / "clusters.yaml").write_text(yaml.safe_dump_all(clusters, sort_keys=False))
    return tmp_path


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same as a program."""
    folder = tmp_path / "infra"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "definition.yaml").write_text((OWN / "definition.yaml").read_text())
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    return folder


def rendered(folder: Path) -> list[dict[str, Any]]:
    result = run("render", folder)
    assert result.exit_code == 0, result.output
    return list(yaml.safe_load_all(result.stdout))


def test_the_documents_have_no_findings(documents: Path) -> None:
    assert run("validate", "--strict", documents).output == "2 clusters, no findings\n"


def test_a_program_becomes_the_objects_of_the_documents(documents: Path, program: Path) -> None:
    by_kind = [sorted(rendered(folder), key=lambda found: found["kind"]) for folder in (documents, program)]
    assert by_kind[0] == by_kind[1]
    kinds = ["DatabaseCluster", "DatabaseClusterDefinition", "PerconaServerMongoDB", "Provider"]
    assert [found["kind"] for found in by_kind[0]] == kinds


@pytest.mark.parametrize("form", ["documents", "program"])
def test_the_api_server_takes_the_objects(
    form: str,
    request: pytest.FixtureRequest,
    api_server: ApiServer,
    install_crds: InstallCrds,
    shared: Path,
    namespace: str,
) -> None:
    objects = rendered(request.getfixturevalue(form))
    api_server.install_crds(everest_crds())
    install_crds(shared / "crds/psmdb/1.22.0")
    live = api_server.live
    for manifest in objects:
        place = manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"]
        own = namespace if "namespace" in manifest["metadata"] else None
        if own is not None:
            manifest["metadata"]["namespace"] = own
        live.create(manifest)
        try:
            stored = live.get(*place, own)
            assert stored is not None
            if manifest["kind"] == "DatabaseCluster":
                assert stored["spec"] == SPEC
        finally:
            live.delete(*place, own)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('"router": {}', '"rooter": {}'),
        ('"type": "routed"', '"type": "rooted"'),
        ('"3.1.4"', '"3.1.5"'),
        ('"dumper": {"version"', '"dumpr": {"version"'),
    ],
)  # fmt: skip
def test_a_wrong_name_is_refused_as_documents_and_in_a_program(
    wrong: str, said: str, documents: Path, program: Path
) -> None:
    (program / "__main__.py").write_text(PROGRAM.replace(wrong, said))
    replaced = json.loads(json.dumps(SPEC).replace(wrong, said))
    (documents / "clusters.yaml").write_text(yaml.safe_dump_all([PROVIDER, cluster("sessions", replaced)]))

    results = [run("validate", documents), run("preview", program)]

    for result in results:
        assert result.exit_code == 1
        assert "did you mean" in result.output
        assert "allowed: " in result.output


def test_the_one_definition_of_the_file_is_meant_where_none_is_named(program: Path) -> None:
    (program / "__main__.py").write_text(PROGRAM.replace('Provider("acme-kv", ', 'Provider("kv", '))

    (provider,) = [found for found in rendered(program) if found["kind"] == "Provider"]

    assert provider["metadata"]["name"] == "kv"
    assert provider["spec"] == PROVIDER["spec"]


def test_a_file_that_is_not_there_is_refused_at_its_argument(program: Path) -> None:
    (program / "__main__.py").write_text(PROGRAM.replace('"definition.yaml"', '"definitoin.yaml"'))
    output = run("preview", program).output
    assert "definitoin.yaml: there is no such file" in output
    assert "at definitions[0], Provider acme-kv" in output


def test_what_is_wrong_with_the_definition_has_its_line(program: Path) -> None:
    text = (OWN / "definition.yaml").read_text().replace("router: {type: kvserver}", "router: {type: kvservr}")
    (program / "definition.yaml").write_text(text)
    output = run("preview", program).output
    line = 1 + text[: text.index("kvservr")].count("\n")
    assert f"definition.yaml:{line}:" in output
    assert "did you mean 'kvserver'" in output


def test_other_documents_in_a_file_of_definitions_are_refused(program: Path) -> None:
    with (program / "definition.yaml").open("a") as file:
        file.write("---\n" + yaml.safe_dump(cluster("sessions", SPEC)))
    output = run("preview", program).output
    assert "a file of definitions has no DatabaseCluster" in output


def test_a_definition_of_the_program_takes_the_place_of_the_plugin_s(program: Path, root: Path) -> None:
    text = (root / "pulumi_everest/plugins/psmdb/definition.yaml").read_text()
    (program / "mongodb.yaml").write_text(text.replace("8.0.19-7", "8.0.99-9"))
    (program / "__main__.py").write_text(
        PROGRAM.replace('Provider("psmdb-operator")', 'Provider("psmdb-operator", definitions=["mongodb.yaml"])')
    )
    (main,) = [found for found in rendered(program) if found["kind"] == "PerconaServerMongoDB"]
    assert main["spec"]["image"].endswith(":8.0.99-9")


def test_two_providers_may_name_one_file(program: Path) -> None:
    second = '\neverest.Provider("second", database_cluster_definition="acme-kv", definitions=["definition.yaml"])\n'
    (program / "__main__.py").write_text(PROGRAM + second)
    assert run("preview", program).exit_code == 0
