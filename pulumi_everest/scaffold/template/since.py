"""Fields that only some versions of the operator have: their guesses are made for those versions alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pulumi_everest.scaffold.definitions.crd_files import Kind
from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Path
from pulumi_everest.scaffold.template.placing import Tree
from pulumi_everest.scaffold.template.tree import Guess


def only_since(spec: Tree, kind: Kind, versions: Sequence[str]) -> Tree:
    """A tree in which guesses at fields that came later are for operator versions that have them."""
    known = [version for version in versions if version in kind.by_operator]
    if len(known) < 2:
        return spec
    for guess in _placed(spec):
        having = [version for version in known if _has(kind.by_operator[version][1], guess.path)]
        if having and having != known and having == known[-len(having) :]:
            _limit(guess, having[0])
    return spec


def _placed(tree: Any) -> Iterator[Guess]:
    """The guesses that stand at a path of their own; not those inside others."""
    if isinstance(tree, Guess):
        if tree.path:
            yield tree
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
