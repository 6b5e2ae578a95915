"""What the plugins emit, on a real API server: nothing is refused, nothing pruned, nothing changed.

Objects are created with strict field validation as a dry run, which goes through everything but the storage and gives
the object as it would be stored. The table of single-field variations is that of the conformance kit.
"""

from __future__ import annotations

import base64
import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from test_plugin_examples import examples, is_for, rendered

from pulumi_everest.cli.main import everest
from pulumi_everest.core.merging import over
from pulumi_everest.emit.crds import Crds
from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.live.errors import LiveError
from pulumi_everest.plugins.find import Plugins, builtin
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.testing.apiserver import ApiServer
from pulumi_everest.testing.conformance import probe
from pulumi_everest.testing.fixtures import InstallCrds
from pulumi_everest.testing.stored import lost, not_kept
from pulumi_everest.workspace.workspace import ClusterInput, Workspace

CrdOf = Callable[[str, str], Path]
Manifest = dict[str, Any]
EVERY_VERSION = [
    pytest.param(plugin, operator, id=f"{plugin.name}-{operator}")
    for plugin in builtin()
    for operator in plugin.manifest.operator.versions
]


def placed(manifest: Manifest, namespace: str, name: str | None = None) -> Manifest:
    """The object in a namespace, and with another name where one is given."""
    result = copy.deepcopy(manifest)
    result["metadata"] |= {"namespace": namespace, "name": name or manifest["metadata"]["name"]}
    return result


@pytest.mark.parametrize(("plugin", "operator"), EVERY_VERSION)
def test_every_variation_of_a_field_and_every_example_is_stored_as_it_was_emitted(
    plugin: Plugin, operator: str, crd_of: CrdOf, install_crds: InstallCrds, live: LiveCluster, namespace: str
) -> None:
    install_crds(crd_of(plugin.name, operator))
    report = probe(plugin, crds={operator: crd_of(plugin.name, operator)}, operators=[operator])
    assert report.failures == []
    varied = [manifest for entry in report.variations for manifest in (*entry.before, *entry.after)]
    assert len(varied) > 100
    assert not_kept(live, varied, namespace) == []

    for path in (one for one in examples(plugin) if is_for(plugin, one, operator)):
        for number, manifest in enumerate(rendered(path, operator)[1]):
            sent = placed(manifest, namespace, f"{path.stem}-{number}")
            live.create(sent, strict=True)
            stored = live.get(sent["apiVersion"], sent["kind"], sent["metadata"]["name"], namespace)
            assert lost(sent, stored) == [], f"{path.name} with operator {operator}"
            # A finalizer that no operator takes off would keep it, and the namespace, for ever.
            live.merge({**sent, "metadata": {**sent["metadata"], "finalizers": None}})


@pytest.mark.parametrize(
    ("plugin", "instances"),
    [
        ("psmdb", {"engine": {"overrides": {"pcx": 1}}}),
        ("psmdb", {"engine": {"overrides": {"size": "three"}}}),
        ("psmdb", {"engine": {"overrides": {"sidecars": [{"image": "a"}]}}}),
        ("pxc", {"engine": {"overrides": {"expose": {"typ": "ClusterIP"}}}}),
        ("pxc", {"proxy": {"overrides": {"size": [1]}}}),
        ("pg", {"proxy": {"overrides": {"expose": {"type": "Internal"}}}}),
        ("pg", {"backupAgent": {"overrides": {"repos": [{"name": "main"}]}}}),
        ("pg", {"engine": {"scheduling": {"tolerations": [{"operater": "Exists"}]}}}),
    ],
)
def test_the_server_refuses_what_the_check_against_crds_refuses(
    plugin: str,
    instances: dict[str, Any],
    crd_of: CrdOf,
    install_crds: InstallCrds,
    live: LiveCluster,
    namespace: str,
) -> None:
    [loaded] = [entry for entry in builtin() if entry.name == plugin]
    crds = crd_of(plugin, loaded.manifest.operator.default)
    install_crds(crds)
    spec = {"provider": f"{plugin}-operator", "topology": {"type": next(iter(loaded.definition.spec.topologies))}}
    workspace = Workspace(Plugins())
    workspace.clusters.append(
        ClusterInput({"name": "refused", "namespace": namespace}, {**spec, "instances": instances})
    )
    planned = workspace.plan()
    assert [entry for entry in planned.findings if entry.is_error] == []
    [main] = [entry.manifest for entry in planned.clusters[0].objects if entry.main]

    with pytest.raises(LiveError):
        live.create(main, strict=True, dry_run=True)
    assert Crds.load([crds]).check(main)


