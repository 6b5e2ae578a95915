"""The functions that a plugin's own Python module has for its templates."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from pulumi_everest.expressions.functions import FunctionSpec
from pulumi_everest.model.findings import EverestError, finding
from pulumi_everest.model.plugin_files.manifest import PluginManifest


def own_functions(folder: Path, manifest: PluginManifest) -> list[FunctionSpec]:
    """What plugin.yaml declares. Raises EverestError where a module or a function of it is not there."""
    specs = []
    for name, declared in manifest.functions.items():
        module, _, attribute = declared.call.partition(":")
        function = _function(folder / f"{module}.py", manifest.name, name, attribute)
        specs.append(FunctionSpec(name, tuple(declared.args), declared.returns, function))
    return specs


def _function(path: Path, plugin: str, name: str, attribute: str) -> Callable[..., Any]:
    at = ("functions", name, "call")
    if not path.is_file():
        raise EverestError([finding("plugin.function", at, f"there is no file {path}")])
    try:
        function = getattr(_module(path, plugin), attribute, None)
    except Exception as error:
        text = f"{path} cannot be loaded: {type(error).__name__}: {error}"
        raise EverestError([finding("plugin.function", at, text)]) from error
    if not callable(function):
        raise EverestError([finding("plugin.function", at, f"{path} has no function '{attribute}'")])
    return function  # type: ignore[no-any-return]


def _module(path: Path, plugin: str) -> ModuleType:
    """The module of a file, run once. Raises what it raises."""
    qualified = f"_pulumi_everest_plugin_{plugin}_{path.stem}".replace("-", "_")
    there = sys.modules.get(qualified)
    if there is not None and there.__file__ == str(path):
        return there
    spec = importlib.util.spec_from_file_location(qualified, path)
    assert spec is not None  # a .py file always has a spec and a loader
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    sys.modules[qualified] = loaded
    return loaded
