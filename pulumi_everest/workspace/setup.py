"""What a Provider's name leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pulumi_everest.core.check_job import JobKind
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.job_objects import JobTemplate
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.plugins.plugin import Plugin

if TYPE_CHECKING:
    from pulumi_everest.emit.known_dead_fields import KnownDeadFields


@dataclass
class Setup:
    """What a Provider's name leads to: the technology, and the plugin that emits its objects, if there is one."""

    technology: Technology
    plugin: Plugin | None

    @cached_property
    def dead_fields(self) -> KnownDeadFields:
        """What is known of overrides of its clusters."""
        from pulumi_everest.emit.known_dead_fields import KnownDeadFields  # most clusters have no overrides

        return KnownDeadFields()

    def job_template(self, kind: JobKind) -> JobTemplate | None:
        """What a job becomes, if the technology has such. Raises EverestError for broken templates."""
        if self.plugin is None:
            return None
        template: JobTemplate | None = getattr(self.plugin, kind)
        return template

    def no_plugin(self, plugins: Iterable[str]) -> Finding:
        """What is wrong where there is no plugin. `plugins` are the names of those that there are."""
        text = f"no plugin emits objects for definition '{self.technology.definition.name}'"
        hint = "name the plugin in the Provider's 'plugin', or set reconcileBy: everest"
        return finding("provider.no-plugin", ("provider",), text, allowed=plugins, hint=hint)
