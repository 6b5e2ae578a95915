"""Documents are compared cluster by cluster: what is printed is what it was with all of them at once, in little room."""

from __future__ import annotations

import json
import random
import subprocess
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pulumi_everest.review.comparison import compared_inputs, side_by_side
from pulumi_everest.review.inputs.gather import Gathered, gather
from pulumi_everest.review.inputs.paths import Inputs
from pulumi_everest.review.options import Options
from pulumi_everest.review.page.names import folded_names
from pulumi_everest.workspace import one_by_one
from pulumi_everest.workspace.plans.plan import Plan
from pulumi_everest.workspace.spread import AT_ONCE

Run = Callable[..., Result]
HEAD = "apiVersion: everest.percona.com/v2alpha1\n"
CLUSTER = (
    HEAD
    + """\
kind: DatabaseCluster
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{provider: {provider}, {more}instances: {{engine: {{replicas: {replicas}, storage: {{size: {size}}}}}}}}}
"""
)
MINE = HEAD + "kind: Provider\nmetadata: {{name: mine}}\nspec: {{databaseClusterDefinition: psmdb-operator{more}}}\n"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: shop}}\ndata: {{a: '{value}'}}\n"
BACKUP = HEAD + "kind: DatabaseBackup\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{cluster: {cluster}}}\n"

wanted_of_each = side_by_side.Wanted


def together(*wanted: Any, apart: bool) -> side_by_side.Wanted:
    """What is wanted of each cluster, where one with an error stops all."""
    return wanted_of_each(*wanted)


names = st.sampled_from([f"db-{number}" for number in range(6)])
clusters = st.fixed_dictionaries(
    {
        "name": names,
        "namespace": st.sampled_from(["shop", "bank"]),
        "provider": st.sampled_from(["psmdb-operator", "psmdb-operator", "mine", "pg-operator", "no-such"]),
        "replicas": st.sampled_from([3, 3, 5, 4, "[]"]),
        "size": st.sampled_from(["20Gi", "20Gi", "10Gi", "30Gi"]),
        "more": st.sampled_from(["", "", "preset: small, ", "what: 1, "]),
    }
).map(lambda data: CLUSTER.format(**data))
others = st.one_of(
    st.builds(lambda value: MAP.format(name="one", value=value), st.sampled_from("xy")),
    st.builds(lambda cluster: BACKUP.format(name="b", cluster=cluster), names),
    st.just("# nothing of ours\napiVersion: [\n"),
)
sides = st.tuples(
    st.lists(clusters, max_size=6),
    st.sampled_from(["", "", ", images: {registry: mirror.example.com}", ", reconcileBy: everest"]),
    st.lists(others, max_size=1),
).map(lambda parts: [*parts[0], MINE.format(more=parts[1]), *parts[2]])


