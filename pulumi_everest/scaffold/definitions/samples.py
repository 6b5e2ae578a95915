"""An object of the operator's own examples, from which constants, names and images are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

import yaml

from pulumi_everest.model.findings import Finding, Place, finding
from pulumi_everest.scaffold.definitions.crd_files import DEEPEST, MOST_PARTS, is_endless
from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Path

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Sample:
    """The objects of samples. Without any nothing is at any path."""

    objects: list[Mapping[str, Any]] = field(default_factory=list)
    spec: Mapping[str, Any] = field(default_factory=dict)
    """The spec of the object that is looked into."""

    @property
    def kinds(self) -> list[str]:
        """The kinds of the objects."""
        return [str(one.get("kind")) for one in self.objects]

    def of(self, kind: str, group: str) -> Sample:
        """The same, looking into the first object of a kind."""
        for one in self.objects:
            version = one.get("apiVersion")
            spec = one.get("spec")
            if one.get("kind") == kind and isinstance(version, str) and version.startswith(f"{group}/"):
                return Sample(self.objects, spec if isinstance(spec, Mapping) else {})
        return Sample(self.objects)

    def keys_of(self, secret: str) -> list[str]:
        """The keys of a Secret of the sample."""
        for one in self.objects:
            if one.get("kind") == "Secret" and _metadata(one).get("name") == secret:
                data = [one.get(name) for name in ("stringData", "data")]
                return [str(key) for part in data if isinstance(part, Mapping) for key in part]
        return []

    def label_of(self, part: str, kind: str) -> str:
        """The label by which an object of one kind names that of another; none where the sample has no such object."""
        names = {_metadata(one).get("name") for one in self.objects if one.get("kind") == kind}
        for one in self.objects:
            labels = _metadata(one).get("labels") if one.get("kind") == part else None
            for label, value in labels.items() if isinstance(labels, Mapping) else ():
                if isinstance(label, str) and isinstance(value, str) and value in names:
                    return label
        return ""

    def at(self, path: Path) -> Any:
        """The value at a path of the spec; of lists and mappings of anything that of the first entry."""
        here: Any = self.spec
        for part in path:
            if part == ITEM:
                here = here[0] if isinstance(here, list) and here else None
            elif part == ENTRY:
                here = next(iter(here.values()), None) if isinstance(here, Mapping) else None
            else:
                here = here.get(part) if isinstance(here, Mapping) else None
        return here


def _metadata(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = document.get("metadata")
    return found if isinstance(found, Mapping) else {}


def read_sample(files: list[str]) -> tuple[Sample, list[Finding]]:
    """The objects of files; what cannot be read is a finding."""
    objects: list[Mapping[str, Any]] = []
    found: list[Finding] = []
    for name in files:
        file = File(name)
        try:
            documents = list(yaml.load_all(file.read_text(encoding="utf-8"), Loader=_LOADER))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
            found.append(finding("source.unreadable", (), f"{name} cannot be read: {reason}", place=Place(name)))
            continue
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            place = Place(name, mark.line + 1, mark.column + 1) if mark is not None else Place(name)
            found.append(finding("source.syntax", (), f"{name} is not valid YAML", place=place))
            continue
        if any(isinstance(one, Mapping) and is_endless(one) for one in documents):
            text = f"{name} is deeper than {DEEPEST} or has more than {MOST_PARTS} parts"
            found.append(finding("source.unreadable", (), text, place=Place(name)))
            continue
        objects += [one for one in documents if isinstance(one, Mapping)]
    return Sample(objects), found
