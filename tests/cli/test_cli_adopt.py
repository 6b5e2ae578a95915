"""`everest adopt`: what it reads, what it writes, and how it says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pulumi_everest.plugins.find import builtin
from pulumi_everest.testing.apiserver import ApiServer

Run = Callable[..., Result]
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"password": "hunter2"}}


def example(technology: str) -> dict[str, Any]:
    [plugin] = [plugin for plugin in builtin() if plugin.name == technology]
    text = (plugin.folder / "examples" / "minimal.expected.yaml").read_text()
    found: dict[str, Any] = yaml.safe_load(text)
    found["metadata"]["name"] = f"old-{technology}"
    return found


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    """A file with two databases, a Secret and a List."""
    documents = [example("psmdb"), SECRET, {"apiVersion": "v1", "kind": "List", "items": [example("pg")]}]
    path = tmp_path / "legacy.yaml"
    path.write_text(yaml.safe_dump_all(documents))
    return path


def test_yaml_renders_to_what_was_read(run: Run, legacy: Path, tmp_path: Path) -> None:
    result = run("adopt", legacy, "-o", tmp_path / "adopted.yaml")

    assert result.exit_code == 0, result.stderr
    rendered = list(yaml.safe_load_all(run("render", tmp_path / "adopted.yaml").stdout))
    for entry, technology in zip(rendered, ("psmdb", "pg"), strict=True):
        expected = example(technology)
        expected["metadata"].setdefault("namespace", "default")
        assert entry == expected
    assert "left out: 1 Secret" in result.stderr
    assert "values by fields" in result.stderr
    assert "hunter2" not in result.output + (tmp_path / "adopted.yaml").read_text()


def test_a_program_is_python_that_takes_over(run: Run, legacy: Path) -> None:
    result = run("adopt", legacy, "--language", "python")

    assert result.exit_code == 0, result.stderr
    compile(result.stdout, "__main__.py", "exec")
    assert result.stdout.count("    adopt=True,\n") == 2
    assert "hunter2" not in result.output


def test_standard_input_is_read(run: Run, legacy: Path) -> None:
    assert run("adopt", "-", stdin=legacy.read_text()).stdout == run("adopt", legacy).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-R", "--from-cluster"], "--recursive: only for files and folders"),
        (["x.yaml", "-o", "python"], "write --language python"),
        (["x.yaml", "--context", "prod"], "--context: only with --from-cluster"),
        (["--from-cluster", "orders"], "NAMESPACE/NAME"),
        (["x.yaml", "--language", "pyton"], "did you mean 'python'?"),
    ],
)
def test_wrong_use(run: Run, arguments: list[str], says: str) -> None:
    result = run("adopt", *arguments)

    assert result.exit_code == 2
    assert says in result.stderr


def broken() -> dict[str, Any]:
    """An object that no cluster becomes, for its name."""
    found = example("pxc")
    found["metadata"]["name"] = "a-name-that-is-longer-than-the-operator-takes"
    return found


@pytest.mark.parametrize("language", ["yaml", "python"])
def test_an_object_that_cannot_be_adopted_stops_no_other(language: str, run: Run, legacy: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(yaml.safe_dump(broken()))

    result = run("adopt", tmp_path / "broken.yaml", legacy, "--language", language)

    assert result.exit_code == 1
    assert "[adopt.unreachable]" in result.stderr
    assert "at most 22 characters" in result.stderr
    assert "not adopted: 1 of 3 databases, for the errors above" in result.stderr
    assert result.stdout == run("adopt", legacy, "--language", language).stdout


def test_where_nothing_can_be_adopted_nothing_is_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(yaml.safe_dump(broken()))

    result = run("adopt", tmp_path / "broken.yaml", "-o", tmp_path / "out.yaml")

    assert result.exit_code == 1
    assert not (tmp_path / "out.yaml").exists()


def test_two_databases_of_one_name_are_refused_and_others_are_not(run: Run, tmp_path: Path) -> None:
    both = [example("psmdb"), example("pg")]
    for entry in both:
        entry["metadata"]["name"] = "orders"
    (tmp_path / "both.yaml").write_text(yaml.safe_dump_all([*both, example("pxc")]))

    result = run("adopt", tmp_path / "both.yaml")

    assert result.exit_code == 1
    assert "two databases 'default/orders', a PerconaServerMongoDB and a PerconaPGCluster" in result.stderr
    assert [entry["metadata"]["name"] for entry in yaml.safe_load_all(result.stdout)] == ["old-pxc"]


def test_a_file_without_databases_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(yaml.safe_dump(SECRET))

    result = run("adopt", tmp_path / "secret.yaml")

    assert result.exit_code == 1
    assert "found 1 Secret" in result.stderr
    assert result.stdout == ""


def test_a_running_cluster_is_read(
    run: Run, api_server: ApiServer, namespace: str, shared: Path, install_crds: Callable[[Path], list[str]]
) -> None:
    for folder in ("psmdb/1.22.0", "pg/3.0.0"):
        install_crds(shared / "crds" / folder)
    for technology, name in (("psmdb", "orders"), ("pg", "users")):
        manifest = example(technology)
        manifest["metadata"] |= {"name": name, "namespace": namespace}
        api_server.live.create(manifest)
    at = ("--kubeconfig", api_server.kubeconfig)

    one = run("adopt", "--from-cluster", f"{namespace}/orders", *at)
    both = run("adopt", "--from-cluster", f"{namespace}/", *at)
    none = run("adopt", "--from-cluster", f"{namespace}/ordres", *at)

    assert [entry["metadata"]["name"] for entry in yaml.safe_load_all(one.stdout)] == ["orders"]
    assert {entry["metadata"]["name"] for entry in yaml.safe_load_all(both.stdout)} == {"orders", "users"}
    assert none.exit_code == 1
    assert f"did you mean '{namespace}/orders'?" in none.stderr
    live = api_server.live.get("psmdb.percona.com/v1", "PerconaServerMongoDB", "orders", namespace)
    assert live is not None
    [rendered] = yaml.safe_load_all(run("render", "-", stdin=one.stdout).stdout)
    assert rendered["spec"] == live["spec"]


def test_a_cluster_that_does_not_answer_is_said(run: Run, tmp_path: Path) -> None:
    result = run("adopt", "--from-cluster", "--kubeconfig", tmp_path / "none")

    assert result.exit_code == 1
    assert "[live.config]" in result.stderr
