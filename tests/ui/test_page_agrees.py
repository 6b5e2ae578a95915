"""Whatever is typed into a form, the page says what `everest validate` says of the file that it exports."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from fuzzing import Fuzzing

from pulumi_everest.form import Field, GroupPart, ListPart
from pulumi_everest.review.inputs.gather import gather
from pulumi_everest.review.inputs.paths import read_inputs
from pulumi_everest.review.options import Options
from pulumi_everest.ui.answering import Known, checked, opened
from pulumi_everest.ui.asked import Asked
from pulumi_everest.ui.session import Session, Wanted

ROOT = Path(__file__).parents[2]
TEXTS = ("orders", "a-b", "10Gi", "1", "500m", "4Gi", "0 3 * * *", "7d", "https://a.example", "10.0.0.0/8", "17", "medium", "s3", "latest",
         "", " ", "No", "x" * 70, "null", "on", "5e3", "é", "a: b", "- x", "{", "${x}", "\t", "line\nline", "'\"", "#", "2026-03-01T12:00:00Z", "-1")  # fmt: skip
NUMBERS = (0, 1, 2, 3, 4, 5, 7, -1, 100, 1.5, 10**12, 1001)


class Typing:
    """Somebody who types into a form at random."""

    def __init__(self, tree: Any, values: dict[str, Any], chance: random.Random) -> None:
        self.tree, self.values, self.chance = tree, values, chance

    def edit(self) -> str:
        """Change one thing somewhere. Gives what."""
        section = self.chance.choice(self.tree.sections)
        return self._edit(section.parts, self.values, section.name)

    def _edit(self, parts: Any, values: dict[str, Any], where: str) -> str:
        part = self.chance.choice([part for part in parts if part.kind != "widget"] or [None])
        if part is None:
            return where
        if isinstance(part, GroupPart):
            if part.look == "toggleable" and (part.key not in values or self.chance.random() < 0.3):
                values[part.key] = self.chance.random() < 0.7
                return f"{where}/{part.key}={values[part.key]}"
            return self._edit(part.parts, values, where)
        if isinstance(part, ListPart):
            return self._list(part, values, where)
        value = self._value(part)
        values[part.key] = value
        return f"{where}/{part.key}={value!r}"

    def _list(self, part: ListPart, values: dict[str, Any], where: str) -> str:
        items = values.setdefault(part.key, [])
        what = self.chance.random()
        if not items or what < 0.2:
            items.append({})
        elif what < 0.3:
            items.pop(self.chance.randrange(len(items)))
            return f"{where}/{part.key} removed"
        elif what < 0.4:
            self.chance.shuffle(items)
            return f"{where}/{part.key} moved"
        return self._edit(part.parts, self.chance.choice(items), f"{where}/{part.key}[]")

    def _value(self, part: Field) -> Any:
        likely = [choice.value for choice in part.choices or ()]
        if part.otherwise is not None:
            likely.append(part.otherwise)
        if likely and self.chance.random() < 0.8:
            return self.chance.choice(likely)
        if part.kind == "toggle":
            return self.chance.choice([True, False, None])
        if part.kind == "map":
            return {self.chance.choice(TEXTS): self.chance.choice(TEXTS)}
        if part.multiple:
            return self.chance.sample(TEXTS, 2)
        return self.chance.choice(NUMBERS if part.kind == "number" and self.chance.random() < 0.8 else TEXTS)


def said(findings: list[dict[str, Any]]) -> set[tuple[str, str, str, int | None]]:
    return {(one["code"], one["path"], one["message"], one["line"]) for one in findings}


@pytest.mark.fuzz
def test_random_edits_never_disagree_with_the_command(fuzzing: Fuzzing, tmp_path: Path, record_property: Any) -> None:
    chance = random.Random(fuzzing.seed)
    examples = [
        path for path in sorted(ROOT.glob("pulumi_everest/plugins/*/examples/*.yaml")) if ".expected" not in path.name
    ]
    known: Known = Session(Wanted(Options(), tuple(map(str, examples))))._generation.known
    forms = [
        (plugin.name, topology, None)
        for plugin in known.technologies.all
        for topology in plugin.definition.spec.topologies
    ]
    edits = wrong = 0
    while edits < fuzzing.examples(200):
        plugin, topology, cluster = chance.choice(forms)
        if chance.random() < 0.4:
            there = chance.choice(known.existing.clusters)
            plugin, topology, cluster = known.plugin_of(there).name, None, there.id  # type: ignore[union-attr]
        asked = Asked(plugin, topology, "edit" if cluster else "new", cluster)
        asked.values = opened(known, asked)["values"]
        of = known.technologies.plugin(plugin)
        assert of is not None
        asked.topology = asked.topology or opened(known, asked)["form"]["topology"]
        typing = Typing(known.form(of, asked.topology, asked.mode), asked.values, chance)
        if not cluster and chance.random() < 0.8:
            asked.values["cluster.name"] = "orders"
        history: list[str] = []
        for _ in range(4):
            history.append(typing.edit())
            edits += 1
            answer = checked(known, asked)
            file = tmp_path / "exported.yaml"
            file.write_text(answer["yaml"], encoding="utf-8")
            beside = known.existing.named(cluster).beside if cluster else []  # type: ignore[union-attr]
            inputs = read_inputs([str(file)])
            inputs.documents = [*inputs.documents, *beside]
            expected = gather(inputs, Options(no_lock=True), objects=False).findings
            own = [one for one in answer["findings"] if one["code"] != "form" and not one["code"].startswith("change.")]
            assert said(own) == said([entry.as_data() for entry in expected if entry.code != "provider.no-plugin"]), (
                history
            )
            wrong += any(entry.is_error for entry in expected)
    assert edits // 10 < wrong < edits  # some of what was typed is right, and some is wrong
    record_property(
        "shown", f"edits of a form that the page and everest validate say the same of: {edits}, {wrong} of them wrong"
    )
