"""Plain data as YAML, the same text as `yaml_text` gives, made of parts that are remembered: most of them stay from one
key to the next.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from pulumi_everest.review.yaml_text import yaml_text


def remembered_yaml(data: Any) -> str:
    """The YAML of plain data."""
    if isinstance(data, dict) and data:
        return "".join(_entry(key, value) for key, value in data.items())
    if isinstance(data, list) and data:
        return "".join(map(_item, data))
    return _whole(json.dumps(data)) if isinstance(data, (str, int, float, bool, type(None))) else yaml_text(data)


_PLAIN = re.compile(r"[A-Za-z0-9_./-]{1,100}")
"""Keys that stand on a line of their own with their value, whatever that is."""


def _entry(key: Any, value: Any) -> str:
    if not isinstance(key, str) or not _PLAIN.fullmatch(key):
        return yaml_text({key: value})
    if isinstance(value, dict) and value:
        return f"{_key(key)}:\n{_indented(remembered_yaml(value))}"
    if isinstance(value, list) and value:
        return f"{_key(key)}:\n{remembered_yaml(value)}"
    if type(value) in (str, int, bool, type(None)):
        return _scalar(key, value, type(value).__name__)
    return yaml_text({key: value})


def _item(value: Any) -> str:
    if isinstance(value, dict) and value:
        return f"- {_indented(remembered_yaml(value)).removeprefix('  ')}"
    return yaml_text([value])


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" if line else "\n" for line in text.removesuffix("\n").split("\n"))


@lru_cache(maxsize=4096)
def _key(key: Any) -> str:
    return yaml_text({key: {}}).removesuffix(": {}\n")


@lru_cache(maxsize=8192)
def _scalar(key: str, value: Any, _kind: str) -> str:
    """An entry with a scalar; of equal values such as 1 and true each has its own text."""
    return yaml_text({key: value})


@lru_cache(maxsize=1024)
def _whole(text: str) -> str:
    return yaml_text(json.loads(text))
