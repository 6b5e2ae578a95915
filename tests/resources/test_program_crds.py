"""Programs whose stack names CRDs: objects are checked against them before anything is made."""

from __future__ import annotations

import json
from pathlib import Path

import pulumi
import pytest
from mocked_run import TOYDB, Result, Source, run

from pulumi_everest import DatabaseCluster
from pulumi_everest.model.findings import path_text

TOY = "toydb-operator"
CRD = str(TOYDB.parent / "toydb_crd.yaml")


def checked(engine: dict, *, crds: object = (CRD,), preview: bool = True) -> Result:
    """Run a program with one cluster."""

    def program() -> None:
        values = {key: value() if callable(value) else value for key, value in engine.items()}
        DatabaseCluster("orders", provider=TOY, topology={"type": "single"}, instances={"engine": values})

    return run(program, config={"everest:crds": json.dumps(crds)}, preview=preview)


def codes_and_paths(result: Result) -> list[tuple[str, str]]:
    return [(entry.code, path_text(entry.path)) for entry in result.error.findings]


def test_unknown_fields_of_overrides_are_refused_with_the_nearest() -> None:
    result = checked({"overrides": {"siz": 3}})

    assert codes_and_paths(result) == [("cluster.overrides", "instances.engine.overrides.siz")]
    assert "did you mean 'size'?" in str(result.error)
    assert result.objects == []


def test_without_crds_they_pass() -> None:
    assert (
        run(
            lambda: DatabaseCluster("orders", provider=TOY, instances={"engine": {"overrides": {"siz": 3}}}) and None
        ).main.inputs["spec"]["engine"]["siz"]
        == 3
    )


def test_fields_that_are_passed_on_are_named_as_the_program_wrote_them() -> None:
    assert codes_and_paths(checked({"engine_config": "x" * 30})) == [("emit.object", "instances.engine.engine_config")]


def test_what_is_not_known_in_a_preview_is_checked_when_it_is() -> None:
    engine = {"overrides": lambda: {"volumes": [{"name": Source().gives(7)}]}}
    assert checked(engine).error is None

    result = checked(engine, preview=False)

    assert codes_and_paths(result) == [("cluster.overrides", "instances.engine.overrides.volumes[0].name")]


def test_a_secret_value_is_not_shown() -> None:
    result = checked({"engine_config": lambda: pulumi.Output.secret("x" * 21 + "hunter2")})

    assert codes_and_paths(result) == [("emit.object", "instances.engine.engine_config")]
    assert "hunter2" not in str(result.error)


def test_a_kind_without_a_schema_is_a_warning(tmp_path: Path) -> None:
    result = checked({}, crds=[str(tmp_path)])

    assert result.error is None
    assert any("no definition of ToyDB" in line for line in result.log)


@pytest.mark.parametrize(
    ("crds", "code"), [("crds", "field.type"), ([1], "field.type"), (["no/such/folder"], "source.unreadable")]
)
def test_a_wrong_config_value_is_refused(crds: object, code: str) -> None:
    assert checked({}, crds=crds).codes == [code]
