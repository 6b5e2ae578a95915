"""What the page asks and what it is answered: a form opened, its values checked, objects explained, files saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_everest import form as forms
from pulumi_everest.adoption.write import project_files
from pulumi_everest.core.paths import value_at, without
from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import Scope
from pulumi_everest.form import FormTree, Message
from pulumi_everest.model.deferred import Path as ValuePath
from pulumi_everest.model.findings import EverestError, Finding
from pulumi_everest.plugins.plugin import Plugin
from pulumi_everest.review.options import Options
from pulumi_everest.ui.asked import Asked, Mode, WrongRequestError, always
from pulumi_everest.ui.changing import changes
from pulumi_everest.ui.checking import Outcome, components, file_of, name_of, objects_data, outcome, program_of
from pulumi_everest.ui.existing import AllExisting, Existing, unknown_cluster
from pulumi_everest.ui.finding_data import finding_data
from pulumi_everest.ui.saving import Folder, RefusedError
from pulumi_everest.ui.technologies import Technologies, missing
from pulumi_everest.ui.tracing import traced

Data = dict[str, Any]


class AbandonedError(Exception):
    """Something else was asked for before this was done."""


@dataclass
class Known:
    """Plugins and clusters as they are until a file changes, with what was made of them."""

    technologies: Technologies
    existing: AllExisting
    options: Options
    folder: Path | None = None
    _forms: dict[tuple[str, str, Mode], FormTree] = field(default_factory=dict)
    _before: dict[str, Outcome] = field(default_factory=dict)
    _last: tuple[Any, Outcome] | None = None
    still_wanted: Callable[[], bool] = always

    def plugin_of(self, cluster: Existing) -> Plugin | None:
        """The plugin of a cluster that is there: that of its Provider, where this is one of its input."""
        named = next((d for d in cluster.beside if _is_provider(d.data, cluster.provider)), None)
        path = ("spec", "databaseClusterDefinition")
        definition = value_at(named.data, path) if named is not None else cluster.provider
        return next((one for one in self.technologies.all if one.definition.name == definition), None)

    def form(self, plugin: Plugin, topology: str, mode: Mode) -> FormTree:
        """The form of a plugin. Raises EverestError."""
        key = (plugin.name, topology, mode)
        if key not in self._forms:
            technology = self.technologies.setup(plugin).technology
            self._forms[key] = forms.resolved(technology, topology, mode, plugin.forms)
        return self._forms[key]

    def before(self, cluster: Existing) -> Outcome:
        """What a cluster is before it is changed."""
        if cluster.id not in self._before:
            self._before[cluster.id] = self.outcome(cluster.document, cluster)
        return self._before[cluster.id]

    def outcome(self, document: Data, cluster: Existing | None) -> Outcome:
        """What comes of a document. The last one is remembered."""
        file = cluster.file if cluster is not None else file_of(document)
        key = (document, file)
        if self._last is None or self._last[0] != key:
            beside = cluster.beside if cluster is not None else ()
            plugins = self.technologies.plugins
            self._last = (key, outcome(document, file, plugins, self.options, beside, self._go_on))
        return self._last[1]

    def _go_on(self) -> None:
        """Raises AbandonedError where nobody wants any longer what is being done."""
        if not self.still_wanted():
            raise AbandonedError


def _is_provider(data: Mapping[str, Any], name: str) -> bool:
    return data.get("kind") == "Provider" and value_at(data, ("metadata", "name")) == name


@dataclass
class _Form:
    """The form that a request is about."""

    known: Known
    plugin: Plugin
    tree: FormTree
    cluster: Existing | None

    @property
    def original(self) -> Data | None:
        """The document that is changed, if one is."""
        return self.cluster.document if self.cluster is not None else None


def _form(known: Known, asked: Asked) -> _Form:
    """The form. Raises EverestError, or WrongRequestError."""
    plugin = known.technologies.plugin(asked.plugin)
    if plugin is None:
        raise missing(asked.plugin, known.technologies)
    cluster = known.existing.named(asked.cluster) if asked.cluster is not None else None
    if asked.cluster is not None and cluster is None:
        raise unknown_cluster(asked.cluster, known.existing)
    topology = asked.topology or _topology(plugin, cluster)
    if topology not in plugin.definition.spec.topologies:
        raise WrongRequestError(f"{plugin.name} has no topology '{topology[:80]}'")
    return _Form(known, plugin, known.form(plugin, topology, asked.mode), cluster)


def _topology(plugin: Plugin, cluster: Existing | None) -> str:
    if cluster is not None:
        given = value_at(cluster.document, ("spec", "topology", "type"))
        if isinstance(given, str) and given in plugin.definition.spec.topologies:
            return given
    return plugin.definition.default_topology or next(iter(plugin.definition.spec.topologies), "")


def opened(known: Known, asked: Asked) -> Data:
    """A form, and the values that it begins with."""
    form = _form(known, asked)
    values = forms.values(form.tree, form.original) if form.original is not None else forms.starting_values(form.tree)
    notes = list(form.cluster.notes) if form.cluster is not None else []
    return {"form": form.tree.as_data(), "values": values, "notes": notes}


def checked(known: Known, asked: Asked) -> Data:
    """What comes of the values of a form: findings at their fields, document, program, objects, changes."""
    form = _form(known, asked)
    found = forms.state(form.tree, asked.values, form.original)
    before = known.before(form.cluster) if form.cluster is not None else None
    result = known.outcome(forms.cluster(form.tree, asked.values, form.original, found.hidden), form.cluster)
    change, more = changes(before, result, asked.allow) if before is not None else (None, [])
    document = result.document
    addresses = _addresses(form)
    findings = [_finding(entry, result, addresses) for entry in [*result.gathered.findings, *more]]
    told = {address for one in findings if _says_enough(one) for address in one["addresses"]}
    findings = [*(_message(one) for one in found.messages if one.address not in told), *findings]
    main = next((item for item in result.items if item.main), None)
    return {
        "findings": findings,
        "hidden": found.hidden,
        "name": name_of(document),
        "otherwise": _otherwise(form, result),
        "yaml": result.text,
        "python": program_of(document) if asked.shows in (None, "python") else None,
        "files": _files(result, document),
        "objects": objects_data(result.items) if asked.shows in (None, "objects") else None,
        "components": components(result.cluster),
        "host": _host(form, result) if main is not None else None,
        "changes": change,
    }


def _says_enough(one: Data) -> bool:
    """Whether a finding leaves nothing to be said by the form's own rules, which often say the same in other words."""
    return bool(one["severity"] == "error" or one["code"] == "change.lifted")


