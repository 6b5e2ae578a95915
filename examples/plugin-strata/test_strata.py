"""The plugin's own tests, as its author runs them: pytest examples/plugin-strata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pulumi_everest.cli.main import everest
from pulumi_everest.testing.conformance import conformance_tests

HERE = Path(__file__).parent
STRATA, CRDS = HERE / "strata", HERE / "crds.yaml"

test_conformance = conformance_tests(STRATA, crds=CRDS)


def test_the_plugin_has_no_findings_and_its_examples_are_as_expected() -> None:
    result = CliRunner().invoke(everest, ["plugin", "test", "--strict", str(STRATA), "--crds", str(CRDS)])
    assert result.exit_code == 0, result.output


def rendered(tmp_path: Path, **spec: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The objects of a cluster, by kind and name."""
    document = {
        "apiVersion": "everest.percona.com/v2alpha1", "kind": "DatabaseCluster", "metadata": {"name": "rain"},
        "spec": {"provider": "strata-operator", **spec},
    }  # fmt: skip
    (tmp_path / "cluster.yaml").write_text(yaml.safe_dump(document))
    arguments = ["render", "--plugin", str(STRATA), str(tmp_path / "cluster.yaml"), "--format", "json"]
    result = CliRunner().invoke(everest, arguments)
    assert result.exit_code == 0, result.output
    return {(item["kind"], item["metadata"]["name"]): item for item in json.loads(result.stdout)["items"]}


STORAGE = {"type": "s3", "credentialsSecret": "keys"}


def test_each_schedule_of_each_storage_is_an_object(tmp_path: Path) -> None:
    schedules = {"a": ["hourly", "daily"], "b": ["weekly"], "c": []}
    storages = [
        {**STORAGE, "name": name, "bucket": f"bucket-{name}"}
        | ({"schedules": [{"name": one, "cron": "0 0 * * *"} for one in names]} if names else {})
        for name, names in schedules.items()
    ]

    made = rendered(tmp_path, topology={"type": "single"}, backup={"storages": storages})

    stores = {name: item["spec"]["store"]["bucket"] for (kind, name), item in made.items() if kind == "StrataSchedule"}
    assert stores == {"rain-hourly": "bucket-a", "rain-daily": "bucket-a", "rain-weekly": "bucket-b"}


def test_settings_are_lines_in_the_order_of_their_names(tmp_path: Path) -> None:
    engine = {"engineConfig": {"cache": "2Gi", "Batch": 100, "audit": True}}
    made = rendered(tmp_path, topology={"type": "single"}, instances={"engine": engine})
    assert made["ConfigMap", "rain-settings"]["data"]["strata.conf"] == "Batch = 100\naudit = true\ncache = 2Gi\n"


@pytest.mark.parametrize(("topology", "kinds"), [("single", ["Strata"]), ("sharded", ["StrataCatalog", "Strata"])])
def test_a_topology_has_its_kinds(tmp_path: Path, topology: str, kinds: list[str]) -> None:
    assert [kind for kind, _ in rendered(tmp_path, topology={"type": topology})] == kinds


def test_what_it_takes_is_that_of_shards_readers_catalog_and_schedules() -> None:
    example = STRATA / "examples" / "sharded.yaml"
    arguments = ["preview", "--plugin", str(STRATA), str(example), "--capacity", "--format", "json"]
    result = CliRunner().invoke(everest, arguments)
    assert result.exit_code == 0, result.output
    takes = json.loads(result.stdout)["capacity"]["after"]
    gib = 2**30
    assert takes["pods"] == 4 * 3 + 3 + 3
    assert takes["storage"] == {"fast": 4 * 3 * 800 * gib, "": 3 * gib}
    assert (takes["loadBalancers"], takes["jobs"]["pods"]) == (1, 1)
