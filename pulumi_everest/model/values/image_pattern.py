"""Images by pattern: one text for the images of all versions of a component type."""

from __future__ import annotations

import re
from typing import Final

from pulumi_everest.model.findings import nearest, shortened
from pulumi_everest.model.values.image_reference import check_image

VERSION: Final = "version"
OPERATOR: Final = "operator"
NAMES: Final = (VERSION, OPERATOR)
_PLACE: Final = re.compile(r"\$\{([^{}]*)\}")
_SAMPLE: Final = "1.0.0"


def check_pattern(text: str) -> str | None:
    """A reference of a container image in which ``${version}`` and ``${operator}`` stand for versions."""
    wrong = f"'{shortened(text)}' is no pattern of images"
    names = [name.strip() for name in _PLACE.findall(text)]
    for name in names:
        if name not in NAMES:
            meant = nearest(name, NAMES)
            hint = f"; did you mean ${{{meant}}}?" if meant else ""
            return f"{wrong}: '${{{shortened(name)}}}' stands for nothing, only ${{version}} and ${{operator}} do{hint}"
    open_one = re.search(r"\$\{[^{}]*\Z", text)
    if open_one is not None:
        return f"{wrong}: '{shortened(open_one[0])}' is not closed"
    if VERSION not in names:
        return f"{wrong}: without ${{version}} all versions would have one image"
    message = check_image(filled(text, _SAMPLE, _SAMPLE))
    return f"{wrong}: with the version {_SAMPLE}, {message}" if message is not None else None


def needs_operator(pattern: str) -> bool:
    """Whether the images differ by the version of the operator."""
    return any(name.strip() == OPERATOR for name in _PLACE.findall(pattern))


def filled(pattern: str, version: str, operator: str) -> str:
    """The image of a version with one version of the operator."""
    values = {VERSION: version, OPERATOR: operator}
    return _PLACE.sub(lambda match: values.get(match[1].strip(), match[0]), pattern)
