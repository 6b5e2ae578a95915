"""How the lines of plugins are counted: what somebody wrote, whatever its layout."""

from __future__ import annotations

import pytest

from tools.plugin_lines import counts, lines_of, table

LONG = " ".join(["words"] * 30)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: 1\n\n# a comment\nb: 2 # another\n", 2),
        ("{a: 1, b: [2, 3]}", 4),
        ("a: {b: {}, c: []}", 3),
        (f"message: {LONG}", 2),
        ("message: >-\n  two\n  lines\n", 1),
        ("text: |\n  two\n  lines\n", 3),
        ("a: &one {b: 1, c: 2}\nd: *one\n", 4),
        ("spec: {bundles: [{name: a}], componentTypes: {x: {versions: [{version: 1}]}}}", 3),
        ("spec: {componentTypes: {x: {versions: [{version: 1}], image: a}}}", 4),
        ("spec: {uiSchema: {a: {b: c}}, changes: []}", 2),
    ],
)
def test_a_file_has_the_lines_of_its_block_style_without_comments_and_catalog(text, lines):
    assert lines_of(text) == lines


def test_files_are_counted_by_plugin_and_what_is_for_all_apart(tmp_path):
    for name in ("shop/plugin.yaml", "shop/presets/small.yaml", "shop/examples/one.yaml", "usual.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a: 1\nb: 2\n")

    found = counts(tmp_path)

    assert found == {"": {"usual.yaml": 2}, "shop": {"plugin.yaml": 2, "presets/small.yaml": 2}}
    assert [line.split() for line in table({"shop": {"plugin.yaml": 8}}, found)][-2:] == [
        ["all", "plugins", "8", "4", "-50%"],
        ["with", "what", "is", "for", "all", "8", "6", "-25%"],
    ]
