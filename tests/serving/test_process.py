"""The provider process itself: how Pulumi starts it, and what it does with errors of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tomllib
from importlib import import_module

import pytest
import yaml

from pulumi_everest.model.findings import finding
from pulumi_everest.resources.engine.errors import ClusterError
from pulumi_everest.resources.engine.tokens import CLUSTER
from pulumi_everest.serving import serve
from pulumi_everest.serving.property_errors import properties_error


def test_pulumi_finds_the_plugin(root):
    manifest = yaml.safe_load((root / "PulumiPlugin.yaml").read_text("utf-8"))
    assert manifest["runtime"]["name"] == "python"
    assert (root / "__main__.py").is_file()


def test_the_python_package_says_that_programs_which_import_it_need_no_plugin(root):
    """Else Pulumi takes any package that is called pulumi-... for the SDK of a plugin, and downloads that."""
    assert json.loads((root / "pulumi_everest" / "pulumi-plugin.json").read_text("utf-8"))["resource"] is False


def test_the_command_that_pulumi_looks_for_on_the_path_is_the_same_process(root):
    scripts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    module, _, name = scripts["pulumi-resource-everest"].partition(":")
    assert getattr(import_module(module), name) is serve.main


def test_without_an_engine_it_says_what_is_missing(root):
    ran = subprocess.run([sys.executable, str(root)], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "engine" in ran.stderr
    assert "Traceback" not in ran.stderr


QUIET = """
import signal
from pulumi_everest.serving.serve import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests themselves may run where it is ignored
main(["127.0.0.1:1"])
"""


def test_it_ends_quietly_when_it_is_interrupted():
    command = [sys.executable, "-c", QUIET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().strip().isdigit()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


LATE = ClusterError([finding("value.quantity", ("paused",), "wrong", subject="DatabaseCluster orders")], late=True)


def wrapped() -> Exception:
    try:
        try:
            raise LATE
        except ClusterError as error:
            raise ValueError("around it") from error
    except ValueError as error:
        return error


@pytest.mark.parametrize(
    ("error", "expected"), [(LATE, LATE), (wrapped(), LATE), (ValueError("x"), None)], ids=["itself", "inside", "none"]
)
def test_what_is_wrong_with_a_cluster_is_found_in_other_errors(error, expected):
    assert serve._cluster_error(error) is expected


def test_findings_without_a_property_of_the_resource_go_into_the_message():
    """Those of plugins, of files and of other resources."""
    error = ClusterError(
        [
            finding(
                "field.unknown", ("a", 0, "b.c"), "no such field", subject="DatabaseCluster orders", hint="did you?"
            ),
            finding("field.unknown", ("x",), "elsewhere", subject="DatabaseCluster carts"),
            finding("field.unknown", ("y",), "of that name", subject="Provider orders"),
            finding("plugin.not-found", (), "no plugin"),
        ]
    )

    class Component:
        _type, _name = CLUSTER, "orders"

    refused = properties_error(error, Component())
    assert refused.errors == [{"property_path": 'a[0]["b.c"]', "reason": "no such field; did you? [field.unknown]"}]
    assert "DatabaseCluster carts: x: elsewhere" in refused.message
    assert "Provider orders: y: of that name" in refused.message
    assert "no plugin" in refused.message
