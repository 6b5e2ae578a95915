"""The words in docs/testing.md on mutants that survive: a table with the module, the function, the change, and the word."""

from __future__ import annotations

import re
from pathlib import Path

ROW = re.compile(r"^\| `(?P<module>[^`|]+)` \| (?:`(?P<where>[^`|]*)`)? *\| `(?P<change>.+?)` \| (?P<word>.+?) \|$")

Key = tuple[str, str, str]


def known(page: Path) -> dict[Key, str]:
    """The word on each mutant of the page's table, by module, function and change; a change of lines does not matter."""
    found = {}
    for line in page.read_text(encoding="utf-8").splitlines():
        row = ROW.match(line)
        if row:
            key = (row["module"], row["where"] or "", row["change"].replace("\\|", "|"))
            found[key] = row["word"]
    return found


def row(key: Key, word: str) -> str:
    """The row of a mutant."""
    module, where, change = key
    return f"| `{module}` | {f'`{where}`' if where else ''} | `{change.replace('|', chr(92) + '|')}` | {word} |"
