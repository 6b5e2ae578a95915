"""docs/options.md: every resource option has a row, and every row a test of what it says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from mocked_run import CLUSTER, Recorder, Source, run
from pulumi.runtime.proto import resource_pb2

from pulumi_everest import ClusterError, DatabaseCluster, Provider
from pulumi_everest.model.findings import path_text
from pulumi_everest.program.transforms import Transforms

TOY = "toydb-operator"
PROVIDER = "everest:index:DatabaseProvider"
PAGE = Path(__file__).parents[2] / "docs" / "options.md"
FIELDS = set(inspect.signature(pulumi.ResourceOptions).parameters)
NEWER = {"state_migrations"}
"""Options that not every supported SDK has."""
KINDS = ["cluster", "provider"]

proven: dict[str, list[str]] = {}
"""The tests of each option."""


def proves(*options: str) -> Callable[[Any], Any]:
    """Mark a test of what the row of some options says."""

    def mark(test: Any) -> Any:
        for option in options:
            proven.setdefault(option, []).append(test.__name__)
        return test

    return mark


class Engine(Recorder):
    """The mocks with what Pulumi's engine does itself: children inherit three options, and transforms are run.

    Which ones, and that only what a child leaves out is inherited, is `inheritFromParent` of the engine.
    """

    def __init__(self, preview: bool) -> None:
        super().__init__(preview)
        self.transforms = Transforms()
        self.asked: dict[str, Any] = {}

    def RegisterResource(self, request):
        if request.type == "pulumi:pulumi:Stack":
            return super().RegisterResource(request)
        own = resource_pb2.RegisterResourceRequest()
        own.CopyFrom(request)
        parent = self.asked.get(own.parent)
        if parent is not None:
            own.deletedWith = own.deletedWith or parent.deletedWith
            for option in ("protect", "retainOnDelete"):
                if not own.HasField(option) and parent.HasField(option):
                    setattr(own, option, getattr(parent, option))
        urn = self.make_urn(own.parent, own.type, own.name)
        self.asked[urn] = own
        properties, _ = self.transforms.apply(urn, own)
        own.object.CopyFrom(properties)
        return super().RegisterResource(own)

    def GetDeploymentInfo(self, request):
        info = super().GetDeploymentInfo(request)
        feature = getattr(resource_pb2, "RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS", None)
        return (
            info
            if feature is None
            else resource_pb2.DeploymentInfo(supportedFeatures=[*info.supportedFeatures, feature])
        )


def make(kind: str, opts: pulumi.ResourceOptions, name: str = "orders", **more: Any) -> pulumi.ComponentResource:
    """A cluster with a Secret, or a Provider with a definition: each has two objects."""
    if kind == "provider":
        return Provider(name, plugin="toydb", reconcile_by="everest", opts=opts, **more)
    return DatabaseCluster(name, provider=TOY, users={"ROOT_PASSWORD": "pw"}, opts=opts, **more)


class Asked:
    """What the engine was asked for: the component, its main object and its objects, as requests."""

    def __init__(self, kind: str, result: Any) -> None:
        assert result.error is None, result.error
        token = CLUSTER if kind == "cluster" else PROVIDER
        [self.component] = [entry.request for entry in result.resources if entry.type == token]
        self.children = [entry.request for entry in result.objects if not entry.type.endswith(":Namespace")]
        assert len(self.children) == 2
        [self.main] = [child for child in self.children if child.name == self.component.name]
        self.result = result


def ask(kind: str, preview: bool = False, **options: Any) -> Asked:
    """Make a component with options; those that need a program to be made are functions."""

    def program():
        given = {name: value() if inspect.isfunction(value) else value for name, value in options.items()}
        make(kind, pulumi.ResourceOptions(**given))

    return Asked(kind, run(program, preview=preview, monitor=Engine))


def rows() -> list[list[str]]:
    """The options of each row of the page's first table."""
    table = PAGE.read_text().partition("| Option |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return [re.findall(r"`(\w+)`", cell) for cell in cells]


def test_every_option_of_the_sdk_has_a_row_and_every_row_is_an_option():
    named = [option for row in rows() for option in row]
    assert len(named) == len(set(named))
    assert set(named) - NEWER <= FIELDS
    assert set(named) >= FIELDS


def test_every_row_has_a_test():
    assert set(proven) == {option for row in rows() for option in row}
    for tests in proven.values():
        assert all(test in globals() for test in tests)


def test_the_arguments_on_the_page_have_tests():
    table = PAGE.read_text().partition("| Argument |")[2].partition("\n\n")[0]
    arguments = set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))
    tests = (Path(__file__).parent / "test_children.py").read_text()
    assert arguments == {"adopt", "allow", "deletion_policy", "volume_policy", "wait_for"}
    for argument in arguments:
        assert f"def test_{argument}(" in tests


