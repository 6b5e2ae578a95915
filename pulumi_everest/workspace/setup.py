"""What a Provider's name leads to."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_everest.core.check_job import JobKind
from pulumi_everest.core.technology import Technology
from pulumi_everest.emit.job_objects import JobTemplate
from pulumi_everest.plugins.plugin import Plugin


@dataclass
class Setup:
    """What a Provider's name leads to: the technology, and the plugin that emits its objects, if there is one."""

    technology: Technology
    plugin: Plugin | None

    def job_template(self, kind: JobKind) -> JobTemplate | None:
        """What a backup or restore becomes, if the technology has such. Raises EverestError for broken templates."""
        if self.plugin is None:
            return None
        return self.plugin.backup if kind == "backup" else self.plugin.restore
