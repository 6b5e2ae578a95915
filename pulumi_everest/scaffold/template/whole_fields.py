"""What a cluster says as a whole, at the fields of the operator's object that take it: pauses, TLS, backups."""

from __future__ import annotations

from typing import Any

from pulumi_everest.scaffold.definitions.fields import ENTRY, ITEM, Field
from pulumi_everest.scaffold.definitions.samples import Sample
from pulumi_everest.scaffold.meaning.components import BACKUP, Found
from pulumi_everest.scaffold.meaning.shapes import secret_of_users
from pulumi_everest.scaffold.template.backup_fields import BackupFields
from pulumi_everest.scaffold.template.component.images import pulled
from pulumi_everest.scaffold.template.placing import Tree, put
from pulumi_everest.scaffold.template.single_store import UrlStore
from pulumi_everest.scaffold.template.tree import Guess

PMM = "pmm"


class WholeFields:
    """The guesses about the whole cluster, put into the tree of the object."""

    def __init__(self, found: Found, tree: Tree, sample: Sample) -> None:
        self.found, self.tree, self.sample = found, tree, sample
        self.user_keys: list[str] = []
        """The keys of the Secret of the system's users, as far as they are known."""
        self.shards: Field | None = None
        self.has_stores = self.has_pmm = self.has_url_store = False
        self.paused: Field | None = None
        self.backups: BackupFields | None = None
        self.rules: list[dict[str, str]] = []
        """What has to hold of a cluster, for the definition."""

    def fill(self) -> None:
        """Put in all that is known."""
        for at in self.nearest("operatorVersion"):
            put(self.tree, at.path, Guess("${operator}", "operator's version"))
        pulled(self.tree, self.found.whole)
        self._paused()
        self._shards()
        self._secrets()
        self._tls()
        self._pmm()
        self._backups()

    def nearest(self, role: str) -> list[Field]:
        """The field of a role that is nearest to the top; none in lists, where each item is another thing."""
        fits = [one for one in self.found.whole.get(role, ()) if self._is_one(one, role)]
        return sorted(fits, key=needs_more)[:1]

    def _is_one(self, field: Field, role: str) -> bool:
        """Whether there is one of a field in the object, or one in what the engine has."""
        engine = self.found.engine
        around = engine.place.path if engine is not None else ()
        if not {ITEM, ENTRY} & set(field.path[:-1]):
            return True
        if role in ("stores", "schedules") or field.path[: len(around)] != around:
            return False
        return role == "shards" or not {ITEM, ENTRY} & set(field.path[len(around) : -1])

    def _paused(self) -> None:
        for at in self.nearest("paused"):
            self.paused = at
            note = (
                "ask: does it stop the pods and keep the volumes?" if at.last.lower() not in ("pause", "paused") else ""
            )
            if at.type == "boolean":
                guess = Guess("${spec.?paused}", "paused", ("paused",), note)
                put(self.tree, (*at.path[:-1], f"?{at.last}"), guess)
                continue
            word = next(str(one) for one in at.enum if str(one).lower() == "yes")
            guess = Guess({"when": "${spec.?paused.orValue(false)}", "do": word}, "paused", ("paused",), note)
            put(self.tree, at.path, guess)

    def _shards(self) -> None:
        for at in self.nearest("shards"):
            self.shards = at
            guess = Guess("${spec.topology.?config.?shards.orValue(1)}", "shards", ("topology.config.shards",))
            put(self.tree, at.path, guess)

    def _secrets(self) -> None:
        for at in self.nearest("expansion"):
            put(self.tree, at.path, Guess(True, "growing volumes"))
        single = self.nearest("usersSecret")
        for at in single:
            self._secret_of_users(at)
        for at in self.found.whole.get("users", [])[:1]:
            if not single and not {ITEM, ENTRY} & set(at.path):
                self._users(at)

    def _secret_of_users(self, at: Field) -> None:
        """The Secret of the system's users; with the keys that it has, where the template or a sample says them."""
        key, said = at.child("key"), self.sample.at(at.path)
        if key is not None and key.required:
            wanted = self.sample.at((*at.path, "key"))
            self.user_keys = [wanted if isinstance(wanted, str) else "password"]
        elif isinstance(said, str):
            self.user_keys = self.sample.keys_of(said)
        elif at.type != "string":
            called = self.sample.at((*at.path, "name")) or self.sample.at((*at.path, "secretName"))
            self.user_keys = self.sample.keys_of(called) if isinstance(called, str) else []
        if not self.user_keys:
            self._secret(at, "usersSecret", "Secret of users")
            return
        there = "${has(spec.usersSecret) || has(secrets.users)}"
        reads = ("usersSecret",)
        if at.type == "string":
            put(self.tree, at.path, Guess({"when": there, "do": "${users}"}, "Secret of users", reads))
            return
        named = at.child("name", "secretName")
        assert named is not None
        made: Tree = {"when": there, named.last: "${users}"}
        if key is not None and key.required:
            ask = "" if isinstance(self.sample.at((*at.path, "key")), str) else "which key of the Secret?"
            made["key"] = Guess(self.user_keys[0], "key in the Secret", ask=ask)
        put(self.tree, at.path, Guess(made, "Secret of users", reads))

    def _users(self, at: Field) -> None:
        """A list of users with Secrets: the first one is that of the system."""
        named = secret_of_users(at)
        assert named is not None
        key = named.child("name", "secretName")
        secret: Any = "${spec.usersSecret}" if key is None else {key.last: "${spec.usersSecret}"}
        name = Guess("admin", "name of the user", ask="the name of the system's user")
        user: Tree = {"when": "${has(spec.usersSecret)}", "name": name, named.last: secret}
        put(self.tree, (*at.path[:-1], f"?{at.last}"), Guess([user], "users", ("usersSecret",)))

    def _secret(self, at: Field, reads: str, what: str) -> None:
        path = reads.split(".")
        expression = "spec" + "".join(f".?{part}" for part in path)
        if at.type == "string":
            guess = Guess(f"${{{expression}}}", what, (reads,))
            put(self.tree, (*at.path[:-1], f"?{at.last}"), guess)
            return
        named = at.child("name", "secretName")
        assert named is not None
        plain = "spec" + "".join(f".?{part}" for part in path[:-1]) + f".{path[-1]}"
        made: Tree = {"when": f"${{{expression}.hasValue()}}", named.last: f"${{{plain.replace('.?', '.')}}}"}
        key = at.child("key")
        if key is not None and key.required:
            made["key"] = Guess("password", "key in the Secret", ask="which key of the Secret?")
        put(self.tree, at.path, Guess(made, what, (reads,)))

    def _tls(self) -> None:
        for role, name in (("certificate", "certificateSecret"), ("internalCertificate", "internalCertificateSecret")):
            for at in self.nearest(role):
                self._secret(at, f"tls.{name}", "Secret with a certificate")
                for other in self._others(role, at):
                    self._secret(other, f"tls.{name}", "Secret with a certificate")
        for at in self.nearest("issuer"):
            if at.has("name", "kind", "group"):
                put(self.tree, (*at.path[:-1], f"?{at.last}"), Guess("${spec.?tls.?issuer}", "issuer", ("tls.issuer",)))
                continue
            made = {
                f"?{part}": Guess(f"${{spec.?tls.?issuer.?{part}}}", "issuer", (f"tls.issuer.{part}",))
                for part in ("name", "kind")
            }
            put(self.tree, at.path, made)
        for at in self.nearest("tlsMode"):
            put(self.tree, (*at.path[:-1], f"?{at.last}"), Guess("${spec.?tls.?mode}", "mode of TLS", ("tls.mode",)))
        modes = self.nearest("tlsMode")
        for at in self.nearest("tlsSwitch"):
            if not modes and len(at.path) < 3:
                self._switch(at)
        for at in self.nearest("tlsOnly"):
            if not modes and not self.nearest("tlsSwitch"):
                self._only(at)

    def _others(self, role: str, first: Field) -> list[Field]:
        """The fields of the same name in components that the cluster may have."""
        places = {one.place for one in self.found.components if one.optional}
        listed = (one for one in self.found.whole.get(role, ()) if one is not first and one.last == first.last)
        return [one for one in listed if self._is_one(one, role) and places & set(one.above()) and not needs_more(one)]

    def _only(self, at: Field) -> None:
        """Connections without TLS that are refused, or not."""
        value = {"when": "${spec.?tls.?mode.hasValue()}", "do": "${spec.tls.mode == 'required'}"}
        put(self.tree, at.path, Guess(value, "mode of TLS", ("tls.mode",)))
        self._modes("allowed", "required")

    def _switch(self, at: Field) -> None:
        """TLS that is on or off."""
        value = {"when": "${spec.?tls.?mode.hasValue()}", "do": "${spec.tls.mode != 'disabled'}"}
        put(self.tree, at.path, Guess(value, "mode of TLS", ("tls.mode",)))
        self._modes("enabled", "disabled")

    def _modes(self, first: str, second: str) -> None:
        cel = f"spec.?tls.?mode.orValue('{first}') in ['{first}', '{second}']"
        self.rules.append({"cel": cel, "path": "tls.mode", "message": f"the mode of TLS is {first} or {second}"})

    def _pmm(self) -> None:
        for at in self.nearest("pmm"):
            self.has_pmm = True
            reads = ("monitoring", f"instances.{PMM}")
            made: Tree = {
                "let": {PMM: f"${{spec.instances.?{PMM}}}"},
                "when": f"${{{PMM} != null}}",
                "image": f"${{{PMM}.image}}",
                "serverHost": "${spec.monitoring.serverUrl.split('/')[2]}",
                "?resources": "${spec.?monitoring.?resources}",
            }
            if "enabled" in at.children:
                made["enabled"] = True
            if "imagePullPolicy" in at.children:
                made["?imagePullPolicy"] = "${spec.?images.?pullPolicy}"
            secret = at.child("secret")
            if secret is not None and secret.type == "string":
                made[secret.last] = "${spec.monitoring.?credentialsSecret.orValue(metadata.name + '-pmm')}"
            made["merge"] = f"${{{PMM}.?overrides}}"
            put(self.tree, at.path, Guess(made, "PMM", reads))

    def _backups(self) -> None:
        agent = next((one for one in self.found.components if one.kind == BACKUP), None)
        backups = self.backups = BackupFields(self.tree, agent)
        stores = self.nearest("stores")
        for at in stores:
            self.has_stores = True
            backups.stores(at)
        for at in self.nearest("urlStore"):
            if not stores:
                self._url_store(at, backups)
        for at in self.nearest("schedules"):
            if stores or "storageName" in _names_below(at):
                self.has_stores = True
                backups.schedules(at)
        for at in self.nearest("pitr"):
            if self.has_stores:
                backups.pitr(at)

    def _url_store(self, at: Field, backups: BackupFields) -> None:
        store = UrlStore(self.tree)
        store.fill(at)
        if store.kinds:
            self.has_url_store = True
            backups.kinds += store.kinds
            backups.taken["credentialsSecret"] = store.kinds
            backups.named = {
                "forEach": {"storage": "${spec.?backup.?storages}"},
                "everest.percona.com/storage": "${storage.name}",
            }
            self.rules += store.rules()


def needs_more(field: Field) -> bool:
    """Whether a field stands in a mapping that the object may do without, and that needs other, unknown values."""
    inner = field
    for above in field.above():
        if above.required or not above.path:
            inner = above
            continue
        if any(one.required and not one.enum and one.type not in ("object", "array") for one in _beside(above, inner)):
            return True
        inner = above
    return False


def _beside(above: Field, inner: Field) -> list[Field]:
    return [one for one in above.children.values() if one is not inner]


def _names_below(at: Field) -> set[str]:
    item = at.children.get(ITEM)
    return set(item.children) if item is not None else set()
