"""The engine's own configuration: what settings take, and whether a text is of the form that an engine reads."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_everest.core.engine_config.settings import Setting, Settings
from pulumi_everest.core.engine_config.syntax import sections, yaml_mapping
from pulumi_everest.model.source.documents import MAX_BYTES

INTEGER = Setting("max_connections", "integer", "postmaster", None, "1", "1000")
MEMORY = Setting("work_mem", "integer", "user", "kB", "64", "2147483647")
PAGES = Setting("shared_buffers", "integer", "postmaster", "8kB", "16", "1073741823")
TIME = Setting("timeout", "integer", "user", "ms", "-1", "2147483647")
REAL = Setting("cost", "real", "user", None, "0", "10")
BOOL = Setting("autovacuum", "bool", "sighup")
ENUM = Setting("huge_pages", "enum", "postmaster", enum=("off", "on", "try"))
LEVEL = Setting("level", "enum", "sighup", enum=("debug2", "info"))
TEXT = Setting("search_path", "string", "user")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (INTEGER, 100), (INTEGER, "100"), (INTEGER, " 100 "), (INTEGER, "0x10"), (INTEGER, "1e2"),
        (MEMORY, "64kB"), (MEMORY, "4MB"), (MEMORY, "1.5GB"), (MEMORY, "64"), (MEMORY, "65536B"), (MEMORY, "4 MB"),
        (PAGES, "128kB"), (PAGES, "16"), (PAGES, "7TB"),
        (TIME, "-1"), (TIME, "5min"), (TIME, "1d"), (TIME, "500us"),
        (REAL, "1.1"), (REAL, ".5"), (REAL, 2), (REAL, "1e-1"),
        *((BOOL, value) for value in ("on", "off", "TRUE", "f", "yes", "n", "of", "0", 1, True, False)),
        (ENUM, "TRY"), (ENUM, "true"), (LEVEL, "debug"), (LEVEL, "Info"),
        (TEXT, ""), (TEXT, 5), (TEXT, '"$user", public'),
    ],
)  # fmt: skip
def test_a_setting_takes_what_the_server_takes(setting: Setting, value: Any) -> None:
    assert setting.problem(value) is None


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        (INTEGER, "lots", "is not a whole number"),
        (INTEGER, "0", "too small, the least is 1"),
        (INTEGER, 1001, "too large, the greatest is 1000"),
        (INTEGER, "10MB", "has a unit that is none of the setting's"),
        (INTEGER, "", "is not a whole number"),
        (MEMORY, "63", "the least is 64 kB"),
        (MEMORY, "4Mi", "one of the units B, kB, MB, GB, TB"),
        (MEMORY, "5s", "one of the units B, kB, MB, GB, TB"),
        (PAGES, "120kB", "the least is 16 (128 kB)"),
        (TIME, "-2", "the least is -1"),
        (TIME, "5 hours", "one of the units us, ms, s, min, h, d"),
        (REAL, "10.5", "the greatest is 10"),
        (REAL, "a", "is not a number"),
        (BOOL, "o", "is not on or off"),
        (BOOL, "enabled", "is not on or off"),
        (BOOL, "", "is not on or off"),
        (ENUM, "maybe", "is not allowed here"),
        (LEVEL, "true", "is not allowed here"),
    ],
)
def test_what_a_setting_does_not_take_is_said(setting: Setting, value: Any, said: str) -> None:
    problem = setting.problem(value)
    assert problem is not None
    assert said in problem[0]


AMOUNTS = {
    "B": [("1B", 1), ("1kB", 1024), ("1MB", 1024**2), ("1GB", 1024**3), ("1TB", 1024**4)],
    "kB": [("1024B", 1), ("1kB", 1), ("1MB", 1024), ("1GB", 1024**2), ("1TB", 1024**3)],
    "8kB": [("8192B", 1), ("8kB", 1), ("1MB", 128), ("1GB", 128 * 1024), ("1TB", 128 * 1024**2)],
    "ms": [("1000us", 1), ("1ms", 1), ("1s", 1000), ("1min", 60_000), ("1h", 3_600_000), ("1d", 86_400_000)],
    "s": [("1000000us", 1), ("1000ms", 1), ("1s", 1), ("1min", 60), ("1h", 3_600), ("1d", 86_400)],
    "min": [("60000000us", 1), ("60000ms", 1), ("60s", 1), ("1min", 1), ("1h", 60), ("1d", 1_440)],
}


@pytest.mark.parametrize(
    ("unit", "text", "amount"), [(unit, *one) for unit, all_of in AMOUNTS.items() for one in all_of]
)
def test_an_amount_with_a_unit_is_as_much_as_the_server_takes_it_for(unit: str, text: str, amount: int) -> None:
    exact = Setting("size", "integer", "user", unit, str(amount), str(amount))
    more, less = (Setting("size", "integer", "user", unit, str(one), str(one)) for one in (amount + 1, amount - 1))

    assert exact.problem(text) is None
    assert "too small" in str(more.problem(text))
    assert "too large" in str(less.problem(text))


def test_names_are_the_same_in_capital_letters_and_a_change_counts_by_the_context() -> None:
    data = {
        "source": "x",
        "settings": {
            "TimeZone": {"type": "string", "context": "user"},
            "port": {"type": "integer", "context": "postmaster"},
        },
    }
    settings = Settings.of("Engine 1", data, ["postmaster"], ["internal"], {"zone": "TimeZone", "old": "gone"})

    assert settings.get("timezone") == settings.get("TIMEZONE") == Setting("TimeZone", "string", "user")
    assert settings.get("Zone") == settings.get("timezone")
    assert settings.get("old") is None
    assert [settings.needs_restart(name) for name in ("Port", "timezone", "none")] == [True, False, None]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "storage:\n  wiredTiger: {}\n", "{}", "a: {{x}: 1}" * 0])
def test_a_yaml_mapping_is_one(text: str) -> None:
    assert list(yaml_mapping(text)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not yaml: [", "not valid YAML, line"),
        ("a: 1\n b: 2\n", "not valid YAML, line 2"),
        ("- a\n- b\n", "no mapping of settings"),
        ("slowms=200", "no mapping of settings"),
        ("a: 1\na: 2\n", "there twice"),
        ("a: 1\n---\nb: 2\n", "more than one YAML document"),
        ("a" * (MAX_BYTES + 1), "it is not valid YAML: the input is larger than"),
    ],
)
def test_a_text_that_is_no_yaml_mapping_says_why(text: str, said: str) -> None:
    assert any(said in problem for problem in yaml_mapping(text)), list(yaml_mapping(text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2\n", "it is not valid YAML, line 2: the key 'a' is there twice, first at line 1"),
        ('b: 1\na: "x', "it is not valid YAML, line 2: a quoted text is not closed; write the closing quote"),
        ("- a", "it is no mapping of settings, such as 'storage: {wiredTiger: ...}', line 1"),
        ("a: 1\n---\nb: 2\n", "it is more than one YAML document"),
    ],
)
def test_what_is_wrong_with_it_is_said_in_a_sentence(text: str, problem: str) -> None:
    assert list(yaml_mapping(text)) == [problem]


@pytest.mark.parametrize(
    "text",
    [
        "", "[mysqld]\nmax_connections=10\n", "# a\n\n; b\n[mysqld]\nskip-name-resolve\n[sst]\nx = 1",
        " [mysqld] \n  a=1", "!include /etc/x.cnf\n[mysqld]\na=1", "[mysqld]\ninnodb_buffer_pool_size={{containerMemoryLimit * 3 / 4}}",
    ],
)  # fmt: skip
def test_options_in_sections_are_fine(text: str) -> None:
    assert list(sections(text)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_connections=10", "line 1, 'max_connections=10', is in no section"),
        ("# a\n\nskip-name-resolve\n[mysqld]\n", "line 3"),
        ("[mysqld\na=1", "line 1 begins a section that is not closed"),
        ("storage:\n  a: 1\n", "is in no section"),
    ],
)
def test_options_outside_of_sections_are_not(text: str, said: str) -> None:
    [problem] = sections(text)
    assert said in problem
