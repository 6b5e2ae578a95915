"""`everest lock`, and what the other commands make of the lock: two folders of one plugin stand for two of its releases."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pulumi_everest.core.versions.definition_digest import digest_of, short
from pulumi_everest.plugins.find import Plugins

Run = Callable[..., Result]

TOYDB = Path(__file__).parents[1] / "resources" / "toydb"
API = "everest.percona.com/v2alpha1"
ORDERS = f"""\
apiVersion: {API}
kind: DatabaseCluster
metadata: {{name: orders, namespace: shop}}
spec: {{provider: toydb-operator}}
"""
CARTS = ORDERS.replace("orders", "carts")
PROGRAM = """\
import pulumi
import pulumi_everest as everest

for name in pulumi.Config().get_object("names") or ["orders", "carts"]:
    everest.DatabaseCluster(name, provider="toydb-operator")
"""
OLD = {"version": "1.0.1", "image": "toy/toyd:1.0.1"}


def released(folder: Path, **changed: Any) -> Path:
    """A release of the plugin: other defaults of operator and engine, and images from elsewhere."""
    shutil.copytree(TOYDB, folder)
    plugin = folder / "plugin.yaml"
    plugin.write_text(plugin.read_text().replace('default: "1.1.0"', f'default: "{changed["operator"]}"'))
    definition = yaml.safe_load((folder / "definition.yaml").read_text())
    definition["spec"]["componentTypes"]["toyd"]["versions"] = [
        {"version": version, "image": f"{changed['registry']}/toyd:{version}"}
        | ({"default": True} if version == changed["engine"] else {})
        for version in changed["versions"]
    ]
    (folder / "definition.yaml").write_text(yaml.safe_dump(definition))
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return released(tmp_path / "old", operator="1.0.0", engine="1.0.1", registry="toy", versions=["1.0.1", "1.0.2"])


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The release after it, in which every default has moved."""
    return released(tmp_path / "new", operator="1.1.0", engine="1.0.2", registry="moved", versions=["1.0.1", "1.0.2"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two clusters."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    (tmp_path / "work" / "orders.yaml").write_text(ORDERS)
    (tmp_path / "work" / "carts.yaml").write_text(CARTS)
    return tmp_path / "work"


@pytest.fixture
def program(project: Callable[[str], Path]) -> Path:
    """A working folder that is a program with two clusters."""
    return project(PROGRAM)


def digest_in(folder: Path) -> str:
    """The digest of the definition of a plugin."""
    plugin = Plugins([folder]).named("toydb")
    assert plugin is not None
    return digest_of(plugin.definition)


def locked(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((folder / "everest.lock").read_text())
    return data


def engines(result: Result) -> dict[str, str]:
    """The image of each cluster's engine in what was rendered, and its operator version."""
    objects = [entry for entry in yaml.safe_load_all(result.stdout) if entry and entry["kind"] == "ToyDB"]
    return {
        entry["metadata"]["name"]: f"{entry['spec']['operator']} {entry['spec']['engine']['image']}"
        for entry in objects
    }


def test_the_lock_is_sorted_and_says_versions_images_and_operator_version(run: Run, folder: Path, old: Path) -> None:
    result = run("lock", "--plugin", old)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "everest.lock",
        "  shop/carts: operator version 1.0.0 (new)",
        "  shop/carts: engine 1.0.1 (new)",
        "  shop/orders: operator version 1.0.0 (new)",
        "  shop/orders: engine 1.0.1 (new)",
        "2 clusters recorded",
    ]
    digest = digest_in(old)
    assert (folder / "everest.lock").read_text() == (
        "# Versions that the clusters keep until `everest lock --upgrade` moves them. "
        "Written by `everest lock`; commit it.\n"
        "version: 1\n"
        "clusters:\n"
        "  shop/carts:\n"
        "    provider: toydb-operator\n"
        f"    definition: {digest}\n"
        "    operatorVersion: 1.0.0\n"
        "    components:\n"
        "      engine:\n"
        "        version: 1.0.1\n"
        "        image: toy/toyd:1.0.1\n"
        "  shop/orders:\n"
        "    provider: toydb-operator\n"
        f"    definition: {digest}\n"
        "    operatorVersion: 1.0.0\n"
        "    components:\n"
        "      engine:\n"
        "        version: 1.0.1\n"
        "        image: toy/toyd:1.0.1\n"
    )


@pytest.mark.parametrize("kind", ["documents", "a program"])
def test_with_a_lock_a_newer_release_changes_nothing_until_an_upgrade(
    kind: str, run: Run, tmp_path: Path, old: Path, new: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("folder" if kind == "documents" else "program")
    before = engines(run("render", ".", "--plugin", old))
    assert before == dict.fromkeys(("orders", "carts"), "1.0.0 toy/toyd:1.0.1")
    assert engines(run("render", ".", "--plugin", new)) == dict.fromkeys(("orders", "carts"), "1.1.0 moved/toyd:1.0.2")

    run("lock", "--plugin", old)
    with_lock = run("render", ".", "--plugin", new)
    assert (with_lock.stderr, engines(with_lock)) == ("", before)
    assert run("lock", "--check", "--plugin", new).exit_code == 0
    unlocked = engines(run("render", ".", "--plugin", new, "--no-lock"))
    assert unlocked == dict.fromkeys(("orders", "carts"), "1.1.0 moved/toyd:1.0.2")

    upgraded = run("lock", "--upgrade", "orders", "--plugin", new)
    name = "shop/orders" if kind == "documents" else "orders"
    assert upgraded.stdout.splitlines()[1:] == [
        f"  {name}: operator version 1.0.0 → 1.1.0",
        f"  {name}: engine 1.0.1 → 1.0.2",
        f"  {name}: definition {short(digest_in(old))} → {short(digest_in(new))}",
        "1 cluster recorded",
    ]
    assert engines(run("render", ".", "--plugin", new)) == {
        "orders": "1.1.0 moved/toyd:1.0.2",
        "carts": "1.0.0 toy/toyd:1.0.1",
    }

    run("lock", "--upgrade", "--plugin", new)
    assert engines(run("render", ".", "--plugin", new)) == unlocked


def test_an_image_that_moved_alone_is_shown_as_such(run: Run, folder: Path, old: Path, new: Path) -> None:
    run("lock", "--plugin", old)
    pinned = ORDERS.replace("toydb-operator}", "toydb-operator, operatorVersion: 1.0.0, "
                            "components: {versions: {toyd: {version: 1.0.1}}}}")  # fmt: skip
    (folder / "orders.yaml").write_text(pinned)

    result = run("lock", "--upgrade", "shop/orders", "--plugin", new, "--check")

    assert "  shop/orders: engine image toy/toyd:1.0.1 → moved/toyd:1.0.1" in result.stdout.splitlines()
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            lambda folder: (folder / "orders.yaml").write_text(
                ORDERS + CARTS.replace("carts", "bills").join(["---\n", ""])
            ),
            "  shop/bills: engine 1.0.2 (new)",
            id="a new cluster",
        ),
        pytest.param(lambda folder: (folder / "carts.yaml").unlink(), "  shop/carts: no longer there", id="a gone one"),
        pytest.param(
            lambda folder: (folder / "carts.yaml").write_text(
                CARTS.replace("operator}", "operator, instances: {engine: {version: 1.0.2}}}")
            ),
            "  shop/carts: engine 1.0.1 → 1.0.2",
            id="another choice",
        ),
    ],
)
def test_check_fails_and_writes_nothing_where_something_is_not_recorded(
    run: Run, folder: Path, old: Path, new: Path, change: Callable[[Path], Any], said: str
) -> None:
    run("lock", "--plugin", old)
    before = (folder / "everest.lock").read_bytes()
    change(folder)

    checked = run("lock", "--check", "--plugin", new)
    assert checked.exit_code == 1
    assert said in checked.stdout.splitlines()
    assert (folder / "everest.lock").read_bytes() == before

    written = run("lock", "--plugin", new)
    assert written.exit_code == 0
    assert said in written.stdout.splitlines()
    assert run("lock", "--check", "--plugin", new).stdout.startswith("nothing changes: ")


