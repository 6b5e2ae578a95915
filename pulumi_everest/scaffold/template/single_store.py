"""One place for backups in the operator's object, named by a URL, with keys of Secrets as credentials."""

from __future__ import annotations

import re
from typing import Any, Final

from pulumi_everest.scaffold.definitions.fields import Field
from pulumi_everest.scaffold.meaning.shapes import is_key, is_keys, url_of
from pulumi_everest.scaffold.template.placing import Tree, put
from pulumi_everest.scaffold.template.tree import Guess

_KEYS: Final = {
    "s3": ((r"secret", "AWS_SECRET_ACCESS_KEY"), (r"access", "AWS_ACCESS_KEY_ID")),
    "azure": (
        (r"(?:storage|account|access)Key|^key", "AZURE_STORAGE_ACCOUNT_KEY"),
        (r"account|name", "AZURE_STORAGE_ACCOUNT_NAME"),
    ),
}
"""The keys of the Secrets of each type, by what their fields are called."""
_ARCHIVE: Final = re.compile(r"wal|archives?|(?:bin|redo|op)_?logs?", re.IGNORECASE)
"""Names of the logs that are archived for recovery to any moment."""
_FIRST: Final = "spec.?backup.?storages.orValue([]).filter(s, s.name == spec.backup.storages[0].name)"
_SCHEMES: Final = {"s3": "s3", "azure": "https", "gcs": "gs"}


def _kind(field: Field) -> str:
    name = field.last.lower()
    kinds = {"azure": "azure", "s3": "s3", "aws": "s3", "google": "gcs", "gcs": "gcs", "gcp": "gcs"}
    return next((kind for word, kind in kinds.items() if word in name), "")


class UrlStore:
    """The guesses about such a place: it is the cluster's only storage."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.kinds: list[str] = []
        self.packings: list[str] = []
        """How archives may be compressed, where the definition says so."""

    def fill(self, at: Field) -> None:
        """Put in the first storage. Of others nothing could be said, so a rule refuses them."""
        made = {"forEach": {"storage": f"${{{_FIRST}}}"}, **self.made(at)}
        put(self.tree, (*at.path[:-1], f"?{at.last}"), Guess(made, "storage of backups", ("backup.storages",)))

    def made(self, at: Field, folder: str = "") -> Tree:
        """The place as a mapping, of a storage that expressions call `storage`; `folder` is a folder in it, if any."""
        url = url_of(at)
        assert url is not None
        made: Tree = {}
        for one in at.children.values():
            kind = _kind(one) if is_keys(one) else ""
            if kind:
                keys = self._keys(one, kind)
                if keys:
                    self.kinds.append(kind)
                    made[one.last] = Guess(keys, f"credentials of type {kind}", ("backup.storages.credentialsSecret",))
        scheme = "{" + ", ".join(f"'{kind}': '{_SCHEMES[kind]}'" for kind in self.kinds) + "}[storage.type]"
        where = "storage.?bucket.orValue(storage.?container.orValue(''))"
        made[url.last] = f"${{{scheme}}}://${{{where}}}${{has(storage.prefix) ? '/' + storage.prefix : ''}}"
        if folder:
            made[url.last] += f"/${{{folder}}}"
        endpoint = at.child("endpointURL", "endpointUrl", "endpoint")
        if endpoint is not None and endpoint.type == "string":
            reads = ("backup.storages.endpointUrl",)
            made[f"?{endpoint.last}"] = Guess("${storage.?endpointUrl}", "endpoint", reads)
        if not folder:
            self._packed(at, made)
        return made

    def _packed(self, at: Field, made: Tree) -> None:
        """How archives are compressed."""
        archive = next((one for one in at.children.values() if _ARCHIVE.fullmatch(one.last)), None)
        packed = archive.child("compression") if archive is not None else None
        if archive is None or packed is None or packed.type != "string":
            return
        reads = ("backup.storages.pitr.compression",)
        made[f"?{archive.last}"] = {f"?{packed.last}": Guess("${storage.?pitr.?compression}", "compression", reads)}
        self.packings = [str(one) for one in packed.enum]

    def _keys(self, at: Field, kind: str) -> Tree:
        made: Tree = {"when": f"${{storage.type == '{kind}' && has(storage.credentialsSecret)}}"}
        known = _KEYS.get(kind, ((".", "GCS_CREDENTIALS"),))
        for one in at.children.values():
            key = next((key for pattern, key in known if re.search(pattern, one.last, re.IGNORECASE)), "")
            if key and is_key(one) and key not in _keys_in(made) and "sas" not in one.last.lower():
                made[one.last] = {"name": "${storage.credentialsSecret}", "key": key}
        return made if len(made) > 1 else {}

    def rules(self) -> list[dict[str, str]]:
        """What has to hold of the storages."""
        kinds = ", ".join(f"'{kind}'" for kind in self.kinds)
        return [
            {
                "cel": "spec.?backup.?storages.orValue([]).all(s, s.name == spec.backup.storages[0].name"
                " || s.name == spec.?dataSource.?storage.orValue(''))",
                "path": "backup.storages",
                "message": "there is one storage for backups, beside the one that a new cluster is filled from",
            },
            *self._of_packings(),
            {
                "cel": f"spec.?backup.?storages.orValue([]).all(s, s.type in [{kinds}] && has(s.credentialsSecret))",
                "path": "backup.storages",
                "message": f"a storage is of the type {' or '.join(self.kinds)}, and has credentialsSecret",
            },
        ]

    def _of_packings(self) -> list[dict[str, str]]:
        listed = ", ".join(f"'{one}'" for one in self.packings)
        cel = f"spec.?backup.?storages.orValue([]).all(s, s.?pitr.?compression.orValue('') in ['', {listed}])"
        message = f"the compression of archives is {' or '.join(self.packings)}"
        return [{"cel": cel, "path": "backup.storages.pitr.compression", "message": message}] if self.packings else []


def _keys_in(made: Tree) -> list[Any]:
    return [value["key"] for value in made.values() if isinstance(value, dict)]
