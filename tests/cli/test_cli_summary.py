"""`everest preview --against … --summary`: the page of a change, and the causes that it names."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

import pulumi_everest.plugins

Run = Callable[..., Result]

HEAD = "apiVersion: everest.percona.com/v2alpha1\n"
CLUSTER = (
    HEAD
    + """\
kind: DatabaseCluster
metadata: {{name: {name}, namespace: shop}}
spec: {{provider: mydb-operator, {more}instances: {{engine: {{replicas: {replicas}, storage: {{size: {size}}}}}}}}}
---
"""
)
PROVIDER = (
    HEAD
    + "kind: Provider\nmetadata: {{name: mydb-operator}}\nspec: {{databaseClusterDefinition: mydb-operator, operatorVersion: {version}{more}}}\n"
)


def document(name: str, replicas: int = 3, size: str = "20Gi", more: str = "") -> str:
    return CLUSTER.format(name=name, replicas=replicas, size=size, more=more)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A repository with a plugin of its own; what is committed is what there was."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(Path(pulumi_everest.plugins.__file__).parent / "psmdb", "mydb")
    for file, old, new in (("plugin.yaml", "name: psmdb", "name: mydb"), ("definition.yaml", "psmdb-op", "mydb-op")):
        path = Path("mydb", file)
        path.write_text(path.read_text().replace(old, new, 1))

    def committed(text: str) -> None:
        Path("all.yaml").write_text(text)
        who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
        for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "before"]):
            subprocess.run(["git", *command], check=True)

    return committed


def edit(file: str, old: str, new: str) -> None:
    path = Path("mydb", file)
    text = path.read_text()
    assert text.count(old) == 1, (file, old, text.count(old))
    path.write_text(text.replace(old, new))


def of(run: Run, *more: str) -> dict[str, Any]:
    arguments = ("all.yaml", "--plugin", "mydb", "--against", "HEAD", "--summary", "--format", "json")
    result = run("preview", *arguments, *more)
    assert result.stderr == ""
    page: dict[str, Any] = json.loads(result.stdout)
    schema = json.loads(run("schema", "summary").stdout)
    jsonschema.validate(page, schema)
    return page


def causes(page: dict[str, Any]) -> dict[str, tuple[str | None, int]]:
    return {one["field"]: (one.get("cause"), one["count"]) for one in page["changes"]}


FLEET = "".join(document(f"db-{i}") for i in range(4)) + "".join(
    document(f"s-{i}", more="preset: small, ") for i in range(3)
)


def test_an_edit_of_the_definition_is_said_once_with_its_cause(run: Run, repository: Callable[[str], None]) -> None:
    repository(FLEET)
    known = r'\{version: 8\.0\.19-7, image: "(\S+?):8\.0\.19-7", operator: "1\.22", default: true\}'
    path = Path("mydb/definition.yaml")
    [(line, image)] = [(m[0], m[1]) for m in re.finditer(known, path.read_text())]
    newer = f'{{version: 8.0.21-9, image: "{image}:8.0.21-9", operator: "1.22", default: true}}'
    edit("definition.yaml", line, line.replace(", default: true", "") + f"\n        - {newer}")

    page = of(run)
    assert causes(page) == {"engine.version": ("mydb-operator", 7)}
    (one,) = page["changes"]
    assert (one["impact"], one.get("guard")) == ("refused", "default-moved")
    assert one["clusters"] == ["shop/db-{0..3}", "shop/s-{0..2}"]
    assert of(run, "--allow", "default-moved")["clusters"]["impacts"] == {"rolling restart": 7}


def test_an_edit_of_a_preset_is_said_with_the_preset(run: Run, repository: Callable[[str], None]) -> None:
    repository(FLEET)
    edit("presets/small.yaml", "storage: {size: 25Gi}", "storage: {size: 26Gi}")
    text = Path("mydb/presets/small.yaml").read_text()
    Path("mydb/presets/small.yaml").write_text(text.replace("memory: 2Gi", "memory: 3Gi", 2))
    by = ("preset small of mydb-operator", 3)
    assert causes(of(run)) == dict.fromkeys(("engine.resources.limits.memory", "engine.resources.requests.memory"), by)


def test_a_clusters_own_words_have_no_cause(run: Run, repository: Callable[[str], None]) -> None:
    repository(FLEET)
    Path("all.yaml").write_text(
        FLEET.replace(
            "name: db-1, namespace: shop}\nspec: {", "name: db-1, namespace: shop}\nspec: {preset: small, "
        ).replace("replicas: 3", "replicas: 5", 1)
    )
    found = causes(of(run))
    assert found.pop("engine.replicas") == (None, 1)
    assert found
    assert all(cause is None for cause, _ in found.values())


def test_an_edit_of_a_provider_is_said_with_its_name(run: Run, repository: Callable[[str], None]) -> None:
    repository(FLEET + PROVIDER.format(version="1.21.2", more=""))
    Path("all.yaml").write_text(FLEET + PROVIDER.format(version="1.22.0", more=", images: {registry: r.example.com}"))
    found = causes(of(run))
    assert found["operatorVersion"] == ("Provider mydb-operator", 7)
    assert found["images.registry"][0] == "Provider mydb-operator"


def test_an_edit_of_a_template_shows_though_no_field_of_a_cluster_changes(
    run: Run, repository: Callable[[str], None]
) -> None:
    repository(FLEET)
    path = Path("mydb/resources.yaml")
    text = path.read_text()
    assert "crVersion:" in text
    path.write_text(text.replace("crVersion:", "unmanaged: false\n        crVersion:", 1))
    page = of(run)
    assert page["clusters"]["changed"] == 0
    (one,) = page["otherObjects"]
    assert (one["field"], one["change"], one["count"]) == ("spec.unmanaged", "+ false", 7)


def test_an_edit_of_a_template_shows_beside_changes_of_all_clusters(
    run: Run, repository: Callable[[str], None]
) -> None:
    repository(FLEET)
    path = Path("mydb/resources.yaml")
    path.write_text(path.read_text().replace("crVersion:", "unmanaged: ${false}\n        crVersion:", 1))
    Path("all.yaml").write_text(FLEET.replace("replicas: 3", "replicas: 5"))
    for more in ((), ("--jobs", "2")):
        page = of(run, *more)
        assert causes(page) == {"engine.replicas": (None, 7)}
        (one,) = page["otherObjects"]
        assert (one["field"], one["change"], one["count"]) == ("spec.unmanaged", "+ false", 7)


def test_a_template_that_takes_what_is_new_in_its_definition_shows_as_well(
    run: Run, repository: Callable[[str], None]
) -> None:
    repository(FLEET)
    path = Path("mydb/resources.yaml")
    new = "unmanaged: ${spec.config.slow}\n        crVersion:"
    path.write_text(path.read_text().replace("crVersion:", new, 1))
    field = "slow: {type: boolean, default: false}"
    known = "\n  configSchema:\n    type: object\n    properties:\n"
    edit("definition.yaml", known, f"{known}      {field}\n")
    Path("all.yaml").write_text(FLEET.replace("replicas: 3", "replicas: 5"))
    page = of(run)
    assert causes(page)["engine.replicas"] == (None, 7)
    (one,) = page["otherObjects"]
    assert (one["field"], one["change"], one["count"]) == ("spec.unmanaged", "+ false", 7)


def test_clusters_whose_objects_were_rendered_are_not_new(run: Run, repository: Callable[[str], None]) -> None:
    repository(FLEET)
    run("render", "all.yaml", "--plugin", "mydb", "-o", "out")
    Path("all.yaml").write_text(FLEET.replace("20Gi", "30Gi", 1) + document("archive"))
    result = run("preview", "all.yaml", "--plugin", "mydb", "--against", "out", "--summary", "--format", "json")
    page = json.loads(result.stdout)
    assert (page["clusters"]["new"], page["new"]) == (1, ["shop/archive"])
    (one,) = page["otherObjects"]
    assert one["change"] == "20Gi → 30Gi"
    assert one["objects"] == ["shop/db-0"]


def in_namespaces(*names: str) -> str:
    return "".join(document("orders").replace("namespace: shop", f"namespace: {name}") for name in names)


def test_clusters_of_one_name_are_all_told_of_whatever_becomes_of_them(
    run: Run, repository: Callable[[str], None]
) -> None:
    repository(in_namespaces("a", "b", "c", "d"))
    for after in (in_namespaces("d"), in_namespaces("d") + document("other")):
        Path("all.yaml").write_text(after)
        page = of(run)
        assert page["gone"] == ["a/orders", "b/orders", "c/orders"]
        assert sum(one["count"] for one in page["findings"] if one["code"] == "change.removed") == 3
    pages = []
    for namespaces in (("d", "x", "y"), ("y", "d", "x")):
        Path("all.yaml").write_text(in_namespaces(*namespaces))
        pages.append(of(run))
        moved = [(one["change"], one["clusters"]) for one in pages[-1]["changes"]]
        assert moved == [("namespace a → x", ["x/orders"]), ("namespace b → y", ["y/orders"])]
        assert (pages[-1]["new"], pages[-1]["gone"]) == ([], ["c/orders"])
    without_places = [{**page, "findings": [one | {"place": ""} for one in page["findings"]]} for page in pages]
    assert without_places[0] == without_places[1]


def test_findings_name_the_namespace_where_names_alone_say_too_little(
    run: Run, repository: Callable[[str], None]
) -> None:
    fleet = in_namespaces("a", "b", "c") + document("carts")
    repository(fleet)
    arguments = ("preview", "all.yaml", "--plugin", "mydb", "--against", "HEAD", "--format")
    for after in (in_namespaces("c") + document("carts"), fleet.replace("replicas: 3", "replicas: 4", 2)):
        Path("all.yaml").write_text(after)
        (one,) = of(run)["findings"]
        assert (one["count"], one["subjects"]) == (2, ["DatabaseCluster a/orders", "DatabaseCluster b/orders"])
        assert "DatabaseCluster a/orders, DatabaseCluster b/orders" in run(*arguments, "markdown").stdout
        capacity = json.loads(run(*arguments, "json", "--capacity").stdout)
        assert capacity["findings"] == [one]
    Path("all.yaml").write_text(document("carts", replicas=4) + document("more", replicas=4))
    subjects = ["DatabaseCluster carts", "DatabaseCluster more"]
    data = json.loads(run("preview", "all.yaml", "--plugin", "mydb", "--capacity", "--format", "json").stdout)
    assert data["findings"][0]["subjects"] == subjects


MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: map-{number}, namespace: shop}}\ndata: {{a: b}}\n---\n"


def test_objects_that_come_or_go_are_named_unless_their_clusters_do(
    run: Run, repository: Callable[[str], None]
) -> None:
    def maps(*numbers: int) -> str:
        return "".join(MAP.format(number=number) for number in numbers)

    repository(FLEET + document("legacy") + maps(1, 2, 3))
    extra = '\n  - {name: extra, object: {apiVersion: v1, kind: Service, metadata: {name: "${metadata.name}-x"}}}\n'
    with Path("mydb/resources.yaml").open("a") as template:
        template.write(extra)
    Path("all.yaml").write_text(FLEET + document("archive") + maps(3, 4))
    for more in ((), ("--jobs", "2")):
        page = of(run, *more, "--no-lock")
        assert (page["new"], page["gone"]) == (["shop/archive"], ["shop/legacy"])
        assert page["objects"] == {"created": 10, "changed": 0, "removed": 3, "unchanged": 8}
        assert [(one["kind"], one["change"], one["count"], one["objects"]) for one in page["otherObjects"]] == [
            ("ConfigMap", "removed", 2, ["shop/map-1", "shop/map-2"]),
            ("Service", "created", 7, ["shop/db-{0..3}-x", "shop/s-{0..2}-x"]),
            ("ConfigMap", "created", 1, ["shop/map-4"]),
        ]


def many(size: str = "20Gi") -> str:
    return "".join(document(f"db-{i}", size=size) for i in range(25)) + document("carts", size="20Gi")


def test_of_many_clusters_the_page_comes_by_itself(run: Run, repository: Callable[[str], None]) -> None:
    repository(many())
    Path("all.yaml").write_text(many("30Gi").replace("20Gi", "5Gi"))
    arguments = ("preview", "all.yaml", "--plugin", "mydb", "--against", "HEAD")
    page, full, posted = (run(*arguments, *more) for more in ((), ("--full",), ("--format", "markdown")))

    assert (page.exit_code, full.exit_code, posted.exit_code) == (1, 1, 1)
    assert page.stdout.startswith("26 clusters compared: 26 change, 0 do not\nrefused: 1, online: 25\n")
    assert page.stdout == run(*arguments, "--summary").stdout
    assert "shop/carts" in page.stdout
    assert page.stderr == posted.stderr == ""
    assert full.stdout.count("engine.storage.size 20Gi → 30Gi") == 25
    assert "guard storage-shrink" in full.stderr
    assert posted.stdout.startswith("### 26 clusters compared")
    assert len(json.loads(run(*arguments, "--format", "json").stdout)["changes"]) == 26


def test_with_errors_the_page_has_them_and_nothing_else(run: Run, repository: Callable[[str], None]) -> None:
    repository(FLEET)
    Path("all.yaml").write_text(FLEET.replace("replicas:", "replicsa:"))
    result = run("preview", "all.yaml", "--plugin", "mydb", "--against", "HEAD", "--format", "markdown")
    assert result.exit_code == 1
    assert result.stdout.startswith("### nothing of 7 clusters is compared: 7 errors\n")
    assert "7 times: `DatabaseCluster db-{0..3}, DatabaseCluster s-{0..2}`" in result.stdout
    page = of(run)
    assert (page["changes"], page["findings"][0]["count"]) == ([], 7)
    assert "capacity" not in page


def page_with_errors(run: Run, after: str, *more: str) -> dict[str, Any]:
    """The page where some clusters have errors: the same in all forms, and never an exit code of 0."""
    Path("all.yaml").write_text(after)
    arguments = ("preview", "all.yaml", "--plugin", "mydb", "--against", "HEAD", *more)
    for form in ("text", "markdown"):
        result = run(*arguments, "--summary", "--format", form)
        assert (result.exit_code, "not compared" in result.stdout) == (1, True)
    assert run(*arguments, "--summary", "--format", "json").exit_code == 1
    page = of(run, *more)
    assert page == of(run, *more, "--jobs", "2")
    assert page["clusters"]["notCompared"] > 0
    return page


def test_what_is_wrong_in_one_does_not_stop_the_others(run: Run, repository: Callable[[str], None]) -> None:
    others = document("carts") + document("legacy")
    repository(FLEET + others)
    wrong = FLEET.replace("replicas: 3", "replicas: 4", 1) + document("new-one", replicas=4)
    page = page_with_errors(run, wrong + document("carts", size="10Gi"))

    assert page["notCompared"] == ["shop/db-0", "shop/new-one"]
    assert page["clusters"] == {
        "compared": 7, "changed": 1, "unchanged": 6, "new": 0, "gone": 1, "notCompared": 2, "impacts": {"refused": 1},
    }  # fmt: skip
    assert (page["new"], page["gone"]) == ([], ["shop/legacy"])
    assert [one["clusters"] for one in page["changes"]] == [["shop/carts"]]
    assert {one["code"]: one["count"] for one in page["findings"]} == {"cluster.replicas": 2, "change.removed": 1}
    pods = [page["capacity"][side]["pods"] for side in ("before", "after")]
    assert pods == [8 * 3, 7 * 3], "what is not compared is on neither side"
    text = run("preview", "all.yaml", "--plugin", "mydb", "--against", "HEAD", "--summary").stdout
    order = [text.index(line) for line in ("\nnot compared\n", "\nerrors\n", "\nrefused\n", "\nno longer there\n")]
    assert order == sorted(order)
    assert text.startswith("7 clusters compared: 1 change, 6 do not, 1 gone, 2 not compared\n")
    full = run("preview", "all.yaml", "--plugin", "mydb", "--against", "HEAD", "--full")
    assert (full.exit_code, full.stdout) == (1, "")


def test_what_was_wrong_stops_no_others_either(run: Run, repository: Callable[[str], None]) -> None:
    repository(FLEET + document("carts", replicas=4) + document("legacy", replicas=4))
    page = page_with_errors(run, FLEET.replace("20Gi", "30Gi", 2) + document("carts"))
    assert page["notCompared"] == ["shop/carts", "shop/legacy"]
    assert (page["new"], page["gone"], page["clusters"]["changed"]) == ([], [], 2)
    assert [one["message"].partition(":")[0] for one in page["findings"]] == ["in --against"]


def test_a_wrong_cluster_in_another_namespace_takes_what_it_was_along(
    run: Run, repository: Callable[[str], None]
) -> None:
    repository(in_namespaces("a", "b") + FLEET)
    page = page_with_errors(run, in_namespaces("x", "b").replace("replicas: 3", "replicas: 4", 1) + FLEET)
    assert (page["notCompared"], page["new"], page["gone"], page["changes"]) == (["x/orders"], [], [], [])


def test_clusters_of_one_name_and_namespace_stop_no_others(run: Run, repository: Callable[[str], None]) -> None:
    repository(FLEET + document("carts"))
    page = page_with_errors(run, FLEET.replace("20Gi", "30Gi", 1) + document("carts") + document("carts", size="30Gi"))
    assert (page["notCompared"], page["new"], page["gone"]) == (["shop/carts"], [], [])
    assert [one["clusters"] for one in page["changes"]] == [["shop/db-0"]]


JOB = HEAD + "kind: DatabaseBackup\nmetadata: {name: nightly, namespace: shop}\nspec: {cluster: db-9}\n---\n"


def test_jobs_and_objects_of_providers_are_left_out_beside_errors(run: Run, repository: Callable[[str], None]) -> None:
    backup = "backup: {storages: [{name: s, type: s3, bucket: b, credentialsSecret: c}]}, "
    rest = document("db-9", more=backup) + PROVIDER.format(version="1.22.0", more=", reconcileBy: everest") + "---\n"
    repository(FLEET + rest + JOB)
    sound = run("preview", "all.yaml", "--plugin", "mydb", "--against", "all.yaml", "--summary").stdout
    assert "objects: 11 unchanged" in sound, "8 clusters, the definition, the Provider and the job"
    for job in (JOB, ""):
        page = page_with_errors(run, FLEET.replace("replicas: 3", "replicas: 4", 1) + rest + job)
        assert (page["objects"], page["otherObjects"]) == (
            {"created": 0, "changed": 0, "removed": 0, "unchanged": 7},
            [],
        )


@pytest.mark.parametrize(
    "wrong",
    [
        PROVIDER.format(version="1.22.0", more=", what: 1"),
        HEAD + "kind: DatabaseClustre\nmetadata: {name: x}\n",
        document("x").replace("name: x, ", ""),
        document("No_Name"),
        document("x").replace("namespace: shop", "namespace: [shop]"),
        JOB.replace("db-9", "no-such"),
        "a: [\n",
    ],
)
def test_where_it_is_not_known_who_is_wrong_nothing_is_compared(
    run: Run, repository: Callable[[str], None], wrong: str
) -> None:
    repository(FLEET)
    sound = Path("all.yaml").read_text()
    Path("all.yaml").write_text(FLEET.replace("20Gi", "30Gi", 1) + document("carts", replicas=4) + wrong)
    page = of(run)
    assert page["clusters"]["compared"] == 0
    assert page["objects"] == {"created": 0, "changed": 0, "removed": 0, "unchanged": 0}
    assert [page[key] for key in ("changes", "new", "gone", "notCompared")] == [[], [], [], []]
    text = run("preview", "all.yaml", "--plugin", "mydb", "--against", "HEAD", "--format", "markdown").stdout
    assert re.match("### nothing of [0-9]+ clusters is compared: [0-9]+ errors\n", text)
    # So it is where that is wrong in what was.
    repository(Path("all.yaml").read_text())
    Path("all.yaml").write_text(sound)
    page = of(run)
    assert [page[key] for key in ("changes", "new", "gone", "notCompared")] == [[], [], [], []]
    assert page["clusters"]["notCompared"] == 7


def test_a_guard_may_be_lifted_for_a_cluster_that_is_wrong(run: Run, repository: Callable[[str], None]) -> None:
    repository(FLEET + document("carts"))
    after = FLEET + document("carts", size="10Gi", replicas=4)
    page = page_with_errors(run, after, "--allow", "carts:storage-shrink")
    assert [one["code"] for one in page["findings"]] == ["cluster.replicas"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (["--summary"], "--summary needs --against"),
        (["--full"], "--full needs --against"),
        (["--format", "markdown"], "--format markdown needs --against"),
        (["--format", "markdown", "--full", "--against", "all.yaml"], "--format markdown is always a summary"),
    ],
)
def test_what_does_not_go_together_is_said(
    run: Run, tmp_path: Path, more: list[str], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("all.yaml").write_text(document("a").replace("mydb", "psmdb"))
    result = run("preview", "all.yaml", *more)
    assert result.exit_code == 2
    assert text in result.stderr


DOCS = Path(__file__).parents[2] / "docs/fleet.md"


def test_the_page_of_the_docs_is_what_is_printed(run: Run, repository: Callable[[str], None]) -> None:
    small = "".join(document(f"dev-{i}", size="5Gi", more="preset: small, ") for i in range(1, 9))
    before = "".join(document(f"shop-{i}") for i in range(1, 25)) + document("carts") + document("legacy")
    repository(before + small)
    path = Path("mydb/presets/small.yaml")
    path.write_text(path.read_text().replace("memory: 2Gi", "memory: 3Gi", 2))
    after = before.replace(document("carts"), document("carts", size="10Gi")).replace(document("legacy"), "")
    for i in range(3, 9):
        after = after.replace(document(f"shop-{i}"), document(f"shop-{i}", replicas=5))
    Path("all.yaml").write_text(after + small + document("archive", size="100Gi"))

    arguments = ("preview", "all.yaml", "--plugin", "mydb", "--against", "HEAD")
    text = DOCS.read_text()
    places = {
        "text": r"<!-- page: text -->\n```text\n(.*?)```\n",
        "markdown": r"<!-- page: markdown -->\n(.*?)<!-- end -->\n",
    }
    for form, place in places.items():
        shown = run(*arguments, "--format", form).stdout
        found = re.search(place, text, re.DOTALL)
        assert found is not None
        if os.environ.get("EVEREST_RECORD"):
            text = text[: found.start(1)] + shown + text[found.end(1) :]
            DOCS.write_text(text)
        else:
            assert found[1] == shown


PROGRAM = """\
import pulumi
from pulumi_everest import DatabaseCluster
config = pulumi.Config()
for i in range(config.require_int("count")):
    engine = {"replicas": config.get_int("replicas") or 3}
    DatabaseCluster(f"orders-{i}", provider="mydb-operator", preset="small", instances={"engine": engine})
