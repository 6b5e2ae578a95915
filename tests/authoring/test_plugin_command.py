"""`everest plugin check` and `everest plugin test`, as the author of a plugin uses them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulumi_everest.cli.main import everest

CACHE = Path(__file__).parents[2] / "examples/plugin-cache/cache"
Edit = tuple[str, str, str]
"""A file of the plugin, a text in it, and what is written instead."""


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(everest, ["plugin", *(str(part) for part in arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A copy of the plugin, to be spoilt."""
    return Path(shutil.copytree(CACHE, tmp_path / "cache"))


@pytest.fixture
def edited(cache: Path) -> Callable[..., Path]:
    """Makes a copy of the plugin with other texts in it."""

    def edit(*edits: Edit) -> Path:
        for name, old, new in edits:
            text = (cache / name).read_text()
            assert old in text, (name, old)
            (cache / name).write_text(text.replace(old, new, 1))
        return cache

    return edit


def line_of(file: Path, text: str) -> int:
    content = file.read_text()
    return 1 + content[: content.index(text)].count("\n")


# check


@pytest.mark.parametrize("name", ["psmdb", "pxc", "pg"])
def test_a_built_in_plugin_has_no_findings(name: str) -> None:
    result = run("check", name)
    assert result.exit_code == 0
    assert result.output.startswith("no findings\n")


def test_a_folder_has_no_findings_and_is_counted(cache: Path) -> None:
    assert run("check", cache).output == "no findings\ncache: 1 example and 3 smallest clusters made\n"


SPOILT: dict[str, tuple[Edit, str]] = {
    "an expression that names no field": (
        ("resources.yaml", "${engine.image}", "${engine.imge}"), "plugin.expression-field",
    ),
    "an expression that does not compile": (
        ("resources.yaml", "${engine.replicas - 1}", "${engine.replicas -}"), "plugin.expression",
    ),
    "a topology that names no component": (("definition.yaml", "engine: {defaults", "engin: {defaults"), ""),
    "an object without a kind": (("resources.yaml", "kind: ValkeyCluster", "kinde: ValkeyCluster"), "plugin.template"),
    "a preset with a misspelt field": (("presets/small.yaml", "resources", "resorces"), "field.unknown"),
    "an example with a misspelt field": (("examples/sessions.yaml", "replicas", "replcias"), "field.unknown"),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILT)
def test_a_mistake_has_its_file_and_line(what: str, edited: Callable[..., Path]) -> None:
    (name, old, new), code = SPOILT[what]
    if old not in (CACHE / name).read_text():
        pytest.fail(f"{name} has no '{old}' any more")
    folder = edited((name, old, new))

    result = run("check", folder, "--format", "json")

    assert result.exit_code == 1
    found = [entry for entry in json.loads(result.output) if entry["severity"] == "error"]
    assert any(entry["file"] == str(folder / name) and entry["line"] is not None for entry in found), found
    assert not code or code in {entry["code"] for entry in found}


def test_what_is_to_be_asked_is_a_warning_with_its_line(edited: Callable[..., Path]) -> None:
    folder = edited(("plugin.yaml", "title:", "# ask: which chart?\ntitle:"))

    result = run("check", folder)

    line = line_of(folder / "plugin.yaml", "# ask")
    assert f"plugin.yaml:{line}:1: warning: still to be asked: which chart? [plugin.ask]" in result.output
    assert result.exit_code == 0
    assert run("check", folder, "--strict").exit_code == 1


def test_the_operator_s_schemas_are_asked_where_they_are_given(shared: Path, edited: Callable[..., Path]) -> None:
    crds = shared / "crds/valkey-io/0.5.0"
    assert run("check", CACHE, "--crds", crds).exit_code == 0
    folder = edited(("resources.yaml", "shards:", "shard:"))

    result = run("check", folder, "--crds", crds)

    assert result.exit_code == 1
    assert "'shard'" in result.output
    assert "did you mean 'shards'?" in result.output


DEFINITION_OF_KIND = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: valkeyclusters.valkey.io}
spec:
  group: valkey.io
  scope: Namespaced
  names: {kind: ValkeyCluster, plural: valkeyclusters}
  versions:
    - name: v1alpha1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {image: {type: %s}}}
