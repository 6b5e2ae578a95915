"""What a new database is filled with, where the operator's main object itself says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field
from pulumi_everest.scaffold.template.placing import Tree, put
from pulumi_everest.scaffold.template.tree import Guess

_BEGINS = re.compile(r"bootstrap\w*|recovery|restore\w*|dataSource|init(?:ialize)?From|clone|source", re.IGNORECASE)
_BACKUP = re.compile(r"backup(?:name|ref|reference)?", re.IGNORECASE)
_MOMENT = re.compile(r"(?:target|recovery|restore)?_?(?:time|date|timestamp)|pointInTime(?:Recovery)?", re.IGNORECASE)


def fill(tree: Tree, top: Field) -> bool:
    """Put in the backup that a new cluster is filled with. Whether there is a place for it."""
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
        return True
    return False


def _moment(tree: Tree, beside: Field) -> None:
    below = [deep for child in beside.children.values() for deep in child.children.values()]
    for one in (*beside.children.values(), *below):
        if one.type == "string" and _MOMENT.fullmatch(one.last):
            there = "spec.?dataSource.?backup.hasValue() && spec.?dataSource.?pointInTime.orValue('latest') != 'latest'"
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
