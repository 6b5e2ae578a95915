"""Entries of a lock for what is running, as the state of a stack has it, in whatever language its program is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pulumi_everest.core.changes.snapshot import Snapshot
from pulumi_everest.core.lock_record import Record
from pulumi_everest.model.lock_file import LockedCluster, LockedComponent
from pulumi_everest.program.project import project_file
from pulumi_everest.program.state import clusters_of_state
from pulumi_everest.review.locks.files import Section
from pulumi_everest.review.options import Options, WrongUseError, nearest_file

_HINT = "pulumi stack export | everest lock --from-state -"


def sections_of_state(file: str, places: Sequence[str], options: Options) -> tuple[list[Section], list[str]]:
    """The clusters of an exported state for the lock of one program, and those of which it does not say enough.

    Raises WrongUseError.
    """
    given = options.for_programs()
    if given:
        raise WrongUseError(f"{' and '.join(given)}: with --from-state no program runs")
    if len(places) != 1 or project_file(Path(places[0])) is None:
        raise WrongUseError("--from-state needs one PATH: the folder of a program, with its Pulumi.yaml")
    try:
        stored = clusters_of_state(_read(file))
    except ValueError as error:
        raise WrongUseError(f"--from-state {file}: {error} ({_HINT})") from None
    sections: dict[str, Section] = {}
    unknown = []
    for cluster in stored:
        entry = entry_of_snapshot(cluster.snapshot) if cluster.snapshot is not None else None
        if entry is None:
            unknown.append(cluster.name)
            continue
        section = sections.setdefault(cluster.stack, Section(Path(places[0]), cluster.stack, False, []))
        section.records.append(Record(cluster.name, entry))
    return list(sections.values()), unknown


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        text = f"there is no file '{file}'{nearest_file(Path(file))}"
    except OSError as error:
        text = f"cannot read {file}: {error.strerror or error}"
    raise WrongUseError(text, "--from-state")


def entry_of_snapshot(snapshot: Snapshot) -> LockedCluster | None:
    """What a lock says of a cluster that is running; None where its provider or all of its versions are not known."""
    spec = snapshot.spec
    components = {
        name: LockedComponent.model_construct(
            version=instance["version"], image=None if snapshot.says(f"{name}.image") else _text(instance.get("image"))
        )
        for name, instance in snapshot.instances.items()
        if _text(instance.get("version")) is not None
    }
    if _text(spec.get("provider")) is None or not components:
        return None
    return LockedCluster.model_construct(
        provider=spec["provider"],
        operator_version=_text(spec.get("operatorVersion")),
        bundle=_text(spec.get("bundle")),
        components=components,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
