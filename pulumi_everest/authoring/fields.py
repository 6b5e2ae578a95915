"""The fields that a plugin honours, in the form in which its files would list them."""

from __future__ import annotations

from typing import Any

from pulumi_everest.plugins.plugin import Plugin


def listed_fields(plugin: Plugin) -> dict[str, dict[str, Any]]:
    """What stands for `fields` in each file: plugin.yaml, with `components`, and those of backups and restores.

    Raises EverestError where templates are wrong.
    """
    manifest = plugin.manifest
    _ = plugin.template  # a broken one raises, and then nothing is known
    components = {name: {"fields": manifest.instance_fields(name)} for name in manifest.components}
    found: dict[str, dict[str, Any]] = {
        "plugin.yaml": {"components": components, "fields": sorted(manifest.spec_fields())},
    }
    for name, template in (("backup.yaml", plugin.backup), ("restore.yaml", plugin.restore)):
        if template is not None:
            found[name] = {"fields": template.fields.paths()}
    return found
