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
    jobs = {"backup.yaml": plugin.backup, "restore.yaml": plugin.restore, "upgrade.yaml": plugin.upgrade}
    for name, template in jobs.items():
        if template is not None:
            found[name] = {"fields": template.fields.paths()}
    return found


def write_fields(plugin: Plugin) -> list[str]:
    """Write the fields that a plugin honours into its files, which list them from then on; the names of the files.

    What else a file says stays as it is, but for comments among the components of plugin.yaml. Raises EverestError
    where templates are wrong.
    """
    written = []
    for name, data in listed_fields(plugin).items():
        path = plugin.folder / name
        before = text = path.read_text(encoding="utf-8")
        for key, value in data.items():
            text = _with_block(text, key, _merged(plugin, value) if key == "components" else value)
        if text != before:
            path.write_text(text, encoding="utf-8")
            written.append(name)
    return written


def _merged(plugin: Plugin, components: dict[str, Any]) -> dict[str, Any]:
    """The components as plugin.yaml has them, with their fields."""
    there = plugin.manifest_document.data.get("components")
    told = there if isinstance(there, dict) else {}
    return {name: {**(told.get(name) or {}), **fields} for name, fields in components.items()}


def _with_block(text: str, key: str, value: Any) -> str:
    """A YAML text with another value for a key at its top, which comes last where there was none."""
    import yaml

    block = yaml.safe_dump({key: value}, sort_keys=False, width=110)
    lines = text.splitlines(keepends=True)
    begin = next((index for index, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if begin is None:
        return f"{text.rstrip()}\n\n{block}"
    end = next(
        (i for i in range(begin + 1, len(lines)) if lines[i].strip() and not lines[i].startswith((" ", "-"))), None
    )
    rest = lines[end:] if end is not None else []
    return "".join([*lines[:begin], block, *(["\n"] if rest else []), *rest])
