"""Writes the typed dictionaries of the arguments of components, from the models that arguments are read as.

``make schemas`` runs it. Programs have typed dictionaries and not the models themselves, since any value may be an
output, and since importing pydantic's models takes time that a type checker, which alone needs them, has.
"""

from __future__ import annotations

import re
import textwrap
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from pulumi_everest.model.schemas.field_docs import field_docs
from pulumi_everest.plugins.load import load_plugin
from pulumi_everest.resources.arguments.models import (
    PLAIN,
    DatabaseBackupArgs,
    DatabaseClusterArgs,
    DatabaseRestoreArgs,
    DatabaseUpgradeArgs,
    ProviderArgs,
)

PACKAGE: Final = "pulumi_everest.resources"
FOLDER: Final = Path(__file__).parents[1].joinpath(*PACKAGE.split("."))
WIDTH: Final = 120
MADE_BY: Final = "# Made from the models of the arguments by `make schemas`: change those, and run it again."
PARTS: Final = "argument_parts"

COMPONENTS: Final[dict[str, tuple[str, type[BaseModel]]]] = {
    "cluster_args": ("The arguments of a DatabaseCluster.", DatabaseClusterArgs),
    "provider_args": ("The arguments of a Provider.", ProviderArgs),
    "backup_args": ("The arguments of a DatabaseBackup.", DatabaseBackupArgs),
    "restore_args": ("The arguments of a DatabaseRestore.", DatabaseRestoreArgs),
    "upgrade_args": ("The arguments of a DatabaseUpgrade.", DatabaseUpgradeArgs),
}
"""By the name of its module: what the arguments of each component are called, and the model that they are read as."""

ABOUT_PARTS: Final = """\
What the arguments of components consist of, as typed dictionaries, of which `everest` exports each by its name.

Only names in snake_case are declared; the names of YAML are accepted as well. Any value may be an output. Nothing
(None) stands for a field that is left out, so that the result of ``config.get`` can be passed on.
"""

FIRST: Final = ("name", "namespace", "labels", "annotations", "finalizers")
"""What comes first, after what must be given, as in every Kubernetes object."""

BY_DEFAULT: Final = frozenset({"name", "database_cluster_definition"})
"""Fields that an object cannot do without, and for which another argument stands in where they are left out."""

RESOURCES: Final = {
    ("DatabaseClusterArgs", "provider"): "Provider",
    ("DatabaseBackupArgs", "cluster"): "DatabaseCluster",
    ("DatabaseBackupArgs", "provider"): "Provider",
    ("DatabaseRestoreArgs", "cluster"): "DatabaseCluster",
    ("DatabaseRestoreArgs", "provider"): "Provider",
    ("DatabaseRestoreArgs", "backup"): "DatabaseBackup",
    ("DatabaseUpgradeArgs", "cluster"): "DatabaseCluster",
    ("DatabaseUpgradeArgs", "provider"): "Provider",
}
"""Names in place of which a program may pass the resource itself."""

KUBERNETES: Final = {
    ("Scheduling", "affinity"): "AffinityArgs",
    ("Scheduling", "tolerations"): "TolerationArgs",
    ("Scheduling", "topology_spread_constraints"): "TopologySpreadConstraintArgs",
}
"""Parts of Kubernetes objects, which a program may have as the types of pulumi_kubernetes."""

PATHS: Final = frozenset({("ProviderArgs", "plugins"), ("ProviderArgs", "definitions")})
"""Folders and files, which a program may have as paths."""

IMPORTED: Final = {
    "AffinityArgs": "pulumi_kubernetes.core.v1",
    "TolerationArgs": "pulumi_kubernetes.core.v1",
    "TopologySpreadConstraintArgs": "pulumi_kubernetes.core.v1",
    "DatabaseBackup": f"{PACKAGE}.backup",
    "DatabaseCluster": f"{PACKAGE}.cluster",
    "Provider": f"{PACKAGE}.provider",
}
"""Where the types come from that only a type checker needs, beside the parts."""


