"""The pictures of docs/ui.md, made of the page as it is: EVEREST_PICTURES=1 writes them anew (`make pictures`)."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from filled import FilledIn

from pulumi_everest.review.options import Options
from pulumi_everest.ui.session import Wanted

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "_static" / "ui"
LARGEST = 150_000
ORDERS = """\
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseCluster
metadata: {name: orders, namespace: shop}
spec:
  provider: psmdb-operator
  topology: {type: sharded}
  instances:
    engine: {replicas: 3, storage: {size: 100Gi}}
"""


class Pictures:
    """Takes pictures of what is on the screen."""

    def __init__(self, form: FilledIn, folder: Path) -> None:
        self.form, self.folder = form, folder
        self.names: list[str] = []

    def take(self, name: str, theme: str, width: int = 1280, height: int = 860) -> None:
        """Take one, in light or dark."""
        browser = self.form.browser
        browser.resize(width, height)
        browser.run(
            f"document.documentElement.dataset.theme = '{theme}'; document.activeElement.blur(); scrollTo(0, 0)"
        )
        browser.run("new Promise(done => setTimeout(() => requestAnimationFrame(done), 200))")
        file = self.folder / f"{name}-{theme}.webp"
        browser.screenshot(file, whole=False, kind="webp", quality=82)
        assert 4_000 < file.stat().st_size < LARGEST, file
        self.names.append(file.name)


def section(form: FilledIn, path: str) -> str:
    """Show the section with the field of a path, and give its address."""
    address = form.address(path)
    form.browser.run(
        f"""(() => {{
          const name = {form.field(address)}.closest('.section').dataset.section;
          const sections = [...document.querySelectorAll('.section')];
          document.querySelectorAll('.step')[sections.findIndex(one => one.dataset.section === name)].click();
        }})()"""
    )
    return address


def test_the_pictures_of_the_documentation(
    form: FilledIn, serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = bool(os.environ.get("EVEREST_PICTURES"))
    pictures = Pictures(form, FOLDER if write else tmp_path)
    pictures.folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / "orders.yaml").write_text(ORDERS)
    monkeypatch.chdir(tmp_path)
    with serve(Wanted(Options(), ("orders.yaml",))) as page:
        form.open(page.server.address, "psmdb/sharded")
        form.browser.run("location.hash = '#/'")
        form.browser.until("!!document.querySelector('.card')")
        pictures.take("choose", "light")
        form.go("psmdb/sharded")
        form.set(section(form, "metadata.name"), "orders")
        form.set(section(form, "spec.instances.engine.replicas"), "4")
        pictures.take("form", "light")
        pictures.take("phone", "dark", 390, 800)
        form.browser.resize(1280)
        form.set(section(form, "spec.instances.engine.replicas"), "5")
        form.tab("Objects")
        form.browser.until("!!document.querySelector('.object .from')")
        pictures.take("objects", "dark")
        form.go("cluster/shop%2Forders")
        form.set(section(form, "spec.instances.engine.storage.size"), "50")
        pictures.take("changes", "light")
    form.browser.run("document.documentElement.dataset.theme = 'light'")
    shown = set(re.findall(r"_static/ui/([\w-]+\.webp)", (ROOT / "docs" / "ui.md").read_text()))
    assert shown == set(pictures.names)
    assert {file.name for file in FOLDER.iterdir()} == shown
    assert all(file.stat().st_size < LARGEST for file in FOLDER.iterdir())
