"""The version that an image says, as the catalog of a component type writes its versions and tags.

Nothing is known of any technology: what a tag looks like is taken from the images that the catalog has. A tag of the
catalog means the version that the catalog has it for. Any other is read: the version stands where the catalog's tags
have theirs, or it is the one number in the tag that is of a series of the catalog. What is not certain is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_everest.core.technology import Definition, Technology
from pulumi_everest.model.values.image_reference import Reference, reference
from pulumi_everest.model.values.versions import EARLY, numbers, version_key

_NEVER: Final = 1_000
_NUMBER: Final = "[0-9]{1,18}"
_ENDS: Final = r"(?![0-9])(?!\.[0-9])"
# Only behind several numbers there is a build: 16-3.4 is 16 with something else behind it.
_TOKEN: Final = re.compile(
    rf"(?<![0-9])(?<![0-9]\.)(?:(?P<base>{_NUMBER}(?:\.{_NUMBER})+)(?P<build>-{_NUMBER}(?:\.{_NUMBER})?)?"
    rf"|(?P<single>{_NUMBER})){_ENDS}"
)
_EARLY: Final = re.compile(
    rf"[-._~]?(?P<word>{'|'.join(sorted(EARLY, key=len, reverse=True))})[-._]?[0-9]*(?![A-Za-z0-9])"
)


@dataclass(frozen=True)
class ImageVersion:
    """The version that an image says; one that is not `whole` is only the beginning, as of the tag `8.0`."""

    text: str
    whole: bool = True


@dataclass(frozen=True)
class _Token:
    """A number in a tag that may be a version: whether it is at the beginning, and how many numbers it has."""

    text: str
    leading: bool
    count: int
    whole: bool


class Tags:
    """The tags of one component type. `images` are versions, each with an image that the catalog has for it."""

    def __init__(
        self,
        images: Iterable[tuple[str, str]],
        versions: Sequence[str],
        major: int,
        digests: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._major = major
        self._series = {numbers(version, major) for version in versions}
        self._texts = {version_key(version)[0]: version for version in versions}
        self._by_tag: dict[str, set[tuple[str, str]]] = {}
        self._by_digest: dict[str, set[str]] = {}
        forms: dict[str, None] = {}
        plain = not versions
        for version, image in images:
            ref = reference(image)
            if ref.digest is not None:
                self._by_digest.setdefault(ref.digest, set()).add(version)
            if ref.tag is not None:
                self._by_tag.setdefault(ref.tag, set()).add((ref.name, version))
                before = _before(ref.tag, version)
                plain |= before is not None and before.lower() in ("", "v") and _is_number(version)
                if before is not None and (before.lower() not in ("", "v") or not _is_number(version)):
                    forms.setdefault(f"{_form(before)}(?P<version>{_form(version)}){_ENDS}")
        for version, digest in digests:
            self._by_digest.setdefault(digest, set()).add(version)
        self._plain = plain
        self._forms = [re.compile(form) for form in forms]
        counted = [match for version in versions if (match := _TOKEN.fullmatch(version.lstrip("vV"))) is not None]
        # Where versions are no numbers, a number is at most the beginning of one.
        self._least = min((_count(match) for match in counted), default=_NEVER if versions else 1)
        self._builds = [match["build"] is not None for match in counted]
        self._longest = max((len(str(found[0])) for found in self._series if found), default=3)

    @staticmethod
    def of(definition: Definition, kind: str) -> Tags:
        """The tags of a component type, as all operator versions have them; made once."""
        return definition.derived(_every_type).get(kind) or Tags([], [], 1)

    @staticmethod
    def of_operator(technology: Technology) -> Tags:
        """The tags of the operator's own images, which are its versions."""
        versions = technology.manifest.operator.versions if technology.manifest is not None else []
        return Tags([(version, f"operator:{version}") for version in versions], versions, 2)

    def version(self, image: str, beside: str | None = None) -> ImageVersion | None:
        """The version of an image, None where it cannot be read.

        Where the catalog has the image for several versions it is `beside`, the one that is said beside the image.
        """
        ref = reference(image)
        known = self._known(ref)
        if known:
            return ImageVersion(beside) if beside in known else ImageVersion(known.pop()) if len(known) == 1 else None
        return self._read(ref.tag) if ref.tag is not None else None

    def _known(self, ref: Reference) -> set[str]:
        """The versions that the catalog has the image for, by its digest, else by its tag."""
        if ref.digest is not None and ref.digest in self._by_digest:
            return set(self._by_digest[ref.digest])
        found = self._by_tag.get(ref.tag or "", set())
        versions = {version for _, version in found}
        named = {version for name, version in found if name == ref.name}
        return named if len(versions) > 1 and named else versions

    def _read(self, tag: str) -> ImageVersion | None:
        for form in self._forms:
            match = form.match(tag)
            if match is not None:
                return ImageVersion(self._written(match["version"]))
        tokens = list(self._tokens(tag))
        good = [token for token in tokens if self._is_of_series(token.text)]
        whole = {token.text: token for token in good if token.whole}
        for found in (whole, {token.text: token for token in good}):
            leading = [token for token in found.values() if token.leading]
            if found and (len(found) == 1 or (leading and found is whole)):
                token = (leading or list(found.values()))[0]
                return ImageVersion(self._written(token.text), token.whole)
            if found:
                return None
        if self._plain and len(tokens) == 1 and tokens[0].leading and tokens[0].count > 1:
            first = str(numbers(tokens[0].text, 1)[0])
            if len(first) <= self._longest + 1:  # else it is a date
                return ImageVersion(self._written(tokens[0].text), tokens[0].whole)
        return None

    def _tokens(self, tag: str) -> Iterator[_Token]:
        """The numbers of a tag that may be a version: all with a point in it, and one that the tag begins with."""
        start = 1 if re.match("[vV][0-9]", tag) else 0
        for match in _TOKEN.finditer(tag):
            leading = match.start() == start
            if match["single"] is not None and not leading:
                continue
            early = _EARLY.match(tag, match.end())
            build = match["build"] if match["build"] is not None and any(self._builds) else ""
            text = (match["base"] or match["single"]) + build + (early[0] if early is not None else "")
            whole = _count(match) >= self._least and bool(build or early or not self._builds or not all(self._builds))
            yield _Token(text, leading, _count(match), whole)

    def _is_of_series(self, text: str) -> bool:
        own = numbers(text, self._major)
        return any(series[: len(own)] == own for series in self._series)

    def _written(self, text: str) -> str:
        """A version as the catalog writes it."""
        return self._texts.get(version_key(text)[0], text)


def _every_type(definition: Definition) -> dict[str, Tags]:
    """The tags of all component types of a definition."""
    made = {}
    for kind in definition.spec.component_types:
        entries = definition.versions(kind, None)
        images = [(entry.version, entry.image) for entry in entries if entry.image is not None]
        digests = [(entry.version, entry.digest) for entry in entries if entry.digest is not None]
        versions = list(dict.fromkeys(entry.version for entry in entries))
        made[kind] = Tags(images, versions, definition.upgrades(kind).major, digests)
    return made


def _before(tag: str, version: str) -> str | None:
    """What stands before a version in a tag; None where it is not in it."""
    match = re.search(rf"(?<![0-9])(?<![0-9]\.){re.escape(version)}{_ENDS}", tag)
    return tag[: match.start()] if match is not None else None


def _form(text: str) -> str:
    """The form of a text: its numbers may be others."""
    return re.sub("[0-9]+", "[0-9]+", re.escape(text))


def _is_number(version: str) -> bool:
    return _TOKEN.fullmatch(version.lstrip("vV")) is not None


def _count(match: re.Match[str]) -> int:
    return len((match["base"] or match["single"]).split("."))