MORE: dict[str, dict[str, Any]] = {
    "psmdb": {"instances": {"engine": {"expose": {"type": "LoadBalancer", "annotations": {"a": "b"}, "sourceRanges": ["10.0.0.0/8"], "loadBalancerClass": "x"}}}},
    "pxc": {"instances": {"engine": {"expose": {"type": "LoadBalancer", "annotations": {"a": "b"}, "sourceRanges": ["10.0.0.0/8"], "loadBalancerClass": "x"}}}},
}  # fmt: skip
"""What the example of everything leaves out because a rule warns of it."""
ELSEWHERE = {
    "*": {
        r"instances\.\w+\.(version|image)": "components.versions says the same",
        r"monitoring\.resources\..*": "excludes the resources of component pmm",
        r"dataSource\..*": "a cluster that is made from a backup, an example of its own",
        r"(backup|restore|upgrade): .*": "fields of other kinds, which the test of variations creates",
        r"instances\.\w+\.scheduling\.antiAffinityTopologyKey": "excludes an affinity",
        r"instances\.\w+\.podDisruptionBudget\.(min|max)\w+": "excludes the other one",
        r"given: .*": "values that only a program gives",
        r"instances\.\w+\.scheduling\.runtimeClassName": "not for all components alike; the test of variations creates it",
    },
    "psmdb": {
        r"tls\.certificateSecret": "excludes the issuer",
        r"instances\.(arbiter|nonVoting|hidden)\..*": "as of the engine; the test of variations creates it",
        r"instances\.configServer\.expose\..*": "as of the engine; the test of variations creates it",
    },
    "pxc": {
        r"tls\.(certificateSecret|internalCertificateSecret)": "excludes the issuer",
        r"instances\.proxy\.type": "the components of the other type have a topology of their own",
        r"backup\.storages\.forcePathStyle": "not for operator 1.19, which renders the same example",
    },
    "pg": {
        r"instances\.backupAgent\.config\.volume": "false takes away what the other storages need; an example of its own"
    },
}
"""Fields that one cluster cannot have beside all others, and why."""


def written_paths(data: Any, path: tuple[str, ...] = ()) -> set[str]:
    """Every field path in plain data; lists are transparent."""
    if isinstance(data, dict):
        below = set().union(*(written_paths(value, (*path, key)) for key, value in data.items()))
    elif isinstance(data, list):
        below = set().union(*(written_paths(value, path) for value in data))
    else:
        below = set()
    return below | {".".join(path)}


@pytest.mark.parametrize("plugin", builtin(), ids=lambda plugin: plugin.name)
def test_a_cluster_with_every_field_set_is_accepted_by_kubectl(
    plugin: Plugin,
    crd_of: CrdOf,
    install_crds: InstallCrds,
    api_server: ApiServer,
    namespace: str,
    tmp_path: Path,
) -> None:
    if api_server.kubectl is None:
        pytest.skip("needs kubectl among the binaries of the API server")
    document = yaml.safe_load((plugin.folder / "examples" / "everything.yaml").read_text(encoding="utf-8"))
    document = over(document, {"metadata": {"namespace": namespace}, "spec": MORE.get(plugin.name, {})})
    spec = document["spec"]
    # Every field that does something for this topology and operator version is in it.
    topology, operator = spec["topology"]["type"], spec["operatorVersion"]
    report = probe(plugin, operators=[operator])
    left_out = [*ELSEWHERE["*"], *ELSEWHERE.get(plugin.name, {})]
    missing = [
        entry.path
        for entry in report.probes
        if entry.topology == topology and entry.outcome != "refused" and entry.path not in written_paths(spec)
    ]
    assert [path for path in missing if not any(re.fullmatch(pattern, path) for pattern in left_out)] == []
    install_crds(crd_of(plugin.name, operator))
    (tmp_path / "cluster.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    crds = str(crd_of(plugin.name, operator))
    done = CliRunner().invoke(everest, ["render", str(tmp_path / "cluster.yaml"), "--crds", crds])
    assert done.exit_code == 0, done.output

    applied = subprocess.run(
        [str(api_server.kubectl), "apply", "--server-side", "--validate=strict", "-o", "json", "-f", "-"],
        input=done.stdout, env={"KUBECONFIG": str(api_server.kubeconfig), "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert applied.returncode == 0, applied.stderr
    stored = {entry["kind"]: entry for entry in _items(json.loads(applied.stdout))}
    for sent in yaml.safe_load_all(done.stdout):
        assert lost(sent, stored[sent["kind"]]) == []
        if sent["metadata"].get("finalizers"):
            api_server.live.merge({**sent, "metadata": {**sent["metadata"], "finalizers": None}})


def _items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return answer["items"] if answer["kind"] == "List" else [answer]


@pytest.mark.parametrize("plugin", builtin(), ids=lambda plugin: plugin.name)
def test_secrets_made_of_values_are_stored_as_they_were_emitted(
    plugin: Plugin, live: LiveCluster, namespace: str
) -> None:
    secrets = {
        "users": dict.fromkeys(plugin.manifest.secrets.users, "value-1"),
        "storages": {"main": {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}},
        "monitoring": {"apiKey": "token"},
    }
    spec: dict[str, Any] = {
        "provider": plugin.definition.name,
        "topology": {"type": next(iter(plugin.definition.spec.topologies))},
        "backup": {"storages": [{"name": "main", "type": "s3", "bucket": "b", "region": "r"}]},
        "monitoring": {"type": "pmm", "serverUrl": "https://pmm.example.org"},
    }
    honoured = " ".join(plugin.manifest.spec_fields())
    for block, values in (("backup", "storages"), ("monitoring", "monitoring")):
        if block not in honoured:
            del spec[block], secrets[values]
    workspace = Workspace(Plugins())
    workspace.clusters.append(ClusterInput({"name": "orders", "namespace": namespace}, spec, secrets=secrets))
    planned = workspace.plan()
    assert [entry for entry in planned.findings if entry.is_error] == []
    made = [entry.manifest for entry in planned.clusters[0].objects if entry.manifest["kind"] == "Secret"]
    assert len(made) >= min(2, len(secrets))

    for manifest in made:
        stored = live.create(manifest, strict=True)
        text = {key: base64.b64decode(value).decode() for key, value in stored["data"].items()}
        assert text == manifest["stringData"]
