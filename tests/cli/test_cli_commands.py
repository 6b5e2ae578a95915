"""The command everest as its users meet it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import yaml
from click.testing import Result
from patience import PATIENCE

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]

FOREIGN = "apiVersion: v1\nkind: Namespace\nmetadata: {name: databases} # ours\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: databases}\nstringData: {password: hunter2}\n"


def change(file: Path, old: str, new: str) -> Path:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return file


# Input


@pytest.mark.parametrize(
    ("files", "paths", "clusters"),
    [
        ({}, ["cluster.yaml"], 1),
        ({}, ["."], 1),
        ({}, [".", "cluster.yaml", "./cluster.yaml"], 1),
        ({"b.yml": 1, "c.json": 1, ".hidden.yaml": 1, "notes.txt": 1, "deep/d.yaml": 1}, ["."], 3),
        ({"deep/d.yaml": 1}, ["deep"], 1),
        ({"deep/d.yaml": 1}, ["deep", "cluster.yaml"], 2),
    ],
)
def test_a_path_is_a_file_or_the_files_of_a_folder(
    here: Path, run: Run, files: dict[str, int], paths: list[str], clusters: int
) -> None:
    for number, name in enumerate(files):
        (here / name).parent.mkdir(exist_ok=True)
        data = yaml.safe_load((here / "cluster.yaml").read_text())
        data["metadata"]["name"] = f"other-{number}"
        (here / name).write_text(json.dumps(data))
    result = run("validate", *paths)
    assert result.output == f"{clusters} cluster{'s' if clusters > 1 else ''}, no findings\n"


def test_a_dash_is_standard_input(here: Path, run: Run) -> None:
    text = (here / "cluster.yaml").read_text().replace("engine", "engin")
    result = run("validate", "-", stdin=text)
    assert result.exit_code == 1
    assert result.output.startswith("<stdin>:10:5: error: definition 'psmdb-operator' has no component 'engin'")


def test_definitions_of_one_file_hold_for_clusters_of_another(here: Path, run: Run, root: Path) -> None:
    plain = root / "examples" / "plain-yaml"
    change(
        here / "cluster.yaml",
        "topology: {type: standard}",
        "topology: {type: sharded}\n  components: {versions: {mongod: {version: 8.0.8-3}}}",
    )
    assert run("validate", "cluster.yaml", plain / "definition.yaml").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["qqqqq"], "qqqqq: error: there is no such file or folder [source.unreadable]"),
        (["clster.yaml"], "did you mean 'cluster.yaml'?"),
        (["empty"], "empty: error: the folder has no Pulumi.yaml and no *.yaml, *.yml or *.json files [source.empty]"),
        (["top"], "hint: folders in it are not searched without --recursive; name one of them: deep"),
        (["text.yaml"], "[source.document]"),
        (["broken.yaml"], "[source.syntax]"),
        (["binary.yaml"], "[source.unreadable]"),
        (["near.yaml"], "did you mean 'everest.percona.com/v2alpha1'?"),
        (["twin.yaml", "cluster.yaml"], "there are two clusters 'orders' in namespace 'databases'"),
        (["cluster.yaml", "--plugin", "empty"], "empty is no plugin: it has no plugin.yaml [plugin.not-found]"),
        (["x" * 5000], "[source.unreadable]"),
        (["loop"], "[source.unreadable]"),
        (["astray.yaml"], "error: it is a link to 'moved.yaml', which is not there [source.unreadable]"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["validate", "render", "preview"])
def test_input_that_cannot_be_read_is_a_finding(
    here: Path, run: Run, command: str, arguments: list[str], said: str
) -> None:
    for folder in ("empty", "top/deep"):
        (here / folder).mkdir(parents=True)
    (here / "top/deep/a.yaml").write_text("a: 1")
    (here / "astray.yaml").symlink_to("moved.yaml")
    (here / "text.yaml").write_text("just text\n")
    (here / "broken.yaml").write_text("a: 1\nb: [\n")
    (here / "binary.yaml").write_bytes(b"\xff\xfe\x00\x01")
    (here / "near.yaml").write_text((here / "cluster.yaml").read_text().replace("percona.com", "percona.io"))
    (here / "twin.yaml").write_text((here / "cluster.yaml").read_text())
    (here / "loop").symlink_to("loop")
    result = run(command, *arguments)
    assert result.exit_code == 1
    assert said in result.output
    if command != "validate":
        assert result.stdout == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("path", ["cluster.yaml", "."])
def test_what_may_not_be_read_is_a_finding(here: Path, run: Run, path: str) -> None:
    (here / path).chmod(0)
    result = run("validate", path)
    (here / path).chmod(0o755)
    assert result.exit_code == 1
    assert "source.unreadable" in result.output


# Wrong use


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cluster.yaml", "--format", "jsn"], "did you mean 'json'?"),
        (["cluster.yaml", "--reconcile-by", "everst"], "did you mean 'everest'?"),
        (["cluster.yaml", "--strit"], "--strict'"),
        (["cluster.yaml", "--plugin", "clster"], "'clster' does not exist"),
        (["cluster.yaml", "--plugin", "cluster.yaml"], "'cluster.yaml' is no folder"),
        (["cluster.yaml", "--config", "a"], "write KEY=VALUE, not 'a'"),
        (["cluster.yaml", "--config", "a=1", "--config", "a=2"], "'a' is there twice"),
        (["cluster.yaml", "--stack-output", "=a"], "write NAME=VALUE, not '=a'"),
        (["cluster.yaml", "--config", "a=1"], "--config: only for Pulumi programs"),
        (["cluster.yaml", "--stack", "dev", "--stack-output", "a=1"], "--stack and --stack-output: only for"),
        (["cluster.yaml", "--timeout", "0"], "--timeout"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["validate", "render", "preview"])
def test_wrong_use_says_what_is_right(here: Path, run: Run, command: str, arguments: list[str], said: str) -> None:
    result = run(command, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["valdate"], "Did you mean 'validate'?"),
        (["render", "cluster.yaml", "--show-secrets"], "--show-secrets needs -o DIR"),
        (["render", "cluster.yaml", "-o", "cluster.yaml"], "'cluster.yaml' is a file, not a folder"),
        (["validate", "cluster.yaml", "-o", "."], "'.' is a folder, not a file"),
        (["validate", "cluster.yaml", "-o", "nowhere/x"], "cannot write nowhere/x"),
        (["render", "cluster.yaml", "-o", "cluster.yaml/x"], "cannot write"),
        (["preview", "cluster.yaml", "--exit-code"], "--exit-code needs --against"),
        (["preview", "-", "--against", "-"], "standard input cannot be the input and --against at once"),
    ],
)
def test_wrong_use_of_one_command(here: Path, run: Run, arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


# validate


def test_all_findings_come_with_their_places_and_a_summary(here: Path, run: Run) -> None:
    change(here / "cluster.yaml", "engine: {replicas: 3", "enginee: {}\n    engine: {replicas: 2")
    result = run("validate", "cluster.yaml")
    assert result.exit_code == 1
    assert (
        "cluster.yaml:10:5: error: definition 'psmdb-operator' has no component 'enginee' [cluster.unknown-component]\n"
        in result.stdout
    )
    assert "    at spec.instances.enginee, DatabaseCluster orders\n" in result.stdout
    assert "    hint: did you mean 'engine'?\n" in result.stdout
    assert "cluster.yaml:11:24: error: 2 replicas are not possible" in result.stdout
    assert result.stdout.endswith("\n2 errors in 1 cluster\n")


def test_findings_for_machines(here: Path, run: Run) -> None:
    assert json.loads(run("validate", "cluster.yaml", "--format", "json").stdout) == []
    change(here / "cluster.yaml", "engine:", "engin:")
    result = run("validate", "cluster.yaml", "--format", "json", "-o", "out.json")
    assert (result.exit_code, result.stdout) == (1, "")
    (data, *_) = json.loads((here / "out.json").read_text())
    keys = ["code", "severity", "path", "message", "allowed", "hint", "file", "line", "column", "subject"]
    assert list(data) == keys
    assert (data["code"], data["file"], data["line"]) == ("cluster.unknown-component", "cluster.yaml", 10)


def test_warnings_fail_only_with_strict(here: Path, run: Run) -> None:
    text = "components: {versions: {backup: {version: 2.12.0}}}\n  instances:"
    change(here / "cluster.yaml", "instances:", text)
    assert run("validate", "cluster.yaml").exit_code == 0
    result = run("validate", "cluster.yaml", "--strict")
    assert result.exit_code == 1
    assert "1 warning in 1 cluster" in result.stdout


def test_other_groups_are_left_out_of_validate(here: Path, run: Run) -> None:
    (here / "other.yaml").write_text(FOREIGN)
    assert run("validate", "other.yaml").output == "1 document of other groups, not checked\n"


def test_a_definition_without_plugin_can_be_validated_but_not_rendered(here: Path, run: Run, root: Path) -> None:
    text = (root / "examples/plain-yaml/definition.yaml").read_text().replace("name: psmdb-operator", "name: mine")
    (here / "definition.yaml").write_text(text)
    change(here / "cluster.yaml", "psmdb-operator", "mine")
    assert run("validate", ".").exit_code == 0
    result = run("render", ".")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "[provider.no-plugin]" in result.stderr
    assert run("render", ".", "--reconcile-by", "everest").exit_code == 0


# render


def test_objects_go_to_standard_output_and_other_documents_are_passed_on(here: Path, run: Run) -> None:
    (here / "other.yaml").write_text(FOREIGN)
    result = run("render", ".")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(FOREIGN + "---\napiVersion: psmdb.percona.com/v1\nkind: PerconaServerMongoDB\n")
    assert [d["kind"] for d in yaml.safe_load_all(result.stdout)] == ["Namespace", "PerconaServerMongoDB"]


def test_json_objects_are_a_list(here: Path, run: Run) -> None:
    data = json.loads(run("render", ".", "--format", "json").stdout)
    assert (data["apiVersion"], data["kind"]) == ("v1", "List")
    assert data["items"] == list(yaml.safe_load_all(run("render", ".").stdout))


def test_secrets_are_hidden_unless_written_to_files_of_their_owner(here: Path, run: Run) -> None:
    (here / "secret.yaml").write_text(SECRET)
    result = run("render", ".")
    assert "hunter2" not in result.output
    assert "password: <secret>" in result.stdout
    assert "1 secret value written as <secret>" in result.stderr
    assert run("render", ".", "-o", "out").exit_code == 0
    assert "hunter2" not in (here / "out/secret-databases-s.yaml").read_text()
    result = run("render", ".", "-o", "shown", "--show-secrets")
    assert (result.exit_code, result.output) == (0, "2 objects written to shown\n")
    for path in (here / "shown").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (here / "shown/secret-databases-s.yaml").read_text() == SECRET


def test_files_of_former_runs_are_named_and_kept(here: Path, run: Run) -> None:
    (here / "out").mkdir()
    (here / "out/old.yaml").write_text("x")
    result = run("render", "cluster.yaml", "-o", "out")
    assert result.stderr == "1 object written to out\nnote: not of this run, and left alone: old.yaml\n"
    assert sorted(path.name for path in (here / "out").iterdir()) == [
        "old.yaml",
        "perconaservermongodb-databases-orders.yaml",
    ]


def test_two_objects_of_one_name_are_found(here: Path, run: Run) -> None:
    (here / "a.yaml").write_text(SECRET)
    (here / "b.yaml").write_text(SECRET)
    result = run("render", ".")
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        "b.yaml:1:1: error: there are two objects Secret 's' in namespace 'databases', the first from a.yaml:1"
        in result.stderr
    )


@pytest.mark.parametrize(
    ("name", "twins"),
    [
        ("pulumi.Output.from_input('a')", True),
        ("pulumi.Output.secret('a')", False),
        ("k8s.core.v1.ConfigMap('other').id", False),
        ("k8s.core.v1.ConfigMap('other').id.apply(lambda name: f'<{name}>')", False),
        ("'<secret>'", True),
    ],
)
def test_only_objects_whose_names_are_known_are_told_to_be_the_same(
    name: str, twins: bool, project: Callable[[str], Path], run: Run
) -> None:
    first, second = (f"k8s.core.v1.Secret('{n}', metadata={{'name': name, 'namespace': 'a'}})" for n in "ab")
    project(f"import pulumi\nimport pulumi_kubernetes as k8s\n\nname = {name}\n{first}\n{second}\n")

    found = json.loads(run("preview", ".", "--format", "json").stdout)["findings"]

    assert ("emit.duplicate" in [entry["code"] for entry in found]) is twins


def test_with_findings_nothing_is_written(here: Path, run: Run) -> None:
    change(here / "cluster.yaml", "engine:", "engin:")
    result = run("render", ".", "-o", "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert not (here / "out").exists()
    data = json.loads(run("render", ".", "--format", "json").stderr)
    assert data[0]["code"] == "cluster.unknown-component"


def test_what_is_rendered_can_be_rendered_again(here: Path, run: Run) -> None:
    run("render", ".", "-o", "out")
    assert run("render", "out").stdout == run("render", ".").stdout


# preview


def test_a_preview_shows_clusters_with_their_objects(here: Path, run: Run) -> None:
    result = run("preview", ".")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(
        "cluster orders (namespace databases, provider psmdb-operator, topology standard)\n"
        "└─ PerconaServerMongoDB orders  psmdb.percona.com/v1  in databases\n"
    )
    assert "\n       replsets:\n       - name: rs0\n   •     size: 3\n" in result.stdout


@pytest.mark.parametrize("against", ["out", "old.yaml"])
def test_a_difference_is_shown_field_by_field(here: Path, run: Run, against: str) -> None:
    (here / "old.yaml").write_text((here / "cluster.yaml").read_text())
    run("render", "cluster.yaml", "-o", "out")
    assert run("preview", "cluster.yaml", "--against", against, "--exit-code").exit_code == 0
    change(here / "cluster.yaml", "replicas: 3", "replicas: 5")
    result = run("preview", "cluster.yaml", "--against", against)
    assert result.exit_code == 0
    assert "   ~ spec.replsets[rs0].size: 3 → 5\n" in result.stdout
    assert result.stdout.endswith("\n1 object: 1 changed\n")
    assert run("preview", "cluster.yaml", "--against", against, "--exit-code").exit_code == 1
    data = json.loads(run("preview", "cluster.yaml", "--against", against, "--format", "json").stdout)
    assert data["differences"] == [
        {
            "change": "changed",
            "apiVersion": "psmdb.percona.com/v1",
            "kind": "PerconaServerMongoDB",
            "namespace": "databases",
            "name": "orders",
            "fields": [{"path": "spec.replsets[rs0].size", "change": "changed", "old": 3, "new": 5}],
        }
    ]
    assert [cluster["name"] for cluster in data["clusters"]] == ["orders"]
    assert data["findings"] == []


def test_what_is_gone_and_what_is_new_is_shown(here: Path, run: Run) -> None:
    (here / "old").mkdir()
    (here / "old/cluster.yaml").write_text((here / "cluster.yaml").read_text().replace("orders", "former"))
    result = run("preview", "cluster.yaml", "--against", "old")
    assert "+ PerconaServerMongoDB orders" in result.stdout
    assert "no longer there\n└─ - PerconaServerMongoDB former" in result.stdout
    assert result.stdout.endswith("2 objects: 1 created, 1 removed\n")


def test_what_is_wrong_with_the_other_side_is_said(here: Path, run: Run) -> None:
    result = run("preview", "cluster.yaml", "--against", "nope")
    assert result.exit_code == 1
    assert "in --against: there is no file or folder 'nope', and cluster.yaml is in no git repository" in result.stderr


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_colours_are_for_terminals(here: Path, process: Process, environment: dict[str, str], coloured: bool) -> None:
    clean = {"NO_COLOR": "", "FORCE_COLOR": ""}
    assert ("\x1b[" in process("preview", "cluster.yaml", env={**clean, **environment}).stdout) is coloured


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"FORCE_COLOR": "0"}, False)],
)
def test_a_terminal_gets_colours_and_excerpts_of_its_width(
    here: Path, root: Path, environment: dict[str, str], coloured: bool
) -> None:
    change(here / "cluster.yaml", "replicas: 3", "replicas: three, config: {x: " + "y" * 300 + "}")
    clean = {"NO_COLOR": "", "FORCE_COLOR": "", "TERM": "xterm", "COLUMNS": "60"}
    lines = on_terminal(["validate", "cluster.yaml"], {**os.environ, "PYTHONPATH": str(root), **clean, **environment})
    assert any("\x1b[" in line for line in lines) is coloured
    excerpts = [click.unstyle(line) for line in lines if " | " in click.unstyle(line)]
    assert excerpts
    assert max(map(len, excerpts)) == 59


def on_terminal(arguments: list[str], environment: dict[str, str]) -> list[str]:
    import pty

    main, side = pty.openpty()
    command = [sys.executable, "-m", "pulumi_everest.cli", *arguments]
    process = subprocess.Popen(command, stdout=side, stderr=side, env=environment)
    os.close(side)
    output = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        output += part
    process.wait()
    os.close(main)
    return output.decode().splitlines()


# The process


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["validate", "--help"], ["render", "-h"], ["preview", "--help"], ["schema", "-h"], ["--version"]],
)
def test_help_is_there_at_once(process: Process, root: Path, arguments: list[str]) -> None:
    code = (
        "import sys\nfrom pulumi_everest.cli.main import main\n"
        f"try:\n    main({arguments})\nexcept SystemExit as error:\n    assert not error.code\n"
        "heavy = {'pulumi', 'pydantic', 'yaml', 'google', 'jsonschema', 'grpc'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "everest" in done.stdout


def test_yaml_needs_no_pulumi(here: Path, root: Path) -> None:
    code = (
        "import sys\nfrom pulumi_everest.cli.main import main\n"
        "try:\n    main(['render', 'cluster.yaml'])\nexcept SystemExit as error:\n    assert not error.code\n"
        "assert not {'pulumi', 'grpc'} & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_small_file_is_checked_without_what_it_has_nothing_for(here: Path, root: Path) -> None:
    (here / "small.yaml").write_text(SMALL)
    code = (
        "import sys\nfrom pulumi_everest.cli.main import main\n"
        "try:\n    main(['validate', 'small.yaml'])\nexcept SystemExit as error:\n    assert not error.code\n"
        "ours = ('cli.adopt', 'cli.preview', 'core.changes', 'core.definitions', 'emit.crds', 'live', 'model.job')\n"
        "for name in ('pulumi', 'grpc', 'jsonschema', *('pulumi_everest.' + own for own in ours)):\n"
        "    assert not any(f'{module}.'.startswith(f'{name}.') for module in sys.modules), name"
    )
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 cluster, no findings\n", "")


SMALL = """\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: small}
spec:
  provider: psmdb-operator
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["render", "."],
        ["preview", "."],
        *(["validate", ".", "--format", name] for name in ("text", "json", "sarif", "github")),
        ["preview", ".", "--format", "json"],
        ["schema", "--provider", "psmdb-operator"],
    ],
)
def test_two_runs_give_the_same_bytes(here: Path, process: Process, root: Path, arguments: list[str]) -> None:
    (here / "definition.yaml").write_text((root / "examples/plain-yaml/definition.yaml").read_text())
    (here / "wrong.yaml").write_text((here / "cluster.yaml").read_text().replace("orders", "bad").replace("3", "4"))
    outputs = {
        (done.stdout, done.stderr)
        for seed in ("0", "1")
        for done in [process(*arguments, env={"PYTHONHASHSEED": seed})]
    }
    assert len(outputs) == 1


