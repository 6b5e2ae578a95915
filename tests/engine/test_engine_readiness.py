"""Readiness and connection with the real engine: what is waited for, what is said where it does not come, and secrets."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from patience import until
from pulumi_engine import Done, NewStack, Stack

from pulumi_everest.live.cluster import LiveCluster
from pulumi_everest.testing.apiserver import ApiServer

API, KIND = "psmdb.percona.com/v1", "PerconaServerMongoDB"
PASSWORD = "gehe/im-of-the-operator"
STATUS = {"size": 3, "ready": 3, "observedGeneration": 1}
USERS = {"MONGODB_DATABASE_ADMIN_USER": "boss", "MONGODB_DATABASE_ADMIN_PASSWORD": PASSWORD}
OPERATOR = "percona/percona-server-mongodb-operator:1.22.0"


def program(namespace: str, arguments: str = "", after: str = "", name: str = "orders") -> str:
    return f"""
import pulumi
import pulumi_kubernetes as k8s
import pulumi_everest as everest

orders = everest.DatabaseCluster(
    "{name}", provider="psmdb-operator", namespace="{namespace}", deletion_policy="delete", {arguments}
)
{after}
"""


SHORT = "wait_for=True, opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create='5s', update='5s'))"


class Operator:
    """Plays the operator: writes a Secret and a status when the object is there."""

    def __init__(self, live: LiveCluster, namespace: str) -> None:
        self.live, self.namespace = live, namespace

    def write(self, status: dict[str, Any], secret: dict[str, str] | None = None) -> None:
        if secret is not None:
            metadata = {"name": "orders-secrets", "namespace": self.namespace}
            self.live.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": secret})
        metadata = {"name": "orders", "namespace": self.namespace}
        own = {"apiVersion": API, "kind": KIND, "metadata": metadata, "status": {**STATUS, **status}}
        self.live.merge(own, status=True)

    @contextmanager
    def writing(self, status: dict[str, Any], secret: dict[str, str] | None = None) -> Iterator[None]:
        """Write as soon as the object is there, while something else happens."""
        failures: list[BaseException] = []

        def work() -> None:
            try:
                until(lambda: self.live.get(API, KIND, "orders", self.namespace), "the object never came")
                self.write(status, secret)
            except BaseException as error:  # noqa: BLE001 - told in the test's own thread
                failures.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield
        thread.join()
        assert failures == []


@pytest.fixture
def operator(live: LiveCluster, namespace: str) -> Operator:
    return Operator(live, namespace)


@pytest.fixture
def deployment(live: LiveCluster, namespace: str) -> Callable[[str], None]:
    """Brings a deployment of the operator, with a pod that is available."""

    def bring(image: str) -> None:
        pod = {"containers": [{"name": "operator", "image": image}]}
        labels = {"app": "operator"}
        manifest = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "psmdb-operator", "namespace": namespace},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        }
        live.create(manifest)
        counts = {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 1}
        live.merge({**manifest, "status": counts}, status=True)

    return bring


def test_a_preview_of_more_databases_than_threads_ends_and_says_once_that_the_operator_is_not_there(
    stack: Stack, namespace: str
) -> None:
    stack.write(
        "import pulumi_everest as everest\n"
        "for number in range(60):\n"
        f"    everest.DatabaseCluster(f'orders-{{number}}', provider='psmdb-operator', namespace='{namespace}')\n"
    )
    done = stack.preview()
    assert done.code == 0, done.text
    assert done.changes == {"create": 121}
    assert len([text for text in done.messages("warning") if "no deployment in the cluster" in text]) == 1


def test_a_database_that_is_not_ready_in_time_is_told_with_the_operators_state_and_message(
    stack: Stack, operator: Operator, deployment: Callable[[str], None], namespace: str
) -> None:
    stack.write(program(namespace, SHORT))
    preview = stack.preview()
    assert preview.code == 0
    assert "no deployment in the cluster runs the image" in "\n".join(preview.messages("warning"))
    done = stack.up()
    assert done.code != 0
    errors = "\n".join(done.messages("error"))
    assert "orders: the operator has not written a state yet" in errors
    assert "no deployment in the cluster runs the image percona-server-mongodb-operator" in errors
    assert (
        "run `helm upgrade --install psmdb-operator psmdb-operator --repo https://percona.github.io/percona-helm-charts/ --version 1.22.0 --namespace "
        in errors
    )
    # With an operator that has given up the next update waits again, and says so.
    deployment(OPERATOR)
    operator.write({"state": "error", "message": "there is no StorageClass fast"})
    done = stack.up()
    assert done.code != 0
    errors = "\n".join(done.messages("error"))
    assert "orders: the operator reports state 'error': there is no StorageClass fast" in errors
    assert "install" not in errors
    # The object is in the state, and nothing is doubled when all is well.
    operator.write({"state": "ready", "message": ""})
    assert stack.up().code == 0
    assert stack.up().only_same


def test_the_object_of_a_kind_that_the_cluster_does_not_have_is_told_with_what_to_install(
    stack: Stack, api_server: ApiServer, namespace: str, root: Path
) -> None:
    toydb = root / "tests" / "resources" / "toydb"
    stack.run("config", "set", "--path", "everest:plugins[0]", str(toydb))
    # A Kubernetes provider of the program's own is asked how it reaches its cluster.
    own = (
        f"opts=pulumi.ResourceOptions(provider=k8s.Provider('there', kubeconfig={api_server.kubeconfig.read_text()!r}))"
    )
    stack.kubeconfig = None
    stack.write(program(namespace, own).replace("psmdb-operator", "toydb-operator"))
    missing = "the cluster does not have ToyDB in toy.example.com/v1, so 'orders' cannot be created"
    preview = stack.preview()
    assert preview.code == 0  # the Kubernetes plugin takes the kind for one that comes later
    assert f"{missing}; install toy-operator 1.1.0" in "\n".join(preview.messages("warning"))
    done = stack.up()
    assert done.code != 0
    errors = "\n".join(done.messages("error"))
    assert "ToyDB orders is not made, and nothing was changed: the cluster does not have ToyDB in toy.example" in errors
    assert "nothing in this program makes that. Install toy-operator 1.1.0, or have the program make it" in errors


def test_what_depends_on_a_database_waits_until_it_is_ready(
    stack: Stack, operator: Operator, live: LiveCluster, namespace: str
) -> None:
    after = f"""
