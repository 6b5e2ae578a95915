"""Names as labels."""

from __future__ import annotations

import re
from typing import Final


def spoken(name: str) -> str:
    """A name as a label: ``storageClass`` is Storage class."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+", " ", name).split()
    text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return _SHORT.sub(lambda match: match[0].upper(), text[:1].upper() + text[1:])


def singular(label: str) -> str:
    """What one of several is called."""
    if label.endswith("ies"):
        return f"{label[:-3]}y"
    return label[:-1] if label.endswith("s") and not label.endswith("ss") else label


_SHORT: Final = re.compile(r"\b(cpu|url|tls|pmm|ip|id)\b", re.IGNORECASE)
