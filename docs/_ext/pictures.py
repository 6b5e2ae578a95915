"""Pictures from text: boxes in rows, and what leads from one row to the next, as SVG in the page.

    ```{picture} What the picture shows, for who cannot see it
    plugin: a folder of YAML | your cluster: a program, or YAML
    -> checked and filled in
    resolved cluster: every value is known
    ```

A line is a row of boxes, with ``|`` between them; what stands after a colon is small. A line that begins with ``->``
says what happens between two rows. A box that begins with ``!`` is one where something is refused.
"""

from __future__ import annotations

import textwrap
from html import escape
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

WIDTH = 420
_GAP = 12
_LINE = 17
_LETTER = 7.2
"""About how wide a letter is, of the size that is used."""


class Picture(Directive):
    """The directive; its argument is the text for who cannot see the picture."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The picture, and for other forms than HTML its text."""
        drawn = nodes.raw("", svg(list(self.content), self.arguments[0]), format="html")
        return [nodes.container("", drawn, classes=["picture"])]


def svg(lines: list[str], title: str) -> str:
    """The picture of some rows. It is as wide as a phone, and takes its colours from the page."""
    parts: list[str] = []
    top = 4.0
    arrow: str | None = None
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("->"):
            arrow = line.removeprefix("->").strip()
            continue
        if parts:
            top = _arrow(parts, top, arrow or "")
            arrow = None
        top = _row(parts, top, [box.strip() for box in line.split("|")])
    height = int(top + 4)
    size = f'viewBox="0 0 {WIDTH} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
    return "\n".join([head, f"<title>{escape(title)}</title>", *parts, "</svg>"])


def _row(parts: list[str], top: float, boxes: list[str]) -> float:
    width = (WIDTH - 2 - _GAP * (len(boxes) - 1)) / len(boxes)
    texts = [_texts(box.removeprefix("!").strip(), width) for box in boxes]
    height = max(len(bold) + len(small) for bold, small in texts) * _LINE + 16
    for index, (box, (bold, small)) in enumerate(zip(boxes, texts, strict=True)):
        left = 1 + index * (width + _GAP)
        kind = "refused" if box.startswith("!") else "box"
        parts.append(
            f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" rx="6"/>'
        )
        line = top + (height - (len(bold) + len(small)) * _LINE) / 2 + _LINE - 4
        for text, style in [*((text, "name") for text in bold), *((text, "small") for text in small)]:
            parts.append(_text(text, left + width / 2, line, style))
            line += _LINE
    return top + height


def _arrow(parts: list[str], top: float, label: str) -> float:
    """An arrow down, with what happens there beside it."""
    words = textwrap.wrap(label, int((WIDTH / 2 - 20) / _LETTER)) or [""]
    length = max(34.0, len(words) * _LINE + 14)
    middle, end = WIDTH / 2, top + length
    parts.append(f'<path class="arrow" d="M{middle} {top + 2:.1f} V{end - 8:.1f}"/>')
    parts.append(
        f'<path class="head" d="M{middle - 5} {end - 9:.1f} L{middle + 5} {end - 9:.1f} L{middle} {end - 1:.1f} Z"/>'
    )
    line = top + (length - len(words) * _LINE) / 2 + _LINE - 6
    for word in words:
        parts.append(_text(word, middle + 12, line, "label"))
        line += _LINE
    return end


def _texts(box: str, width: float) -> tuple[list[str], list[str]]:
    """The lines of a box: its name, and what is small below."""
    name, _, more = box.partition(":")
    letters = int((width - 16) / _LETTER)
    return textwrap.wrap(name, letters), textwrap.wrap(more.strip(), int(letters * 1.12))


def _text(text: str, x: float, y: float, style: str) -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    app.add_directive("picture", Picture)
    return {"parallel_read_safe": True}
