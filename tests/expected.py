"""What is expected of the cases of a test, word for word: one YAML file with an entry for each case, by its name.

``EVEREST_UPDATE_EXPECTED=1 pytest FILE`` writes it anew: look through the difference, and commit it with what changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from pulumi_everest.core.changes.compare import line, values
from pulumi_everest.core.changes.impact import Change
from pulumi_everest.core.resolve import Resolved
from pulumi_everest.model.deferred import Deferred
from pulumi_everest.model.deferred import Path as Place
from pulumi_everest.model.findings import Finding, path_text

Value = TypeVar("Value")


class Said:
    """Takes what the code says to the tests of one file; at the end of each test all of it must be as expected.

    So the tests themselves look at what they are about, a code or a path, and no other word changes unnoticed::

        SAID = Said(__file__)
        said = SAID.fixture()
        found = SAID(check(...))
    """

    def __init__(self, file: str) -> None:
        self.path = file_for(Path(file))
        self.taken: list[Any] = []

    def __call__(self, value: Value) -> Value:
        """Take a value: findings, changes, a resolved cluster, or plain data of these."""
        self.taken.append(plain(value))
        return value

    def fixture(self) -> Callable[..., Any]:
        """The fixture that compares, for all tests of the file; those with random examples are left out."""

        @pytest.fixture(autouse=True)
        def said(request: pytest.FixtureRequest) -> Iterator[None]:
            self.taken.clear()
            yield
            if self.taken and is_always_the_same(request):
                assert_expected(self.path, request.node.name, list(self.taken))

        return said


def file_for(test_file: Path) -> Path:
    """The file with what is expected of the tests of a file."""
    return test_file.parent / "expected" / f"{test_file.stem.removeprefix('test_')}.yaml"


def is_always_the_same(request: pytest.FixtureRequest) -> bool:
    """Whether a test says the same each time: not with random examples, or with a server that not everybody has."""
    return "hypothesis" not in request.keywords and not {"api_server", "shared"} & set(request.fixturenames)


def plain(value: Any) -> Any:
    """A value as data for the file, without what is not said."""
    match value:
        case Finding():
            data = {**value.as_data(), "of_key": value.of_key, "subject": value.subject}
            return {key: entry for key, entry in data.items() if entry not in (None, "", [], False)}
        case Change():
            more = {key: entry for key, entry in values(value).items() if key in ("written", "why", "hint") and entry}
            path = path_text(value.path)
            return {"change": line(value), **({"path": path} if path != value.where else {}), **more}
        case Resolved():
            known = {"spec": value.spec, "types": value.types, "catalog": value.catalog, "origins": _origins(value)}
            return plain({**known, "operator_origin": value.operator_origin})
        case Deferred():
            return "not known yet"
        case dict():
            return {str(key): plain(entry) for key, entry in value.items()}
        case list() | tuple():
            return [plain(entry) for entry in value]
        case _:
            return value


def _origins(cluster: Resolved) -> dict[str, dict[str, str | None]]:
    """Where each value of each component comes from."""
    return {
        name: {path_text(path): cluster.origin(name, path) for path in _leaves(settings)}
        for name, settings in cluster.spec["instances"].items()
        if settings
    }


def _leaves(data: Any, path: Place = ()) -> Iterator[Place]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    else:
        yield path


@cache
def _entries(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}


def assert_expected(path: Path, name: str, found: Any) -> None:
    """Whether what was found of a case is what its entry in the file says; `found` is plain data."""
    entries = _entries(path)
    if os.environ.get("EVEREST_UPDATE_EXPECTED"):
        entries[name] = found
        _write(path, entries)
    assert found == entries.get(name, "nothing yet: EVEREST_UPDATE_EXPECTED=1")


def assert_cases(path: Path, names: Iterable[str]) -> None:
    """Whether the file has entries for these cases and no others."""
    entries, wanted = _entries(path), set(names)
    if os.environ.get("EVEREST_UPDATE_EXPECTED"):
        for name in set(entries) - wanted:
            del entries[name]
        _write(path, entries)
    assert set(entries) == wanted


def _write(path: Path, entries: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    text = yaml.dump(dict(sorted(entries.items())), Dumper=_Dumper, width=1000, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Write what is there twice two times."""
        return True
