"""The page in a real browser: a form is filled in, broken, mended and exported; what is exported becomes what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from filled import FilledIn

from pulumi_everest.plugins.find import builtin
from pulumi_everest.review.inputs.gather import gather
from pulumi_everest.review.inputs.paths import read_inputs
from pulumi_everest.review.options import Options

FORMS = [(plugin.name, name) for plugin in builtin() for name in plugin.definition.spec.topologies]


def rendered(path: Path) -> list[Any]:
    gathered = gather(read_inputs([str(path)]), Options())
    assert [str(entry) for entry in gathered.findings if entry.is_error] == []
    return [item.manifest for item in gathered.items]


@pytest.mark.parametrize(("plugin", "topology"), FORMS)
def test_a_form_is_filled_in_broken_mended_and_exported(
    page: Any, form: FilledIn, tmp_path: Path, plugin: str, topology: str
) -> None:
    form.open(page.server.address, f"{plugin}/{topology}")
    name, replicas = form.address("metadata.name"), form.address("spec.instances.engine.replicas")
    namespace = form.address("metadata.namespace")
    assert form.chip == "1 error"
    assert "needed" in form.findings(name)
    form.set(name, "orders")
    assert "error" not in form.chip

    form.set(namespace, "No Good")
    assert form.invalid(namespace)
    assert form.findings(namespace) != ""
    form.set(replicas, "many")
    assert form.invalid(replicas)
    assert form.chip == "2 errors"
    form.set(namespace, "shop")
    usual = str(form.browser.run(f"{form.field(replicas)}.querySelector('input').placeholder"))
    form.set(replicas, usual)
    assert "error" not in form.chip
    assert (form.findings(namespace), form.findings(replicas)) == ("", "")
    assert not form.invalid(namespace)

    document, program = form.text("YAML"), form.text("Python")
    assert yaml.safe_load(document)["metadata"] == {"name": "orders", "namespace": "shop"}
    assert yaml.safe_load(document)["spec"]["instances"]["engine"] == {"replicas": int(usual)}
    form.tab("Objects")
    form.browser.until("!!document.querySelector('.object .from')")
    shown = form.browser.run(
        "[...document.querySelectorAll('.object')].map(one => [...one.querySelectorAll('.lines > span')].map(line => [...line.childNodes].filter(part => part.className !== 'from').map(part => part.textContent).join('')).join('\\n'))"
    )
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "orders.yaml").write_text(document)
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "Pulumi.yaml").write_text("name: orders\nruntime: python\n")
    (tmp_path / "program" / "__main__.py").write_text(program)
    objects = rendered(tmp_path / "files")
    assert [yaml.safe_load(text) for text in shown] == objects
    assert [_without_marks(one) for one in rendered(tmp_path / "program")] == [_without_marks(one) for one in objects]


def _without_marks(manifest: dict[str, Any]) -> dict[str, Any]:
    """An object without what programs tell Pulumi in annotations."""
    metadata = dict(manifest["metadata"])
    own = {
        key: value
        for key, value in (metadata.pop("annotations", None) or {}).items()
        if not key.startswith("pulumi.com/")
    }
    return {**manifest, "metadata": {**metadata, **({"annotations": own} if own else {})}}
