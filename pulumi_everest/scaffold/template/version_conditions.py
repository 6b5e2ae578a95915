"""Fields that only some versions of the operator have: their guesses are made for those versions alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pulumi_everest.scaffold.definitions.crd_files import Kind
from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Path
from pulumi_everest.scaffold.template.placing import Tree
from pulumi_everest.scaffold.template.tree import Guess, guesses


def with_version_conditions(
    spec: Tree, kind: Kind, versions: Sequence[str], rules: list[dict[str, str]] | None = None
) -> Tree:
    """A tree in which guesses at fields that came later are for operator versions that have them.

    `rules` gets those that refuse what only such guesses read where the operator is older.
    """
    known = [version for version in versions if version in kind.by_operator]
    if len(known) < 2:
        return spec
    always = {
        read for guess in guesses(spec) for read in guess.reads if _has(kind.by_operator[known[0]][1], guess.path)
    }
    for guess in _placed(spec):
        having = [version for version in known if _has(kind.by_operator[version][1], guess.path)]
        if having and having != known and having == known[-len(having) :]:
            _limit(guess, having[0])
            if rules is not None:
                rules += [_rule(read, having[0]) for read in guess.reads if read not in always]
    return spec


def _rule(read: str, since: str) -> dict[str, str]:
    path = "spec." + read.replace(".", ".?")
    there = f"{path}.hasValue()" if ".?" in path else f"has({path})"
    if read.startswith("backup.storages."):
        there = f"spec.?backup.?storages.orValue([]).exists(s, has(s.{read.removeprefix('backup.storages.')}))"
    return {
        "cel": f"versionAtLeast(spec.operatorVersion, '{since}') || !{there}",
        "path": read,
        "message": f"{read.rpartition('.')[2]} needs version {since} of the operator",
    }


def _placed(tree: Any) -> Iterator[Guess]:
    """The guesses that stand at a path of their own; not those inside others."""
    if isinstance(tree, Guess) and tree.path:
        yield tree
    elif isinstance(tree, Guess):
        yield from _placed(tree.value)
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from _placed(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _placed(value)


def _has(schema: Any, path: Path) -> bool:
    here = schema.get("properties", {}).get("spec") if isinstance(schema, dict) else None
    for part in path:
        if not isinstance(here, dict):
            return False
        if here.get("x-kubernetes-preserve-unknown-fields") and "properties" not in here:
            return True
        if part == ITEM:
            here = here.get("items")
        elif part == ENTRY:
            here = here.get("additionalProperties")
        else:
            properties = here.get("properties")
            here = properties.get(part) if isinstance(properties, dict) else None
    return here is not None


def _limit(guess: Guess, since: str) -> None:
    there = f"versionAtLeast(operator, '{since}')"
    value = guess.value
    if isinstance(value, dict):
        said = str(value.get("when", "")).removeprefix("${").removesuffix("}")
        guess.value = {
            "when": f"${{{there}{f' && ({said})' if said else ''}}}",
            **{k: v for k, v in value.items() if k != "when"},
        }
        if "forEach" in value:
            guess.value = {"when": f"${{{there}}}", "do": value}
        return
    guess.value = {"when": f"${{{there}}}", "do": value}
    if isinstance(value, str) and ".?" in value:
        inner = value.removeprefix("${").removesuffix("}")
        guess.value = f"${{{there} ? {inner} : optional.none()}}"