k8s.core.v1.ConfigMap("app", metadata={{"name": "app", "namespace": "{namespace}"}}, data={{"host": orders.host}})
"""
    stack.write(program(namespace, "wait_for=True", after))
    seen: list[bool] = []

    def becomes_ready() -> None:
        until(lambda: live.get(API, KIND, "orders", namespace), "the object never came")
        time.sleep(2)
        seen.append(live.get("v1", "ConfigMap", "app", namespace) is None)
        operator.write({"state": "ready"})

    watcher = threading.Thread(target=becomes_ready)
    watcher.start()
    done = stack.up()
    watcher.join()
    assert (done.code, seen) == (0, [True])
    assert live.get("v1", "ConfigMap", "app", namespace) is not None


def test_a_status_of_an_older_generation_is_not_taken_for_the_newest(
    stack: Stack, operator: Operator, namespace: str
) -> None:
    stack.write(program(namespace, SHORT))
    with operator.writing({"state": "ready"}):
        assert stack.up().code == 0
    stack.write(program(namespace, f"paused=True, {SHORT}"))
    done = stack.up()
    assert done.code != 0
    assert "orders: the operator reports state 'ready'" in "\n".join(done.messages("error"))
    operator.write({"state": "paused", "observedGeneration": 2})
    assert stack.up().code == 0


def test_the_operators_password_is_read_when_it_is_there_and_never_shown(
    stack: Stack, operator: Operator, live: LiveCluster, namespace: str
) -> None:
    after = "pulumi.export('connection', orders.connection)"
    stack.write(program(namespace, "connection_secret=True", after))
    preview = stack.preview()
    assert preview.code == 0, preview.text
    assert ("create", "orders-conn") in preview.steps("Secret")
    with operator.writing({"state": "ready"}, USERS):
        done = stack.up()
    assert done.code == 0, done.text
    secret = live.get("v1", "Secret", "orders-conn", namespace)
    assert secret is not None
    held = {key: base64.b64decode(text).decode() for key, text in secret["data"].items()}
    host = f"orders-rs0.{namespace}.svc.cluster.local"
    assert held == {
        "type": "mongodb",
        "host": host,
        "port": "27017",
        "username": "boss",
        "password": PASSWORD,
        "uri": f"mongodb://boss:gehe%2Fim-of-the-operator@{host}:27017/admin?authSource=admin&replicaSet=rs0",
    }
    assert stack.outputs()["connection"] == "[secret]"
    assert nothing_changes(stack.preview())
    refreshed = stack.refresh()
    assert refreshed.code == 0, refreshed.text
    assert nothing_changes(stack.up())
    # A password that was changed reaches clients with the next update.
    changed = base64.b64encode(b"gehe/im-of-the-operator-2").decode()
    live.merge(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "orders-secrets", "namespace": namespace},
            "data": {"MONGODB_DATABASE_ADMIN_PASSWORD": changed},
        }
    )
    done = stack.up()
    assert done.code == 0, done.text
    secret = live.get("v1", "Secret", "orders-conn", namespace)
    assert secret is not None
    assert secret["data"]["password"] == changed
    for text in (stack.stored_text(), stack.printed()):
        for shape in ("gehe/im", "gehe%2Fim", base64.b64encode(PASSWORD.encode()).decode()):
            assert shape not in text
    assert stack.outputs(show_secrets=True)["connection"]["password"] == "gehe/im-of-the-operator-2"
    # Without the Secret the engine says which one it is.
    live.delete("v1", "Secret", "orders-secrets", namespace)
    missing = stack.preview()
    assert missing.code != 0
    assert f"{namespace}/orders-secrets" in missing.text
    # The operator would take its finalizer away.
    head = {"apiVersion": API, "kind": KIND, "metadata": {"name": "orders", "namespace": namespace, "finalizers": None}}
    live.merge(head)
    destroyed = stack.destroy()
    assert destroyed.code == 0, destroyed.text
    assert live.get("v1", "Secret", "orders-conn", namespace) is None


def nothing_changes(done: Done) -> bool:
    """Whether nothing but reading happens: the Secret that holds the password is read each time."""
    return done.code == 0 and set(done.changes) <= {"same", "read"}


def test_a_password_that_is_given_is_known_in_the_preview_and_masked(
    new_stack: NewStack, live: LiveCluster, namespace: str
) -> None:
    stack = new_stack()
    arguments = f"connection_secret='login', users={{'MONGODB_DATABASE_ADMIN_PASSWORD': '{PASSWORD}'}}"
    stack.write(program(namespace, arguments, "pulumi.export('uri', orders.connection['uri'])"))
    preview = stack.preview()
    assert preview.code == 0, preview.text
    assert "[unknown]" not in preview.text
    assert stack.up().code == 0
    secret = live.get("v1", "Secret", "login", namespace)
    assert secret is not None
    assert base64.b64decode(secret["data"]["password"]).decode() == PASSWORD
    assert base64.b64decode(secret["data"]["username"]).decode() == "databaseAdmin"
    assert stack.up().only_same
    assert "gehe" not in stack.stored_text() + stack.printed()


def test_a_password_that_changes_leaves_the_database_alone(
    new_stack: NewStack, live: LiveCluster, namespace: str
) -> None:
    """Secrets are changed in place, where the Kubernetes plugin may; what depends on them stays."""
    stack = new_stack()
    stack.run("config", "set", "kubernetes:enableSecretMutable", "true")

    def write(password: str) -> None:
        arguments = f"connection_secret=True, users={{'MONGODB_DATABASE_ADMIN_PASSWORD': '{password}'}}"
        stack.write(program(namespace, arguments))

    write("first-one")
    assert stack.up().code == 0
    before = live.get(API, KIND, "orders", namespace)
    write("second-one")
    done = stack.up()
    assert done.code == 0, done.text
    assert sorted(done.steps(":Secret")) == [("update", "orders-conn"), ("update", "orders-secrets")]
    assert done.steps(f":{KIND}") == []
    after = live.get(API, KIND, "orders", namespace)
    assert before is not None
    assert after is not None
    assert (after["metadata"]["uid"], after["metadata"]["generation"]) == (before["metadata"]["uid"], 1)
    for name, key in ("orders-secrets", "MONGODB_DATABASE_ADMIN_PASSWORD"), ("orders-conn", "password"):
        secret = live.get("v1", "Secret", name, namespace)
        assert secret is not None
        assert base64.b64decode(secret["data"][key]).decode() == "second-one"
