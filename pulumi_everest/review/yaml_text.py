"""Plain data as YAML text: the same text for the same data, and nothing that another reader takes for another type."""

from __future__ import annotations

import re
from typing import Any

import yaml

from pulumi_everest.review.block_yaml import BlockWriter, UnusualError

# What readers of YAML 1.1 or 1.2 take for a number, boolean, null, time, merge key or base-60 number.
_NOT_TEXT = re.compile(
    r"""[-+]?(?:[0-9][0-9_,]*|\.[0-9_]+|[0-9][0-9_,]*\.[0-9_]*)(?:[eE][-+]?[0-9_]+)?
    | [-+]?0[xX][0-9a-fA-F_]+ | [-+]?0[oO]?[0-7_]+ | [-+]?0[bB][01_]+
    | [-+]?\.(?:inf|nan) | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\ \t].*)?
    | \.\.\. | y | n | yes | no | on | off | true | false | null | ~ | = | << | (?:)""",
    re.VERBOSE | re.IGNORECASE,
)
_PLAIN = re.compile(r"(?:--(?=[A-Za-z]))?[A-Za-z0-9_./][A-Za-z0-9_./@+=-]*(?:[: ][A-Za-z0-9_./@+=-]+)*|<[a-z]+>")
_NO_BLOCK = re.compile("[^\\t\\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SPACE_BREAK = re.compile(r"[ \t]\n|[ \t]\Z|\A\s")
# The log of a workflow would take such a line of a block for a command.
_COMMAND = re.compile(r"^\s*::", re.MULTILINE)


class _Dumper(yaml.SafeDumper):
    """Writes shared values each time instead of by alias, and texts as `_text` decides."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    node: yaml.ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:str", value, style=_style(value))
    return node


def _style(value: str) -> str | None:
    if "\n" in value and not any(never.search(value) for never in (_NO_BLOCK, _SPACE_BREAK, _COMMAND)):
        return "|"
    if _NOT_TEXT.fullmatch(value) or not _PLAIN.fullmatch(value):
        return '"'
    return None


_Dumper.add_representer(str, _text)


class _OneLineDumper(_Dumper):
    """Writes texts that need quotes, those over several lines too, on one line."""


def _one_line(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    node: yaml.ScalarNode = dumper.represent_scalar(
        "tag:yaml.org,2002:str", value, style='"' if _style(value) else None
    )
    return node


_OneLineDumper.add_representer(str, _one_line)


def yaml_text(data: Any) -> str:
    """A document without its separator. Keys stay in their order; texts over several lines become blocks."""
    if type(data) is dict and data:
        try:
            return _BLOCKS.text(data)
        except UnusualError:
            pass
    return emitted_text(data)


_BLOCKS = BlockWriter(_style)


def emitted_text(data: Any) -> str:
    """The same by PyYAML's emitter, whatever the data holds."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=2**31
    )
    return text


def scalar_text(value: Any) -> str:
    """One value on one line, as YAML writes it; a very long text is cut."""
    short = f"{value[:200]}…" if isinstance(value, str) and len(value) > 200 else value
    text: str = yaml.dump(
        short, Dumper=_OneLineDumper, sort_keys=False, default_flow_style=True, allow_unicode=True, width=2**31
    )
    return text.removesuffix("\n...\n").rstrip("\n")