"""


@pytest.mark.parametrize(("kind", "code"), [("string", 0), ("integer", 1)])
def test_definitions_that_the_plugin_ships_are_asked_without_being_named(cache: Path, kind: str, code: int) -> None:
    (cache / "crds").mkdir()
    (cache / "crds" / "kinds.yaml").write_text(DEFINITION_OF_KIND % kind)
    result = run("check", cache)

    assert result.exit_code == code, result.output
    assert ("spec.image" in result.output) == (code == 1)


def test_a_definition_that_cannot_be_read_is_said(cache: Path) -> None:
    (cache / "crds").mkdir()
    (cache / "crds" / "kinds.yaml").write_text("kind: [")
    result = run("check", cache)

    assert result.exit_code == 1
    assert "kinds.yaml" in result.output


def test_what_is_wrong_with_one_plugin_does_not_stop_the_others(edited: Callable[..., Path]) -> None:
    folder = edited(("resources.yaml", "${engine.image}", "${engine.imge}"))

    result = run("check", "nosuch", folder, "pg")

    assert result.exit_code == 1
    assert "there is no plugin 'nosuch'" in result.output
    assert "did you mean 'image'?" in result.output
    assert "pg: " in result.output


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("psmbd", "did you mean 'psmdb'?"),
        ("./nowhere", "./nowhere is not there"),
        ("nowhere.whl", "nowhere.whl is not there"),
    ],
)
def test_a_plugin_that_is_not_there_is_said(named: str, said: str) -> None:
    result = run("check", named)
    assert result.exit_code == 1
    assert said in result.output


def test_the_manifest_s_file_in_place_of_its_folder_is_said(cache: Path) -> None:
    assert "name its folder" in run("check", cache / "plugin.yaml").output


def test_fields_are_written_as_the_templates_honour_them(cache: Path) -> None:
    import yaml

    before = json.loads(run("fields", cache, "--format", "json").output)
    text = (cache / "plugin.yaml").read_text()
    head, rest = text[: text.index("components:")], text[text.index("# Data is kept") :]
    (cache / "plugin.yaml").write_text(head + rest)

    result = run("check", cache, "--write-fields")

    assert result.exit_code == 0, result.output
    assert "cache: fields written into plugin.yaml" in result.output
    written = (cache / "plugin.yaml").read_text()
    assert head.strip() in written
    assert rest.strip() in written
    assert {"image", "replicas", "storage.size"} <= {*yaml.safe_load(written)["components"]["engine"]["fields"]}
    assert run("check", cache).output == "no findings\ncache: 1 example and 3 smallest clusters made\n"
    again = json.loads(run("fields", cache, "--format", "json").output)
    assert again["cache"]["plugin.yaml"]["components"].keys() == before["cache"]["plugin.yaml"]["components"].keys()
    assert "no file" in run("check", cache, "--write-fields").output


# Wheels


def wheel(folder: Path, entry_points: str, files: dict[str, bytes]) -> Path:
    """A wheel as builders write it."""
    path = folder / "everest_cache-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr("everest_cache-1.0.dist-info/entry_points.txt", entry_points)
        archive.writestr("everest_cache-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: everest-cache\n")
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    module = 'raise RuntimeError("a wheel is not imported")\n'
    return {"everest_cache/__init__.py": module.encode()} | {
        f"everest_cache/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths
    }


ENTRY = "[pulumi_everest.plugins]\ncache = everest_cache\n"


def test_a_wheel_is_checked_without_importing_it(tmp_path: Path, cache: Path) -> None:
    path = wheel(tmp_path, ENTRY, files_of(cache))
    assert run("check", path).output == "no findings\ncache: 1 example and 3 smallest clusters made\n"
    assert run("test", path).exit_code == 0


def test_a_mistake_in_a_wheel_has_its_place_in_the_wheel(tmp_path: Path, edited: Callable[..., Path]) -> None:
    folder = edited(("resources.yaml", "${engine.image}", "${engine.imge}"))
    path = wheel(tmp_path, ENTRY, files_of(folder))
    line = line_of(folder / "resources.yaml", "engine.imge")
    assert f"{path.name}/everest_cache/resources.yaml:{line}:" in run("check", path).output


@pytest.mark.parametrize(
    ("entry_points", "said"),
    [
        ("[console_scripts]\na = b:c\n", "names no plugin"),
        ("not = a section", "names no plugin"),
        ("[pulumi_everest.plugins]\ncache = elsewhere\n", "without plugin.yaml in the wheel"),
        ("[pulumi_everest.plugins]\ncache = everest_cache.paths:FOLDER\n", "is an object of a module"),
    ],
)
def test_a_wheel_without_a_plugin_says_why(entry_points: str, said: str, tmp_path: Path, cache: Path) -> None:
    result = run("check", wheel(tmp_path, entry_points, files_of(cache)))
    assert result.exit_code == 1
    assert said in result.output


def test_a_file_that_is_no_wheel_is_said(tmp_path: Path) -> None:
    path = tmp_path / "broken.whl"
    path.write_text("this is no archive")
    assert "cannot be read as a wheel" in run("check", path).output


# test


def test_a_changed_template_shows_in_the_examples(edited: Callable[..., Path]) -> None:
    folder = edited(("resources.yaml", "shards: ", "shards: 1 # "))

    result = run("test", folder)

    assert result.exit_code == 1
    assert "sessions.yaml becomes something else now:" in result.output
    assert "~ ValkeyCluster shop/sessions: spec.shards: 3 → 1" in result.output


def test_update_writes_what_the_examples_become(edited: Callable[..., Path]) -> None:
    folder = edited(("resources.yaml", "kind: ValkeyCluster", "kind: Valkey"))
    assert run("test", folder).exit_code == 1

    written = run("test", folder, "--update")

    assert "cache: 1 expected file written" in written.output
    assert "kind: Valkey\n" in (folder / "examples/sessions.expected.yaml").read_text()
    assert run("test", folder).exit_code == 0
    assert "cache: 0 expected files written" in run("test", folder, "--update").output


def test_a_field_that_does_nothing_fails_at_its_line_in_the_manifest(edited: Callable[..., Path]) -> None:
    folder = edited(("resources.yaml", "?storageClassName", "#"))

    result = run("test", folder, "--format", "json")

    assert result.exit_code == 1
    found = json.loads(result.output)["findings"]
    (entry,) = [entry for entry in found if entry["code"] == "plugin.conformance"]
    assert entry["path"] == "instances.engine.storage.storageClass"
    assert entry["file"] == str(folder / "plugin.yaml")
    assert "storage" in (folder / "plugin.yaml").read_text().splitlines()[entry["line"] - 1]


def test_what_is_not_well_formed_is_not_tested(edited: Callable[..., Path]) -> None:
    folder = edited(("resources.yaml", "${engine.image}", "${engine.imge}"))
    result = run("test", folder)
    assert result.exit_code == 1
    assert "cache: not tested, since it is not well formed" in result.output


def test_the_api_server_takes_the_objects_of_the_examples(shared: Path) -> None:
    from pulumi_everest.testing.binaries import assets
    from pulumi_everest.testing.parts import skip_or_fail

    if isinstance(assets(), str):
        skip_or_fail("apiserver", str(assets()))
    result = run("test", CACHE, "--crds", shared / "crds/valkey-io/0.5.0", "--apiserver")
    assert result.exit_code == 0
    assert "cache: 1 object created on Kubernetes v" in result.output


def test_an_object_that_the_api_server_refuses_fails(shared: Path, edited: Callable[..., Path]) -> None:
    from pulumi_everest.testing.binaries import assets
    from pulumi_everest.testing.parts import skip_or_fail

    if isinstance(assets(), str):
        skip_or_fail("apiserver", str(assets()))
    folder = edited(("resources.yaml", 'name: "${metadata.name}"', 'name: "${metadata.name}_"'))
    result = run("test", folder, "--crds", shared / "crds/valkey-io/0.5.0", "--apiserver", "--update")
    assert result.exit_code == 1
    assert "the API server refuses ValkeyCluster sessions_" in result.output


def test_a_server_without_the_operator_s_kinds_is_wrong_use() -> None:
    result = run("test", CACHE, "--apiserver")
    assert result.exit_code == 2
    assert "--apiserver needs --crds" in result.output


def test_the_command_needs_no_test_tools() -> None:
    code = "import sys; sys.modules['pytest'] = sys.modules['hypothesis'] = None; from pulumi_everest.cli.main import main; main(['plugin', 'test', sys.argv[1]])"
    done = subprocess.run([sys.executable, "-c", code, str(CACHE)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