# The rows


@pytest.mark.parametrize("kind", KINDS)
@proves("parent")
def test_the_parent_of_the_objects_is_the_component_wherever_that_is(kind):
    asked = ask(kind, parent=lambda: pulumi.ComponentResource("my:index:Group", "group"))
    assert asked.component.parent.endswith("my:index:Group::group")
    assert all(child.parent.endswith(f"{asked.component.type}::orders") for child in asked.children)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["provider", "providers", "map", "parent"])
@proves("provider", "providers")
def test_objects_are_made_with_the_kubernetes_provider_of_the_component(kind, form):
    def given():
        provider, other = k8s.Provider("there"), pulumi.ProviderResource("aws", "other")
        forms = {
            "provider": {"provider": provider},
            "providers": {"providers": [other, provider]},
            "map": {"providers": {"aws": other, "kubernetes": provider}},
            "parent": {
                "parent": pulumi.ComponentResource(
                    "my:index:Group", "group", None, pulumi.ResourceOptions(providers=[provider])
                )
            },
        }
        make(kind, pulumi.ResourceOptions(**forms[form]))

    asked = Asked(kind, run(given, preview=False, monitor=Engine))
    assert asked.component.provider == ""
    assert all("::there::" in child.provider for child in asked.children)


@proves("provider")
def test_the_namespace_of_the_kubernetes_provider_applies_where_none_is_given():
    asked = ask("cluster", provider=lambda: k8s.Provider("there", namespace="team"))
    assert "namespace" not in asked.result.main.inputs["metadata"]
    assert all("::there::" in child.provider for child in asked.children)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "form",
    [lambda one: one, lambda one: [one], lambda one: pulumi.Output.from_input([one]), lambda one: [one, Source("b")]],
    ids=["resource", "list", "output", "two"],
)
@proves("depends_on")
def test_the_component_and_all_its_objects_wait_for_what_it_depends_on(kind, form):
    asked = ask(kind, depends_on=lambda: form(Source("first")))
    for request in (asked.component, *asked.children):
        assert any(urn.endswith("Source::first") for urn in request.dependencies), request.name


@pytest.mark.parametrize("kind", KINDS)
@proves("depends_on")
def test_what_depends_on_the_component_waits_for_all_objects(kind):
    def program():
        component = make(kind, pulumi.ResourceOptions())
        k8s.core.v1.Namespace("later", opts=pulumi.ResourceOptions(depends_on=component))

    result = run(program, preview=False, monitor=Engine)
    asked, later = Asked(kind, result), result.one("Namespace").request
    for child in asked.children:
        assert any(urn.endswith(f"{child.type}::{child.name}") for urn in later.dependencies)


@pytest.mark.parametrize("kind", KINDS)
@proves("protect")
def test_protection_is_inherited(kind):
    asked = ask(kind, protect=True)
    assert asked.component.protect
    assert all(child.protect for child in asked.children)


@pytest.mark.parametrize("policy", ["protect", "retain", "delete"])
@pytest.mark.parametrize("protect", [None, True, False])
@proves("protect")
def test_no_policy_lifts_the_protection_and_no_option_that_of_a_policy(policy, protect):
    def program():
        make("cluster", pulumi.ResourceOptions(protect=protect), deletion_policy=policy)

    asked = Asked("cluster", run(program, preview=False, monitor=Engine))
    assert asked.main.protect is (policy == "protect" or protect is True)
    assert all(child.protect is (protect is True) for child in asked.children if child is not asked.main)


@pytest.mark.parametrize("kind", KINDS)
@proves("retain_on_delete")
def test_objects_are_retained_with_the_component(kind):
    asked = ask(kind, retain_on_delete=True)
    assert asked.component.retainOnDelete
    assert all(child.retainOnDelete for child in asked.children)
    # What a policy protects is retained without that, with all that belongs to it.
    kept = any(child.protect for child in ask(kind).children)
    assert all(child.retainOnDelete is kept for child in ask(kind).children)


