"""The templates of an operator's objects, made of guesses about its kinds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_everest.scaffold.definitions.crd_files import Kind, Source
from pulumi_everest.scaffold.definitions.fields import Field, Path, fields_of, schema_of_sample
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.components import ENGINE, IMAGES, OPEN_PODS, Component, Found
from pulumi_everest.scaffold.meaning.kind_roles import Roles, found_in, refers
from pulumi_everest.scaffold.meaning.names import LEFT_OUT
from pulumi_everest.scaffold.template import bootstrap
from pulumi_everest.scaffold.template.api_versions import api_version
from pulumi_everest.scaffold.template.component.fields import ComponentFields
from pulumi_everest.scaffold.template.placing import Tree, mapping_at, marked, put
from pulumi_everest.scaffold.template.required_values import constants, fill_required, least_value
from pulumi_everest.scaffold.template.schedule_objects import SCHEDULES, is_scheduled, schedule_object
from pulumi_everest.scaffold.template.tree import Guess
from pulumi_everest.scaffold.template.version_conditions import with_version_conditions
from pulumi_everest.scaffold.template.whole_fields import WholeFields


@dataclass
class ComponentType:
    """A component of the plugin: its type, and what its definition says of it."""

    component: Component
    type: str
    engine_config: str = ""
    has_storage: bool = False
    replicas: Field | None = None
    sample: Sample = field(default_factory=Sample)
    needed: bool = False
    """Whether every cluster has it."""


@dataclass
class Objects:
    """The templates, and what the plugin's other files are made of."""

    tree: Tree
    components: list[ComponentType]
    found: Found
    whole: WholeFields


@dataclass(frozen=True)
class Choices:
    """What is done about components because rules of the definition ask for it."""

    said: frozenset[str] = frozenset()
    """Components that are said to be off where a cluster has none."""
    needed: frozenset[str] = frozenset()
    """Components that every cluster has."""


def objects_of(
    main: Kind, roles: Roles, source: Source, sample: Sample, name: str, choices: Choices | None = None
) -> Objects:
    """The templates of the main object, and of the parts that have objects of their own."""
    choices = choices or Choices()
    looked = sample.of(main.kind, main.group)
    top = fields_of(main.part("spec"))
    if not top.children and looked.spec:
        main.schema = {"properties": {"spec": schema_of_sample(looked.spec)}}
        top = fields_of(main.part("spec"))
    found = found_in(main)
    top = _top_of(found, top)
    spec: Tree = {}
    whole = WholeFields(found, spec, looked)
    components = _fill(found, spec, looked, name, choices=choices)
    for here, inside in found.switches:
        at = mapping_at(spec, here.path)
        at["when"] = f"${{{' || '.join(f'has(types.{one.name})' for one in inside)}}}"
        at["enabled"] = True
    whole.fill()
    with_secrets = bootstrap.fill(spec, top) or whole.has_stores
    constants(spec, top, looked, LEFT_OUT)
    _switched(found, spec)
    fill_required(spec, top, looked)
    objects: list[Any] = []
    if with_secrets:
        objects.append({"mixin": "storageSecrets"})
    holder = next(iter([*roles.labelled, *roles.parts]), None) if roles.bare else None
    for part in [*roles.labelled, *roles.parts]:
        own = _part(part, main, source, sample, components, holds=part is holder, needed=roles.bare)
        if own is not None:
            objects.append(own)
            if part.kind in roles.served:
                _served(spec, roles.served[part.kind], own["name"], part)
    made = _object(main, source, spec, whole.rules)
    if whole.backups is not None and whole.backups.named:
        made["metadata"]["?annotations"] = whole.backups.named
    if found.engine is not None and not found.engine.fields:
        note = "ask: where does the operator take the image from? Its definition has no field for it"
        image = Guess("${spec.instances.engine.image}", "image", ("instances.engine.image",), note)
        made["metadata"].setdefault("?annotations", {})["everest.percona.com/image"] = image
    objects.append({"name": "cluster", "main": True, "object": made})
    tree: Tree = {"let": {"owner": "${metadata.name}"}} if with_secrets else {}
    found_schedules = (schedule_object(kind, main, source) for kind in roles.backups if is_scheduled(kind))
    scheduled = [one for one in found_schedules if one is not None]
    if whole.user_keys:
        tree.setdefault("let", {})["users"] = "${spec.?usersSecret.orValue(metadata.name + '-users')}"
        objects.insert(0, {"mixin": "givenUsers"})
    if scheduled and (whole.has_stores or whole.has_url_store):
        tree.setdefault("let", {})["schedules"] = SCHEDULES
        objects += scheduled[:1]
    return Objects({**tree, "objects": objects}, components, found, whole)


def _switched(found: Found, spec: Tree) -> None:
    """Switch mappings on and off that are always there, and in which an optional component stands."""
    for one in found.components:
        if not one.optional:
            continue
        for above in one.place.above():
            if (
                above.path
                and above.required
                and "enabled" in above.children
                and (one.within is None or above not in one.within.place.above())
            ):
                put(spec, (*above.path, "enabled"), f"${{has(types.{one.name})}}")
                break


def _top_of(found: Found, top: Field) -> Field:
    engine = found.engine
    if engine is None:
        return top
    return next((one for one in (engine.place, *engine.place.above()) if one.parent is None), top)


