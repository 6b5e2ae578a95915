"""A first ui.yaml of a plugin: the forms that its topologies have without one, written so that they can be edited."""

from __future__ import annotations

from typing import Any, Final

import yaml

from pulumi_everest import form
from pulumi_everest.core.technology import Technology
from pulumi_everest.plugins.plugin import Plugin

_HEAD: Final = """\
# The forms of {title}, by topology, made from what each topology takes. Leave out what is seldom needed, put what is
# left into the order of use, and give it labels in the words of the technology. `everest plugin check` says what is
# wrong with it.
"""
_WIDTH: Final = 120
_NESTED: Final = ("components", "item")
_OF_PARTS: Final = 3  # levels above the parts of a section
_NAME: Final = 24  # characters that the name of a part has at most


class _Line(dict[str, Any]):
    """A part that stands on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes small parts on one line, and no aliases."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


_Dumper.add_representer(
    _Line, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)
)


def first_form(plugin: Plugin) -> str:
    """The text of a ui.yaml for all topologies of a plugin. Raises EverestError where its presets are not readable."""
    technology = Technology(plugin.definition.name, plugin.definition, plugin.manifest, presets=plugin.presets)
    forms = {name: form.generated(technology, name) for name in plugin.definition.spec.topologies}
    text = yaml.dump(_lines(forms), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return _HEAD.format(title=plugin.manifest.title) + str(text)


def _lines(data: Any, depth: int = 0) -> Any:
    """Plain data with what holds no parts as lines, where they are not too long."""
    if isinstance(data, list):
        return [_lines(item, depth) for item in data]
    if not isinstance(data, dict):
        return data
    if depth > _OF_PARTS and not any(key in data for key in _NESTED):
        text = yaml.dump(data, Dumper=_Dumper, default_flow_style=True, width=1000)
        if len(text) + 2 * depth + _NAME < _WIDTH:
            return _Line(data)
    return {key: _lines(value, depth + 1) for key, value in data.items()}
