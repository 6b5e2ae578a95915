"""The templates of backups and restores on demand, made of the kinds that an operator has for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pulumi_everest.scaffold.definitions.crd_files import Kind, Source
from pulumi_everest.scaffold.definitions.fields import Field, fields_of
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.kind_roles import refers
from pulumi_everest.scaffold.meaning.shapes import is_bucket, is_store
from pulumi_everest.scaffold.template.api_versions import api_version
from pulumi_everest.scaffold.template.backup_fields import NUMBERED, BackupFields
from pulumi_everest.scaffold.template.placing import Tree, marked
from pulumi_everest.scaffold.template.required_values import fill_required
from pulumi_everest.scaffold.template.tree import Guess
from pulumi_everest.scaffold.template.version_conditions import with_version_conditions

_DONE = re.compile(r"succe|complete|ready|done|finished", re.IGNORECASE)
_STORAGE = re.compile(r"(?:backup)?(?:storage|repo|repository|location)(?:name)?", re.IGNORECASE)
_MOMENT = re.compile(r"pitr|pointInTime", re.IGNORECASE)
_FOLDER = {"when": "${folder(spec.path) != ''}", "do": "${folder(spec.path)}"}
_KNOWN_STORAGE = {
    "cel": "!has(spec.storage) || has(cluster.spec)",
    "path": "storage",
    "message": "what the storage is stands in the cluster, which is not in the input",
}
_SOURCE_PARTS = {"backupSource", "source", "backup", "from", "storageSource"}


def backup_of(kind: Kind, main: Kind, source: Source) -> Tree | None:
    """backup.yaml: a backup on demand. None where the kind has nothing of one."""
    job = _Job(kind, main, "backup")
    if job.top.children and job.reference():
        job.storage()
        job.plain()
        return job.file(source)
    return None


def restore_of(kind: Kind, main: Kind, source: Source) -> Tree | None:
    """restore.yaml: a restore in place. None where the kind says of no backup and no storage."""
    job = _Job(kind, main, "restore")
    if job.top.children and job.reference():
        job.storage()
        job.backup_name()
        job.source()
        job.moment()
        if job.takes_something:
            return job.file(source)
    return None


class _Job:
    """The guesses about one kind of jobs."""

    def __init__(self, kind: Kind, main: Kind, what: str) -> None:
        self.kind, self.main, self.what = kind, main, what
        self.top = fields_of(kind.part("spec"))
        self.spec: Tree = {}
        self.names: Tree = {}
        self.rules: list[dict[str, str]] = []
        self.takes_something = False
        self.places = 0
        """How many places in storages it names."""

    def _guess(self, value: Any, name: str, *reads: str) -> Guess:
        return Guess(value, name, reads)

    def _rule(self, cel: str, path: str, message: str) -> None:
        self.rules.append({"cel": cel, "path": path, "message": message})

    def reference(self) -> bool:
        """Say which cluster it is about."""
        to = refers(self.kind, self.main)
        if to is None:
            return False
        whole = "${cluster.metadata.name}"
        self.spec[to.last] = whole if to.type == "string" else {"name": whole}
        return True

    def storage(self) -> None:
        """Say which storage it is about: by its name, or by the number that the operator knows it by."""
        for one in self.top.children.values():
            pattern = NUMBERED.match(str(one.schema.get("pattern", "")))
            if one.type != "string" or not _STORAGE.fullmatch(one.last):
                continue
            self.takes_something = True
            if pattern is None:
                key, value = (
                    (one.last, "${spec.storage}") if self.what == "backup" else (f"?{one.last}", "${spec.?storage}")
                )
                self.spec[key] = self._guess(value, "storage", "storage")
                if self.what == "restore":
                    self.rules.append(_KNOWN_STORAGE)
                continue
            number = f"'{pattern[1]}' + string(storage.index + {pattern[2]})"
            self.names["repository"] = f"${{has(storage.index) ? {number} : storage.?name.orValue('')}}"
            self.spec[one.last] = self._guess("${repository}", "storage", "storage")
            word, low, high = pattern.groups()
            named = f"spec.?storage.orValue('{word}{low}').matches('^{word}[{low}-{high}]$')"
            text = "which number a storage has stands in the cluster, which is not in the input"
            self._rule(f"has(cluster.spec) || {named}", "storage", text)

    def plain(self) -> None:
        """What a backup says beside that."""
        for name, value, reads in (
            ("type", "${spec.?type}", "type"),
            ("compressionType", "${spec.?compression.?type}", "compression.type"),
            ("compressionLevel", "${spec.?compression.?level}", "compression.level"),
            ("startingDeadlineSeconds", "${spec.?startingDeadlineSeconds}", "startingDeadlineSeconds"),
        ):
            one = self.top.child(name)
            if one is None or one.type not in ("string", "integer"):
                continue
            self.spec[f"?{name}"] = self._guess(value, name, reads)
            if one.enum:
                allowed = [str(item) for item in one.enum]
                self.rules.append(one_of(f"spec.?{reads.replace('.', '.?')}", reads, allowed))

    def backup_name(self) -> None:
        """Say which backup a restore is of."""
        for one in self.top.children.values():
            if not re.fullmatch(r"(?:from)?backup(?:name|ref|reference)?", one.last, re.IGNORECASE):
                continue
            if one.type == "string":
                self.spec[f"?{one.last}"] = self._guess("${spec.?backup}", "backup", "backup")
            elif one.type == "object" and set(one.children) <= {"name", "namespace"} and "name" in one.children:
                named = {"when": "${has(spec.backup)}", "name": "${spec.backup}"}
                self.spec[one.last] = self._guess(named, "backup", "backup")
            else:
                continue
            self.takes_something = True

    def source(self) -> None:
        """Say where in which storage a backup is."""
        for one in self.top.children.values():
            if one.last in _SOURCE_PARTS and one.type == "object":
                made = self._place(one)
                if made:
                    self.takes_something = True
                    self.spec[one.last] = self._guess(
                        {"when": "${has(spec.storage)}", **made}, "source", "storage", "path"
                    )
                    self.rules.append(_KNOWN_STORAGE)
                    text = "path says where in the storage the backup is"
                    self._rule("!has(spec.storage) || has(spec.path)", "path", text)

    def _place(self, at: Field) -> Tree:
        made: Tree = {}
        text = at.child("destination", "backupSource", "path", "location")
        if text is not None and text.type == "string":
            made[text.last] = self._guess(_DESTINATION, "destination", "path")
        stores = BackupFields({}, None)
        for where in (at, at.child("storage", "repository")):
            if where is None or not (is_store(where) or is_bucket(where)):
                continue
            inner = stores.store(where)
            clouds = {key: value for key, value in inner.items() if key.lstrip("?") not in ("main",)}
            _with_folder(clouds)
            if where is at:
                made |= clouds
            else:
                made[where.last] = clouds
        sort = at.child("type")
        if sort is not None and sort.type == "string":
            made.pop("type", None)
            made["?type"] = self._guess("${spec.?type}", "type", "type")
        named = at.child("storageName")
        if named is not None and made:
            made["storageName"] = "${storage.name}"
        self.places += bool(stores.kinds)
        return made if stores.kinds or "destination" in made else {}

    def moment(self) -> None:
        """Say up to which moment a restore goes."""
        at = next((one for one in self.top.children.values() if _MOMENT.match(one.last)), None)
        if at is None or at.type != "object":
            return
        date = at.child("date", "time", "targetTime", "pointInTime", "timestamp")
        sort = at.child("type")
        if date is None or date.type != "string":
            return
        made: Tree = {"when": "${has(spec.pointInTime)}"}
        latest = sort is not None and sort.type == "string" and (not sort.enum or {"latest", "date"} <= set(sort.enum))
        if sort is not None and latest:
            made["type"] = "${spec.pointInTime == 'latest' ? 'latest' : 'date'}"
        form = "${spec.pointInTime}" if date.schema.get("format") == "date-time" else "${utc(spec.pointInTime)}"
        made[date.last] = {"when": "${spec.pointInTime != 'latest'}", "do": form}
        moment = "spec.?pointInTime.orValue('')"
        if not latest:
            self._rule(f"{moment} != 'latest'", "pointInTime", "the moment is a time")
        self._rule(f"!{moment}.contains('.')", "pointInTime", "the moment is a whole second")
        below = at.child("backupSource", "source")
        inner = self._place(below) if below is not None and below.type == "object" else {}
        inner.pop("destination", None)
        inner.pop("?type", None)
        if below is not None and inner:
            made[below.last] = self._guess(
                {"when": "${has(spec.storage)}", **inner}, "source of the archive", "storage"
            )
        self.spec[at.last] = self._guess(made, "moment", "pointInTime")

    def file(self, source: Source) -> Tree:
        """The file."""
        self._needed()
        fill_required(self.spec, self.top, Sample())
        made: Tree = {}
        if self.places:
            self.names["owner"] = "${cluster.metadata.name}"
        if self.names:
            made["let"] = self.names
        wait = self._wait_for()
        if wait is not None:
            made["waitFor"] = wait
        rules = [rule for number, rule in enumerate(self.rules) if rule not in self.rules[:number]]
        if rules:
            made["rules"] = rules
        name_only: Tree = {"name": "${metadata.name}"}
        spec = marked(with_version_conditions(self.spec, self.kind, source.versions))
        one = {
            "apiVersion": api_version(self.kind, source),
            "kind": self.kind.kind,
            "metadata": name_only,
            "spec": spec,
        }
        made["objects"] = [{"name": self.what, "main": True, "object": one}]
        return made

    def _needed(self) -> None:
        """Refuse jobs that leave out what the object needs: nothing can stand in for a backup that nobody named."""
        for one in self.top.children.values():
            guess = self.spec.get(f"?{one.last}")
            if not one.required or not isinstance(guess, Guess) or not isinstance(guess.value, str):
                continue
            guess.value = guess.value.replace("spec.?", "spec.")
            self.spec[one.last] = self.spec.pop(f"?{one.last}")
            for name in guess.reads:
                self._rule(f"has(spec.{name})", name, f"a {self.what} of this operator needs '{name}'")

    def _wait_for(self) -> Guess | None:
        status = fields_of(self.kind.part("status"))
        words = next(
            (
                one
                for name in ("state", "phase", "status")
                if (one := status.child(name)) is not None and one.type == "string"
            ),
            None,
        )
        if words is not None and words.type == "string":
            word = next((str(one) for one in words.enum if _DONE.search(str(one))), "")
            ask = "" if word else f"the word by which a {self.what} is done"
            return Guess(f"jsonpath={{.status.{words.last}}}={word or 'Succeeded'}", "waitFor", ask=ask)
        if "conditions" in status.children:
            return Guess("condition=Complete", "waitFor", ask=f"the condition by which a {self.what} is done")
        return None


_DESTINATION = (
    "${{'s3': 's3', 'minio': 's3', 'azure': 'azure', 'gcs': 'gs'}[?storage.type].orValue('file')}://"
    "${storage.?bucket.orValue(storage.?container.orValue(''))}/${spec.path}"
)


def _with_folder(clouds: Mapping[str, Any]) -> None:
    """In a restore the folder is that of the path, and no storage of a volume has one."""
    for value in clouds.values():
        inner = value.value if isinstance(value, Guess) else value
        if isinstance(inner, dict):
            for key in [key for key in inner if key.lstrip("?") in ("prefix", "path", "folder")]:
                inner[key.lstrip("?")] = Guess(dict(_FOLDER), "folder", ("path",))
                if key.startswith("?"):
                    del inner[key]


def one_of(expression: str, path: str, allowed: list[str]) -> dict[str, str]:
    """A rule that a text is one of some."""
    listed = ", ".join(f"'{one}'" for one in allowed)
    return {
        "cel": f"!{expression}.hasValue() || {expression}.orValue('') in [{listed}]",
        "path": path,
        "message": f"the {path.rpartition('.')[2]} is one of {', '.join(allowed)}",
    }
