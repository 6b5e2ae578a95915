"""What can be waited for: what the Kubernetes plugin accepts is accepted, and what it refuses, or never ends, is not."""

from __future__ import annotations

import pytest
from expected import Said

from pulumi_everest.emit.wait_conditions import wrong_condition

SAID = Said(__file__)
said_in_full = SAID.fixture()

# Those with a double equals sign or brackets are from the plugin's own tests.
FINE = [
    "jsonpath={.status.state}=ready",
    "jsonpath={.status.state}=not quite ready",
    "jsonpath={.foo}",
    "jsonpath={$.foo}=bar",
    "jsonpath={}",
    "jsonpath={ .webhooks[*].clientConfig.caBundle }",
    'jsonpath={.status.conditions[?(@.type=="Failed"||@.type=="Complete")].status}=True',
    'jsonpath={.status.containerStatuses[?(@.name=="foobar")].ready}=True',
    "jsonpath={..state}=x",
    "jsonpath={.a..b}",
    "jsonpath={.*}",
    "jsonpath={.a['b-c'][0]}",
    'jsonpath={.a["]"]}',
    "jsonpath={.status[1:2]}",
    "jsonpath={.status[-1]}",
    "jsonpath={.a['b','c']}",
    "condition=Ready",
    "condition=Ready=False",
    "condition=postgres-operator.crunchydata.com/Ready",
    '["condition=Ready", "jsonpath={.a}"]',
]
WRONG = [
    ("", "'' is not something to wait for"),
    ("ready", "'ready' is not something to wait for"),
    ("jsonpath=", "needs braces around the path"),
    ("jsonpath={.a", "needs braces around the path"),
    ("jsonpath=.a=b", "needs braces around the path"),
    ("jsonpath={.a}x", "needs braces around the path"),
    ("jsonpath={.a}=", "has no value"),
    ("jsonpath={.a}=b=c", "more than one '='"),
    ("jsonpath={.a[?@.b>=1]}=c", "more than one '='"),
    ("jsonpath='{.a}'=b", "quotes, which belong to a shell"),
    ("jsonpath={.a-b}=c", "'-b' is no step"),
    ("jsonpath={.a b}", "' b' is no step"),
    ("jsonpath={.a.}", "'.' is no step"),
    ("jsonpath={.a.b-c.a.very.long.path.with.many.steps}", "'-c.a.very.long.path.' is no step"),
    ("jsonpath={a}", "it begins with 'a'"),
    ("jsonpath={.webhooks[].a}", "write [*] for all items"),
    ("jsonpath={.a[b]}", "[b] selects neither"),
    ("jsonpath={.a[0 1]}", "[0 1] selects neither"),
    ("jsonpath={.a[?]}", "the filter [?] is empty"),
    ("jsonpath={.a[0}", "'[' is never closed"),
    ("jsonpath={.a['b]}", "'[' is never closed"),
    ("condition=", "has not the form condition=TYPE"),
    ("condition==True", "has not the form condition=TYPE"),
    ("condition=Ready=True=x", "has not the form condition=TYPE"),
    ("[", "is no JSON list"),
    ("[]", "is no list of texts"),
    ("[1]", "is no list of texts"),
    ('["x"]', "'x' is not something to wait for"),
    ('[["condition=Ready"]]', "is no list of texts"),
    ('["[]"]', "a list within a list"),
]


@pytest.mark.parametrize("text", FINE)
def test_what_the_plugin_takes_is_fine(text: str) -> None:
    assert wrong_condition(text) is None


@pytest.mark.parametrize(("text", "why"), WRONG)
def test_what_would_fail_or_wait_for_ever_is_said(text: str, why: str) -> None:
    assert why in str(SAID(wrong_condition(text)))
