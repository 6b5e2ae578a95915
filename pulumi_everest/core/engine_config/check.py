"""The engine's own configuration of a component, checked for what it is, as the plugin says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pulumi_everest.core.engine_config.syntax import SYNTAXES
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.core.technology import Technology
from pulumi_everest.model.deferred import Deferred, Path
from pulumi_everest.model.findings import Finding, did_you_mean, finding
from pulumi_everest.model.values.setting_text import as_text

if TYPE_CHECKING:
    from pulumi_everest.core.engine_config.settings import Settings

_CODE = "cluster.engine-config"


def text_findings(kind: str, text: str, path: Path, technology: Technology) -> Iterator[Finding]:
    """What is wrong with the syntax of a text."""
    about = technology.manifest.engine_config.get(kind) if technology.manifest is not None else None
    if about is None or about.syntax is None:
        return
    for problem in SYNTAXES[about.syntax](text, about.section):
        yield finding(_CODE, path, problem)


def setting_findings(spec: Mapping[str, Any], resolved: Resolved, technology: Technology) -> Iterator[Finding]:
    """What is wrong with the settings of components, by what their engine's versions have."""
    given = spec.get("instances")
    if not isinstance(given, dict):
        return
    for name in given:
        instance, kind = resolved.spec["instances"].get(name), resolved.types.get(name)
        config = instance.get("engineConfig") if isinstance(instance, dict) else None
        if not isinstance(config, dict) or instance is None or kind is None:
            continue
        settings = settings_of(technology, kind, instance.get("version"))
        own = given[name].get("engineConfig") if settings is not None and isinstance(given[name], dict) else None
        if settings is not None and isinstance(own, dict):
            for key, value in own.items():
                yield from _setting(settings, key, value, ("instances", name, "engineConfig", key))


def settings_of(technology: Technology, kind: str, version: Any) -> Settings | None:
    """The settings that a version of a component type has, where somebody knows them."""
    if technology.settings is None or not isinstance(version, str):
        return None
    found: Settings | None = technology.settings(kind, version)
    return found


def _setting(settings: Settings, name: str, value: Any, path: Path) -> Iterator[Finding]:
    setting = settings.get(name)
    if setting is None:
        if not settings.is_free(name):
            text = f"{settings.version} has no setting '{name}'"
            names = settings.names
            hint = did_you_mean(name, names)
            yield finding(_CODE, path, text, allowed=names.by_similarity(name), hint=hint, of_key=True)
    elif setting.context in settings.fixed:
        yield finding(_CODE, path, f"'{name}' only shows what {settings.version} was built or made with", of_key=True)
    elif not isinstance(value, Deferred):
        problem = setting.problem(value)
        if problem is not None:
            text, allowed = problem
            yield finding(_CODE, path, text, allowed=allowed, hint=did_you_mean(as_text(value), allowed))