def test_the_clusters_own_choice_counts_and_validate_says_that_the_lock_is_out_of_date(
    run: Run, folder: Path, old: Path
) -> None:
    run("lock", "--plugin", old)
    (folder / "carts.yaml").write_text(CARTS.replace("operator}", "operator, instances: {engine: {version: 1.0.2}}}"))

    result = run("validate", ".", "--plugin", old, "--format", "json")

    (entry,) = json.loads(result.stdout)
    assert (entry["code"], entry["file"], entry["line"]) == ("lock.out-of-date", "carts.yaml", 4)
    assert entry["path"] == "spec.instances.engine.version"
    assert "engine 1.0.1 → 1.0.2" in entry["message"]
    assert result.exit_code == 0
    assert run("validate", ".", "--plugin", old, "--strict").exit_code == 1
    assert engines(run("render", ".", "--plugin", old))["carts"] == "1.0.0 toy/toyd:1.0.2"


def test_a_version_that_the_release_no_longer_has_is_an_error_at_its_line_in_the_lock(
    run: Run, folder: Path, old: Path, tmp_path: Path
) -> None:
    run("lock", "--plugin", old)
    later = released(tmp_path / "later", operator="1.1.0", engine="1.0.3", registry="toy", versions=["1.0.3"])

    result = run("validate", "orders.yaml", "--plugin", later)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        "everest.lock:18:18: error: type 'toyd' has no version '1.0.1' [lock.unknown-version]"
    )
    assert "everest lock --upgrade shop/orders" in result.stdout
    assert run("lock", "--plugin", later).exit_code == 1
    assert run("lock", "--upgrade", "--plugin", later).exit_code == 0
    assert run("validate", ".", "--plugin", later).exit_code == 0


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "lock.file", None),
        ("version: 2\n", "lock.file", 1),
        ("version: 1\nclusters:\n<<<<<<< HEAD\n  a: 1\n=======\n  b: 1\n>>>>>>> x\n", "lock.file", 3),
        ("- a\n", "lock.file", None),
        ("version: 1\n---\nversion: 1\n", "lock.file", None),
        ("clusters: {}\n", "field.missing", 1),
        ("version: 1\ncluster: {}\n", "field.unknown", 2),
        ("version: 1\nclusters: {a/b: {provider: x, component: {}}}\n", "field.unknown", 2),
        ("version: 1\nclusters:\n  a/b:\n    provider: x\n    components: {e: {version: '?'}}\n", "value.version", 5),
        ("version: 1\nclusters:\n  a/b: !!python/object:os.system {}\n", "source.tag", 3),
        ("version: 1\nclusters: {a/b: {provider: x, components: {e: {version: '1', image: a b}}}}\n", "value.image", 2),
        ("version: [\n", "source.syntax", 2),
    ],
)
@pytest.mark.parametrize("command", ["validate", "render", "lock"])
def test_a_broken_lock_is_a_finding_with_its_place(
    run: Run, folder: Path, old: Path, text: str, code: str, line: int | None, command: str
) -> None:
    (folder / "everest.lock").write_text(text)

    result = run(command, ".", "--plugin", old)

    assert result.exit_code == 1
    where = f"everest.lock:{line}:" if line else "everest.lock:"
    output = result.stdout + result.stderr
    assert any(place.startswith(where) and f"[{code}]" in place for place in output.splitlines()), output
    assert (folder / "everest.lock").read_text() == text


