"""The codes of findings as docs/findings.md explains them: that page is the source, and a wheel has it inside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pulumi_everest.model.codes import CODES, Severity

PAGE = "findings.md"
_IN_WHEEL = Path(__file__).parent / PAGE
_IN_CHECKOUT = Path(__file__).parents[2] / "docs" / PAGE
_SECTION = re.compile(r"^### `([^`]+)`\n", re.MULTILINE)
_CHAPTER = re.compile(r"^## ", re.MULTILINE)
_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MENDED = re.compile(r"^Mended:$", re.MULTILINE)
_ROW = re.compile(r"^\| (`.+?`(?:, `.+?`)*) \| (.+) \|$", re.MULTILINE)
_MEND = " **Mend it:** "


@dataclass(frozen=True)
class Block:
    """A block of an example: its notation, which says what it is, and its text."""

    notation: str
    text: str

    @property
    def is_output(self) -> bool:
        """Whether it is what is said about the others."""
        return self.notation.split()[:1] == ["text"]


@dataclass(frozen=True)
class Explanation:
    """A code: what it means and more about it, how to mend it, an example with what is said of it, and that mended.

    The mended example has only the blocks that differ from the example's.
    """

    code: str
    severity: Severity
    meaning: str
    more: str
    mend: str
    example: tuple[Block, ...]
    mended: tuple[Block, ...]

    @property
    def found(self) -> str:
        """What is said about the example."""
        return "".join(block.text for block in self.example if block.is_output)

    @property
    def given(self) -> tuple[Block, ...]:
        """The example itself."""
        return tuple(block for block in self.example if not block.is_output)


@cache
def page() -> str:
    """The whole page. Raises OSError where it is not there."""
    return (_IN_CHECKOUT if _IN_CHECKOUT.is_file() else _IN_WHEEL).read_text(encoding="utf-8")


@cache
def explanations() -> dict[str, Explanation]:
    """Every code of the page, in its order."""
    parts = _SECTION.split(page())
    return {code: _explanation(code, body) for code, body in zip(parts[1::2], parts[2::2], strict=True)}


def blocks_of(text: str) -> list[Block]:
    """The fenced blocks of a text."""
    return [Block(notation, content) for notation, content in _BLOCK.findall(text)]


def of_group(group: str) -> Sequence[str]:
    """The codes of a group, such as ``cluster``; none where there is no such group."""
    return [code for code in CODES if code.startswith(f"{group}.")]


def notations() -> dict[str, str]:
    """What each notation of a block stands for, as the page says it in its table."""
    head = _CHAPTER.split(page(), maxsplit=1)[0]
    rows = [(names, meaning) for names, meaning in _ROW.findall(head) if " | " not in meaning]
    return {name: meaning for names, meaning in rows for name in re.findall(r"`([^`]+)`", names)}


def _explanation(code: str, body: str) -> Explanation:
    body = _CHAPTER.split(body, maxsplit=1)[0]
    example, _, mended = _split(body)
    text = example.split("\n```", 1)[0].strip()
    severity, meaning = CODES[code]
    about, _, mend = text.partition(_MEND)
    more = about.removeprefix(f"{severity.value.capitalize()}. {meaning}").strip()
    return Explanation(code, severity, meaning, more, mend, tuple(blocks_of(example)), tuple(blocks_of(mended)))


def _split(body: str) -> tuple[str, str, str]:
    found = _MENDED.search(body)
    return (body[: found.start()], found[0], body[found.end() :]) if found else (body, "", "")
