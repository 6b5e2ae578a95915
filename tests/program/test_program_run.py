"""Running Pulumi programs in the process, without an engine."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pulumi
import pytest

from pulumi_everest.program.run import ProgramRun, run_program
from pulumi_everest.program.values import UNKNOWN, Secret, Unknown

OBJECT = """
import pulumi
import pulumi_kubernetes as k8s

config = pulumi.Config()
reference = pulumi.StackReference("org/net/prod")
other = k8s.core.v1.ConfigMap("other", metadata={"name": "other"}, data={"a": "b"})

def make(**values):
    return k8s.apiextensions.CustomResource(
        "db", api_version="example.com/v1", kind="Database", metadata={"name": "db"}, spec=values
    )
"""


ONLY_PYTHON = "only programs in Python and YAML run without Pulumi's engine"


def spec_of(run: ProgramRun) -> dict[str, Any]:
    assert run.findings == []
    (manifest,) = [m for m in run.manifests() if m["kind"] == "Database"]
    spec: dict[str, Any] = manifest["spec"]
    return spec


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3", 3),
        ("3.0", 3),
        ("2.5", 2.5),
        ("True", True),
        ("'8.10'", "8.10"),
        ("{'z': 1, 'a': [1, {'y': 2, 'b': 3}]}", {"z": 1, "a": [1, {"y": 2, "b": 3}]}),
        ("[]", []),
        ("other.id", UNKNOWN),
        ("pulumi.Output.concat('x-', other.id)", UNKNOWN),
        ("other.metadata.name", "other"),
        ("pulumi.Output.secret('pw')", Secret("pw")),
        ("[{'a': pulumi.Output.secret({'b': 1})}]", [{"a": Secret({"b": 1})}]),
        ("reference.get_output('vpc')", {"id": "vpc-1", "zones": [1, 2]}),
        ("reference.require_output('vpc')['id']", "vpc-1"),
        ("reference.get_output('else')", UNKNOWN),
        ("reference.require_output('else')", UNKNOWN),
        ("reference.outputs['vpc']", UNKNOWN),
        ("config.require('size')", "8.10"),
        ("config.require_int('count')", 5),
        ("config.require_object('tree')", {"a": [1]}),
        ("config.require_secret('password')", Secret(UNKNOWN)),
        ("'x-' + str(config.require('password'))", UNKNOWN),
        ("f\"x-{config.require('password')}\"", UNKNOWN),
        ("config.require_secret('password').apply(lambda text: text.split(':')[3])", Secret(UNKNOWN)),
        ("config.get('none', 'd')", "d"),
        ("pulumi.Config('aws').require('region')", "eu-central-1"),
        ("pulumi.get_stack() + pulumi.get_project()", "devorders"),
        ("pulumi.runtime.is_dry_run()", True),
    ],
)
def test_values_arrive_as_plain_data(project: Any, value: str, expected: Any) -> None:
    stack = """
    config:
      orders:size: 8.10
      orders:count: 4
      orders:tree: {a: [1]}
      orders:password: {secure: AAABAO}
      aws:region: eu-central-1
    """
    folder = project(OBJECT + f"make(value={value})", {"Pulumi.dev.yaml": stack})
    outputs = {"vpc": {"id": "vpc-1", "zones": [1, 2]}}
    run = run_program(folder, config={"count": "5"}, stack_outputs=outputs)
    got = spec_of(run)["value"]
    assert got == expected
    assert repr(got) == repr(expected)  # 3 is not 3.0 nor True, and keys keep their order


def test_config_from_the_command_wins_over_encrypted_config(project: Any) -> None:
    files = {"Pulumi.dev.yaml": "config:\n  orders:password: {secure: AAABAO}\n"}
    folder = project(OBJECT + "make(value=config.require_secret('password'))", files)
    assert spec_of(run_program(folder, config={"orders:password": "pw"})) == {"value": Secret("pw")}


def test_resources_come_in_the_order_of_the_program_with_parents_and_protection(project: Any) -> None:
    program = """
        import pulumi
        import pulumi_kubernetes as k8s

        class Part(pulumi.ComponentResource):
            def __init__(self, name, opts=None):
                super().__init__("my:index:Part", name, None, opts)
                for suffix in "cab":
                    options = pulumi.ResourceOptions(parent=self)
                    k8s.core.v1.ConfigMap(f"{name}-{suffix}", metadata={"name": suffix}, opts=options)

        Part("second", pulumi.ResourceOptions(protect=True))
        k8s.core.v1.ConfigMap("zero")
        Part("first")
        pulumi.export("answer", 42)
    """
    run = run_program(project(program))
    names = ["second", "second-c", "second-a", "second-b", "zero", "first", "first-c", "first-a", "first-b"]
    assert [resource.name for resource in run.resources] == names
    by_name = {resource.name: resource for resource in run.resources}
    assert by_name["second-a"].parent == by_name["second"].urn
    assert (by_name["second-a"].protect, by_name["first-a"].protect) == (True, None)
    assert run.exports == {"answer": 42}
    assert by_name["zero"].place is not None
    assert by_name["zero"].place.line == 13


def test_only_objects_of_their_own_are_manifests(project: Any) -> None:
    program = """
        import pulumi
        import pulumi_kubernetes as k8s
        k8s.Provider("p", namespace="x")
        k8s.helm.v3.Release("chart", chart="nginx")
        k8s.core.v1.ConfigMapPatch("patch", metadata={"name": "a"}, data={"a": "b"})
        k8s.core.v1.ConfigMap.get("there", "ns/there")
        k8s.core.v1.ConfigMap("own", metadata={"name": "own"})
    """
    run = run_program(project(program))
    assert run.findings == []
    assert [manifest["metadata"]["name"] for manifest in run.manifests()] == ["own"]


@pytest.mark.parametrize(
    ("program", "code", "line", "said"),
    [
        ("import pulumi\n\n1/0", "program.failed", 3, "ZeroDivisionError: division by zero"),
        ("import pulumi\nraise pulumi.RunError('two\\nlines')", "program.failed", 2, "two\nlines"),
        ("raise SystemExit(3)", "program.failed", 1, "the program ended itself with exit code 3"),
        ("import sys\nsys.exit('no luck')", "program.failed", 2, "the program ended itself: no luck"),
        ("import nothing_of_that_name", "program.failed", 1, "no module named 'nothing_of_that_name'"),
        ("x = (", "program.failed", 1, "the program is not valid Python: '(' was never closed"),
        (
            "import pulumi\npulumi.Output.from_input(1).apply(\n    lambda n: n / 0)",
            "program.failed", 3, "ZeroDivisionError: division by zero",
        ),
        (
            "import pulumi\npulumi.Config().require('domain')",
            "program.config", 2, "the config value 'domain' is missing in stack 'dev'",
        ),
        (
            "import pulumi\npulumi.Config('aws').require('region')",
            "program.config", 2, "the config value 'aws:region' is missing in stack 'dev'",
        ),
        (
            "import pulumi\npulumi.Config().require_int('text')",
            "program.config", 2, "the config value 'text' is not a valid int",
        ),
        (
            "import pulumi\npulumi.Config().require_secret_int('password')",
            "program.config", 2, "the config value 'password' is encrypted, and the program needs to know it as int",
        ),
        ("import pulumi\npulumi.log.error('bad')", "program.failed", None, "bad"),
        ("import lib\n\nlib.go()", "program.failed", 2, "KeyError: 'deep'"),
    ],
)  # fmt: skip
def test_a_failure_names_the_line_of_the_program(
    project: Any, program: str, code: str, line: int | None, said: str
) -> None:
    stack = "config:\n  orders:text: five\n  orders:password: {secure: AAA}\n"
    folder = project(program, {"Pulumi.dev.yaml": stack, "lib.py": "def go():\n    {}['deep']\n"})
    (found,) = run_program(folder).findings
    assert (found.code, found.message) == (code, said)
    assert found.place is not None
    file = "lib.py" if "lib.go" in program else "__main__.py"
    assert (found.place.file, found.place.line) == (str(folder / file), line)


@pytest.mark.parametrize(
    ("program", "meant"),
    [
        ("import pulumi_everest\npulumi_everest.DatabaseClster", "did you mean 'DatabaseCluster'?"),
        ("import pulumi_everest\npulumi_everest.zzz", None),
        ("from pulumi_everest import Databasecluster", "did you mean 'DatabaseCluster'?"),
        ("import pulumi\npulumi.Config().requre('a')", "did you mean 'require'?"),
        ("def make(cluster):\n    return clustr\nmake(1)", "did you mean 'cluster'?"),
        ("prnt(1)", "did you mean 'print'?"),
        ("class Odd:\n    def __dir__(self):\n        raise ValueError\nOdd().name", None),
        ("total = 1\ndef add():\n    total += 1\nadd()", None),
        ("class Odd:\n    @property\n    def name(self):\n        raise AttributeError\nOdd().name", None),
        ("raise AttributeError('x')", None),
        ("raise NameError('x')", None),
    ],
)
def test_a_name_that_python_does_not_know_is_told_with_its_nearest(
    project: Any, program: str, meant: str | None
) -> None:
    (found,) = run_program(project(program)).findings
    assert (found.code, found.hint) == ("program.failed", meant)


def test_exit_with_zero_is_no_failure(project: Any) -> None:
    assert run_program(project("import sys\nsys.exit(0)")).findings == []


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("import time\n\ntime.sleep(6_000)", 3),
        ("import asyncio, pulumi\npulumi.Output.from_input(asyncio.get_event_loop().create_future())", None),
    ],
)
def test_a_program_that_does_not_end_is_left(project: Any, program: str, line: int | None) -> None:
    (found,) = run_program(project(program), timeout=0.8).findings
    assert found.code == "program.timeout"
    assert found.place is not None
    assert found.place.line == line


def test_findings_of_an_error_are_kept_with_the_line_that_makes_the_resource(project: Any) -> None:
    program = """
        import pulumi
        from pulumi_everest.model.findings import finding

        class Cluster(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("my:index:DatabaseCluster", name)

        class Refused(pulumi.RunError):
            findings = [finding("cluster.replicas", ("instances",), "no", subject="DatabaseCluster orders")]

        Cluster("orders")
        raise Refused("text")
    """
    (found,) = run_program(project(program)).findings
    assert found.code == "cluster.replicas"
    assert found.place is not None
    assert found.place.line == 7


def test_what_is_wrong_with_a_resource_is_at_its_line_whatever_its_name(project: Any) -> None:
    program = """
        import pulumi_everest as everest
        everest.Provider("our orders", database_cluster_definition="psmdb-operator", operator_version="0.9", name="a")
        everest.Provider("orders", database_cluster_definition="psmdb-operator", name="b")
        everest.DatabaseCluster("our orders", provider="b", name="c", topolgy={})
        everest.DatabaseCluster("orders", provider="b")
    """
    found = run_program(project(program)).findings

    assert [(entry.code, entry.subject, entry.place.line) for entry in found if entry.place] == [
        ("provider.operator-version", "Provider our orders", 3),
        ("field.unknown", "DatabaseCluster our orders", 5),
    ]


def test_two_resources_of_one_name_are_found(project: Any) -> None:
    program = """
        import pulumi_kubernetes as k8s
        k8s.core.v1.ConfigMap("a")
        k8s.core.v1.ConfigMap("a")
    """
    (found,) = run_program(project(program)).findings
    assert found.code == "program.duplicate"


def test_what_only_an_engine_could_tell_is_a_warning(project: Any) -> None:
    program = OBJECT + "make(a=[{'b': other.id}], c=pulumi.Output.secret(other.id))\npulumi.log.warn('careful')\n"
    program += "pulumi.runtime.invoke('aws:index:getRegion', {})"
    run = run_program(project(program))
    assert [(f.code, f.path) for f in run.unknown()] == [("program.unknown", ("spec", "a", 0, "b"))]
    assert [(f.code, f.severity.value) for f in run.findings] == [
        ("program.warning", "warning"),
        ("program.call", "warning"),
    ]


def test_declared_config_that_no_one_gives_is_all_found_before_the_program_runs(project: Any) -> None:
    text = """name: orders
runtime: {name: python}
config:
  size: 8.10
  region: {default: eu}
  aws:region: {value: us}
  bucket: {type: string}
  count: {type: integer}
"""
    program = OBJECT + "aws = pulumi.Config('aws')\n"
    program += "make(a=config.require('size') + config.require('region') + aws.require('region'))"
    folder = project(program, pulumi_yaml=text)
    found = run_program(folder).findings
    assert [f.message for f in found] == [
        "the config value 'bucket' is missing in stack 'dev'",
        "the config value 'count' is missing in stack 'dev'",
    ]
    assert spec_of(run_program(folder, config={"bucket": "b", "count": "1"})) == {"a": "8.10euus"}


@pytest.mark.parametrize(
    ("pulumi_yaml", "said"),
    [
        ("name: a\nruntime: nodejs\n", "the program's runtime is 'nodejs': " + ONLY_PYTHON),
        ("name: a\n", "the program's runtime is 'None': " + ONLY_PYTHON),
        ("runtime: python\n", "Pulumi.yaml needs the project's name"),
        ("name: a\nruntime: python\nmain: src\n", "there is no src/__main__.py to run"),
        ("name: [\n", None),
        ("[]", None),
        ("", None),
    ],
)
def test_a_project_that_cannot_run_is_a_finding(project: Any, pulumi_yaml: str, said: str | None) -> None:
    folder = project("", pulumi_yaml=pulumi_yaml or "\n")
    found = run_program(folder).findings
    assert found
    assert found[0].is_error
    assert said is None or found[0].message == said


def test_a_folder_without_project_is_a_finding(tmp_path: Path) -> None:
    (found,) = run_program(tmp_path).findings
    assert found.code == "program.project"


@pytest.mark.parametrize("main", ["src", "src/__main__.py", "src/other.py"])
def test_main_is_a_folder_or_a_file_and_the_program_runs_beside_it(project: Any, main: str) -> None:
    program = "import os, lib, pulumi\npulumi.export('at', [os.path.basename(os.getcwd()), lib.NAME])\n"
    files = {"src/__main__.py": program, "src/other.py": program, "src/lib.py": "NAME = 'lib'"}
    folder = project("", files, pulumi_yaml=f"name: a\nruntime: python\nmain: {main}\n")
    assert run_program(folder).exports == {"at": ["src", "lib"]}


def test_the_process_is_as_before(project: Any, capsys: pytest.CaptureFixture[str]) -> None:
    program = "import lib, sys, os\nprint('said')\nos.chdir('/')\nsys.path.append('/nowhere')\nsys.argv = ['x']\n1/0"
    before = (os.getcwd(), list(sys.path), sys.argv, sys.dont_write_bytecode)
    folder = project(program, {"lib.py": "X = 1"})
    run_program(folder)
    assert (os.getcwd(), list(sys.path), sys.argv, sys.dont_write_bytecode) == before
    assert "lib" not in sys.modules
    assert capsys.readouterr() == ("", "said\n")
    assert not (folder / "__pycache__").exists()


def test_runs_do_not_see_each_other(project: Any) -> None:
    program = "import lib, pulumi\npulumi.export('x', [lib.NAME, pulumi.Config().get('a')])\n"
    folder = project(program, {"lib.py": "NAME = 'one'"})
    first = run_program(folder, config={"a": "1"})
    second = run_program(project(program, {"lib.py": "NAME = 'two!'"}), stack="prod")
    assert (first.exports, second.exports) == ({"x": ["one", "1"]}, {"x": ["two!", None]})
    assert (first.stack, second.stack) == ("dev", "prod")


@pytest.mark.parametrize(
    ("files", "stack", "expected"),
    [
        ({}, None, "dev"),
        ({"Pulumi.prod.yaml": ""}, None, "prod"),
        ({"Pulumi.prod.yaml": "", "Pulumi.dev.yaml": ""}, None, "dev"),
        ({"Pulumi.prod.yaml": "", "Pulumi.dev.yaml": ""}, "prod", "prod"),
        ({}, "org/orders/prod", "prod"),
    ],
)
def test_the_stack_is_the_one_named_the_only_one_or_dev(
    project: Any, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], stack: str | None, expected: str
) -> None:
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    assert run_program(project("", files), stack=stack).stack == expected


def test_a_stack_without_file_that_is_nearly_one_is_said(project: Any) -> None:
    folder = project("import pulumi\npulumi.Config().require('a')", {"Pulumi.prod.yaml": "config: {}"})
    (found,) = run_program(folder, stack="prdo").findings
    assert "did you mean 'prod'?" in str(found.hint)


def test_pulumi_run_with_an_async_program_works(project: Any) -> None:
    program = """
        import pulumi, asyncio
        async def main():
            await asyncio.sleep(0)
            return {"a": 1}
        pulumi.run(main)
    """
    assert run_program(project(program)).exports == {"a": 1}


def test_many_runs_leave_no_threads(project: Any) -> None:
    folder = project(OBJECT + "make(a=other.id)")
    run_program(folder)
    before = threading.active_count()
    for _ in range(5):
        run_program(folder)
    assert threading.active_count() <= before


def test_secrets_and_unknown_values_do_not_show_what_they_are() -> None:
    assert (repr(Secret("pw")), repr(Unknown())) == ("<secret>", "<unknown>")


def test_transforms_are_run_as_by_the_engine_own_first_then_parents_then_the_stacks(project: Any) -> None:
    program = """
        import pulumi
        import pulumi_kubernetes as k8s

        def adding(text):
            def transform(args):
                data = {**args.props["data"], "by": args.props["data"]["by"] + text}
                args.opts.protect = True
                return pulumi.ResourceTransformResult({**args.props, "data": data}, args.opts)
            return lambda args: transform(args) if args.type_.endswith("ConfigMap") else None

        pulumi.runtime.register_resource_transform(adding("stack"))
        class Part(pulumi.ComponentResource):
            def __init__(self):
                super().__init__("my:index:Part", "part", None, pulumi.ResourceOptions(transforms=[adding("parent ")]))
                options = pulumi.ResourceOptions(parent=self, transforms=[adding("own ")])
                made = k8s.core.v1.ConfigMap("map", metadata={"name": "map"}, data={"by": "", "z": "1"}, opts=options)
                pulumi.export("data", made.data)
        Part()
    """
    run = run_program(project(program))
    assert run.findings == []
    (manifest,) = run.manifests()
    assert manifest["data"] == {"by": "own parent stack", "z": "1"}
    assert run.exports == {"data": manifest["data"]}
    assert run.resources[1].protect is True


def test_a_transform_that_fails_is_a_finding(project: Any) -> None:
    program = """
        import pulumi
        import pulumi_kubernetes as k8s
        pulumi.runtime.register_resource_transform(lambda args: 1 / 0)
        k8s.core.v1.ConfigMap("map")
    """
    (found,) = run_program(project(program)).findings
    assert found.code == "program.failed"
    assert "a resource transform failed" in found.message


def test_a_program_may_export_the_resources_themselves(project: Any) -> None:
    program = """
        import pulumi
        import pulumi_everest as everest

        provider = everest.Provider("pg-operator")
        users = {"password": pulumi.Output.secret("pa55")}
        orders = everest.DatabaseCluster("orders", provider=provider, namespace="shop", users=users)
        backup = everest.DatabaseBackup("now", cluster=orders, storage="repo1")
        pulumi.export("provider", provider)
        pulumi.export("all", [orders, backup])
    """
    run = run_program(project(program))

    assert not any(entry.is_error for entry in run.findings)
    orders, backup = run.exports["all"]
    assert run.exports["provider"]["name"] == "pg-operator"
    assert (orders["name"], orders["namespace"], orders["port"]) == ("orders", "shop", 5432)
    assert orders["host"].startswith("orders-")
    assert backup["name"] == "now"
    assert "pa55" not in repr(run.exports)


WRONG = "import pulumi_everest as everest\neverest.DatabaseCluster('orders', provider='psmdb-operator', instances={'enigne': {}})\n"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (WRONG + "raise ValueError('my own')", "ValueError: my own"),
        (WRONG + "import sys; sys.exit('stop here')", "the program ended itself: stop here"),
        (WRONG + "import pulumi; pulumi.Config().require('size')", "the config value 'size' is missing in stack 'dev'"),
    ],
)
def test_a_program_that_fails_after_findings_says_both(project: Any, program: str, said: str) -> None:
    found = run_program(project(program)).findings
    assert [entry.code for entry in found if entry.subject] == ["cluster.unknown-component"]
    assert said in [entry.message for entry in found]


SECRET = "import pulumi\nvalue = {given}\n{use}"


@pytest.mark.parametrize(
    ("given", "use"),
    [
        ("'hunter2-x'", "pulumi.Output.secret(value)\nraise ValueError('not ' + value)"),
        ("'hunter2-x'", "pulumi.Output.secret({'a': [value]}).apply(lambda v: {}[v['a'][0]])"),
        ("'line one-x\\nline two-x'", "pulumi.Output.secret(value)\nraise ValueError('not ' + value.split('\\n')[1])"),
        ("'hunter2-x'", "pulumi.export('a', pulumi.Output.secret(value))\npulumi.log.warn('it is ' + value)"),
        ("pulumi.Config().require_secret('password')", "value.apply(lambda v: int(v))"),
    ],
)
def test_a_secret_value_is_in_no_message_of_the_program(project: Any, given: str, use: str) -> None:
    folder = project(SECRET.format(given=given, use=use))
    run = run_program(folder, config={"password": "hunter2-x"})
    assert any("<secret>" in entry.message for entry in run.findings)
    assert not any("-x" in entry.message for entry in run.findings)
    assert run.secrets.are_in("a line with hunter2-x") or run.secrets.are_in("a line with line two-x")


def test_the_sdk_is_as_before_when_the_program_has_ended(project: Any) -> None:
    before = pulumi.Output.__dict__["secret"]
    run_program(project("import pulumi\npulumi.Output.secret('x')\n"))
    assert pulumi.Output.__dict__["secret"] is before
