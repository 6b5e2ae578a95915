"""Other languages with the real engine: the schema it gets, the SDKs it makes of it, and the examples that use them.

The engine finds the package by name, as `pulumi-resource-everest` on PATH. Objects are rendered to files, so no cluster
is needed, but for what an operator does.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
import threading
import tomllib
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from patience import until
from pulumi_engine import Engine, NewStack, Stack
from technologies import PG, move_postgresql

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.model.mark import MARK
from pulumi_everest.program.run import run_program
from pulumi_everest.testing.parts import skip_or_fail

HOSTS = {"nodejs": "index.ts", "python": "pulumi_everest/__init__.py", "go": "everest/init.go", "dotnet": "Provider.cs"}
"""Languages for which Pulumi makes an SDK, with a file that it has."""


@pytest.fixture(autouse=True)
def _package_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine find the package's own process."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


def needs(command: str) -> str:
    """The path of a command, or a skip."""
    path = shutil.which(command)
    if path is None:
        skip_or_fail("engine", f"needs {command} on PATH")
    assert path is not None
    return path


def pulumi(engine: Engine, *arguments: str | Path, cwd: Path) -> str:
    """What a command of the engine prints."""
    command = [str(engine.pulumi), *map(str, arguments), "--non-interactive", "--color", "never"]
    done = subprocess.run(command, cwd=cwd, env=engine.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def example(engine: Engine, root: Path, tmp_path: Path) -> Callable[[str], Stack]:
    """Makes a stack of an example in another language, which renders its objects to files."""

    def make(language: str) -> Stack:
        stack = Stack(engine, tmp_path / language, name="dev")
        source = root / "examples" / "other-languages" / language
        for file in source.iterdir():
            if file.is_file():
                shutil.copy(file, stack.folder)
        project = yaml.safe_load((source / "Pulumi.yaml").read_text())
        assert (source / project.pop("packages")["everest"]).resolve() == root.resolve()
        project["name"] = "infra"  # the stack is one of this project
        (stack.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project, sort_keys=False))
        stack.run("config", "set", "kubernetes:renderYamlToDirectory", "rendered")
        return stack

    return make


def rendered(stack: Stack) -> dict[str, dict[str, Any]]:
    """The objects that a stack has rendered, by kind and name, without the mark of the stack that made them."""
    files = [*(stack.folder / "rendered").rglob("*.yaml")]
    objects = [entry for file in files for entry in yaml.safe_load_all(file.read_text()) if entry]
    for metadata in (entry["metadata"] for entry in objects):
        assert metadata["annotations"].pop(MARK).startswith(f"organization/infra/{stack.name} ")
        if not metadata["annotations"]:
            del metadata["annotations"]
    return {f"{entry['kind']} {entry['metadata']['name']}": entry for entry in objects}


def of_python(tmp_path: Path, program: str, config: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """The objects of a Python program, by kind and name."""
    folder = tmp_path / "python"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(program)
    ran = run_program(folder, config=config, stack="dev")
    assert ran.findings == []
    return {f"{entry['kind']} {entry['metadata']['name']}": entry for entry in ran.manifests()}


# The schema and the SDKs


def test_the_engine_gets_the_schema_that_is_committed(engine: Engine, root: Path, tmp_path: Path) -> None:
    got = json.loads(pulumi(engine, "package", "get-schema", needs("pulumi-resource-everest"), cwd=tmp_path))
    committed = json.loads((root / "schemas" / "pulumi.json").read_text())

    assert {key: value for key, value in got.items() if value != {}} == committed


@pytest.mark.parametrize("language", HOSTS)
def test_an_sdk_can_be_made_of_the_schema(engine: Engine, root: Path, tmp_path: Path, language: str) -> None:
    if language not in ("nodejs", "python") and shutil.which(f"pulumi-language-{language}") is None:
        pytest.skip(f"needs pulumi-language-{language} on PATH")
    needs(f"pulumi-language-{language}")

    schema = root / "schemas" / "pulumi.json"
    pulumi(engine, "package", "gen-sdk", schema, "--language", language, "--out", tmp_path, cwd=tmp_path)

    assert (tmp_path / language / HOSTS[language]).is_file()


# A package that is named by its folder


def test_the_folder_of_the_repository_is_a_package(engine: Engine, root: Path, tmp_path: Path) -> None:
    """Pulumi installs it into a virtual environment of its own, for which only the package itself is built here."""
    folder = tmp_path / "everest"
    folder.mkdir()
    for name in ("PulumiPlugin.yaml", "__main__.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, folder)
    shutil.copytree(root / "pulumi_everest", folder / "pulumi_everest", ignore=shutil.ignore_patterns("__pycache__"))
    wheel = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    for name in wheel["force-include"]:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / name, folder / name)
    venv.create(folder / ".venv-plugin", with_pip=True, symlinks=True)
    packages = Path(yaml.__file__).parents[1]
    [site] = (folder / ".venv-plugin" / "lib").glob("python*/site-packages")
    (site / "installed.pth").write_text(f"{packages}\n")
    # What the engine would download: the Kubernetes plugin of the version that the Python package names.
    plugin = engine.home / "plugins" / f"resource-kubernetes-v{version('pulumi-kubernetes')}"
    plugin.mkdir(parents=True, exist_ok=True)
    (plugin / "pulumi-resource-kubernetes").symlink_to(engine.kubernetes)

    got = json.loads(pulumi(engine, "package", "get-schema", folder, cwd=tmp_path))

    committed = json.loads((root / "schemas" / "pulumi.json").read_text())
    assert set(got["resources"]) == set(committed["resources"])


# Pulumi YAML


def test_the_yaml_example_becomes_the_objects_of_the_same_program_in_python(
    example: Callable[[str], Stack], tmp_path: Path
) -> None:
    needs("pulumi-language-yaml")
    stack = example("yaml")

    assert stack.up().code == 0, stack.printed()

    expected = of_python(
        tmp_path,
        "import pulumi_everest as everest\n"
        'mysql = everest.Provider("mysql", database_cluster_definition="pxc-operator", operator_version="1.20.0")\n'
        'everest.DatabaseCluster("orders", namespace="databases", provider=mysql, instances={\n'
        '    "engine": {"replicas": 3, "storage": {"size": "100Gi"}}, "proxy": {"replicas": 2}})\n',
    )
    assert rendered(stack) == expected
    assert stack.outputs()["host"] == "orders-haproxy.databases.svc.cluster.local"
    assert stack.preview().only_same
    protected = [urn for urn, entry in stack.resources().items() if entry.get("protect")]
    assert [urn.rpartition("::")[2] for urn in protected] == ["orders"]


def test_a_program_of_several_clusters_is_made_changed_and_kept(example: Callable[[str], Stack]) -> None:
    """Each is made by a call of its own, and what they share is made once."""
    needs("pulumi-language-yaml")
    stack = example("yaml")
    file = stack.folder / "Pulumi.yaml"
    project = yaml.safe_load(file.read_text())
    project["resources"] |= {
        f"more-{number}": {
            "type": "everest:DatabaseCluster",
            "properties": {"namespace": "databases", "provider": "${mysql.name}", "preset": "small"},
        }
        for number in range(4)
    }
    file.write_text(yaml.safe_dump(project, sort_keys=False))

    assert stack.up().code == 0, stack.printed()
    assert len(rendered(stack)) == 5
    assert stack.up().only_same, stack.printed()

    file.write_text(file.read_text().replace("preset: small", "preset: large"))
    done = stack.up()
    assert done.code == 0, stack.printed()
    assert len(done.steps("PerconaXtraDBCluster")) == 4


@pytest.mark.parametrize("mutable", [True, False])
def test_a_new_password_in_a_yaml_program_is_refused_unless_its_kubernetes_provider_changes_secrets_in_place(
    example: Callable[[str], Stack], mutable: bool
) -> None:
    needs("pulumi-language-yaml")
    stack = example("yaml")

    def write(password: str) -> None:
        project = yaml.safe_load((stack.folder / "Pulumi.yaml").read_text())
        argument = {"enableSecretMutable": True} if mutable else {}
        rendered = {"renderYamlToDirectory": "rendered", **argument}
        made = {"provider": "pxc-operator", "namespace": "databases", "users": {"root": {"fn::secret": password}}}
        project["resources"] = {
            "own": {"type": "pulumi:providers:kubernetes", "properties": rendered},
            "orders": {
                "type": "everest:index:DatabaseCluster",
                "properties": made,
                "options": {"providers": ["${own}"]},
            },
        }
        project["outputs"] = {}
        (stack.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project, sort_keys=False))

    write("pa55-one")
    assert stack.up().code == 0, stack.printed()
    write("pa55-two")
    for done in (stack.preview(), stack.up()):
        assert (done.code == 0) is mutable, done.text
        assert ("orders: users.root changed, online" in done.text) is mutable
        assert ("users.root changed, by guard secret-replaced" in done.text) is not mutable
    assert "pa55-" not in stack.printed()


def test_a_yaml_program_is_told_what_a_change_does_and_what_is_refused(example: Callable[[str], Stack]) -> None:
    needs("pulumi-language-yaml")
    stack = example("yaml")

    def write(size: str, **more: Any) -> None:
        project = yaml.safe_load((stack.folder / "Pulumi.yaml").read_text())
        engine = {"replicas": 3, "storage": {"size": size}}
        made = {"provider": "pg-operator", "namespace": "databases", "instances": {"engine": engine}, **more}
        kind = "everest:index:DatabaseCluster"
        project["resources"] = {name: {"type": kind, "properties": copy.deepcopy(made)} for name in ("orders", "carts")}
        project["outputs"] = {}
        (stack.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project, sort_keys=False))

    write("20Gi")
    assert stack.up().code == 0, stack.printed()
    write("30Gi")
    assert stack.preview().code == 0, stack.printed()
    for name in ("orders", "carts"):
        assert f"{name}: engine.storage.size 20Gi → 30Gi, online" in stack.printed()

    write("10Gi")
    before = rendered(stack)
    main = next(urn for urn in stack.resources() if urn.endswith("PerconaPGCluster::orders"))
    component = main.replace("$kubernetes:pgv2.percona.com/v2:PerconaPGCluster", "")
    for options in ((), ("--target", main), ("--exclude", component)):
        for command in (stack.preview, stack.up):
            done = command(*options)
            assert done.code != 0
            assert "engine.storage.size 20Gi → 10Gi, by guard storage-shrink" in done.text
            assert rendered(stack) == before
    assert "or all the same, for this one change: allow: [storage-shrink]" in done.text
    write("10Gi", allow=["storage-shrink"])
    assert stack.up().code == 0, stack.printed()


def test_what_is_wrong_in_yaml_is_said_as_errors_of_properties(example: Callable[[str], Stack]) -> None:
    needs("pulumi-language-yaml")
    stack = example("yaml")
    file = stack.folder / "Pulumi.yaml"
    file.write_text(file.read_text().replace("100Gi", "100Gx").replace("replicas: 3", "replicas: -1"))

    done = stack.preview()

    assert done.code != 0
    for path, code in (("storage.size", "value.quantity"), ("replicas", "field.range")):
        assert f"property instances.engine.{path} with value" in done.text
        assert f"[{code}]" in done.text
    assert done.steps("PerconaXtraDBCluster") == []


def test_no_secret_is_printed_with_what_is_wrong_in_yaml(example: Callable[[str], Stack]) -> None:
    """The engine prints the values of properties that it is told of, also secret ones."""
    needs("pulumi-language-yaml")
    stack = example("yaml")
    project = yaml.safe_load((stack.folder / "Pulumi.yaml").read_text())
    orders = project["resources"]["orders"]["properties"]
    orders |= {"users": {"rot": "geheim-1"}, "usersSecret": {"fn::secret": "geheim-2"}}
    orders["instances"]["engine"]["storage"]["size"] = {"fn::secret": "geheim-3"}
    keys = {"wrong": "geheim-4"}
    orders["backup"] = {"storages": [{"name": "main", "type": "s3", "bucket": "b", "credentials": keys}]}
    (stack.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project, sort_keys=False))

    for done in stack.preview(), stack.up():
        assert done.code != 0
        for path in ("instances.engine.storage.size (secret)", "backup.storages[0].credentials.wrong (secret)"):
            assert f"property {path} has a problem" in done.text
    assert "geheim" not in stack.printed()


def test_a_yaml_program_has_the_lock_beside_it(example: Callable[[str], Stack]) -> None:
    needs("pulumi-language-yaml")
    stack = example("yaml")
    (stack.folder / "everest.lock").write_text(
        "version: 1\nstacks:\n  dev:\n    orders:\n      provider: pxc-operator\n      operatorVersion: 1.20.0\n"
        "      components:\n        engine: {version: 8.4.7-7.1, image: 'percona/percona-xtradb-cluster:8.4.7-7.1'}\n"
        "        proxy: {version: 2.8.18-1, image: 'percona/haproxy:2.8.18-1'}\n"
    )
    file = stack.folder / "Pulumi.yaml"
    file.write_text(file.read_text().replace("${mysql.name}", "pxc-operator"))

    assert stack.up().code == 0, stack.printed()

    assert stack.outputs()["versions"] == {"engine": "8.4.7-7.1", "proxy": "2.8.18-1"}
    assert "lock." not in stack.printed()


# TypeScript


@pytest.fixture(scope="module")
def node_modules(engine: Engine, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the TypeScript example needs, with an SDK that is made now; or a skip."""
    npm = needs("npm")
    needs("pulumi-language-nodejs")
    folder = tmp_path_factory.mktemp("node")
    schema = root / "schemas" / "pulumi.json"
    pulumi(engine, "package", "gen-sdk", schema, "--language", "nodejs", "--out", folder, "--local", cwd=folder)
    sdk = next(folder.rglob("databaseCluster.ts")).parent
    shutil.copy(root / "examples/other-languages/typescript/package.json", folder)
    install = [npm, "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run([*install, "--install-links=false"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        skip_or_fail("engine", f"needs packages from npm's registry: {done.stderr.strip()[-200:]}")
    (folder / "node_modules" / "@pulumi" / "everest").symlink_to(sdk, target_is_directory=True)
    node = {**os.environ, "PATH": f"{Path(npm).parent}{os.pathsep}{os.environ['PATH']}"}
    built = subprocess.run(
        [folder / "node_modules/.bin/tsc", "-p", sdk, "--preserveSymlinks"],
        cwd=folder, env=node, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout
    shutil.copy(sdk / "package.json", sdk / "bin")  # as the SDK's own installation does
    return folder / "node_modules"


def type_errors(folder: Path, node_modules: Path) -> str:
    (folder / "node_modules").symlink_to(node_modules, target_is_directory=True)
    done = subprocess.run(
        [node_modules / ".bin/tsc", "-p", folder], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout


def test_the_typescript_example_has_the_types_of_the_sdk(root: Path, node_modules: Path, tmp_path: Path) -> None:
    folder = tmp_path / "typescript"
    shutil.copytree(root / "examples/other-languages/typescript", folder)

    assert type_errors(folder, node_modules) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("replicas: 2", "replica: 2", "'replica' does not exist in type"),
        ("replicas: 2", 'replicas: "2"', "Type 'string' is not assignable to type 'Input<number"),
        ('type: "s3"', 'type: "S3"', "is not assignable"),
        ("provider: mongodb.name,", "", "Property 'provider' is missing"),
    ],
)
def test_the_types_refuse_what_the_package_would_refuse(
    root: Path, node_modules: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "typescript"
    shutil.copytree(root / "examples/other-languages/typescript", folder)
    program = (folder / "index.ts").read_text()
    assert old in program
    (folder / "index.ts").write_text(program.replace(old, new))

    assert said in type_errors(folder, node_modules)


def up_with_credentials(stack: Stack) -> None:
    """Make what an example describes, with the credentials that it asks for."""
    stack.run("config", "set", "awsAccessKeyId", "AKIA")
    stack.run("config", "set", "--secret", "awsSecretAccessKey", "hunter2")
    assert stack.up().code == 0, stack.printed()


def test_the_typescript_example_becomes_the_objects_of_the_same_program_in_python(
    example: Callable[[str], Stack], node_modules: Path, tmp_path: Path
) -> None:
    stack = example("typescript")
    (stack.folder / "node_modules").symlink_to(node_modules, target_is_directory=True)
    up_with_credentials(stack)

    expected = of_python(
        tmp_path,
        "import pulumi\nimport pulumi_everest as everest\n"
        'mongodb = everest.Provider("psmdb-operator", operator_version="1.22.0")\n'
        'everest.DatabaseCluster("orders", namespace="databases", provider=mongodb,\n'
        '    topology={"type": "sharded", "config": {"shards": 2}},\n'
        '    instances={"engine": {"replicas": 3, "storage": {"size": "100Gi"}}, "proxy": {"replicas": 2}},\n'
        '    backup={"storages": [{"name": "main", "type": "s3", "bucket": "orders-backups",\n'
        '        "credentials": {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hunter2"},\n'
        '        "schedules": [{"name": "nightly", "cron": "0 3 * * *", "retention": {"count": 7}}]}]})\n',
    )
    got = rendered(stack)
    assert set(got) == set(expected)
    name = "PerconaServerMongoDB orders"
    assert got[name] == expected[name]
    assert "hunter2" not in stack.stored_text()
    assert "hunter2" not in stack.printed()
    assert stack.preview().only_same


# With a cluster


TYPESCRIPT = """
import * as pulumi from "@pulumi/pulumi";
import * as everest from "@pulumi/everest";

const storage = { name: "minio", type: "s3" as const, bucket: "b", region: "r", credentialsSecret: "keys" };
const orders = new everest.DatabaseCluster(
    "NAME",
    {
        name: "orders", namespace: "NAMESPACE", provider: "psmdb-operator", deletionPolicy: "delete",
        connectionSecret: true, backup: { storages: [storage] },
    },
    {
        OPTIONS
        transforms: [({ type, props, opts }) => type.endsWith("PerconaServerMongoDB")
            ? { props: { ...props, metadata: { ...props.metadata, labels: { seen: "by-a-transform" } } }, opts }
            : undefined],
    },
);
const monday = new everest.DatabaseBackup("monday", { cluster: orders.name, namespace: "NAMESPACE" });
new everest.DatabaseRestore(
    "undo", { cluster: orders.name, namespace: "NAMESPACE", backup: monday.name }, { dependsOn: [monday] },
);
export const connection = orders.connection;
export const uri = orders.connection.apply((known) => known?.uri);
"""


def test_a_typescript_program_gets_the_operators_password_and_makes_jobs(
    new_stack: NewStack, node_modules: Path, live: LiveCluster, namespace: str
) -> None:
    stack = new_stack()
    stack.write(None, {"Pulumi.yaml": "name: infra\nruntime: nodejs\n"})
    shutil.copy(node_modules.parent / "package.json", stack.folder)
    (stack.folder / "node_modules").symlink_to(node_modules, target_is_directory=True)

    def write(name: str, options: str = "") -> None:
        program = TYPESCRIPT.replace("NAMESPACE", namespace).replace("NAME", name).replace("OPTIONS", options)
        (stack.folder / "index.ts").write_text(program)

    write("orders")
    preview = stack.preview()
    assert preview.code == 0, preview.text
    with operator_writes(live, namespace):
        done = stack.up()
    assert done.code == 0, done.text
    assert stack.outputs() == {"connection": "[secret]", "uri": "[secret]"}
    assert "geheim" not in stack.stored_text() + done.text  # events hold more: the SDK's debug log of all it gets
    connection = stack.outputs(show_secrets=True)["connection"]
    assert (connection["username"], connection["password"]) == ("boss", "geheim/1")
    made = live.get(*MONGODB, "orders", namespace)
    assert made is not None
    assert made["metadata"]["labels"]["seen"] == "by-a-transform"
    jobs = {kind: live.list(MONGODB[0], f"{MONGODB[1]}{kind}", namespace) for kind in ("Backup", "Restore")}
    assert [entry["spec"]["clusterName"] for entry in jobs["Backup"]] == ["orders"]
    assert [entry["spec"]["backupName"] for entry in jobs["Restore"]] == ["monday"]

    # Nothing but reading happens then; where the resource has another name, that is in the mark.
    write("shop-orders", 'aliases: [{ name: "orders" }],')
    again = stack.up()
    assert again.code == 0, again.text
    after = live.get(*MONGODB, "orders", namespace)
    assert after is not None
    identity = ("uid", "generation")
    assert [after["metadata"][key] for key in identity] == [made["metadata"][key] for key in identity]
    assert after["spec"] == made["spec"]
    assert again.steps("PerconaServerMongoDB") == [("update", "shop-orders")]
    assert after["metadata"]["annotations"][MARK].endswith(f"::shop-orders {namespace}/orders")

    live.merge({**head(namespace), "metadata": {**head(namespace)["metadata"], "finalizers": None}})
    destroyed = stack.destroy()
    assert destroyed.code == 0, destroyed.text
    assert live.get(*MONGODB, "orders", namespace) is None


def test_a_yaml_program_takes_postgresql_to_another_major_version_by_its_upgrade(
    new_stack: NewStack, live: LiveCluster, namespace: str
) -> None:
    needs("pulumi-language-yaml")
    stack = new_stack()
    upgrade = {
        "type": "everest:DatabaseUpgrade",
        "properties": {
            "cluster": "${orders.name}", "namespace": namespace, "version": "18.4", "deletionPolicy": "retain",
        },
    }  # fmt: skip

    def write(version: str, *, proxy: dict[str, Any] | None = None, **more: Any) -> None:
        properties = {
            "provider": "pg-operator", "namespace": namespace, "deletionPolicy": "delete",
            "instances": {"engine": {"version": version}, "proxy": proxy or {}},
        }  # fmt: skip
        allow = {"allow": more.pop("allow")} if "allow" in more else {}
        orders = {"type": "everest:DatabaseCluster", "properties": {**properties, **allow}}
        project = {"name": "infra", "runtime": "yaml", "resources": {"orders": orders, **more}}
        stack.write(None, {"Pulumi.yaml": yaml.safe_dump(project, sort_keys=False)})

    def orders() -> dict[str, Any]:
        [found] = live.list(PG.api_version, PG.kind, namespace)
        return found

    write("17.10")
    assert stack.up().code == 0, stack.printed()
    before = orders()

    write("18.4")
    refused = stack.preview()
    assert refused.code != 0
    told = " ".join(refused.text.split())
    assert "engine.version 17.10 → 18.4" in told, told
    assert "make a DatabaseUpgrade of the cluster with that version" in told, told

    # What cannot work is said at the property.
    write("17.10", older={**upgrade, "properties": {**upgrade["properties"], "version": "16.14"}})
    refused = stack.preview()
    assert refused.code != 0
    assert "property version with value '{16.14}' has a problem" in refused.text, refused.text

    write("17.10", **{"to-18": upgrade})
    preview = stack.preview()
    assert (preview.code, preview.steps("PerconaPGUpgrade")) == (0, [("create", "to-18")]), preview.text
    told = " ".join(" ".join(preview.messages()).split())
    assert "the database is stopped while its data go from 17.10 to 18.4" in told, told
    assert stack.up().code == 0, stack.printed()
    upgraded = move_postgresql(live, namespace, "orders")

    # Another update with the version of before would take it back.
    write("17.10", proxy={"replicas": 2}, **{"to-18": upgrade})
    assert stack.preview().code != 0

    write("18.4", allow=["engine-major"])
    done = stack.up()
    assert done.code == 0, done.text
    assert orders()["metadata"]["uid"] == before["metadata"]["uid"]
    assert orders()["spec"] == upgraded["spec"]
    write("18.4")
    assert stack.up().code == 0, stack.printed()


MONGODB = ("psmdb.percona.com/v1", "PerconaServerMongoDB")


def head(namespace: str) -> dict[str, Any]:
    metadata = {"name": "orders", "namespace": namespace}
    return {"apiVersion": MONGODB[0], "kind": MONGODB[1], "metadata": metadata}


@contextmanager
def operator_writes(live: LiveCluster, namespace: str) -> Iterator[None]:
    """Play the operator: as soon as the object is there, write its Secret, and that it is ready."""

    def work() -> None:
        until(lambda: live.get(*MONGODB, "orders", namespace), "the object never came")
        keys = {"MONGODB_DATABASE_ADMIN_USER": "boss", "MONGODB_DATABASE_ADMIN_PASSWORD": "geheim/1"}
        metadata = {"name": "orders-secrets", "namespace": namespace}
        live.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": keys})
        status = {"size": 3, "ready": 3, "observedGeneration": 1, "state": "ready"}
        live.merge({**head(namespace), "status": status}, status=True)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    thread.join()


# Go


@pytest.fixture
def go_example(example: Callable[[str], Stack], engine: Engine) -> Stack:
    """The Go example with an SDK that is made now, and built, which takes minutes the first time; or a skip."""
    go = needs("go")
    if shutil.which("pulumi-language-go") is None:
        pytest.skip("needs pulumi-language-go on PATH")
    stack = example("go")
    pulumi(engine, "package", "add", needs("pulumi-resource-everest"), cwd=stack.folder)
    build = [go, "build", "-o", os.devnull, "."]
    done = subprocess.run(build, cwd=stack.folder, capture_output=True, text=True, check=False)
    if "dial tcp" in done.stderr:
        skip_or_fail("engine", f"needs Go modules from a proxy: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr
    return stack


def test_the_go_example_becomes_the_objects_of_the_same_program_in_python(go_example: Stack, tmp_path: Path) -> None:
    stack = go_example
    up_with_credentials(stack)

    expected = of_python(
        tmp_path,
        "import pulumi\nimport pulumi_everest as everest\n"
        'postgresql = everest.Provider("pg-operator", operator_version="3.0.0")\n'
        'everest.DatabaseCluster("orders", namespace="databases", provider=postgresql, deletion_policy="retain",\n'
        '    instances={"engine": {"replicas": 3, "storage": {"size": "100Gi"},\n'
        '            "engine_config": {"max_connections": 200}}, "proxy": {"replicas": 2}},\n'
        '    backup={"storages": [{"name": "main", "type": "s3", "bucket": "orders-backups",\n'
        '        "region": "eu-central-1",\n'
        '        "credentials": {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hunter2"},\n'
        '        "schedules": [{"name": "nightly", "cron": "0 3 * * *", "retention": {"count": 7}}]}]})\n',
    )
    got = rendered(stack)
    assert set(got) == set(expected)
    name = "PerconaPGCluster orders"
    assert got[name] == expected[name]
    assert stack.outputs()["host"] == "orders-pgbouncer.databases.svc"
    assert "hunter2" not in stack.stored_text() + stack.printed()
    assert stack.preview().only_same

    # What the compiler cannot know is said at the property.
    program = stack.folder / "main.go"
    program.write_text(program.read_text().replace('"100Gi"', '"100Gx"').replace("orders.Versions", "orders.Images"))
    done = stack.preview()
    assert done.code != 0
    assert "property instances.engine.storage.size with value '{100Gx}' has a problem" in done.text