@pytest.mark.parametrize("command", ["validate", "render", "lock"])
def test_a_broken_lock_of_a_program_is_named_as_the_caller_sees_it(
    run: Run, program: Path, old: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(program.parent)
    (program / "everest.lock").write_text("version: 1\nstack: {}\n")

    result = run(command, "infra", "--plugin", old)

    assert result.exit_code == 1
    assert "infra/everest.lock:2:1: error: " in result.stdout + result.stderr


def test_stacks_are_locked_each_by_itself(run: Run, program: Path, old: Path, new: Path) -> None:
    run("lock", "--stack", "prod", "--plugin", old)
    run("lock", "--stack", "dev", "--plugin", new)

    assert {stack: entries["orders"]["operatorVersion"] for stack, entries in locked(program)["stacks"].items()} == {
        "dev": "1.1.0",
        "prod": "1.0.0",
    }
    assert engines(run("render", ".", "--stack", "prod", "--plugin", new))["orders"] == "1.0.0 toy/toyd:1.0.1"
    assert engines(run("render", ".", "--stack", "dev", "--plugin", old))["orders"] == "1.1.0 moved/toyd:1.0.2"


def test_a_stack_that_is_not_in_the_lock_follows_defaults_without_a_word(run: Run, program: Path, old: Path) -> None:
    run("lock", "--stack", "prod", "--plugin", old)

    result = run("validate", ".", "--stack", "dev", "--plugin", old, "--strict")

    assert (result.exit_code, result.stdout) == (0, "2 clusters, no findings\n")


@pytest.mark.parametrize("kind", ["documents", "a program"])
def test_a_cluster_that_the_lock_lacks_is_a_warning(
    kind: str, run: Run, old: Path, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue("folder" if kind == "documents" else "program")
    run("lock", "--plugin", old)
    data = locked(folder)
    (section,) = [data["clusters"] if kind == "documents" else data["stacks"]["dev"]]
    del section["shop/carts" if kind == "documents" else "carts"]
    (folder / "everest.lock").write_text(yaml.safe_dump(data))

    result = run("validate", ".", "--plugin", old, "--format", "json")

    assert result.exit_code == 0
    (found,) = json.loads(result.stdout)
    place = (Path(found["file"]).name, found["line"])
    assert (found["code"], found["severity"]) == ("lock.missing", "warning")
    assert place == (("carts.yaml", 4) if kind == "documents" else ("__main__.py", 5))
    assert "1 warning in 2 clusters" in run("validate", ".", "--plugin", old).stdout


def test_a_warning_of_the_program_is_shown_whatever_it_says(run: Run, program: Path, old: Path) -> None:
    text = "see [lock.missing]"
    (program / "__main__.py").write_text(f"{PROGRAM}pulumi.log.warn({text!r})\n")

    result = run("lock", "--stack", "dev", "--plugin", old)

    assert result.exit_code == 0
    assert text in result.output


def test_a_cluster_that_the_program_no_longer_makes_is_removed(run: Run, program: Path, old: Path) -> None:
    run("lock", "--plugin", old)

    result = run("lock", "--plugin", old, "--config", 'names=["orders"]')

    assert "  carts: no longer there" in result.stdout.splitlines()
    assert list(locked(program)["stacks"]["dev"]) == ["orders"]
    assert run("lock", "--plugin", old, "--config", "names=[]").exit_code == 0
    assert run("lock", "--plugin", old).exit_code == 0


def test_a_resource_that_was_renamed_with_an_alias_keeps_its_entry(
    run: Run, program: Path, old: Path, new: Path
) -> None:
    run("lock", "--plugin", old)
    (program / "__main__.py").write_text(
        "import pulumi\nimport pulumi_everest as everest\n"
        'everest.DatabaseCluster("orders-db", name="orders", provider="toydb-operator",\n'
        '    opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="orders")]))\n'
        'everest.DatabaseCluster("basket", name="carts", provider="toydb-operator", opts=pulumi.ResourceOptions(\n'
        '    aliases=["urn:pulumi:dev::shop::everest:index:DatabaseCluster::carts"]))\n'
    )
    assert engines(run("render", ".", "--plugin", new)) == dict.fromkeys(("orders", "carts"), "1.0.0 toy/toyd:1.0.1")

    result = run("lock", "--plugin", new)

    assert "  orders-db: was orders before" in result.stdout.splitlines()
    entries = locked(program)["stacks"]["dev"]
    assert {name: entry["operatorVersion"] for name, entry in entries.items()} == {
        "basket": "1.0.0",
        "orders-db": "1.0.0",
    }


def test_a_version_that_only_the_engine_knows_is_not_recorded_and_this_is_said(
    run: Run, program: Path, old: Path
) -> None:
    run("lock", "--plugin", old)
    before = (program / "everest.lock").read_text()
    (program / "__main__.py").write_text(
        "import pulumi\nimport pulumi_everest as everest\n"
        'version = pulumi.StackReference("org/base/prod").get_output("version")\n'
        'everest.DatabaseCluster("orders", provider="toydb-operator", instances={"engine": {"version": version}})\n'
        'everest.DatabaseCluster("carts", provider="toydb-operator")\n'
    )

    result = run("lock", "--plugin", old)

    assert "  orders: the version of engine is not known here, so it is not recorded" in result.stdout.splitlines()
    assert (program / "everest.lock").read_text() == before


def test_two_clusters_of_one_resource_name_cannot_have_different_versions(run: Run, program: Path, old: Path) -> None:
    (program / "__main__.py").write_text(
        "import pulumi\nimport pulumi_everest as everest\n"
        "for kind in 'AB':\n"
        "    parent = pulumi.ComponentResource(f'shop:index:{kind}', kind)\n"
        "    version = {'A': '1.0.1', 'B': '1.0.2'}[kind]\n"
        "    everest.DatabaseCluster('orders', name=f'orders-{kind.lower()}', provider='toydb-operator',\n"
        "        instances={'engine': {'version': version}}, opts=pulumi.ResourceOptions(parent=parent))\n"
    )

    result = run("lock", "--plugin", old)

    assert result.exit_code == 2
    assert "two clusters of the stack have the resource name 'orders'" in result.stderr
    assert not (program / "everest.lock").exists()


def test_a_single_file_says_nothing_of_the_other_clusters_of_its_folder(run: Run, folder: Path, old: Path) -> None:
    run("lock", "--plugin", old)

    result = run("lock", "orders.yaml", "--plugin", old)

    assert result.stdout == "nothing changes: 1 cluster is recorded\n"
    assert list(locked(folder)["clusters"]) == ["shop/carts", "shop/orders"]


def test_standard_input_has_the_lock_of_the_working_folder(run: Run, folder: Path, old: Path, new: Path) -> None:
    run("lock", "--plugin", old)

    assert engines(run("render", "-", "--plugin", new, stdin=ORDERS)) == {"orders": "1.0.0 toy/toyd:1.0.1"}


def test_each_folder_has_its_own_lock(run: Run, folder: Path, old: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "c.yaml").write_text(ORDERS.replace("orders", name))

    run("lock", "a", folder / "a" / "c.yaml", "b/c.yaml", "--plugin", old)

    assert list(locked(folder / "a")["clusters"]) == ["shop/a"]
    assert list(locked(folder / "b")["clusters"]) == ["shop/b"]
    assert not (folder / "everest.lock").exists()


def test_a_controller_gets_the_locked_versions_too(run: Run, folder: Path, old: Path, new: Path) -> None:
    run("lock", "--plugin", old)

    result = run("render", "orders.yaml", "--plugin", new, "--reconcile-by", "everest")

    (cluster,) = [entry for entry in yaml.safe_load_all(result.stdout) if entry["kind"] == "DatabaseCluster"]
    assert cluster["spec"]["instances"] == {"engine": OLD}
    assert cluster["spec"]["operatorVersion"] == "1.0.0"


def test_a_preview_against_a_revision_has_the_lock_of_that_revision(
    run: Run, folder: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    run("lock", "--plugin", old)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    run("lock", "--upgrade", "--plugin", new)

    for path in ("orders.yaml", "."):
        result = run("preview", path, "--against", "main", "--plugin", new)
        assert "toy/toyd:1.0.1 → moved/toyd:1.0.2" in result.stdout, path


def test_json_says_the_same_for_machines(run: Run, folder: Path, old: Path, new: Path) -> None:
    run("lock", "--plugin", old)
    (folder / "carts.yaml").unlink()

    data = json.loads(run("lock", "--upgrade", "--plugin", new, "--format", "json").stdout)

    assert data == [
        {
            "file": "everest.lock",
            "stack": None,
            "changes": [
                {
                    "cluster": "shop/orders",
                    "what": "operator version",
                    "field": "operator version",
                    "old": "1.0.0",
                    "new": "1.1.0",
                },
                {"cluster": "shop/orders", "what": "engine", "field": "version", "old": "1.0.1", "new": "1.0.2"},
                {
                    "cluster": "shop/orders",
                    "what": "definition",
                    "field": "definition",
                    "old": digest_in(old),
                    "new": digest_in(new),
                },
            ],
            "gone": ["shop/carts"],
            "notes": [],
        }
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--upgrade", "ordres"], "there is no cluster 'ordres'; did you mean 'orders'?"),
        (["--upgrade", "shop/order"], "there is no cluster 'shop/order'; did you mean 'shop/orders'?"),
        (["--no-lock"], "--no-lock: this command is about the lock"),
        (["--stack", "prod"], "--stack: only for Pulumi programs"),
    ],
)
def test_wrong_use_is_said(run: Run, folder: Path, old: Path, words: list[str], said: str) -> None:
    result = run("lock", *words, "--plugin", old)

    assert result.exit_code == 2
    assert said in result.stderr
    assert not (folder / "everest.lock").exists()


def test_nothing_is_written_while_something_is_wrong(run: Run, folder: Path, old: Path) -> None:
    (folder / "carts.yaml").write_text(CARTS.replace("provider", "provide"))

    assert run("lock", "--plugin", old).exit_code == 1
    assert not (folder / "everest.lock").exists()


def test_the_file_is_written_as_a_whole_where_a_link_leads_with_its_permissions(
    run: Run, folder: Path, old: Path, new: Path, tmp_path: Path
) -> None:
    run("lock", "--plugin", old)
    elsewhere = tmp_path / "elsewhere.lock"
    (folder / "everest.lock").rename(elsewhere)
    elsewhere.chmod(0o640)
    (folder / "everest.lock").symlink_to(elsewhere)

    run("lock", "--upgrade", "--plugin", new)

    assert (folder / "everest.lock").is_symlink()
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o640
    assert "1.1.0" in elsewhere.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere.lock", "new", "old", "work"]


def test_no_machine_path_and_no_secret_is_in_the_lock(run: Run, program: Path, old: Path, tmp_path: Path) -> None:
    (program / "__main__.py").write_text(
        "import pulumi, pulumi_everest as everest\n"
        'everest.DatabaseCluster("orders", provider="toydb-operator", users={"ROOT_PASSWORD": "hunter2"})\n'
    )

    assert run("lock", program, "--plugin", old).exit_code == 0

    text = (program / "everest.lock").read_text()
    assert "hunter2" not in text
    assert str(tmp_path) not in text


# Several at once, and killed ones


@pytest.fixture
def locked_folder(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.yaml").write_text(ORDERS)
    return tmp_path


def test_what_a_killed_lock_has_left_is_removed_and_nothing_else(locked_folder: Path, run: Run) -> None:
    left, other = locked_folder / ".everest.lock.a1b2c3d4", locked_folder / ".everest.lock.mine"
    for path in (left, other):
        path.write_text("half")
    assert run("lock", "--plugin", TOYDB, "cluster.yaml").exit_code == 0
    assert (locked_folder / "everest.lock").is_file()
    assert not left.exists()
    assert other.exists()


def test_two_locks_at_once_are_told_of_each_other(locked_folder: Path, run: Run) -> None:
    from pulumi_everest.cli.output.write import alone_in

    with alone_in(locked_folder):
        result = run("lock", "--plugin", TOYDB, "cluster.yaml")
    assert result.exit_code == 2
    assert "another everest lock is writing" in result.stderr
    assert not (locked_folder / "everest.lock").exists()
    assert run("lock", "--plugin", TOYDB, "cluster.yaml").exit_code == 0


def test_a_lock_that_changed_meanwhile_is_left_as_it_is(
    locked_folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulumi_everest.cli import lock

    monkeypatch.setattr(lock, "_content", lambda path: "another's")
    result = run("lock", "--plugin", TOYDB, "cluster.yaml")
    assert result.exit_code == 2
    assert "was changed by another process since it was read" in result.stderr
    assert not (locked_folder / "everest.lock").exists()