def _addresses(form: _Form) -> Callable[[ValuePath], str | None]:
    """Gives the field that shows a path of the document."""
    return lambda path: forms.address_of(form.tree, path)


def _otherwise(form: _Form, result: Outcome) -> Data:
    """What the cluster has where its form says nothing. What is wrong in it counts as not said."""
    document = result.document
    for path in {entry.path for entry in result.gathered.findings if entry.is_error and entry.path}:
        document = without(document, path)
    return forms.otherwise(form.tree, form.known.technologies.setup(form.plugin).technology, document)


def _host(form: _Form, result: Outcome) -> str | None:
    """Where clients reach the cluster, as the plugin says it."""
    manifest, cluster = form.plugin.manifest, result.cluster
    if manifest.connection is None or cluster is None:
        return None
    spec, metadata = cluster.snapshot.spec, cluster.snapshot.metadata
    types = form.plugin.definition.types_of(spec.get("instances") or {})
    scope = Scope({"spec": spec, "metadata": metadata, "types": types}, False)
    try:
        host, port = (filled(str(text), scope) for text in (manifest.connection.host, manifest.connection.port))
    except EverestError:
        return None
    return f"{manifest.connection.type}://{host}:{port}"


def _message(one: Message) -> Data:
    return {
        "code": "form", "severity": "error", "path": one.address, "message": one.message, "hint": None,
        "allowedText": "", "addresses": [one.address], "inDocument": False,
    }  # fmt: skip


def _finding(entry: Finding, result: Outcome, addresses: Callable[[ValuePath], str | None]) -> Data:
    address = addresses(entry.path)
    in_document = entry.place is not None and entry.place.file == result.file
    return {**finding_data(entry), "addresses": [address] if address is not None else [], "inDocument": in_document}


def _files(result: Outcome, document: Data) -> Data:
    return {"yaml": Path(result.file).name, "python": f"{Path(file_of(document)).stem}/__main__.py"}


def explained(known: Known, asked: Asked) -> Data:
    """Where the values of the objects come from. Raises AbandonedError when somebody asks for something else."""
    known.still_wanted = asked.still_wanted
    form = _form(known, asked)
    result = known.outcome(forms.cluster(form.tree, asked.values, form.original), form.cluster)
    addresses = _addresses(form)

    def address(path: ValuePath) -> str | None:
        return addresses(path if path[:1] == ("metadata",) else ("spec", *path))

    return {"objects": traced(result.items, address, result.file)}


def saved(known: Known, asked: Asked) -> Data:
    """Files written into the folder given at the start. Raises RefusedError."""
    if known.folder is None:
        raise RefusedError("no folder was given at the start: everest ui -o DIR")
    form = _form(known, asked)
    document = forms.cluster(form.tree, asked.values, form.original)
    result = known.outcome(document, form.cluster)
    folder = Folder(known.folder)
    if asked.what == "yaml":
        return {"saved": folder.save({Path(result.file).name: result.text}, over=asked.over)}
    name = Path(file_of(document)).stem
    return {"saved": folder.save(project_files(name, program_of(document), "A database"), below=name, over=asked.over)}