@st.composite
def changed(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Two sides that have much in common."""
    before, after = draw(sides), draw(sides)
    kept = [text for text in before if draw(st.booleans())]
    return before, [*kept, *(text for text in after if text not in kept)]


def at_once(self: compared_inputs.OfDocuments, known: list[Gathered], inputs: Inputs, options: Options) -> Gathered:
    """Both sides gathered as a whole, as where there are programs among them."""
    known.append(gather(self._inputs, self._options))
    return gather(inputs, options)


WAYS = [
    ["--summary"],
    ["--summary", "--format", "json", "--allow", "storage-shrink"],
    ["--full"],
    ["--format", "json"],
    ["--format", "sarif"],
    ["--format", "github"],
    ["--capacity", "--by", "namespace"],
]


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts=changed(), way=st.sampled_from(WAYS))
def test_a_change_is_told_as_with_all_clusters_at_once(
    run: Run, here: Path, texts: tuple[list[str], list[str]], way: list[str]
) -> None:
    for folder, side in zip(("before", "after"), texts, strict=True):
        (here / folder).mkdir(exist_ok=True)
        for file in (here / folder).iterdir():
            file.unlink()
        for number, text in enumerate(side):
            (here / folder / f"{number:03}.yaml").write_text(text)
    arguments = ["preview", "after", "--against", "before", *way]
    with pytest.MonkeyPatch.context() as patch:
        # Whoever has all at once compares nothing where one of them is wrong.
        patch.setattr(side_by_side, "Wanted", together)
        one_by_one = run(*arguments)
        patch.setattr(compared_inputs.OfDocuments, "_gather", at_once)
        whole = run(*arguments)
    assert (one_by_one.stdout, one_by_one.stderr, one_by_one.exit_code) == (
        whole.stdout, whole.stderr, whole.exit_code,
    )  # fmt: skip


def write(folder: Path, texts: Iterable[str]) -> None:
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    for number, text in enumerate(texts):
        (folder / f"{number:03}.yaml").write_text(text)


def one(name: str, data: dict[str, Any] | None) -> list[str]:
    return [] if data is None else [CLUSTER.format(name=name, **data)]


sound = st.fixed_dictionaries(
    {
        "namespace": st.sampled_from(["shop", "bank"]),
        "provider": st.sampled_from(["psmdb-operator", "mine"]),
        "replicas": st.sampled_from([3, 5]),
        "size": st.sampled_from(["20Gi", "10Gi", "30Gi"]),
        "more": st.sampled_from(["", "preset: small, "]),
    }
)
wrong = st.one_of(
    sound.map(lambda data: data | {"replicas": 4}),
    sound.map(lambda data: data | {"more": "what: 1, "}),
    sound.map(lambda data: data | {"provider": "no-such"}),
    sound.map(lambda data: data | {"size": "[]"}),
)
either = st.one_of(sound, wrong)
wrong_on_some_side = st.one_of(st.tuples(wrong, either), st.tuples(either, wrong), st.tuples(st.none(), wrong), st.tuples(wrong, st.none()))  # fmt: skip


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    fleet=st.lists(st.tuples(st.none() | sound, st.none() | sound), max_size=5),
    mistakes=st.lists(wrong_on_some_side, min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_the_page_of_the_others_is_as_if_those_with_errors_were_not_there(
    run: Run, here: Path, fleet: list[tuple[Any, Any]], mistakes: list[tuple[Any, Any]], order: random.Random
) -> None:
    def page(*sides: list[str]) -> dict[str, Any]:
        for folder, texts in zip(("before", "after"), sides, strict=True):
            order.shuffle(texts)
            write(here / folder, [*texts, MINE.format(more="")])
        result = run("preview", "after", "--against", "before", "--summary", "--format", "json")
        assert result.exit_code == int('"severity": "error"' in result.stdout or '"impact": "refused"' in result.stdout)
        data: dict[str, Any] = json.loads(result.stdout)
        return data

    sides = [[text for i, pair in enumerate(fleet) for text in one(f"db-{i}", pair[side])] for side in (0, 1)]
    alone = page(*(list(side) for side in sides))
    more = [[text for i, pair in enumerate(mistakes) for text in one(f"bad-{i}", pair[side])] for side in (0, 1)]
    both = page(*([*side, *texts] for side, texts in zip(sides, more, strict=True)))

    assert both["clusters"].pop("notCompared") == len(mistakes)
    assert alone["clusters"].pop("notCompared") == 0
    assert both.pop("notCompared") == folded_names(
        f"{(now or was)['namespace']}/bad-{i}" for i, (was, now) in enumerate(mistakes)
    )
    assert alone.pop("notCompared") == []
    for data in (both, alone):
        about = [entry for entry in data["findings"] if "bad-" not in str(entry["subjects"])]
        data["findings"] = [{**entry, "place": None} for entry in about]
    if any(alone["objects"].values()):
        assert both == alone


@pytest.fixture
def fleet(here: Path) -> Path:
    """A repository with 150 clusters, of which every other one is then changed."""
    folder = here / "clusters"
    folder.mkdir()
    for number in range(150):
        data = {"name": f"c{number}", "namespace": "shop", "provider": "psmdb-operator", "replicas": 3, "more": ""}
        (folder / f"c{number:03}.yaml").write_text(CLUSTER.format(**data, size=f"{number + 10}Gi"))
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "before"]):
        subprocess.run(["git", *command], check=True, cwd=here, capture_output=True)
    for number in range(0, 150, 2):
        file = folder / f"c{number:03}.yaml"
        file.write_text(file.read_text().replace("replicas: 3", "replicas: 5"))
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ["validate"],
        ["render"],
        ["render", "-o", "out"],
        ["preview", "--against", "HEAD", "--summary"],
        ["preview", "--against", "HEAD", "--full"],
    ],
    ids=" ".join,
)
def test_few_plans_are_there_at_a_time(
    run: Run, fleet: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    living: weakref.WeakSet[Any] = weakref.WeakSet()
    made: list[int] = []

    class Counted(Plan):
        __hash__ = object.__hash__

        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            living.add(self)
            made.append(len(living))

    monkeypatch.setattr(one_by_one, "Plan", Counted)
    assert run(command[0], fleet.name, *command[1:]).exit_code == 0
    compares = command[0] == "preview"
    assert len(made) == 150 + 75 * compares
    assert max(made) <= 4 * AT_ONCE
    assert len(living) == 0