def _fill(
    found: Found, spec: Tree, sample: Sample, name: str, prefix: str = "", choices: Choices | None = None
) -> list[ComponentType]:
    choices = choices or Choices()
    made: list[ComponentType] = []
    for component in sorted(found.components, key=lambda one: len(one.place.path)):
        own = _has_image(component, found)
        image_of = component.name if own else ENGINE
        fields = ComponentFields(component, spec, sample, image_of, said=component.name in choices.said)
        fields.fill()
        kind = name if component.name == ENGINE or (not own and not prefix) else component.name
        made.append(
            ComponentType(
                component,
                kind,
                fields.engine_config,
                fields.has_storage,
                component.first("replicas"),
                sample,
                component.name in choices.needed,
            )
        )
    return sorted(made, key=lambda one: one.component.name != ENGINE)


def _has_image(component: Component, found: Found) -> bool:
    """Whether a component has an image of its own, or a container in which one can be named."""
    return component is found.engine or component.first(*IMAGES, "version", *OPEN_PODS) is not None


def _part(
    part: Kind,
    main: Kind,
    source: Source,
    sample: Sample,
    components: list[ComponentType],
    *,
    holds: bool = False,
    needed: bool = False,
) -> Tree | None:
    """The object of a part of the database that has a kind of its own: an optional component.

    With `holds` it is the one that holds the data, and so the database itself; with `needed` those that a sample has
    are in every cluster.
    """
    to = refers(part, main)
    found = found_in(part)
    engine = found.engine
    if engine is None:
        return None
    name = _part_name(part, components)
    looked = sample.of(part.kind, part.group)
    spec: Tree = {}
    found.components = [engine]
    # In its object the part is always there; whether there is an object is another thing.
    engine.name, engine.optional = ENGINE if holds else name, False
    made = _fill(found, spec, looked, components[0].type if holds else name, prefix=name)[0]
    if holds:
        components[0] = _joined(components[0], made)
    else:
        engine.optional = not (needed and part.kind in sample.kinds)
        made.type = name
        components.append(made)
    whole = WholeFields(found, spec, looked)
    for role in (
        "stores",
        "schedules",
        "pitr",
        "paused",
        "shards",
        "usersSecret",
        "certificate",
        "internalCertificate",
        "issuer",
        "tlsMode",
        "tlsSwitch",
    ):
        found.whole.pop(role, None)
    whole.fill()
    if to is not None:
        reference: Any = "${metadata.name}" if to.type == "string" else {"name": "${metadata.name}"}
        put(spec, to.path, reference)
    constants(spec, fields_of(part.part("spec")), looked, LEFT_OUT)
    top = next(one for one in (engine.place, *engine.place.above()) if one.parent is None)
    fill_required(spec, top, looked)
    written = _object(part, source, spec)
    written["metadata"] = {"name": f"${{metadata.name}}-{part.kind.lower()}"}
    if to is None and holds:
        label = sample.label_of(part.kind, main.kind)
        ask = "" if label else f"which label binds it to {main.kind}?"
        likely = f"{'.'.join(part.group.split('.')[-2:])}/cluster"
        written["metadata"]["labels"] = {label or likely: Guess("${metadata.name}", "label", ask=ask)}
    if not engine.optional:
        data: Tree = {"keeps": "data"} if made.has_storage else {}
        return {"name": name, **data, "after": ["cluster"], "object": written}
    return {"name": name, "when": f"${{has(types.{name})}}", "after": ["cluster"], "object": written}


def _served(spec: Tree, hosts: Path, name: str, part: Kind) -> None:
    """Have the main object find a part by its Service."""
    host = Guess(
        f"${{metadata.name}}-{part.kind.lower()}", "host", ask=f"which Service has the operator for {part.kind}?"
    )
    put(spec, hosts, Guess([{"when": f"${{has(types.{name})}}", "host": host}], f"hosts of {part.kind}"))


def _part_name(part: Kind, components: list[ComponentType]) -> str:
    """The name of a part: that of its kind, whose first word may be an abbreviation."""
    first = re.match(r"[A-Z]+(?=[A-Z][a-z]|\Z)|[A-Z]", part.kind)
    name = part.kind if first is None else first[0].lower() + part.kind[first.end() :]
    return f"{name}Object" if name in {one.component.name for one in components} else name


def _joined(whole: ComponentType, part: ComponentType) -> ComponentType:
    """The database itself, of which the main object says something and the object of a part the rest."""
    fields = {**part.component.fields, **whole.component.fields}
    whole.component.fields = fields
    return replace(
        whole,
        engine_config=whole.engine_config or part.engine_config,
        has_storage=whole.has_storage or part.has_storage,
        replicas=whole.replicas or part.replicas,
        sample=part.sample,
    )


def _object(kind: Kind, source: Source, spec: Tree, rules: list[dict[str, str]] | None = None) -> Tree:
    made: Tree = {
        "apiVersion": api_version(kind, source),
        "kind": kind.kind,
        "metadata": {"name": "${metadata.name}"},
        "spec": marked(with_version_conditions(spec, kind, source.versions, rules)),
    }
    properties = kind.schema.get("properties")
    if isinstance(properties, Mapping) and "spec" not in properties:
        del made["spec"]
    needed = kind.schema.get("required")
    for name in needed if isinstance(needed, list) else ():
        below = kind.schema.get("properties", {}).get(name)
        if name not in ("apiVersion", "kind", "metadata", "spec", "status") and isinstance(below, Mapping):
            made[name] = Guess(least_value(fields_of(below, (name,))), name, ask="the definition needs it")
    return made