"""


def program(folder: str = ".", **stacks: str) -> None:
    Path(folder).mkdir(exist_ok=True)
    Path(folder, "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    Path(folder, "__main__.py").write_text(PROGRAM)
    for stack, config in stacks.items():
        Path(folder, f"Pulumi.{stack}.yaml").write_text(f"config: {{{config}}}\n")


def page_of_program(run: Run, *more: str) -> dict[str, Any]:
    result = run("preview", *more, "--plugin", "mydb", "--against", "HEAD", "--summary", "--format", "json")
    page: dict[str, Any] = json.loads(result.stdout)
    return page


def test_changes_of_a_program_are_said_with_who_they_come_from(run: Run, repository: Callable[[str], None]) -> None:
    program("infra", dev='shop:count: "4"')
    repository("")
    text = Path("mydb/presets/small.yaml").read_text()
    Path("mydb/presets/small.yaml").write_text(text.replace("memory: 2Gi", "memory: 3Gi", 2))
    Path("infra/__main__.py").write_text(PROGRAM.replace("or 3", "or 5"))

    by = ("preset small of mydb-operator", 4)
    assert causes(page_of_program(run, "infra")) == {
        "engine.resources.limits.memory": by,
        "engine.resources.requests.memory": by,
        "engine.replicas": (None, 4),
    }


def test_an_edit_of_a_template_shows_beside_changes_of_a_program(run: Run, repository: Callable[[str], None]) -> None:
    program("infra", dev='shop:count: "4"')
    repository("")
    path = Path("mydb/resources.yaml")
    path.write_text(path.read_text().replace("crVersion:", "unmanaged: ${false}\n        crVersion:", 1))
    Path("infra/__main__.py").write_text(PROGRAM.replace("or 3", "or 5"))

    page = page_of_program(run, "infra")
    assert causes(page) == {"engine.replicas": (None, 4)}
    assert [(one["change"], one["count"]) for one in page["otherObjects"]] == [("+ false", 4)]


def test_all_stacks_of_a_program_are_on_one_page(run: Run, repository: Callable[[str], None]) -> None:
    program("infra", dev='shop:count: "3"', prod='shop:count: "3"')
    repository("")
    program("infra", dev='shop:count: "2"', prod='shop:count: "3", shop:replicas: "5"', test='shop:count: "1"')

    page = page_of_program(run, "infra", "--all-stacks")
    assert (page["clusters"]["compared"], page["clusters"]["changed"]) == (5, 3)
    (one,) = page["changes"]
    assert (one["field"], one["clusters"]) == ("engine.replicas", ["prod/orders-{0..2}"])
    assert (page["gone"], page["new"]) == (["dev/orders-2"], ["test/orders-0"])
    assert [entry["subjects"] for entry in page["findings"]] == [["DatabaseCluster dev/orders-2"]]
    # Each stack by itself says the same of its own.
    alone = [page_of_program(run, "infra", "--stack", stack) for stack in ("dev", "prod")]
    for key in ("compared", "changed", "gone"):
        assert page["clusters"][key] == sum(one["clusters"][key] for one in alone)
    assert page["capacity"]["before"]["pods"] == sum(one["capacity"]["before"]["pods"] for one in alone)
    assert page["capacity"]["after"]["pods"] == sum(one["capacity"]["after"]["pods"] for one in alone) + 3


def test_stacks_of_several_programs_are_told_apart(run: Run, repository: Callable[[str], None]) -> None:
    for folder in ("web", "shop"):
        program(f"all-{folder}", dev='shop:count: "1"')
    repository("")
    for folder in ("web", "shop"):
        program(f"all-{folder}", dev='shop:count: "1", shop:replicas: "5"')

    (one,) = page_of_program(run, "all-web", "all-shop", "--all-stacks")["changes"]
    assert one["clusters"] == ["all-shop:dev/orders-0", "all-web:dev/orders-0"]


def test_what_is_wrong_in_a_stack_names_it(run: Run, repository: Callable[[str], None]) -> None:
    program("infra", dev='shop:count: "1"', prod='shop:count: "1", shop:replicas: "-1"', test="")
    repository("")

    found = json.loads(run("validate", "infra", "--all-stacks", "--plugin", "mydb", "--format", "json").stdout)
    assert {entry["subject"] for entry in found} == {"DatabaseCluster prod/orders-0", "stack test"}
    result = run("validate", "infra", "--all-stacks", "--stack", "dev")
    assert (result.exit_code, "--all-stacks goes with no --stack" in result.stderr) == (2, True)


@pytest.mark.parametrize("seed", range(3))
def test_the_page_counts_what_the_full_output_has(run: Run, repository: Callable[[str], None], seed: int) -> None:
    import random

    choose = random.Random(seed)

    def clusters() -> str:
        sizes, presets = ["10Gi", "20Gi", "30Gi"], ["", "preset: small, ", "preset: medium, "]
        names = [i for i in range(12) if choose.random() < 0.8]
        return "".join(
            document(f"db-{i}", choose.choice([3, 5]), choose.choice(sizes), choose.choice(presets)) for i in names
        )

    repository(clusters())
    Path("all.yaml").write_text(clusters())
    arguments = ("preview", "all.yaml", "--plugin", "mydb", "--against", "HEAD", "--format", "json")
    full, page = (json.loads(run(*arguments, form).stdout) for form in ("--full", "--summary"))

    changes = [change for entry in full["changes"] for change in entry["changes"]]
    assert sum(one["count"] for one in page["changes"]) == len(changes)
    assert page["clusters"]["compared"] == len(full["changes"])
    assert page["clusters"]["changed"] == sum(1 for entry in full["changes"] if entry["changes"])
    impacts = [entry["impact"] for entry in full["changes"] if entry["changes"]]
    assert page["clusters"]["impacts"] == {impact: impacts.count(impact) for impact in impacts}
    states = [entry["change"] for entry in full["differences"]]
    counted = {"created": "created", "changed": "changed", "removed": "removed", "unchanged": "same"}
    assert page["objects"] == {word: states.count(state) for word, state in counted.items()}
    said = {"change.refused", "change.impact", "change.without-effect"}
    told = [entry for entry in full["findings"] if entry["code"] not in said]
    assert sum(one["count"] for one in page["findings"]) == len(told)
    made = run("render", "all.yaml", "--plugin", "mydb").stdout
    pods = sum(int(size) for size in re.findall(r"^\s+size: (\d+)$", made, re.MULTILINE))
    assert page["capacity"]["after"]["pods"] == pods