def files() -> dict[Path, str]:
    """The text of every module of typed dictionaries, by its file."""
    parts = list(_parts(model for _, model in COMPONENTS.values()))
    made = {PARTS: _module(ABOUT_PARTS, parts, {})}
    imported = {model.__name__: f"{PACKAGE}.{PARTS}" for model in parts} | IMPORTED
    for name, (about, model) in COMPONENTS.items():
        made[name] = _module(about, [model], imported)
    return {FOLDER / f"{name}.py": text for name, text in made.items()}


def _parts(models: Iterable[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """The models inside of models, each once, after those that it consists of."""
    seen: set[type[BaseModel]] = set()

    def inside(annotation: Any) -> Iterator[type[BaseModel]]:
        if not isinstance(annotation, type) or not issubclass(annotation, BaseModel):
            for argument in get_args(annotation):
                yield from inside(argument)
        elif annotation not in seen:
            seen.add(annotation)
            yield from of(annotation)
            yield annotation

    def of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
        for info in model.model_fields.values():
            yield from inside(info.annotation)

    for model in models:
        yield from of(model)


# Modules


def _module(about: str, models: Sequence[type[BaseModel]], imported: dict[str, str]) -> str:
    """A module of typed dictionaries. `imported` says where types come from that it does not define."""
    classes = [class_of(model) for model in models]
    named = set(re.findall(r"\w+", "\n".join(line for entry in classes for line in entry.types)))
    text = [MADE_BY, f'"""{about}"""', "", "from __future__ import annotations", ""]
    text += ["import os"] if "os" in named else []
    text += [f"from collections.abc import {names}"] if (names := _among(("Mapping", "Sequence"), named)) else []
    for_checkers = {name: module for name, module in (IMPORTED | imported).items() if name in named}
    typing = named | {"TypedDict"} | ({"TYPE_CHECKING"} if for_checkers else set())
    text += [f"from typing import {_among(('TYPE_CHECKING', 'Any', 'Literal', 'TypedDict'), typing)}", ""]
    text += ["import pulumi", ""]
    if for_checkers:
        text += ["if TYPE_CHECKING:", *_imports(for_checkers), ""]
    for entry in classes:
        text += ["", *entry.lines, ""]
    return "\n".join(text).rstrip("\n") + "\n"


def _among(names: Sequence[str], named: set[str]) -> str:
    return ", ".join(name for name in names if name in named)


def _imports(modules: dict[str, str]) -> Iterator[str]:
    for module in sorted(set(modules.values()), key=lambda name: (name.startswith("pulumi_everest"), name)):
        names = sorted((name for name, origin in modules.items() if origin == module), key=str.lower)
        line = f"    from {module} import {', '.join(names)}"
        if len(line) <= WIDTH:
            yield line
        else:
            yield f"    from {module} import ("
            yield from (f"        {name}," for name in names)
            yield "    )"


# Classes


@dataclass
class Class:
    """A typed dictionary: its lines, and the types of its fields."""

    lines: list[str]
    types: list[str]


def class_of(model: type[BaseModel]) -> Class:
    """The typed dictionary of a model. Raises TypeError for a type that programs cannot have."""
    docs = field_docs(model)
    lines = [f"class {model.__name__}(TypedDict, total=False):", *_docstring(model.__doc__ or ""), ""]
    said: list[str] = []
    for name in _ordered(model):
        said.append(_type_of_field(model, name))
        lines += [*_declared(name, said[-1]), *_docstring(docs[name])]
    return Class(lines, said)


def _ordered(model: type[BaseModel]) -> list[str]:
    """The fields of a model: what must be given, then what every object has, then the others in their order."""
    names = list(model.model_fields)
    if model.__name__ not in {arguments.__name__ for _, arguments in COMPONENTS.values()}:
        return names
    given = [name for name in names if model.model_fields[name].is_required() and name not in BY_DEFAULT]
    return list(dict.fromkeys([*given, *(name for name in FIRST if name in names), *names]))


def _docstring(text: str) -> list[str]:
    words = " ".join(text.split())
    assert "\\" not in words, "a docstring with a backslash must be a raw one"
    wrapped = textwrap.TextWrapper(WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    return [f"    {line}" for line in wrapped.wrap(f'"""{words}"""')]


def _declared(name: str, kind: str) -> list[str]:
    """A field, in as many lines as ruff would make of it."""
    line = f"    {name}: {kind}"
    if len(line) <= WIDTH:
        return [line]
    choices = _choices(kind)
    if len(choices) == 1:
        return _opened(f"    {name}: {kind}")
    lines = [f"        {choices[0]}", *(f"        | {choice}" for choice in choices[1:])]
    return [f"    {name}: (", *(part for line in lines for part in _opened(line)), "    )"]


def _opened(line: str) -> list[str]:
    """A line as it is, or with what stands in its brackets on a line of its own."""
    if len(line) <= WIDTH:
        return [line]
    outer, inner = line.split("[", 1)
    margin = " " * (len(line) - len(line.lstrip()))
    return [f"{outer}[", f"{margin}    {inner.removesuffix(']')}", f"{margin}]"]


def _choices(kind: str) -> list[str]:
    """The parts of a union, of those outside all brackets."""
    found = [""]
    for part in kind.split(" | "):
        whole = found[-1].count("[") == found[-1].count("]")
        found = [*found, part] if whole else [*found[:-1], f"{found[-1]} | {part}"]
    return found[1:]


# Types


def _type_of_field(model: type[BaseModel], name: str) -> str:
    place, info = (model.__name__, name), model.model_fields[name]
    optional = type(None) in get_args(info.annotation)
    if place in RESOURCES:
        offered = f"Literal[{_built_in()}] | " if RESOURCES[place] == "Provider" else ""
        return f"pulumi.Input[str] | {offered}{RESOURCES[place]}{' | None' if optional else ''}"
    if place in PLAIN:
        return f"{_type(info.annotation, place, outputs=False)} | None"
    kind = _type(info.annotation, place)
    if name in BY_DEFAULT and info.is_required() and model.__name__.endswith("Args"):
        return f"pulumi.Input[{kind}] | None"
    return f"pulumi.Input[{kind}{' | None' if optional else ''}]"


def _built_in() -> str:
    """The Providers that are built in, which editors offer; any other name is as good."""
    folders = (Path(__file__).parents[1] / "pulumi_everest" / "plugins").glob("*/plugin.yaml")
    names = {plugin.definition.name for folder in folders if (plugin := load_plugin(folder.parent)[0]) is not None}
    return ", ".join(f'"{name}"' for name in sorted(names))


def _type(annotation: Any, place: tuple[str, str], *, outputs: bool = True) -> str:
    """The type of a value that is there, as text; with `outputs` those inside of it may be outputs."""
    origin, arguments = get_origin(annotation), get_args(annotation)

    def item(inner: Any) -> str:
        kind = _type(inner, place, outputs=outputs)
        kind = f"pulumi.Input[{kind}]" if outputs else kind
        return f"{kind} | None" if type(None) in get_args(inner) else kind

    if origin is Annotated:
        return _type(arguments[0], place, outputs=outputs)
    if origin in (Union, types.UnionType):
        members = [entry for entry in arguments if entry is not type(None)]
        return " | ".join(_type(entry, place, outputs=outputs) for entry in members)
    if origin is Literal:
        return f"Literal[{', '.join(f'{chr(34)}{value}{chr(34)}' for value in arguments)}]"
    if origin is list:
        return f"Sequence[{item(arguments[0])}]"
    if origin is dict and arguments[1] is Any:
        return f"Mapping[str, Any] | {KUBERNETES[place]}" if place in KUBERNETES else "Mapping[str, Any]"
    if origin is dict:
        return f"Mapping[str, {item(arguments[1])}]"
    if annotation is str and place in PATHS:
        return "str | os.PathLike[str]"
    if isinstance(annotation, type) and (annotation in (str, int, bool, float) or issubclass(annotation, BaseModel)):
        return annotation.__name__
    raise TypeError(f"a typed dictionary has no type for {annotation}")


def main() -> None:
    """Write the modules."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
