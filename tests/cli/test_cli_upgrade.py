"""`everest upgrade --from --to`: one plugin stands for two of its releases, with everything in the way that there is."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pulumi_everest.authoring import opened

Run = Callable[..., Result]
Change = Callable[[dict[str, Any], dict[str, Any]], None]

TOYDB = Path(__file__).parents[1] / "resources" / "toydb"
HEAD = "apiVersion: everest.percona.com/v2alpha1\nkind: DatabaseCluster\n"


def cluster(name: str, engine: str = "{}") -> str:
    spec = f"{{provider: toydb-operator, instances: {{engine: {engine}}}}}"
    return f"{HEAD}metadata: {{name: {name}, namespace: shop}}\nspec: {spec}\n"


def released(folder: Path, release: str, change: Change | None = None) -> Path:
    """A release of the plugin; `change` gets its plugin.yaml and definition.yaml."""
    shutil.copytree(TOYDB, folder)
    manifest = yaml.safe_load((folder / "plugin.yaml").read_text()) | {"release": release}
    definition = yaml.safe_load((folder / "definition.yaml").read_text())
    if change is not None:
        change(manifest, definition["spec"])
    (folder / "plugin.yaml").write_text(yaml.safe_dump(manifest))
    (folder / "definition.yaml").write_text(yaml.safe_dump(definition))
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return released(tmp_path / "old", "1.0.0")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def without(version: str) -> Change:
    def change(_manifest: dict[str, Any], spec: dict[str, Any]) -> None:
        versions = spec["componentTypes"]["toyd"]["versions"]
        versions[:] = [entry for entry in versions if entry["version"] != version]

    return change


def smaller(manifest: dict[str, Any], _spec: dict[str, Any]) -> None:
    manifest["defaults"]["instances"]["engine"]["storage"]["size"] = "500Mi"


def young(manifest: dict[str, Any], _spec: dict[str, Any]) -> None:
    manifest["minUpgradableFrom"] = "1.2.0"


def typed_config(_manifest: dict[str, Any], spec: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": {"mode": {"enum": ["fast"]}}}
    spec["components"]["engine"]["configSchema"] = schema


def newer_default(_manifest: dict[str, Any], spec: dict[str, Any]) -> None:
    versions = spec["componentTypes"]["toyd"]["versions"]
    versions[1].pop("default")
    versions.append({"version": "1.1.0", "image": "toy/toyd:1.1.0", "default": True})


@pytest.mark.parametrize(
    ("change", "engine", "code", "said"),
    [
        pytest.param(without("1.0.1"), "{version: 1.0.1}", "cluster.unknown-version", "no version '1.0.1'", id="gone"),
        pytest.param(smaller, "{}", "change.refused", "engine.storage.size 1Gi → 500Mi", id="a default moves data"),
        pytest.param(newer_default, "{}", "change.refused", "engine.version 1.0.2 → 1.1.0", id="a default version"),
        pytest.param(young, "{}", "upgrade.release", "can be upgraded from 1.2.0 on, and 1.0.0 runs", id="too old"),
        pytest.param(typed_config, "{config: {mode: slow}}", "config", "slow", id="a config that no longer passes"),
    ],
)
def test_what_is_in_the_way_is_an_error(
    run: Run, work: Path, tmp_path: Path, old: Path, change: Change, engine: str, code: str, said: str
) -> None:
    if code == "config":
        shutil.rmtree(old)
        old = released(
            tmp_path / "old",
            "1.0.0",
            lambda _m, s: s["components"]["engine"].update(
                configSchema={"type": "object", "properties": {"mode": {"type": "string"}}}
            ),
        )
    new = released(tmp_path / "new", "2.0.0", change)
    (work / "orders.yaml").write_text(cluster("orders", engine))

    result = run("upgrade", "--from", old, "--to", new, "--format", "json")

    assert result.exit_code == 1
    errors = [entry for entry in json.loads(result.stdout)["findings"] if entry["severity"] == "error"]
    assert any(code in entry["code"] and said in entry["message"] for entry in errors), errors


def test_each_cluster_is_said_with_its_impact_whatever_becomes_of_the_others(
    run: Run, work: Path, tmp_path: Path, old: Path
) -> None:
    def change(manifest: dict[str, Any], spec: dict[str, Any]) -> None:
        without("1.0.1")(manifest, spec)
        spec["topologies"]["single"]["components"]["engine"]["defaults"]["replicas"] = 5

    new = released(tmp_path / "new", "1.1.0", change)
    for name, engine in {"orders": "{}", "carts": "{replicas: 3}", "bills": "{version: 1.0.1}"}.items():
        (work / f"{name}.yaml").write_text(cluster(name, engine))

    result = run("upgrade", "--from", old, "--to", new, "--format", "json")
    clusters = {entry["cluster"].rpartition("/")[2]: entry for entry in json.loads(result.stdout)["clusters"]}
    template = (new / "resources.yaml").read_text()
    (new / "resources.yaml").write_text(
        template.replace("        operator: ", "        tier: db\n        operator: ", 1)
    )
    text = run("upgrade", "--from", old, "--to", new)

    assert {name: entry["impact"] for name, entry in clusters.items()} == {
        "orders": "online", "carts": "none", "bills": "refused",
    }  # fmt: skip
    assert [change["path"] for change in clusters["orders"]["changes"]] == ["engine.replicas"]
    assert text.stdout.splitlines()[:2] == ["toydb 1.0.0 → 1.1.0", "not to be had any more: shop/bills"]
    assert "  toydb-operator: engine.replicas 3 → 5: shop/orders" in text.stdout.splitlines()
    assert "  ToyDB spec.tier + db: 2 objects" in text.stdout.splitlines(), text.stdout
    assert (result.exit_code, text.exit_code) == (1, 1)


def test_a_program_says_the_same_as_documents_do(
    run: Run, project: Callable[[str], Path], tmp_path: Path, old: Path
) -> None:
    new = released(tmp_path / "new", "1.1.0", without("1.0.1"))
    program = project(
        "import pulumi_everest as everest\n"
        'everest.DatabaseCluster("orders", provider="toydb-operator", namespace="shop")\n'
        'everest.DatabaseCluster("carts", provider="toydb-operator", instances={"engine": {"version": "1.0.1"}})\n'
    )

    result = json.loads(run("upgrade", program, "--from", old, "--to", new, "--format", "json").stdout)

    assert [(c["cluster"], c["impact"]) for c in result["clusters"]] == [("orders", "none"), ("carts", "refused")]
    [error] = [entry for entry in result["findings"] if entry["severity"] == "error"]
    assert (error["code"], error["line"]) == ("cluster.unknown-version", 3)


def test_versions_that_the_lock_holds_stay_and_its_definition_is_known(
    run: Run, work: Path, tmp_path: Path, old: Path
) -> None:
    new = released(tmp_path / "new", "1.1.0", newer_default)
    other = released(tmp_path / "other", "0.9.0", without("0.9.0"))
    (work / "orders.yaml").write_text(cluster("orders"))
    run("lock", "--plugin", old)

    locked = run("upgrade", "--from", old, "--to", new)
    mistaken = run("upgrade", "--from", other, "--to", new, "--format", "json")

    assert (locked.exit_code, "1 cluster compared: 0 change, 1 do not" in locked.stdout) == (0, True)
    [warning] = json.loads(mistaken.stdout)["findings"]
    assert warning["code"] == "upgrade.other-definition"
    assert "shop/orders" in warning["message"]


def test_a_deprecated_version_says_when_it_goes_and_where_one_may_go(
    run: Run, work: Path, tmp_path: Path, old: Path
) -> None:
    def change(_manifest: dict[str, Any], spec: dict[str, Any]) -> None:
        versions = spec["componentTypes"]["toyd"]["versions"]
        versions[0] |= {"deprecated": True, "removedIn": "3.0.0"}
        versions += [{"version": version, "image": f"toy/toyd:{version}"} for version in ("2.0.0", "3.0.0")]

    new = released(tmp_path / "new", "2.0.0", change)
    (work / "orders.yaml").write_text(cluster("orders", "{version: 1.0.1}"))

    [warning] = json.loads(run("upgrade", "--from", old, "--to", new, "--format", "json").stdout)["findings"]

    assert warning["message"] == "version '1.0.1' of type 'toyd' is deprecated and goes away in release 3.0.0"
    assert warning["allowed"] == ["2.0.0", "1.0.2"]  # neither back, nor two majors up


@pytest.mark.parametrize("source", ["wheel", "revision", "revision alone"])
def test_a_plugin_may_be_in_a_wheel_or_at_a_revision(run: Run, work: Path, tmp_path: Path, source: str) -> None:
    plugin = released(work / "plugins" / "toydb", "1.0.0")
    (work / "orders.yaml").write_text(cluster("orders"))
    if source == "wheel":
        older = str(tmp_path / "toydb-1.0.0-py3-none-any.whl")
        with zipfile.ZipFile(older, "w") as archive:
            for file in plugin.rglob("*"):
                archive.write(file, f"toy_plugins/toydb/{file.relative_to(plugin)}")
    else:
        older = "HEAD" if source == "revision alone" else "HEAD:plugins/toydb"
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
        for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
            subprocess.run([*git, *command], cwd=work, check=True)
    shutil.rmtree(plugin)
    released(plugin, "1.1.0", smaller)

    result = run("upgrade", "orders.yaml", "--from", older, "--to", "plugins/toydb")

    assert result.stdout.splitlines()[0] == "toydb 1.0.0 → 1.1.0"
    assert "engine.storage.size 1Gi → 500Mi, guard storage-shrink" in result.stdout


def test_a_wheel_with_more_in_it_than_plugins_have_is_not_unpacked(
    run: Run, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "MOST_BYTES", 1024)
    (work / "orders.yaml").write_text(cluster("orders"))
    with zipfile.ZipFile(work / "large.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large.txt", "0" * 1025)

    result = run("upgrade", "orders.yaml", "--from", "large.whl", "--to", TOYDB)

    assert (result.exit_code, "large.whl unpacks to more than" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "nowhere", "--to", TOYDB], "there is no file or folder 'nowhere', and"),
        (["--from", "v9:plugins", "--to", TOYDB], "is in no git repository"),
        (["--from", "orders.yaml", "--to", TOYDB], "'orders.yaml' is no folder and no wheel"),
        (["--from", ".", "--to", TOYDB], "'.' is no plugin, and has none below it"),
        (["--from", "psmdb", "--to", TOYDB], "has no plugin for what 'psmdb' has: psmdb-operator"),
        (["--from", TOYDB], "name both plugins"),
    ],
)
def test_what_is_no_plugin_is_said(run: Run, work: Path, arguments: list[Any], said: str) -> None:
    (work / "orders.yaml").write_text(cluster("orders"))

    result = run("upgrade", *arguments)

    assert result.exit_code in (1, 2)
    assert said in result.stderr.replace("\n", " ")


# The way back


def test_back_takes_what_was_there_before_the_upgrade(run: Run, work: Path, tmp_path: Path, old: Path) -> None:
    def change(_manifest: dict[str, Any], spec: dict[str, Any]) -> None:
        newer_default(_manifest, spec)
        spec["upgrades"]["toyd"]["downgrade"] = True

    new = released(tmp_path / "new", "1.1.0", change)
    for name in ("orders", "carts"):
        (work / f"{name}.yaml").write_text(cluster(name))
    run("lock", "--plugin", old)
    before = yaml.safe_load((work / "everest.lock").read_text())["clusters"]
    run("lock", "--plugin", new, "--upgrade")
    upgraded = yaml.safe_load((work / "everest.lock").read_text())["clusters"]

    result = run("lock", "--plugin", new, "--back", "orders")
    after = yaml.safe_load((work / "everest.lock").read_text())["clusters"]

    assert upgraded["shop/orders"]["former"] == {k: v for k, v in before["shop/orders"].items() if k != "provider"}
    assert (result.exit_code, after["shop/orders"]) == (0, before["shop/orders"])
    assert after["shop/carts"] == upgraded["shop/carts"]
    assert "  shop/orders: engine 1.1.0 → 1.0.2" in result.stdout.splitlines()


@pytest.mark.parametrize("kind", ["documents", "a program"])
def test_back_writes_nothing_that_a_guard_refuses_and_says_the_way_back(
    kind: str, run: Run, tmp_path: Path, old: Path, request: pytest.FixtureRequest
) -> None:
    new = released(tmp_path / "new", "1.1.0", newer_default)
    if kind == "documents":
        folder = request.getfixturevalue("work")
        (folder / "orders.yaml").write_text(cluster("orders"))
    else:
        make = request.getfixturevalue("project")
        folder = make('import pulumi_everest as e\ne.DatabaseCluster("orders", provider="toydb-operator")\n')
    run("lock", "--plugin", old)
    run("lock", "--plugin", new, "--upgrade")
    upgraded = (folder / "everest.lock").read_text()

    result = run("lock", "--plugin", new, "--back", "--format", "json")

    name = "shop/orders" if kind == "documents" else "orders"
    assert (result.exit_code, (folder / "everest.lock").read_text()) == (1, upgraded)
    assert f"'{name}' stays: engine.version 1.1.0 → 1.0.2 is refused by guard downgrade" in result.stderr
    assert "restore a backup that was made with the older version into a new cluster" in " ".join(result.stderr.split())


def test_back_says_where_the_former_versions_are_gone_or_none_are_recorded(
    run: Run, work: Path, tmp_path: Path, old: Path
) -> None:
    def change(manifest: dict[str, Any], spec: dict[str, Any]) -> None:
        newer_default(manifest, spec)
        without("1.0.2")(manifest, spec)

    new = released(tmp_path / "new", "1.1.0", change)
    (work / "orders.yaml").write_text(cluster("orders"))
    run("lock", "--plugin", old)
    never = run("lock", "--plugin", old, "--back", "orders")
    run("lock", "--plugin", new, "--upgrade")

    gone = run("lock", "--plugin", new, "--back")

    assert (never.exit_code, gone.exit_code) == (1, 1)
    assert "records no upgrade of it" in never.stderr
    assert "its former versions are not to be had: type 'toyd' has no version '1.0.2'" in gone.stderr
    assert run("lock", "--back", "--upgrade").exit_code == 2
