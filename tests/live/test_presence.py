"""Whether the operator is there: found by its image, however it was installed, and what is said where it is not."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.live.presence import Facts, OperatorDeployment, WantedObject, check_presence, running
from pulumi_everest.model.plugin_files.manifest import Operator

OPERATOR = Operator(
    name="toy-operator", versions=["1.0.0", "1.1.0"], default="1.1.0", crds=["toys.toy.example.com"], chart="toys",
    watches="WATCH_NAMESPACE",
)  # fmt: skip
API = ("toy.example.com/v1", "Toy")
OWN = {"name": "WATCH_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}}


def watch(text: str) -> dict[str, Any]:
    return {"name": "WATCH_NAMESPACE", "value": text}


def deployment(
    image: str = "docker.example.com:5000/toys/toy-operator:1.1.0",
    *env: dict[str, Any],
    namespace: str = "apps",
    available: int = 1,
    labels: dict[str, str] | None = None,
) -> dict[str, Any]:
    container = {"image": image, "env": list(env)}
    return {
        "metadata": {"name": "toys", "namespace": namespace, "labels": labels or {}},
        "spec": {"template": {"spec": {"containers": [{"image": "sidecar:1"}, container]}}},
        "status": {"availableReplicas": available} if available else {},
    }


def wanted(version: str | None = "1.1.0", namespace: str = "apps", name: str = "orders") -> WantedObject:
    return WantedObject(*API, namespace, name, version)


def said(
    *deployments: dict[str, Any], of: list[WantedObject] | None = None, **facts: Any
) -> list[tuple[str, str, str | None]]:
    found = check_presence(OPERATOR, of or [wanted()], Facts(**{"kinds": {API}, "deployments": deployments, **facts}))
    return [(entry.code.removeprefix("operator."), entry.message, entry.hint) for entry in found]


FINE = [
    deployment(),
    deployment("toy-operator:1.1.0"),
    deployment("mirror/x/toy-operator:1.1.0@sha256:" + "0" * 64),
    deployment("mirror/x/toy-operator@sha256:" + "0" * 64),
    deployment("toy-operator:main", labels={"app.kubernetes.io/version": "1.1.0"}),
    deployment("toy-operator:main"),
    deployment("toy-operator:1.1.0", OWN),
    deployment("toy-operator:1.1.0", watch(""), namespace="operators"),
    deployment("toy-operator:1.1.0", watch("shop, apps"), namespace="operators"),
    deployment("toy-operator:1.1.0", {"name": "WATCH_NAMESPACE", "valueFrom": {"configMapKeyRef": {}}}, namespace="x"),
]


@pytest.mark.parametrize("there", FINE)
def test_an_operator_that_is_there_is_found_by_its_image(there: dict[str, Any]) -> None:
    assert said(there) == []


def test_where_deployments_may_not_be_read_nothing_is_said_about_them() -> None:
    assert said(deployments=None) == []


INSTALL = "run `helm upgrade --install toys toys --version 1.1.0 --namespace apps`"
PROBLEMS = [
    ([], {}, ("not-running", "no deployment in the cluster runs the image toy-operator", INSTALL)),
    (
        [deployment("toy-operator-ui:1.1.0")], {},
        ("not-running", "no deployment in the cluster runs the image toy-operator", INSTALL),
    ),
    ([deployment(available=0)], {}, ("not-running", "toys in namespace apps has no available pod", None)),
    (
        [deployment("toy-operator:1.1.0", OWN, namespace="operators")], {},
        (
            "namespace",
            "no operator looks after namespace 'apps': toys in namespace operators looks after operators",
            "add the namespace to WATCH_NAMESPACE of one, or install another there",
        ),
    ),
    (
        [deployment("toy-operator:1.0.0")], {},
        (
            "older", "toys in namespace apps has version 1.0.0, and objects are made for 1.1.0",
            f"{INSTALL}, or set the operator version 1.0.0",
        ),
    ),
    (
        [deployment("toy-operator:0.9.0")], {},
        ("older", "toys in namespace apps has version 0.9.0, and objects are made for 1.1.0", INSTALL),
    ),
    (
        [deployment("toy-operator:1.10.0")], {},
        ("newer", "toys in namespace apps has version 1.10.0, and objects are made for 1.1.0", None),
    ),
    (
        [], {"kinds": set()},
        ("no-definition", "the cluster does not have Toy in toy.example.com/v1, so 'orders' cannot be created", INSTALL),
    ),
    (
        [deployment()],
        {
            "kinds": set(),
            "definitions": {
                "toys.toy.example.com": {
                    "spec": {"versions": [{"name": "v1beta1", "served": True}, {"name": "v0", "served": False}]}
                }
            },
        },
        (
            "no-definition", "the cluster does not have Toy in toy.example.com/v1, so 'orders' cannot be created",
            f"{INSTALL}; it serves toy.example.com/v1beta1",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("deployments", "facts", "expected"), PROBLEMS)
def test_what_is_missing_is_said_with_what_to_install(
    deployments: list[dict[str, Any]], facts: dict[str, Any], expected: tuple[str, str, str | None]
) -> None:
    assert said(*deployments, **facts) == [expected]


def test_an_operator_that_is_newer_is_a_note_that_says_how_to_follow() -> None:
    [(code, _, hint)] = said(deployment("toy-operator:1.1.0"), of=[wanted("1.0.0")])
    assert (code, hint) == ("newer", "with the operator version 1.1.0 they are made for it")


def test_each_problem_is_said_once_and_the_newest_version_is_to_be_installed() -> None:
    many = [wanted("1.0.0", name="a"), wanted("1.1.0", name="b"), wanted("1.1.0", name="c")]
    assert [hint for _, _, hint in said(of=many)] == [INSTALL]
    found = said(deployment("toy-operator:0.9.0"), of=many)
    assert [(code, hint) for code, _, hint in found] == [
        ("older", "run `helm upgrade --install toys toys --version 1.0.0 --namespace apps`"),
        ("older", INSTALL),
    ]


def test_of_several_operators_the_one_of_the_namespace_counts() -> None:
    there = [
        deployment("toy-operator:1.0.0", OWN, namespace="old"),
        deployment("toy-operator:1.1.0", OWN, namespace="apps"),
    ]
    assert said(*there, of=[wanted("1.0.0", "old"), wanted("1.1.0", "apps")]) == []
    assert [code for code, _, _ in said(*there, of=[wanted("1.1.0", "old")])] == ["older"]


def test_a_chart_is_not_named_where_the_plugin_knows_none() -> None:
    operator = Operator(name="toy-operator", versions=["1.0.0"], default="1.0.0", image="toyd-manager")
    [found] = check_presence(operator, [wanted(None)], Facts({API}, {}, []))
    assert found.hint == "install toy-operator 1.0.0"
    assert list(check_presence(operator, [wanted(None)], Facts({API}, {}, [deployment("a/toyd-manager:3")]))) == []


def test_what_runs_is_described() -> None:
    [found] = running(OPERATOR, [deployment("toy-operator:1.0.0", watch("b,a"), available=2), {}, {"spec": None}])
    assert found == OperatorDeployment("toys", "apps", "1.0.0", True, frozenset({"a", "b"}))