@pytest.mark.parametrize("kind", KINDS)
@proves("deleted_with")
def test_objects_are_deleted_with_what_the_component_is_deleted_with(kind):
    asked = ask(kind, deleted_with=lambda: Source("kubernetes-cluster"))
    for request in (asked.component, *asked.children):
        assert request.deletedWith.endswith("Source::kubernetes-cluster")


@pytest.mark.parametrize("kind", KINDS)
@proves("aliases")
def test_aliases_are_those_of_the_component_which_the_engine_derives_its_objects_from(kind):
    asked = ask(kind, aliases=[pulumi.Alias(name="former"), pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)])
    assert asked.component.aliases[0].spec.name == "former"
    assert asked.component.aliases[1].spec.noParent
    # For the engine to find them, the objects' names must begin with that of the component, former types aside.
    assert all(not alias.spec.name for child in asked.children for alias in child.aliases)
    assert all(child.name.startswith("orders") for child in asked.children)


@pytest.mark.parametrize("kind", KINDS)
@proves("transforms")
def test_transforms_see_the_component_and_change_every_object(kind):
    seen = []

    def transform(args):
        seen.append(args.type_)
        if not args.custom:
            return None
        labels = {**(args.props["metadata"].get("labels") or {}), "by": "transform"}
        metadata = {**args.props["metadata"], "labels": labels}
        return pulumi.ResourceTransformResult({**args.props, "metadata": metadata}, args.opts)

    asked = ask(kind, transforms=lambda: [transform])
    assert asked.component.type in seen
    assert {child.type for child in asked.children} < set(seen)
    assert [entry.inputs["metadata"]["labels"]["by"] for entry in asked.result.objects] == ["transform"] * 2


@pytest.mark.parametrize("kind", KINDS)
@proves("transformations")
def test_transformations_see_the_component_and_change_every_object(kind):
    seen = []

    def transformation(args):
        seen.append(args.type_)
        if not args.type_.startswith("kubernetes:"):
            return None
        opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(ignore_changes=["metadata"]))
        return pulumi.ResourceTransformationResult(args.props, opts)

    asked = ask(kind, transformations=lambda: [transformation])
    assert asked.component.type in seen
    assert all("metadata" in child.ignoreChanges for child in asked.children)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.skipif("state_migrations" not in FIELDS, reason="this Pulumi SDK has no state_migrations")
@proves("state_migrations")
def test_state_migrations_are_those_of_the_component_which_the_engine_runs_for_its_descendants(kind):
    asked = ask(kind, state_migrations=lambda: [lambda args: None])
    assert len(asked.component.state_migrations) == 1
    assert not any(child.state_migrations for child in asked.children)


@pytest.mark.parametrize("kind", KINDS)
@proves("ignore_changes")
def test_ignored_changes_are_those_of_the_main_object(kind):
    asked = ask(kind, ignore_changes=["spec.replsets", "metadata.labels"])
    written = ["spec.generation", "spec.items"] if kind == "cluster" else []
    assert list(asked.main.ignoreChanges) == [*written, "spec.replsets", "metadata.labels"]
    assert not asked.component.ignoreChanges
    assert not any(child.ignoreChanges for child in asked.children if child is not asked.main)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [pulumi.CustomTimeouts(create="7m", update="8m"), {"create": "7m", "update": "8m"}])
@proves("custom_timeouts")
def test_timeouts_reach_every_object(kind, form):
    for child in ask(kind, custom_timeouts=form).children:
        assert (child.customTimeouts.create, child.customTimeouts.update) == ("7m", "8m")


@pytest.mark.parametrize("kind", KINDS)
@proves("hooks")
def test_hooks_are_those_of_the_component(kind):
    hooks = lambda: pulumi.ResourceHookBinding(after_create=[pulumi.ResourceHook("notify", lambda args: None)])  # noqa: E731
    asked = ask(kind, hooks=hooks)
    assert list(asked.component.hooks.after_create) == ["notify"]
    assert not any(child.HasField("hooks") and child.hooks.after_create for child in asked.children)


COMPONENT_ONLY: list[tuple[str, Any, Callable[[Any], Any]]] = [
    # an option, a value, and what of a request tells whether it arrived
    ("additional_secret_outputs", ["host"], lambda request: "host" in request.additionalSecretOutputs),
    ("hide_diffs", ["spec"], lambda request: list(request.hideDiffs)),
    ("replace_on_changes", ["spec"], lambda request: list(request.replaceOnChanges)),
    ("replacement_trigger", "again", lambda request: request.replacement_trigger.string_value),
    ("replace_with", lambda: [Source("other")], lambda request: list(request.replace_with)),
    ("delete_before_replace", True, lambda request: request.deleteBeforeReplace),
    ("version", "9.9.9", lambda request: request.version == "9.9.9"),
    ("plugin_download_url", "https://example.com", lambda request: request.pluginDownloadURL),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("option", "value", "arrived"), COMPONENT_ONLY, ids=[row[0] for row in COMPONENT_ONLY])
