"""Arguments that are not what a program usually passes: taken for what they mean, or refused, and never changed."""

from __future__ import annotations

import asyncio
import collections
import copy
import dataclasses
import enum
import types

import pulumi
import pydantic
import pytest
from mocked_run import Source, is_unknown, run

from pulumi_everest import ClusterError, DatabaseCluster, DatabaseClusterArgs, Provider
from pulumi_everest.model.findings import path_text

TOY = "toydb-operator"
ENGINE = {"replicas": 3}
output = pulumi.Output.from_input


@dataclasses.dataclass
class Data:
    replicas: int = 3


class Model(pydantic.BaseModel):
    replicas: int = 3


class Words(enum.Enum):
    DELETE = "delete"
    THREE = 3


class Text(str):
    """A text with a class of its own."""


def one(arguments, preview=True):
    """The run of a program with one cluster; arguments that need a running program are made by a function."""

    def program():
        given = arguments() if callable(arguments) else arguments
        DatabaseCluster("orders", {"provider": TOY, **given})

    return run(program, preview=preview)


@pytest.mark.parametrize(
    "instances",
    [
        types.MappingProxyType({"engine": ENGINE}),
        collections.OrderedDict(engine=ENGINE),
        collections.defaultdict(dict, engine=ENGINE),
        collections.ChainMap({"engine": ENGINE}),
        collections.UserDict({"engine": ENGINE}),
        {Text("engine"): {Text("replicas"): 3}},
        {"engine": {"replicas": Words.THREE}},
        {"engine": {"replicas": 3.0}},
        {"engine": {"replicas": 3, "image": None, "storage": None, "scheduling": {"tolerations": None}}},
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_stands_for_a_mapping_is_one(instances):
    result = one({"instances": instances})
    assert result.error is None
    assert result.main.inputs == one({"instances": {"engine": ENGINE}}).main.inputs


@pytest.mark.parametrize("kind", [list, tuple, collections.deque, collections.UserList])
def test_what_stands_for_a_list_is_one(kind):
    engine = {"expose": {"source_ranges": kind(["10.0.0.0/8", Text("10.1.0.0/16")])}}
    result = one({"instances": {"engine": engine}})
    assert result.main.inputs["spec"]["engine"]["expose"] == {"sourceRanges": ["10.0.0.0/8", "10.1.0.0/16"]}


OPTIONAL = sorted(name for name in DatabaseClusterArgs.__annotations__ if name != "provider")


@pytest.mark.parametrize("name", OPTIONAL)
def test_nothing_is_like_leaving_out(name):
    outputs = [] if name == "name" else [lambda: {name: output(None)}]
    for arguments in ({name: None}, *outputs):
        result = one(arguments)
        assert result.error is None, result.error
        assert result.main.inputs == one({}).main.inputs


SELF: dict = {}
SELF["again"] = SELF["and"] = SELF
MANY: list = ["x"]
for _ in range(40):
    MANY = [MANY, MANY]


@pytest.mark.parametrize(
    ("arguments", "code", "path", "hint"),
    [
        ({"instances": ({} for _ in "a")}, "field.type", "instances", "pass a dictionary"),
        ({"labels": {"a": "b"}.items()}, "field.type", "labels", "pass a dictionary"),
        ({"labels": [("a", "b")]}, "field.type", "labels", None),
        ({"backup": {"storages": {1}}}, "field.type", "backup.storages", "pass a list"),
        ({"backup": {"storages": (x for x in "a")}}, "field.type", "backup.storages", "pass a list"),
        (
            {"instances": {"engine": Data()}},
            "field.type",
            "instances.engine",
            "pass what dataclasses.asdict() makes of it",
        ),
        ({"instances": {"engine": Data}}, "field.type", "instances.engine", None),
        ({"instances": {"engine": Model()}}, "field.type", "instances.engine", "pass what its model_dump() gives"),
        ({"instances": {"engine": types.SimpleNamespace()}}, "field.type", "instances.engine", None),
        ({"preset": b"small"}, "field.type", "preset", "pass it as text"),
        ({"preset": lambda: "small"}, "field.type", "preset", None),
        ({"preset": Words}, "field.type", "preset", None),
        ({"provider": Provider}, "field.type", "provider", None),
        ({"labels": {"a": None}}, "field.type", "labels.a", None),
        ({"backup": {"storages": [None]}}, "field.type", "backup.storages[0]", None),
        ({"labels": {None: "x"}}, "source.key", "labels", None),
        ({"instances": {("engine",): {}}}, "source.key", "instances", None),
        ({1: "x"}, "source.key", "", None),
        ({"labels": {"a": "\ud800"}}, "field.type", "labels.a", None),
        ({"labels": {"\ud800": "a"}}, "source.key", "labels", None),
        ({"overrides": {"a": "\ud800"}}, "field.type", "overrides.a", None),
        ({"users": {"ROOT_PASSWORD": "\ud800"}}, "field.type", "users.ROOT_PASSWORD", None),
        ({"overrides": {"a": 10**5000}}, "field.range", "overrides.a", None),
        ({"overrides": {"a": -(2**53) - 1}}, "field.range", "overrides.a", None),
        ({"overrides": {"a": float("inf")}}, "field.type", "overrides.a", None),
        ({"overrides": {"a": MANY}}, "source.too-large", None, None),
        ({"overrides": SELF}, "source.too-deep", "overrides.again", None),
        ({"overrides": {"a": pulumi.StringAsset("x")}}, "field.type", "overrides.a", None),
    ],
)
def test_what_is_no_value_is_a_finding_that_can_be_printed(arguments, code, path, hint):
    result = one(arguments)
    assert isinstance(result.error, ClusterError), result.error
    found = result.error.findings[0]
    assert found.code == code
    assert path is None or path_text(found.path) == path
    assert found.hint == hint
    assert str(result.error).encode()
    assert result.objects == []
    assert len(result.error.findings) <= 3


@pytest.mark.parametrize("value", [2**53, -(2**53), 1.5, 1e300, "ü", "日本", "\N{GRINNING FACE}", ""])
def test_numbers_and_texts_arrive_as_they_are(value):
    result = one({"instances": {"engine": {"overrides": {"key ü": value}}}})
    assert result.main.inputs["spec"]["engine"]["key ü"] == value


async def later(value):
    await asyncio.sleep(0)
    return value


NESTED = {
    "output of an output": lambda: output(output(ENGINE)),
    "output of a mapping with outputs": lambda: output({"replicas": output(3)}),
    "what apply gives, with outputs": lambda: output(0).apply(lambda _: {"replicas": output(output(3))}),
    "awaitable of an output's mapping": lambda: later({"replicas": output(3)}),
    "what apply gives, from a resource": lambda: Source().gives({"replicas": output(3), "image": None}),
    "what apply gives, with a secret": lambda: output(0).apply(lambda _: {"replicas": pulumi.Output.secret(3)}),
}


@pytest.mark.parametrize("place", ["overrides of a component", "overrides"])
@pytest.mark.parametrize("form", NESTED)
def test_outputs_inside_outputs_are_opened(form, place):
    def arguments():
        value = NESTED[form]()
        free = {"spot": value}
        return (
            {"overrides": {"engine": free}} if place == "overrides" else {"instances": {"engine": {"overrides": free}}}
        )

    def there(result):
        return result.main.inputs["spec"]["engine"]["spot"]

    update = one(arguments, preview=False)
    assert update.error is None
    assert there(update)["replicas"] == 3
    assert update.main.secret is ("secret" in form)
    preview = one(arguments)
    assert preview.error is None
    assert is_unknown(there(preview)) is ("resource" in form)
    assert not preview.noise


def test_outputs_at_every_level_of_what_decides_what_exists_are_opened():
    result = one(lambda: {"instances": output({"engine": output({"replicas": output(5)})})})
    assert result.error is None
    assert result.main.inputs["spec"]["engine"]["size"] == 5


def test_an_output_inside_an_output_that_is_unknown_makes_it_unknown():
    result = one(lambda: {"labels": output(0).apply(lambda _: {"a": Source().gives("x"), "b": "y"})})
    assert result.error is None
    assert is_unknown(result.main.inputs["metadata"]["labels"])


def test_a_wrong_value_inside_outputs_is_found_where_it_is():
    result = one(lambda: {"labels": output(0).apply(lambda _: {"a": output(7)})}, preview=False)
    assert [(entry.code, path_text(entry.path)) for entry in result.error.findings] == [("field.type", "labels.a")]
    assert result.objects == []


def test_a_key_that_is_no_text_inside_an_output_is_a_finding():
    result = one(lambda: {"labels": output(0).apply(lambda _: {1: output("x")})}, preview=False)
    assert "source.key" in result.codes


def test_an_output_that_fails_says_why_where_its_value_is_needed():
    def failing():
        return output("x").apply(lambda _: 1 / 0)

    texts = [
        str(one(lambda: {"preset": failing()}).error),
        str(run(lambda: Provider("toy", plugin=failing()) and None).error),
    ]
    for text in texts:
        assert "division by zero" in text


def test_arguments_are_left_as_they_are_and_may_be_used_again_and_changed():
    def program():
        shared = {"replicas": 3, "overrides": {"list": [1, {"a": 1}]}}
        arguments = {
            "provider": TOY,
            "instances": {"engine": shared},
            "labels": {"a": "b"},
            "users": {"ROOT_PASSWORD": "p"},
        }
        before = copy.deepcopy(arguments)
        DatabaseCluster("one", arguments)
        DatabaseCluster("two", arguments)
        DatabaseCluster("three", **arguments)
        kept.append(arguments == before)
        shared["replicas"] = 4
        shared["overrides"]["list"].append(2)
        arguments["labels"]["a"] = 5
        arguments["nonsense"] = True
        arguments["users"].clear()

    kept: list[bool] = []
    result = run(program)
    assert result.error is None, result.error
    assert kept == [True]
    mains = [entry.inputs for entry in result.objects if entry.inputs["kind"] == "ToyDB"]
    assert len(mains) == 3
    for main in mains:
        assert main["metadata"]["labels"] == {"a": "b"}
        assert (main["spec"]["engine"]["size"], main["spec"]["engine"]["list"]) == (3, [1, {"a": 1}])


def test_many_values_are_read_in_one_go():
    result = one({"instances": {"engine": {"overrides": {f"key{i}": {"value": i} for i in range(5000)}}}})
    assert result.error is None
    assert result.main.inputs["spec"]["engine"]["key4999"] == {"value": 4999}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"labels": {"team": "{0}"}}, ("labels", "team")),
        ({"labels": {"{0}": "shop"}}, ("labels",)),
        ({"namespace": "ns-{0}"}, ("namespace",)),
        ({"instances": {"engine": {"version": "{0}"}}}, ("instances", "engine", "version")),
        ({"overrides": {"a": ["x {0} é"]}}, ("overrides", "a", 0)),
    ],
)
@pytest.mark.parametrize(
    "said",
    [
        str(pulumi.output._OutputToStringError()),
        "Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value ...",
        "Calling [ToString] on an [Output<T>] is not supported.",
    ],
    ids=["Python", "TypeScript", ".NET"],
)
def test_an_output_inside_a_text_is_an_error(given, path, said) -> None:
    def filled(value):
        if isinstance(value, dict):
            return {filled(key): filled(below) for key, below in value.items()}
        if isinstance(value, list):
            return [filled(item) for item in value]
        return value.replace("{0}", said)

    (found,) = one(filled(given)).error.findings
    assert (found.code, found.path) == ("value.output-text", path)


def test_an_output_inside_the_name_of_a_resource_is_an_error():
    with pytest.raises(ClusterError, match=r"value\.output-text"):
        DatabaseCluster(f"orders-{pulumi.output._OutputToStringError()}", provider=TOY)


@pytest.mark.parametrize("component", ["backupAgent", "pmm"])
def test_none_for_an_optional_component_is_as_if_it_were_left_out(component):
    without, with_none = one({}), one({"instances": {component: None}})
    assert with_none.error is None
    assert with_none.main.inputs == without.main.inputs