def test_two_runs_of_a_program_give_the_same_bytes(process: Process, root: Path) -> None:
    secrets = ["--config", "awsSecretAccessKey=example", "--config", "pmmToken=example"]
    runs = [
        process("render", root / "examples/mongodb-sharded", *secrets, env={"PYTHONHASHSEED": seed}) for seed in "01"
    ]
    assert runs[0].returncode == 0
    assert (runs[0].stdout, runs[0].stderr) == (runs[1].stdout, runs[1].stderr)


def test_a_reader_that_has_seen_enough_is_no_trouble(here: Path, root: Path) -> None:
    for number in range(60):
        text = (here / "cluster.yaml").read_text().replace("orders", f"orders-{number}")
        (here / f"c{number}.yaml").write_text(text)
    command = f"{sys.executable} -m pulumi_everest.cli render . | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout, done.stderr) == ("apiVersion: psmdb.percona.com/v1\n", "")


def test_ctrl_c_ends_quietly(here: Path, root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    (here / "Pulumi.yaml").write_text("name: a\nruntime: python\n")
    (here / "__main__.py").write_text("import time\nprint('there', flush=True)\ntime.sleep(6_000)\n")
    # The tests themselves may run where Ctrl-C is ignored.
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    run = "import sys; sys.argv = ['everest', 'validate', '.']; from pulumi_everest.cli.main import main; main()"
    command = [sys.executable, "-c", f"{start}; {run}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "there\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err.strip()) == (130, "", "")


def test_a_terminal_without_utf_8_gets_no_traceback(here: Path, process: Process) -> None:
    change(here / "cluster.yaml", "engine:", '"ünï": {}\n    engine:')
    done = process("validate", "cluster.yaml", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


# Programs


PROGRAM = """
import pulumi
import pulumi_kubernetes as k8s

config = pulumi.Config()
vpc = pulumi.StackReference("n").get_output("vpc")
print("said by the program")
k8s.core.v1.Secret(
    "users", metadata={"name": "users", "namespace": config.require("namespace")},
    string_data={"password": config.require_secret("password")},
)
k8s.apps.v1.Deployment(
    "app", metadata={"name": "app"}, spec={"replicas": 2, "selector": {"x": vpc}}
)
"""


@pytest.fixture
def infra(here: Path) -> Path:
    folder = here / "infra"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: infra\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "Pulumi.dev.yaml").write_text("config:\n  infra:namespace: dbs\n  infra:password: {secure: AAAA}\n")
    return folder


def test_a_program_is_rendered_and_what_it_prints_is_no_object(infra: Path, run: Run) -> None:
    result = run("render", "infra", "--stack-output", 'vpc={"id": 1}')
    assert result.exit_code == 0
    assert (
        result.stdout
        == """\
apiVersion: v1
kind: Secret
metadata:
  name: users
  namespace: dbs
stringData: <secret>
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 2
  selector:
    x:
      id: 1
"""
    )
    assert "said by the program\n" in result.stderr


def test_what_is_unknown_is_said_and_written_so(infra: Path, run: Run) -> None:
    result = run("render", "infra", "--config", "password=hunter2")
    assert result.exit_code == 0
    assert "    x: <unknown>\n" in result.stdout
    assert (
        "infra/__main__.py:13:77: warning: the value is not known without Pulumi's engine [program.unknown]\n"
        '   13 |     "app", metadata={"name": "app"}, spec={"replicas": 2, "selector": {"x": vpc}}\n'
        f"      | {' ' * 76}^^^\n" in result.stderr
    )
    assert "    at spec.selector.x, Deployment app\n" in result.stderr
    assert run("render", "infra", "--strict").exit_code == 1
    assert "hunter2" not in result.output


def test_a_program_that_fails_names_its_line_and_debug_its_traceback(infra: Path, run: Run) -> None:
    (infra / "__main__.py").write_text("def go():\n    raise ValueError('no')\n\ngo()\n")
    result = run("validate", "infra")
    assert result.exit_code == 1
    assert result.stdout == (
        "infra/__main__.py:2: error: ValueError: no [program.failed]\n    2 |     raise ValueError('no')\n\n1 error\n"
    )
    assert "Traceback" not in result.output
    assert "Traceback" in run("validate", "infra", "--debug").stderr


@pytest.mark.parametrize(
    ("chosen", "kinds"),
    [("pulumi", {"PerconaServerMongoDB"}), ("everest", {"DatabaseCluster", "DatabaseClusterDefinition", "Provider"})],
)
def test_who_reconciles_can_be_chosen_for_a_program_too(run: Run, root: Path, chosen: str, kinds: set[str]) -> None:
    result = run("render", str(root / "examples/quickstart"), "--reconcile-by", chosen)
    assert result.exit_code == 0, result.stderr
    assert {document["kind"] for document in yaml.safe_load_all(result.stdout)} == kinds


def test_a_program_can_be_compared_with_what_was_rendered(infra: Path, run: Run, here: Path) -> None:
    run("render", "infra", "--stack-output", "vpc=1", "-o", "out")
    result = run("preview", "infra", "--stack-output", "vpc=2", "--against", "out", "--exit-code")
    assert result.exit_code == 1
    assert "~ spec.selector.x: 1 → 2" in result.stdout
    assert "Secret users  v1  in dbs  unchanged" in result.stdout


def test_a_wrong_reconciler_in_the_config_of_a_stack_is_said(run: Run, root: Path) -> None:
    result = run("validate", str(root / "examples/quickstart"), "--config", "everest:reconcileBy=evrest")
    assert result.exit_code == 1
    assert "did you mean 'everest'?" in result.stdout
    assert "[field.value]" in result.stdout


HANGS = {
    "an exit handler": "import atexit, time\natexit.register(time.sleep, 6_000)\n",
    "a thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(6_000,), daemon=False).start()\n",
    "both, and the program": "import atexit, time\natexit.register(time.sleep, 6_000)\ntime.sleep(6_000)\n",
}


@pytest.mark.parametrize("program", HANGS.values(), ids=HANGS)
def test_what_a_program_leaves_to_be_done_ends_with_its_time(here: Path, program: str, process: Process) -> None:
    (here / "Pulumi.yaml").write_text("name: hangs\nruntime: python\n")
    (here / "__main__.py").write_text(program)
    ended = process("validate", ".", "--timeout", "2", patience=PATIENCE)
    assert ended.returncode == 1
    assert "takes longer than --timeout" in ended.stderr
    assert "no findings" in ended.stdout or "has not ended after 2 seconds" in ended.stdout


def test_an_exit_handler_of_a_program_has_its_time(here: Path, process: Process) -> None:
    (here / "Pulumi.yaml").write_text("name: ends\nruntime: python\n")
    (here / "__main__.py").write_text("import atexit, sys\natexit.register(lambda: print('ended', file=sys.stderr))\n")
    ended = process("validate", ".")
    assert (ended.returncode, ended.stderr.strip()) == (0, "ended")


def test_a_line_of_a_program_that_shows_a_secret_value_is_not_shown(here: Path, process: Process) -> None:
    (here / "Pulumi.yaml").write_text("name: secrets\nruntime: python\n")
    text = "import pulumi\nvalue = pulumi.Output.secret('hunter2-x')\nraise ValueError('no ' + 'hunter2-x')\n"
    (here / "__main__.py").write_text(text)
    ended = process("validate", ".")
    assert "ValueError: no <secret>" in ended.stdout
    assert "hunter2" not in ended.stdout + ended.stderr