@proves(*(row[0] for row in COMPONENT_ONLY))
def test_options_that_concern_the_component_only(kind, option, value, arrived):
    asked = ask(kind, **{option: value})
    assert arrived(asked.component)
    assert not any(arrived(child) for child in asked.children)
    assert not any(arrived(request) for request in [ask(kind).component])


@proves("additional_secret_outputs")
def test_what_comes_from_a_secret_argument_is_secret_without_an_option():
    def program():
        namespace = pulumi.Output.secret("hidden")
        cluster = DatabaseCluster("orders", provider=TOY, namespace=namespace)
        k8s.core.v1.ConfigMap("app", data={"host": cluster.host})

    result = run(program, preview=False)
    assert result.main.secret
    assert result.one("ConfigMap").secret


@proves("version")
def test_objects_have_the_version_of_the_installed_package():
    version = ask("cluster").main.version
    assert version
    assert ask("cluster", version="9.9.9").main.version == version


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("import_", "shop/orders", "the component has no object of its own to import"),
        ("id", "shop/orders", "the component has no object of its own to read"),
        ("urn", "urn:pulumi:dev::shop::a:b:C::orders", "a component is made by the program and cannot be read"),
        ("env_var_mappings", {"A": "B"}, "environment variables are for Pulumi providers"),
    ],
)
@proves("import_", "id", "urn", "env_var_mappings")
def test_options_that_can_mean_nothing_are_refused(kind, option, value, says):
    result = run(lambda: make(kind, pulumi.ResourceOptions(**{option: value})) and None)
    [found] = result.error.findings
    assert (found.code, path_text(found.path)) == ("field.unknown", f"opts.{option}")
    assert says in found.message
    assert result.objects == []


@proves("import_")
def test_a_transform_sees_enough_to_tell_the_main_object_which_it_may_import():
    seen = []
    ask("cluster", transforms=lambda: [lambda args: seen.append((args.type_, args.name))])
    assert ("kubernetes:toy.example.com/v1:ToyDB", "orders") in seen


# Options of the wrong type


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("parent", "group"),
        ("deleted_with", "cluster"),
        ("provider", "kubernetes"),
        ("providers", "kubernetes"),
        ("providers", ["kubernetes"]),
        ("providers", {"kubernetes": "k"}),
        ("protect", "yes"),
        ("retain_on_delete", 1),
        ("ignore_changes", "spec"),
        ("ignore_changes", [1]),
        ("aliases", "former"),
        ("custom_timeouts", "5m"),
        ("transforms", [1]),
        ("transforms", len),
        ("transformations", "x"),
        ("hooks", [len]),
    ],
)
def test_an_option_of_the_wrong_type_is_a_finding(kind, option, value):
    result = run(lambda: make(kind, pulumi.ResourceOptions(**{option: value})) and None)
    assert isinstance(result.error, ClusterError), result.error
    assert [(entry.code, path_text(entry.path)) for entry in result.error.findings] == [
        ("field.type", f"opts.{option}")
    ]
    assert result.objects == []
    assert result.noise == []


def test_a_provider_of_this_package_is_an_argument_and_no_option():
    def program():
        DatabaseCluster("orders", provider=TOY, opts=pulumi.ResourceOptions(provider=Provider("toy", plugin="toydb")))

    [found] = run(program).error.findings
    assert found.hint == "pass a pulumi_everest.Provider as the argument provider=..."


def test_the_options_that_were_passed_are_left_as_they_are():
    def program():
        opts = pulumi.ResourceOptions(ignore_changes=["spec.a"], depends_on=[Source("a")], import_="x", protect="no")
        before = dict(vars(opts))
        for name in ("a", "b"):
            make("cluster", opts, name=name)
        kept.append({key: value for key, value in vars(opts).items() if before[key] is not value})

    kept: list[Any] = []
    assert run(program).codes == ["field.unknown", "field.type"] * 2
    assert kept == [{}]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["", None, 5, b"orders", ["orders"]])
