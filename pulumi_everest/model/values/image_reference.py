"""References of container images: ``[host[:port]/]repository[:tag][@digest]``."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pulumi_everest.model.findings import shortened

# The grammar of github.com/distribution/reference.
_PORT: Final = re.compile(r"[0-9]{1,5}\Z")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])\Z")
_COMPONENT: Final = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*\Z")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_DIGEST: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}\Z")
_LONGEST_NAME: Final = 255
_DIGEST_LENGTHS: Final = {"sha256": 64, "sha384": 96, "sha512": 128}


class Reference(NamedTuple):
    """What a reference says; `path` has no registry."""

    registry: str | None
    path: str
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


def reference(image: str) -> Reference:
    """The parts of a reference, whether or not `check_image` takes it."""
    rest, _, digest = image.partition("@")
    tag = None
    if ":" in rest.rpartition("/")[2]:
        rest, _, tag = rest.rpartition(":")
    first, slash, path = rest.partition("/")
    if slash and _is_registry(first):
        return Reference(first, path, tag or None, digest or None)
    return Reference(None, rest, tag or None, digest or None)


def check_image(text: str) -> str | None:
    """A reference of a container image, with or without registry, tag and digest."""
    if not text.strip():
        return "an image is empty; write one such as example.org/shop/database:8.0.12"
    wrong = f"'{shortened(text)}' is not a container image"
    if len(text) > 1_000:
        return f"{wrong}: it is {len(text)} characters long"
    if "://" in text:
        rest = text.split("://", 1)[1].strip()
        return f"{wrong} but a URL" + (f"; write {shortened(rest, 200)}" if check_image(rest) is None else "")
    if text != text.strip() and check_image(text.strip()) is None:
        return f"{wrong}; write {text.strip()}"
    if re.search(r"[<>${}]", text):
        return f"{wrong}: it holds a placeholder that is still to be filled"
    name, at, digest = text.partition("@")
    if at and not _is_digest(digest):
        return f"{wrong}: '{shortened(digest)}' is not a digest, such as sha256: and 64 hexadecimal digits"
    path, tag = name, None
    if ":" in name.rsplit("/", 1)[-1]:
        path, tag = name.rsplit(":", 1)
        if not _TAG.match(tag):
            what = f"'{shortened(tag)}' is not a tag" if tag else "the tag after ':' is missing"
            return f"{wrong}: {what}"
    if len(path) > _LONGEST_NAME:
        return f"{wrong}: its name is {len(path)} characters long, at most {_LONGEST_NAME} are allowed"
    return _check_path(path, wrong, text)


def check_registry(text: str) -> str | None:
    """A registry that images are taken from: a host, with a port and a path if there are any; no URL."""
    if not text.strip():
        return "a registry is empty; leave it out, or write one such as registry.example.com/mirror"
    wrong = f"'{shortened(text)}' is not a registry"
    near = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", text.strip()).rstrip("/")
    if near != text:
        what = " but a URL" if "://" in text else ""
        return f"{wrong}{what}" + (f"; write {shortened(near, 200)}" if check_registry(near) is None else "")
    if "@" in text or (":" in text.rpartition("/")[2] and "/" in text):
        return f"{wrong}: it is an image with a tag or digest; write only what stands before the name of the image"
    # What is no host by its form, such as a project on the default registry, may be the first part of a path.
    host = text.partition("/")[0]
    path = text if _is_registry(host) and "/" in text else f"registry.example/{text}" if not _is_registry(host) else ""
    return _check_path(path, wrong, path) if path else _check_path(f"{text}/image", wrong, text)


def _is_registry(first: str) -> bool:
    return "." in first or ":" in first or first == "localhost"


def _is_digest(digest: str) -> bool:
    algorithm, _, digits = digest.partition(":")
    return bool(_DIGEST.match(digest)) and len(digits) == _DIGEST_LENGTHS.get(algorithm, len(digits))


def _check_path(path: str, wrong: str, text: str) -> str | None:
    first, *rest = path.split("/")
    if rest and _is_registry(first):
        host, colon, port = first.partition(":") if not first.startswith("[") else first.rpartition(":")
        if not _HOST.match(host) or (colon and (not _PORT.match(port) or not 0 < int(port) <= 65_535)):
            return f"{wrong}: '{shortened(first)}' is not a registry"
        components = rest
    else:
        components = [first, *rest]
    for component in components:
        if _COMPONENT.match(component):
            continue
        if not component:
            return f"{wrong}: a part between two '/' is empty"
        if _COMPONENT.match(component.lower()):
            lower = text.replace(
                path, "/".join([first, *map(str.lower, rest)]) if components is rest else path.lower(), 1
            )
            hint = f"; write {shortened(lower, 200)}" if check_image(lower) is None else ""
            return f"{wrong}: its name must be in lower case{hint}"
        allowed = "lower-case letters and digits, with '.', '_' or '-' between them"
        return f"{wrong}: '{shortened(component)}' cannot be a part of its name ({allowed})"
    return None


_REGISTRY: Final = (
    r"((([A-Za-z0-9][A-Za-z0-9-]*\.[A-Za-z0-9.-]*[A-Za-z0-9]|localhost|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?"
    r"|[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?:[0-9]{1,5})/)"
)
_PART: Final = r"[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*"
IMAGE_PATTERN: Final = (
    rf"^{_REGISTRY}?{_PART}(/{_PART})*(:[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?"
    r"(@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,})?$"
)
"""What `check_image` takes as an expression of RE2; it does not know how long each kind of digest is."""
REGISTRY_PATTERN: Final = rf"^({_REGISTRY}?{_PART}(/{_PART})*|{_REGISTRY.removesuffix('/)')}))$"
"""The same for `check_registry`."""
