"""What a new database is filled with, where the operator's main object itself says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field
from pulumi_everest.scaffold.meaning.shapes import is_store, is_url_store
from pulumi_everest.scaffold.template.backup_fields import NUMBERED, BackupFields
from pulumi_everest.scaffold.template.placing import Tree, mapping_at, put
from pulumi_everest.scaffold.template.single_store import UrlStore
from pulumi_everest.scaffold.template.tree import Guess

_BEGINS = re.compile(r"bootstrap\w*|recovery|restore\w*|dataSource|init(?:ialize)?From|clone|source", re.IGNORECASE)
_BACKUP = re.compile(r"backup(?:name|ref|reference)?", re.IGNORECASE)
_MOMENT = re.compile(r"(?:target|recovery|restore)?_?(?:time|date|timestamp)|pointInTime(?:Recovery)?", re.IGNORECASE)
_CHOSEN = "spec.?backup.?storages.orValue([]).filter(s, s.name == spec.?dataSource.?storage.orValue(''))"
_FROM_STORAGE = "spec.?dataSource.?storage.hasValue()"
_SOURCE = "source"
"""Name of the entry that says where the data of a new cluster are."""


def fill(tree: Tree, top: Field) -> bool:
    """Put in what a new cluster is filled with: a backup by its name, or one that is in a storage.

    Whether the Secrets of storages are named.
    """
    _from_backup(tree, top)
    _from_named(tree, top)
    return _from_store(tree, top)


def _from_backup(tree: Tree, top: Field) -> None:
    """The backup, at the nearest place for it."""
    for at in _places(top, False):
        if at.type == "string":
            guess = Guess("${spec.?dataSource.?backup}", "backup to begin with", ("dataSource.backup",))
            put(tree, (*at.path[:-1], f"?{at.last}"), guess)
        else:
            made = {"when": "${spec.?dataSource.?backup.hasValue()}", "name": "${spec.dataSource.backup}"}
            put(tree, at.path, Guess(made, "backup to begin with", ("dataSource.backup",)))
        beside = at.parent
        if beside is not None:
            _moment(tree, beside)
        return


def _moment(tree: Tree, beside: Field) -> None:
    below = [deep for child in beside.children.values() for deep in child.children.values()]
    for one in (*beside.children.values(), *below):
        if one.type == "string" and _MOMENT.fullmatch(one.last):
            there = "has(spec.dataSource) && spec.?dataSource.?pointInTime.orValue('latest') != 'latest'"
            made = {"when": f"${{{there}}}", "do": "${spec.dataSource.pointInTime}"}
            put(tree, one.path, Guess(made, "moment to begin with", ("dataSource.pointInTime",)))
            return


def _places(here: Field, inside: bool) -> Iterator[Field]:
    """The references to backups below mappings that say what a database begins with; those nearer first."""
    for child in here.children.values():
        if child.last in (ITEM, ENTRY) or len(child.path) > 5:
            continue
        if inside and _BACKUP.fullmatch(child.last):
            named = child.child("name")
            if child.type == "string" or (child.type == "object" and named is not None and len(child.children) <= 4):
                yield child
                continue
        if child.type == "object":
            yield from _places(child, inside or bool(_BEGINS.fullmatch(child.last)))


def _from_store(tree: Tree, top: Field) -> bool:
    """A storage with a bucket of a cloud, below a mapping that says what a database begins with."""
    for begin in (one for one in top.children.values() if _BEGINS.fullmatch(one.last) and one.type == "object"):
        at = next((one for one in _mappings(begin) if is_store(one)), None)
        if at is None or begin.last in tree or f"?{begin.last}" in tree:
            continue
        stores = BackupFields({}, None)
        inner = {key: value for key, value in stores.store(at).items() if key.lower() != "volume"}
        name = at.child("name")
        numbered = NUMBERED.match(str(name.schema.get("pattern", ""))) if name is not None else None
        if numbered is not None:
            inner["name"] = f"{numbered[1]}{numbered[2]}"
        made: Tree = {"when": f"${{{_FROM_STORAGE}}}"}
        here = mapping_at(made, at.path[1:])
        here.update({"forEach": {"storage": f"${{{_CHOSEN}}}"}, **inner})
        mounted = stores.mounted(at)
        if mounted is not None:
            around = mapping_at(made, at.path[1:-1])
            mounted[1].value = [{"forEach": {"storage": f"${{{_CHOSEN}}}"}, **mounted[1].value[0]}]
            around[f"?{mounted[0]}"] = mounted[1]
        put(tree, begin.path, Guess(made, "storage to begin with", ("dataSource.storage",)))
        return True
    return False


def _from_named(tree: Tree, top: Field) -> None:
    """A list of named places, one of which is the source of what a database begins with."""
    source = next((one for one in _mappings(top) if _is_source(one)), None)
    listed = next((one for one in top.children.values() if _named_store(one) is not None), None)
    if source is None or listed is None:
        return
    at = _named_store(listed)
    assert at is not None
    store = UrlStore(tree)
    made = store.made(at, folder="spec.?dataSource.?path.orValue('')")
    if not store.kinds:
        return
    item: Tree = {"forEach": {"storage": f"${{{_CHOSEN}}}"}, "name": _SOURCE, at.last: made}
    reads = ("dataSource.storage", "dataSource.path")
    put(tree, (*listed.path[:-1], f"?{listed.last}"), Guess([item], "storage to begin with", reads))
    value = {"when": f"${{{_FROM_STORAGE}}}", "do": _SOURCE}
    put(tree, (*source.path, "source"), Guess(value, "storage to begin with", ("dataSource.storage",)))


def _mappings(here: Field) -> Iterator[Field]:
    for child in here.children.values():
        if child.type == "object" and len(child.path) < 5:
            yield child
            yield from _mappings(child)


def _is_source(field: Field) -> bool:
    """Whether a mapping names, by a text, what a database begins with."""
    at = field.child("source")
    stands = any(_BEGINS.fullmatch(above.last) for above in field.above() if above.path)
    return bool(_BEGINS.fullmatch(field.last)) and stands and at is not None and at.type == "string"


def _named_store(field: Field) -> Field | None:
    """The place for backups, named by a URL, that each item of a list of named mappings has."""
    item = field.children.get(ITEM)
    if item is None or not item.has("name"):
        return None
    return next((one for one in item.children.values() if one.type == "object" and is_url_store(one)), None)
