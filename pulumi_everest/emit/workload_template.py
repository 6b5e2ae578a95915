"""workloads.yaml of a plugin: from the objects of a cluster to the pods and volumes that the operator makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Final

from pydantic import BaseModel

from pulumi_everest.emit.templates.compile import WORDS, Compiler
from pulumi_everest.emit.templates.inferred_fields import reads_of_value
from pulumi_everest.emit.templates.nodes import MARKS, Node
from pulumi_everest.emit.templates.read_parts import ReadPart
from pulumi_everest.expressions.functions import FunctionSpec
from pulumi_everest.expressions.reads import Read
from pulumi_everest.expressions.scope import Scope
from pulumi_everest.model.deferred import Deferred, Path, holds_deferred
from pulumi_everest.model.findings import Finding, sort_findings
from pulumi_everest.model.plugin_files.workloads import (
    BalancerEntry,
    ContainerEntry,
    VolumeEntry,
    WorkloadEntry,
    WorkloadFile,
)
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import Document

VARIABLES: Final = ("self", "objects")
_LISTS: Final[Mapping[str, type[BaseModel]]] = {
    "workloads": WorkloadEntry,
    "jobs": WorkloadEntry,
    "volumes": VolumeEntry,
    "loadBalancers": BalancerEntry,
    "containers": ContainerEntry,
    "initContainers": ContainerEntry,
}
"""What the items of a list are, by its key."""


@dataclass
class WorkloadTemplate:
    """The compiled template. `findings` is all that is wrong with it; only one without any makes something."""

    findings: list[Finding] = field(default_factory=list)
    _node: Node | None = None
    _reads: Callable[[], Iterable[Read]] = tuple

    @classmethod
    def parse(cls, document: Document, functions: Sequence[FunctionSpec] = ()) -> WorkloadTemplate:
        """The template of a document."""
        names = dict.fromkeys(VARIABLES, ANY)
        compiler = Compiler(document, names, functions)
        node = compiler.value(document.data, (), names)
        if isinstance(document.data, dict):
            _check_part(compiler, document.data, (), WorkloadFile)
        else:
            compiler.report("plugin.template", (), "workloads.yaml takes a mapping with 'workloads'")
        reads = partial(reads_of_value, document.data, compiler.compiled, compiler.variables)
        return cls(sort_findings(compiler.findings), node, reads)

    def make(self, main: Mapping[str, Any], objects: Sequence[Mapping[str, Any]] = ()) -> Any:
        """What becomes of the objects of a cluster, as `core.capacity.workloads` reads it; values may be a `Deferred`.

        Raises TemplateError where an expression fails.
        """
        assert self._node is not None  # parse always gives one
        values = {"self": main, "objects": list(objects)}
        made = self._node.make(Scope(values, holds_deferred(list(values.values()))))
        return Deferred() if made.__class__ in MARKS else made

    def decisive(self, main: Mapping[str, Any], objects: Sequence[Mapping[str, Any]] = ()) -> Any:
        """What of the objects decides what becomes of them, as plain data: with equal parts they become the same."""
        return self._part.cut({"self": main, "objects": objects})

    @cached_property
    def _part(self) -> ReadPart:
        return ReadPart.of(self._reads())


def _check_part(compiler: Compiler, data: Mapping[str, Any], path: Path, model: type[BaseModel]) -> None:
    """Report keys that a part does not have, and those that it lacks."""
    if "do" in data and model is not WorkloadFile:
        if isinstance(data["do"], dict):
            _check_part(compiler, data["do"], (*path, "do"), model)
        return
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    known = [key for key in fields if key not in WORDS or key == "let"]
    there = {key.removeprefix("?") if isinstance(key, str) else key: key for key in data}
    for name, key in there.items():
        if name not in known and name not in WORDS and name != "mixin":
            compiler.report_unknown("plugin.template", (*path, key), f"there is no '{name}' here", name, known)
        elif name in _LISTS and name in known:
            _check_list(compiler, data[key], (*path, key), _LISTS[name])
    missing = [name for name, info in fields.items() if info.is_required() and name not in there]
    if missing and "merge" not in data:
        compiler.report("plugin.template", path, f"'{missing[0]}' is missing", allowed=known)


def _check_list(compiler: Compiler, data: Any, path: Path, model: type[BaseModel]) -> None:
    """The same of the items of a list; one that an expression makes is read when it is there."""
    if isinstance(data, str):
        return
    if isinstance(data, dict) and "do" in data:
        _check_list(compiler, data["do"], (*path, "do"), model)
    elif isinstance(data, list):
        for index, item in enumerate(data):
            if isinstance(item, dict):
                _check_part(compiler, item, (*path, index), model)
            elif not isinstance(item, str):
                compiler.report("plugin.template", (*path, index), "an item is a mapping")
    else:
        compiler.report("plugin.template", path, f"'{path[-1]}' takes a list")
