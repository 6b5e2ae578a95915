"""Emitted objects against the schemas of their kinds, with findings that lead back to what the user wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.crds import Crds
from pulumi_everest.emit.objects import Emitted
from pulumi_everest.emit.origins import Emit, Origins
from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Finding, finding, path_text, without_first


def check_objects(
    objects: Sequence[Emitted], crds: Crds, spec: Mapping[str, Any], resolved: Resolved, emit: Emit
) -> list[Finding]:
    """What is wrong with the objects that `emit` made of a resolved cluster; `spec` is what the user wrote.

    A finding about a value of the user's has its path in the spec, any other one has the path in the object, and the
    object as its subject. What several objects or parts of one say about one value is said once.
    """
    origins = Origins(spec, resolved, objects, emit)
    found: dict[tuple[Path, str], Finding] = {}
    for index, entry in enumerate(objects):
        for problem in _known(entry, crds):
            origin = origins.of(index, problem.path)
            kind = str(entry.manifest.get("kind"))
            text = f"{without_first(problem)}, in {kind} at {path_text(problem.path) or 'the top'}"
            repeated = problem.first and origins.of(index, problem.first)
            if origin is None:
                operator = resolved.spec.get("operatorVersion")
                hint = problem.hint or (f"are the CRDs those of operator {operator}?" if operator else None)
                subject = f"{kind} {entry.manifest['metadata'].get('name')}"
                named = replace(problem, message=text, subject=subject, hint=hint, first=None)
                found[(problem.path, f"{index} {problem.message}")] = named
                continue
            code = "cluster.overrides" if "overrides" in (origin[0], *origin[2:3]) else "emit.object"
            of_key = problem.of_key and bool(origin) and origin[-1:] == problem.path[-1:]
            allowed, hint = problem.allowed, problem.hint
            here = finding(code, origin, text, allowed=allowed, hint=hint, of_key=of_key, first=repeated or None)
            found.setdefault((origin, problem.message), here)
    return list(found.values())


def _known(entry: Emitted, crds: Crds) -> list[Finding]:
    """The findings of one object, or nothing where no schema of its kind is known at all."""
    return [] if unchecked(entry, crds) else crds.check(entry.manifest)


def unchecked(entry: Emitted, crds: Crds) -> bool:
    """Whether there is no schema for the kind of an object in any version, so that nothing can be said about it."""
    return not crds.has_kind(str(entry.manifest.get("apiVersion")), str(entry.manifest.get("kind")))


def no_schema(entry: Emitted, crds: Crds) -> Finding:
    """The warning about a kind whose objects are not checked."""
    kind = str(entry.manifest.get("kind"))
    text = f"the given CRDs have no definition of {kind}, so objects of this kind are not checked"
    return finding("emit.no-schema", (), text, allowed=sorted({name for _, name in crds.schemas}))
