"""adopt.yaml: the storages and schedules of a running database, which trying field after field does not find."""

from __future__ import annotations

from typing import Any

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field
from pulumi_everest.scaffold.template.backup_fields import CLOUDS, FIELDS_OF, NAMES_OF, NUMBERED
from pulumi_everest.scaffold.template.placing import Tree
from pulumi_everest.scaffold.template.tree import Guess


def adopt_of(stores: Field | None, schedules: Field | None) -> Tree:
    """The file; nothing where the object does not say what its storages are called."""
    if stores is None or ITEM in stores.path or ENTRY in stores.path:
        return {}
    entry = stores.children.get(ENTRY) or stores.children.get(ITEM)
    if entry is None or not _is_named(entry):
        return {}
    storage = _storage(entry)
    if not storage:
        return {}
    here = f"self.spec{''.join(f'.?{part}' for part in stores.path)}"
    made: Tree = {"let": {"known": f"${{{here}.orValue({'{}' if ENTRY in stores.children else '[]'})}}"}}
    loop: Tree = {"forEach": {"name, storage" if ENTRY in stores.children else "storage": "${known}"}}
    loop |= storage
    loop["name"] = "${name}" if ENTRY in stores.children else "${storage.name}"
    tasks = _tasks(schedules, loop["name"]) if schedules is not None else []
    if tasks:
        loop["?schedules"] = tasks
    return {"?backup": {**made, "?storages": [Guess(loop, "storages of a running database")]}}


def _is_named(entry: Field) -> bool:
    """Whether storages have names of people's: those of a mapping have, those of a list if they are no numbers."""
    if entry.last == ENTRY:
        return True
    name = entry.child("name")
    return name is not None and not NUMBERED.match(str(name.schema.get("pattern", "")))


def _storage(entry: Field) -> Tree:
    """What a storage is, of the operator's, which expressions call `storage`."""
    clouds = {one: CLOUDS[one.last.lower()] for one in entry.children.values() if one.last.lower() in CLOUDS}
    if not clouds:
        return {}
    place = "{}"
    kind = f"'{next(iter(clouds.values()))}'"
    for one, name in reversed(clouds.items()):
        place = f"storage.?{one.last}.orValue({place})"
        kind = f"has(storage.{one.last}) ? '{name}' : {kind}"
    said = entry.child("type")
    made: Tree = {"let": {"place": f"${{{place}}}"}}
    made["type"] = "${storage.type}" if said is not None and said.type == "string" else f"${{{kind}}}"
    for one, name in clouds.items():
        for field in FIELDS_OF[name]:
            at = one.child(*NAMES_OF[field])
            if at is not None and at.type == "object":
                made.setdefault(f"?{field}", f"${{place.?{at.last}.?name}}")
            elif at is not None:
                made.setdefault(f"?{field}", f"${{place.?{at.last}}}")
    return made


def _tasks(schedules: Field, name: str) -> list[Any]:
    """The schedules of a storage, of a list of all."""
    item = schedules.children.get(ITEM)
    cron = item.child("schedule", "cron") if item is not None else None
    if item is None or cron is None or not item.has("name", "storageName") or ITEM in schedules.path:
        return []
    listed = f"self.spec{''.join(f'.?{part}' for part in schedules.path)}.orValue([])"
    whose = name.removeprefix("${").removesuffix("}")
    task: Tree = {
        "forEach": {"task": f"${{{listed}}}"},
        "when": f"${{task.?storageName.orValue('') == {whose}}}",
        "name": "${task.name}",
        "cron": f"${{task.{cron.last}}}",
    }
    if item.has("keep") and not item.has("retention"):
        task["?retention"] = {"?count": "${task.?keep}"}
    return [task]
