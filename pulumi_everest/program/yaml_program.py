"""Programs in Pulumi YAML: the resources of this package are made, with what is known; all others are left out.

They are made by the same components as those of a Python program, each by a call that stands, for whoever asks for its
place, on the line of the resource.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pulumi

from pulumi_everest.model.findings import EverestError, Finding, finding, unknown
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import Document, read_file
from pulumi_everest.program.project import Project
from pulumi_everest.resources.arguments.naming import OTHER_LANGUAGE
from pulumi_everest.resources.engine import tokens

TYPES: Final = (tokens.PROVIDER, tokens.CLUSTER, tokens.BACKUP, tokens.RESTORE, tokens.UPGRADE)
"""The resources that are made, in an order in which each comes after those that it may name."""

_REFERENCE: Final = re.compile(r"\$\$\{|\$\{([^}]*)\}")
_DEEPEST: Final = 64
_OPTIONS: Final = {"protect": "protect", "ignoreChanges": "ignore_changes"}
"""Options of resources that say something of what the resources are."""


def run_yaml(project: Project) -> list[Finding]:
    """Make the resources, and give what is wrong with others. Raises EverestError for what is no program."""
    documents, found = read_file(project.program, lambda _version, _kind: ANY)
    if found or not documents:
        raise EverestError(found)
    OTHER_LANGUAGE.set(True)
    return _Program(project, documents[0]).run()


class _Program:
    def __init__(self, project: Project, document: Document) -> None:
        self.project, self.document = project, document
        self.file = os.path.abspath(project.program)
        data = document.data
        self.resources = _mapping(data.get("resources"))
        self.variables = _mapping(data.get("variables"))
        self.declared = {**_mapping(data.get("configuration")), **_mapping(data.get("config"))}
        self.made: dict[str, Any] = {}

    def run(self) -> list[Finding]:
        """Make all resources of this package, those first that others may name."""
        wrong = [entry for name in self.resources for entry in self._wrong(name)]
        for token in TYPES:
            for name, resource in self.resources.items():
                if isinstance(resource, dict) and token_of(resource.get("type")) == token:
                    self.made[name] = self._at_its_line(name, lambda n=name, t=token: self._make(n, t))  # type: ignore[misc]
        return wrong

    def _wrong(self, name: str) -> Iterator[Finding]:
        """A resource of this package that has no type which there is."""
        resource = self.resources[name]
        kind = resource.get("type") if isinstance(resource, dict) else None
        if isinstance(kind, str) and kind.partition(":")[0] == tokens.PACKAGE and token_of(kind) not in TYPES:
            path = ("resources", name, "type")
            text = f"there is no resource of type '{kind}'"
            entry = unknown("source.kind", path, text, kind, [_short(token) for token in TYPES])
            yield finding(
                entry.code, path, text, allowed=entry.allowed, hint=entry.hint, place=self.document.value_place(path)
            )

    def _at_its_line(self, name: str, make: Callable[[], Any]) -> Any:
        line = self.document.place(("resources", name)).line or 1
        call = ast.Call(ast.Name("make", ast.Load()), [], [])
        tree = ast.Expression(call)
        for node in (call, call.func):
            node.lineno, node.end_lineno, node.col_offset, node.end_col_offset = line, line, 0, 0
        return eval(compile(tree, self.file, "eval"), {"make": make})  # noqa: S307 - a call of a function given here

    def _make(self, name: str, token: str) -> Any:
        import pulumi_everest

        resource = self.resources[name]
        constructors = {
            tokens.PROVIDER: pulumi_everest.Provider,
            tokens.CLUSTER: pulumi_everest.DatabaseCluster,
            tokens.BACKUP: pulumi_everest.DatabaseBackup,
            tokens.RESTORE: pulumi_everest.DatabaseRestore,
            tokens.UPGRADE: pulumi_everest.DatabaseUpgrade,
        }
        properties = self._value(resource.get("properties") or {}, 0)
        given = _mapping(self._value(resource.get("options") or {}, 0))
        options = {_OPTIONS[key]: value for key, value in given.items() if key in _OPTIONS and _is_plain(value)}
        logical = resource.get("name") if isinstance(resource.get("name"), str) else name
        constructor: Any = constructors[token]
        return constructor(logical, properties, pulumi.ResourceOptions(**options))

    # Values

    def _value(self, value: Any, depth: int) -> Any:
        """A value with what is known in the place of references; what is not is an output without a value."""
        if depth > _DEEPEST:
            return _unknown()
        if isinstance(value, str):
            return self._text(value, depth)
        if isinstance(value, list):
            return [self._value(item, depth + 1) for item in value]
        if isinstance(value, dict):
            [key, *others] = [*value] or [""]
            if isinstance(key, str) and key.lower().startswith("fn::") and not others:
                if key.lower() == "fn::secret":
                    return pulumi.Output.secret(self._value(value[key], depth + 1))
                return _unknown()
            return {key: self._value(item, depth + 1) for key, item in value.items()}
        return value

    def _text(self, text: str, depth: int) -> Any:
        whole = _REFERENCE.fullmatch(text)
        if whole is not None and whole[1] is not None:
            return self._reference(whole[1].strip(), depth)
        parts: list[str] = []
        end = 0
        for match in _REFERENCE.finditer(text):
            value = self._reference(match[1].strip(), depth) if match[1] is not None else "${"
            if not isinstance(value, (str, int)) or isinstance(value, bool):
                return _unknown()
            parts += [text[end : match.start()], str(value)]
            end = match.end()
        return "".join([*parts, text[end:]])

    def _reference(self, path: str, depth: int) -> Any:
        name, _, rest = path.partition(".")
        if path == "pulumi.stack":
            return pulumi.get_stack()
        if path == "pulumi.project":
            return pulumi.get_project()
        if name in self.made:
            made = self.made[name]
            return made if not rest else getattr(made, rest, None) if rest == "name" else _unknown()
        if name in self.variables and not rest:
            return self._value(self.variables[name], depth + 1)
        if not rest and name not in self.resources:
            return self._config(name)
        return _unknown()

    def _config(self, name: str) -> Any:
        key = name if ":" in name else f"{self.project.name}:{name}"
        value = pulumi.runtime.get_config(key)
        declared = self.declared.get(name)
        if not isinstance(value, str):
            return _unknown()  # there is none, or it is encrypted
        default = declared.get("default") if isinstance(declared, dict) else None
        kind = declared.get("type") if isinstance(declared, dict) else None
        if kind in ("String", "string") or (kind is None and (default is None or isinstance(default, str))):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value


def token_of(kind: Any) -> str:
    """The type token that is meant by one as YAML has it: the module may be left out, or hold the name again."""
    parts = kind.split(":") if isinstance(kind, str) else []
    if len(parts) < 2 or parts[0] != tokens.PACKAGE:
        return ""
    return f"{tokens.PACKAGE}:index:{parts[-1]}" if parts[1:-1] in ([], ["index"]) or "/" in parts[1] else ""


def _short(token: str) -> str:
    return token.replace(":index:", ":")


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _is_plain(value: Any) -> bool:
    return not isinstance(value, pulumi.Output) and not (isinstance(value, list) and any(map(_is_output, value)))


def _is_output(value: Any) -> bool:
    return isinstance(value, pulumi.Output)


def _unknown() -> pulumi.Output[Any]:
    async def given(value: Any) -> Any:
        return value

    return pulumi.Output(set(), given(None), given(False), given(False))
