"""What a preview says of the cluster: an operator that is not there, an object that is; without an engine."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from patience import PATIENCE
from pulumi.runtime import settings

from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.presence import Facts
from pulumi_everest.model.mark import MARK
from pulumi_everest.plugins.find import builtin
from pulumi_everest.program.monitor import Log, Message
from pulumi_everest.resources.engine.reach import Reach
from pulumi_everest.resources.hooks.existence import Existence, Planned
from pulumi_everest.resources.hooks.preflight import PlannedDatabase, Preflight
from pulumi_everest.resources.hooks.refusals import RefusedError

MANIFEST = next(plugin.manifest for plugin in builtin() if plugin.name == "psmdb")
SERVED = {("psmdb.percona.com/v1", "PerconaServerMongoDB")}


class Cluster:
    """A cluster with objects of these names by namespace, and these facts; or an error."""

    names: Any = {}  # noqa: RUF012
    facts = Facts(SERVED, {}, None)
    asked: list[str] = []  # noqa: RUF012
    volumes: list[str] = []  # noqa: RUF012
    secrets: list[str] = []  # noqa: RUF012
    selected: list[str] = []  # noqa: RUF012
    refusing: int | None = None

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def close(self) -> None:
        pass

    def list(self, _api_version: str, _kind: str, namespace: str) -> list[Any]:
        self.asked.append(namespace)
        if isinstance(self.names, Exception):
            raise self.names
        return [{"metadata": {"name": name}} for name in self.names.get(namespace, [])]

    def list_metadata(self, _api_version: str, kind: str, _namespace: str, *, labels: str) -> list[Any]:
        if self.refusing is not None:
            raise LiveError.of("refused", "no", code=self.refusing)
        assert kind == "PersistentVolumeClaim"
        self.selected.append(labels)
        of = {"app.kubernetes.io/name": "percona-server-mongodb"}
        return [
            {"metadata": {"name": name, "labels": {**of, "app.kubernetes.io/instance": name.split("-")[2]}}}
            for name in self.volumes
        ]

    def metadata(self, _api_version: str, _kind: str, name: str, _namespace: str) -> Any:
        if self.refusing is not None:
            raise LiveError.of("refused", "no", code=self.refusing)
        return {"metadata": {"name": name}} if name in self.secrets else None


class Value:
    """An output of a resource: what it becomes, or the error that it ends with."""

    def __init__(self, value: Any, *, known: bool = True) -> None:
        self.value, self.known = value, known

    async def future(self) -> Any:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    async def is_known(self) -> bool:
        return self.known


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> type[Cluster]:
    monkeypatch.setattr("pulumi_everest.live.cluster.LiveCluster", Cluster)
    monkeypatch.setattr("pulumi_everest.live.operators.read_facts", lambda *_: Cluster.facts)
    monkeypatch.setattr(Cluster, "names", {})
    monkeypatch.setattr(Cluster, "facts", Facts(SERVED, {}, None))
    monkeypatch.setattr(Cluster, "asked", [])
    monkeypatch.setattr(Cluster, "volumes", [])
    monkeypatch.setattr(Cluster, "secrets", [])
    monkeypatch.setattr(Cluster, "selected", [])
    monkeypatch.setattr(Cluster, "refusing", None)
    monkeypatch.setattr(settings, "is_dry_run", lambda: True)
    monkeypatch.setattr(settings.SETTINGS, "monitor", None)
    return Cluster


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    log = Log()
    monkeypatch.setattr(settings, "get_engine", lambda: log)
    return log.messages


def planned(name: Any, *, created: bool = True, namespace: str = "apps", urn: Any = None) -> PlannedDatabase:
    main = SimpleNamespace(
        id=Value("an id", known=not created),
        urn=Value(urn or f"urn:{name}"),
        metadata={"name": name, "namespace": namespace},
    )
    inputs = {"apiVersion": "psmdb.percona.com/v1", "kind": "PerconaServerMongoDB", "spec": {"crVersion": "1.22.0"}}
    return PlannedDatabase(f"DatabaseCluster {name}", main, inputs, MANIFEST, None)  # type: ignore[arg-type]


def look(*databases: PlannedDatabase, served: bool = False) -> list[Any]:
    """Look for the databases; gives the errors that end the program, or the calls of a served one."""

    async def run() -> list[Any]:
        preflight = Preflight(served=served)
        started = [preflight.add(entry) for entry in databases]
        calls = await asyncio.gather(*[one for one in started if one is not None], return_exceptions=True)
        if preflight._worker is not None:
            await preflight._worker
        failure = preflight.refusals.failure
        ended = await asyncio.gather(failure, return_exceptions=True) if failure is not None else []
        return [error for error in [*calls, *ended] if isinstance(error, Exception)]

    return asyncio.run(run())


def test_an_operator_that_is_missing_is_a_warning_once_for_all_databases(
    cluster: type[Cluster], said: list[Any]
) -> None:
    cluster.facts = Facts(SERVED, {}, [])
    assert look(planned("a"), planned("b"), planned("c", created=False)) == []
    [(severity, text, urn)] = said
    assert (severity, urn) == ("warning", "urn:a")
    assert text.endswith(
        "run `helm upgrade --install psmdb-operator psmdb-operator --repo https://percona.github.io/percona-helm-charts/ --version 1.22.0 --namespace apps`"
    )
    assert cluster.asked == ["apps"]


def test_objects_that_are_there_and_are_to_be_created_end_a_preview_once(
    cluster: type[Cluster], said: list[Any]
) -> None:
    cluster.names = {"apps": ["a", "b", "c"], "shop": ["d"]}
    made = [planned("a"), planned("b", created=False), planned("c"), planned("d"), planned("d", namespace="shop")]
    [error] = look(*made)
    assert isinstance(error, RefusedError)
    assert [entry.subject for entry in error.findings] == [
        "DatabaseCluster a",
        "DatabaseCluster c",
        "DatabaseCluster d",
    ]
    assert {entry.code for entry in error.findings} == {"cluster.exists"}
    assert [(entry.severity, entry.urn) for entry in said] == [
        ("error", "urn:a"),
        ("error", "urn:c"),
        ("error", "urn:d"),
    ]
    assert "PerconaServerMongoDB shop/d is there already" in said[2].text
    assert "aliases=[pulumi.Alias(" in said[2].text
    assert cluster.asked == ["apps", "shop"]


def test_in_a_served_program_the_call_for_that_database_fails(cluster: type[Cluster], said: list[Any]) -> None:
    cluster.names = {"apps": ["a"]}
    [error] = look(planned("a"), planned("b"), served=True)
    assert isinstance(error, RefusedError)
    assert "apps/a is there already" in str(error)
    assert said == []


def test_where_the_cluster_cannot_be_read_a_preview_says_so_once(cluster: type[Cluster], said: list[Any]) -> None:
    cluster.names = LiveError.of("login", "nobody can sign in")
    assert look(planned("a"), planned("b"), planned("c", namespace="shop")) == []
    [(severity, text, urn)] = said
    assert (severity, urn) == ("warning", "")
    assert "edits in the cluster are not seen" in text
    assert "nobody can sign in" in text


def test_a_defect_is_nothing_that_the_program_asked_for(cluster: type[Cluster], said: list[Any]) -> None:
    cluster.names = ValueError("a defect")
    assert look(planned("a")) == []
    assert said == []


def test_a_name_that_is_not_known_is_not_looked_for(cluster: type[Cluster], said: list[Any]) -> None:
    cluster.names = {"apps": ["a"]}
    assert look(planned(pulumi.UNKNOWN)) == []
    assert (cluster.asked, said) == ([], [])


def test_a_registration_that_failed_is_not_told_of_again(cluster: type[Cluster], said: list[Any]) -> None:
    cluster.names = {"apps": ["a"]}
    assert look(planned("a", urn=ValueError("refused"))) == []
    assert said == []


def test_only_a_preview_looks(cluster: type[Cluster], said: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "is_dry_run", lambda: False)
    cluster.names = {"apps": ["a"]}
    assert look(planned("a")) == []
    assert (cluster.asked, said) == ([], [])


TOKEN = "kubernetes:psmdb.percona.com/v1:PerconaServerMongoDB"


SECRET = "kubernetes:core/v1:Secret"


def create(name: str = "a", *, kind: str = "PerconaServerMongoDB", allow: tuple[str, ...] = ()) -> list[Message]:
    """An update that is about to make an object, by the default Kubernetes provider; what is said of it."""
    existence, log = Existence(Reach()), Log()
    existence._engine = log
    version, token = ("v1", SECRET) if kind == "Secret" else ("psmdb.percona.com/v1", TOKEN)
    inputs = {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "apps"}}
    existence._planned[token, name] = [Planned(inputs, None, allow)]
    asyncio.run(existence.before_create(pulumi.ResourceHookArgs(f"urn:{name}", "", name, token, new_inputs=inputs)))
    return log.messages


@pytest.mark.parametrize("kind", ["PerconaServerMongoDB", "Secret"])
@pytest.mark.parametrize("takes_over", [True, False])
def test_an_update_makes_nothing_that_is_there_already(
    cluster: type[Cluster], monkeypatch: pytest.MonkeyPatch, kind: str, takes_over: bool
) -> None:
    if takes_over:
        monkeypatch.setenv("PULUMI_K8S_UPSERT_EXISTING_OBJECTS", "true")
    monkeypatch.setattr(Cluster, "metadata", lambda *_: {"metadata": {}}, raising=False)
    with pytest.raises(RefusedError) as raised:
        create(kind=kind)
    assert f"{kind} apps/a is there already" in str(raised.value)
    assert ("enableSecretMutable" in str(raised.value)) is (kind == "Secret")
    [said] = create(kind=kind, allow=("exists",))
    assert said.text == "allow: exists lifted for a, which is there already; take it away after this change"
    monkeypatch.setattr(Cluster, "metadata", lambda *_: None)
    assert create(kind=kind) == []


@pytest.mark.parametrize(
    ("waits", "allow", "expected"),
    [(False, (), False), (True, (), True), (False, ("no-place",), True), (False, ("exists",), False)],
)
def test_what_is_missing_is_waited_for_where_the_program_may_bring_it_or_its_user_says_so(
    cluster: type[Cluster], monkeypatch: pytest.MonkeyPatch, waits: bool, allow: tuple[str, ...], expected: bool
) -> None:
    asked: list[bool] = []

    async def check(*_: Any, waits: bool, **_more: Any) -> None:
        asked.append(waits)

    monkeypatch.setattr(Cluster, "metadata", lambda *_: None, raising=False)
    existence = Existence(Reach())
    monkeypatch.setattr(existence.obstacles, "check", check)
    inputs = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "apps"}}
    existence._planned[SECRET, "a"] = [Planned(inputs, None, allow, waits=waits)]
    asyncio.run(existence.before_create(pulumi.ResourceHookArgs("urn:a", "", "a", SECRET, new_inputs=inputs)))
    assert asked == [expected]


def test_where_it_cannot_be_seen_only_a_provider_that_takes_over_is_refused(
    cluster: type[Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any) -> Any:
        raise LiveError.of("login", "nobody can sign in to the cluster")

    monkeypatch.setattr(Cluster, "metadata", missing, raising=False)
    assert create() == []
    monkeypatch.setenv("PULUMI_K8S_UPSERT_EXISTING_OBJECTS", "true")
    with pytest.raises(RefusedError, match="nobody can sign in") as raised:
        create()
    assert "a: the Kubernetes provider has upsertExistingObjects" in str(raised.value)
    assert len(create(allow=("exists",))) == 1


def other(kind: str, name: str, *, created: bool = True) -> Any:
    """Another object of a database, with its resource."""
    resource = SimpleNamespace(
        id=Value("an id", known=not created), urn=Value(f"urn:{name}"), metadata={"name": name, "namespace": "apps"}
    )
    return resource, {"apiVersion": "v1", "kind": kind}


def test_the_other_objects_of_a_database_are_looked_for_by_name_where_they_are_to_be_made(
    cluster: type[Cluster], said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def metadata(_: Any, __: str, kind: str, name: str, ___: str) -> Any:
        asked.append((kind, name))
        return {} if name == "taken" else None

    monkeypatch.setattr(Cluster, "metadata", metadata, raising=False)
    others = [other("Secret", "taken"), other("Secret", "free"), other("ConfigMap", "made", created=False)]
    [error] = look(replace(planned("a"), others=others))
    assert isinstance(error, RefusedError)
    assert [name for _, name in asked if not name.startswith(("a-", "internal-a"))] == ["taken", "free"]
    assert [(entry.severity, entry.urn) for entry in said] == [("error", "urn:taken")]

    said.clear()
    assert look(replace(planned("a"), others=others, allow=("secret-replaced",))) == []
    assert [entry.severity for entry in said] == ["warning"]


@pytest.mark.parametrize(("mark", "refused"), [("of this stack", False), ("of another", True), (None, True)])
def test_what_may_be_replaced_is_no_obstacle_where_this_stack_made_it(
    cluster: type[Cluster], said: list[Any], monkeypatch: pytest.MonkeyPatch, mark: str | None, refused: bool
) -> None:
    """A Secret for clients, which has other values; any Secret of which nobody knows yet whether it has."""
    there = {"metadata": {"annotations": {MARK: mark} if mark else {}}}
    monkeypatch.setattr(Cluster, "metadata", lambda *args: there if args[3] == "a-conn" else None, raising=False)
    resource, manifest = other("Secret", "a-conn")
    resource.metadata["annotations"] = {MARK: "of this stack"}
    database = replace(planned("a", created=False), others=[(resource, manifest)])

    assert len(look(replace(database, replaced=[resource]))) == int(refused)
    assert len(look(database)) == 1
    unknown = {**manifest, "stringData": {"password": pulumi.output.UNKNOWN}}
    assert len(look(replace(database, others=[(resource, unknown)]))) == int(refused)


def test_where_main_objects_may_not_be_listed_they_are_looked_for_by_name(
    cluster: type[Cluster], said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.names = LiveError.of("refused", "forbidden", code=403)
    monkeypatch.setattr(Cluster, "metadata", lambda *_: {}, raising=False)
    [error] = look(planned("a"), planned("b", created=False))
    assert [entry.subject for entry in error.findings] == ["DatabaseCluster a"]
    assert len(said) == 1


# What a former database has left


def secret(name: str) -> tuple[Any, dict[str, Any]]:
    """One of the Secrets that a program makes, which is not there yet."""
    metadata = {"name": name, "namespace": "apps"}
    resource = SimpleNamespace(id=Value("an id"), urn=Value(f"urn:{name}"), metadata=metadata)
    return resource, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}


def test_what_a_former_database_has_left_is_named_with_what_becomes_of_it(
    cluster: type[Cluster], said: list[Any]
) -> None:
    cluster.volumes = ["mongod-data-a-rs0-0", "mongod-data-a-rs0-1", "mongod-data-b-rs0-0"]
    cluster.secrets = ["a-secrets", "a-mongodb-encryption-key", "other"]

    assert look(planned("a"), planned("c")) == []

    [(severity, text, urn)] = said
    assert (severity, urn) == ("warning", "urn:a")
    assert text.startswith(
        "DatabaseCluster a: a database of this name was here before, and has left the volumes mongod-data-a-rs0-0 and "
        "mongod-data-a-rs0-1; the Secrets a-secrets and a-mongodb-encryption-key. Now the operator takes up volumes"
    )


def test_volumes_are_asked_for_once_for_the_databases_of_a_namespace(cluster: type[Cluster], said: list[Any]) -> None:
    cluster.volumes = ["mongod-data-a-rs0-0", "mongod-data-b-rs0-0", "mongod-data-ab-rs0-0"]

    assert look(planned("a"), planned("b"), planned("c"), planned("a", namespace="shop", urn="urn:shop")) == []

    of_all = "app.kubernetes.io/name=percona-server-mongodb,app.kubernetes.io/instance"
    assert cluster.selected == [of_all, of_all]
    assert sorted((urn, text.partition("has left ")[2].partition(". Now")[0]) for _, text, urn in said) == [
        ("urn:a", "the volume mongod-data-a-rs0-0"),
        ("urn:b", "the volume mongod-data-b-rs0-0"),
        ("urn:shop", "the volume mongod-data-a-rs0-0"),
    ]


def test_what_is_left_of_several_databases_is_asked_for_at_once(
    cluster: type[Cluster], said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    both, met = threading.Barrier(2), []

    def metadata(_: Any, __: str, ___: str, name: str, ____: str) -> Any:
        if name.endswith("-secrets"):
            both.wait(timeout=PATIENCE)  # fails where nobody else comes
            met.append(name)
        return {"metadata": {"name": name}} if name == "b-secrets" else None

    monkeypatch.setattr(Cluster, "metadata", metadata)

    assert look(planned("a"), planned("b")) == []

    assert sorted(met) == ["a-secrets", "b-secrets"]
    assert [urn for _, _, urn in said] == ["urn:b"]  # the program does not end before it is said


@pytest.mark.parametrize("where", ["in the state", "in the cluster"])
def test_what_belongs_to_a_database_that_is_there_is_not_left(
    cluster: type[Cluster], said: list[Any], where: str
) -> None:
    cluster.volumes = ["mongod-data-a-rs0-0"]
    if where == "in the cluster":
        cluster.names = {"apps": ["a"]}

    look(planned("a", created=where == "in the cluster"))

    assert [text for _, text, _ in said if "was here before" in text] == []


def test_a_secret_that_the_program_makes_is_none_that_is_left(cluster: type[Cluster], said: list[Any]) -> None:
    cluster.secrets = ["a-secrets"]

    look(replace(planned("a"), others=[secret("a-secrets")]))

    assert [text for _, text, _ in said if "was here before" in text] == []


def test_many_volumes_are_counted_after_the_first(cluster: type[Cluster], said: list[Any]) -> None:
    cluster.volumes = [f"mongod-data-a-rs{number:02}-0" for number in range(30)]

    look(planned("a"))

    [(_, text, _)] = said
    assert "mongod-data-a-rs07-0 and 22 more" in text


@pytest.mark.parametrize(("code", "expected"), [(403, []), (500, ["edits in the cluster are not seen"])])
def test_what_may_not_be_read_is_not_left_and_what_fails_is_said(
    cluster: type[Cluster], said: list[Any], code: int, expected: list[str]
) -> None:
    cluster.refusing = code

    assert look(planned("a")) == []
    assert len(said) == len(expected)
    assert all(part in text for part, (_, text, _) in zip(expected, said, strict=True))
