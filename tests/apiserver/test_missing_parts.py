"""What `pulumi_everest.testing` says where a package is missing, or something that no waiting mends."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any
from unittest.mock import PropertyMock

import pytest
from patience import PATIENCE

from pulumi_everest.live.errors import LiveError
from pulumi_everest.testing import apiserver
from pulumi_everest.testing.apiserver import ApiServer


@pytest.mark.parametrize(
    ("module", "package"),
    [("fixtures", "pytest"), ("parts", "pytest"), ("strategies", "hypothesis")],
)
def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, module: str, package: str
) -> None:
    name = f"pulumi_everest.testing.{module}"
    for loaded in [other for other in sys.modules if other in (name, package) or other.startswith(f"{package}.")]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        ModuleNotFoundError, match=rf"needs the package {package}, .*: pip install {package} \(the extra 'testing'"
    ):
        importlib.import_module(name)


def test_the_extra_has_what_the_modules_need(root: Path) -> None:
    import tomllib

    extra = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]["testing"]
    assert [entry.split(">")[0] for entry in extra] == ["pytest", "hypothesis"]


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server whose client always gives one error."""
    monkeypatch.setattr(apiserver, "LASTING", 0.01)
    server = ApiServer(tmp_path)
    server.folder = tmp_path
    (tmp_path / "certificates").mkdir()
    (tmp_path / "certificates" / "apiserver.crt").write_text("")

    def wait(error: LiveError, start: float) -> None:
        monkeypatch.setattr(apiserver, "START", start)
        monkeypatch.setattr(ApiServer, "live", PropertyMock(side_effect=error))
        server._wait()

    return wait


def test_what_this_machine_lacks_is_said_at_once(waiting: Any) -> None:
    with pytest.raises(LiveError, match="a proxy that is not known"):
        waiting(LiveError.of("config", "a proxy that is not known"), PATIENCE)


def test_a_server_that_is_not_there_yet_is_waited_for(waiting: Any) -> None:
    with pytest.raises(RuntimeError, match="did not become ready"):
        waiting(LiveError.of("unreachable", "nobody answers"), 0.3)