def test_a_resource_needs_a_name_that_is_text(kind, name):
    result = run(lambda: make(kind, pulumi.ResourceOptions(), name=name) and None)
    assert isinstance(result.error, ClusterError)
    assert "the name of a resource is a text" in str(result.error)


# The same program for several stacks, namespaces and Kubernetes clusters


def shop():
    config = pulumi.Config()
    cluster = DatabaseCluster(
        "orders",
        provider=TOY,
        namespace=config.require("namespace"),
        deletion_policy=config.get("deletionPolicy"),  # type: ignore[arg-type]
        instances={"engine": {"replicas": config.get_int("replicas"), "storage": {"size": config.get("size")}}},
    )
    return {"host": cluster.host}


def test_one_program_in_two_stacks_of_one_process():
    stacks = {
        "dev": {"namespace": "dev", "replicas": "1", "deletionPolicy": "delete"},
        "prod": {"namespace": "prod", "size": "100Gi"},
    }
    made = {}
    for name, config in [*stacks.items(), *stacks.items()]:  # twice: nothing of a run is left for the next
        result = run(shop, config={f"project:{key}": value for key, value in config.items()}, preview=False)
        assert result.error is None, result.error
        engine = result.main.inputs["spec"]["engine"]
        made[name] = (engine["size"], engine["storage"]["size"], result.main.request.protect, result.values["host"])
    assert made == {
        "dev": (1, "1Gi", False, "orders-engine.dev.svc.cluster.local"),
        "prod": (3, "100Gi", True, "orders-engine.prod.svc.cluster.local"),
    }


def test_what_is_wrong_in_one_stack_is_not_said_in_the_next():
    wrong = run(shop, config={"project:namespace": "a", "project:replicas": "2"})
    assert wrong.codes == ["cluster.replicas"]
    assert run(shop, config={"project:namespace": "a"}).error is None


def test_one_name_in_two_namespaces_of_one_program():
    def program():
        clusters = [
            DatabaseCluster(
                f"orders-{space}", provider=TOY, name="orders", namespace=space, users={"ROOT_PASSWORD": space}
            )
            for space in ("eu", "us")
        ]
        return {"hosts": pulumi.Output.all(*(cluster.host for cluster in clusters))}

    result = run(program)
    assert result.error is None
    assert {
        (entry.name, entry.inputs["metadata"]["namespace"], entry.inputs["metadata"]["name"])
        for entry in result.objects
    } == {
        ("orders-eu", "eu", "orders"),
        ("orders-eu-secrets", "eu", "orders-secrets"),
        ("orders-us", "us", "orders"),
        ("orders-us-secrets", "us", "orders-secrets"),
    }
    assert result.values["hosts"] == ["orders-engine.eu.svc.cluster.local", "orders-engine.us.svc.cluster.local"]


def test_one_name_in_two_kubernetes_clusters_each_with_its_own_objects():
    def program():
        for name in ("eu", "us"):
            opts = pulumi.ResourceOptions(provider=k8s.Provider(name))
            make("cluster", opts, name=f"orders-{name}", deletion_policy="retain")
            make("provider", opts, name=f"toy-{name}")

    result = run(program, preview=False)
    assert result.error is None
    assert len(result.objects) == 8
    for entry in result.objects:
        place = re.search("eu|us", entry.name)
        assert place
        assert f"::{place[0]}::" in entry.request.provider, entry.name


@pytest.mark.parametrize(
    ("first", "second", "twins"),
    [
        (("a", "eu"), ("a", "eu"), True),
        (("a", "eu"), ("b", "eu"), False),
        (("a", "eu"), ("a", "us"), False),
        (("a", "eu"), ("b", "us"), False),
        (("a", None), ("a", None), True),
        (("a", None), ("a", "eu"), False),
        ((None, "eu"), (None, "eu"), True),
        ((None, "eu"), (None, "us"), False),
    ],
)
def test_clusters_are_the_same_if_name_namespace_and_kubernetes_provider_are(first, second, twins):
    def program():
        providers = {name: k8s.Provider(name) for name in ("eu", "us")}
        for resource, (namespace, place) in (("one", first), ("two", second)):
            opts = pulumi.ResourceOptions(provider=providers.get(place))
            DatabaseCluster(resource, provider=TOY, name="orders", namespace=namespace, opts=opts)

    result = run(program)
    assert result.codes == (["cluster.duplicate"] if twins else [])
    assert len(result.objects) == (0 if twins else 2)
