"""What a page must do that people use all day: nothing typed is lost, the keyboard is enough, nothing is cut or unreadable."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from filled import FilledIn, js
from served import TOKEN

from pulumi_everest.review.options import Options
from pulumi_everest.ui.session import Wanted

ROOT = Path(__file__).parents[2]
NAME = "cluster.name"


def value(form: FilledIn, address: str) -> str:
    return str(form.browser.run(f"{form.field(address)}.querySelector('input, select, textarea').value"))


def banner(form: FilledIn) -> str:
    return str(form.browser.run("[...document.querySelectorAll('.banner')].map(one => one.innerText).join('\\n')"))


# Nothing is lost


def test_a_reload_and_another_topology_keep_what_was_typed(page: Any, form: FilledIn) -> None:
    form.open(page.server.address, "psmdb/sharded")
    form.set(NAME, "orders")
    shards = form.address("spec.topology.config.shards")
    form.set(shards, "4")
    form.browser.call("Page.reload")
    form.browser.until("!!document.querySelector('.section')")
    form.settled()
    assert (value(form, NAME), value(form, shards)) == ("orders", "4")
    form.set(NAME, "orders2")
    form.browser.run(
        "(() => { const one = document.querySelector('#topology'); one.value = 'standard'; one.dispatchEvent(new Event('change')) })()"
    )
    form.browser.until(
        "document.querySelector('#topology').value === 'standard' && window.everest.address('spec.topology.config.shards') === null"
    )
    form.settled()
    assert value(form, NAME) == "orders2"
    form.go("psmdb/sharded")
    assert (value(form, NAME), value(form, shards)) == ("orders2", "4")
    # What a token leaves behind: nothing in the address.
    assert TOKEN not in form.browser.run("location.href")
    form.browser.run("location.hash = '#/'")
    form.browser.until("document.querySelector('.row')?.innerText.includes('orders2')")


def test_starting_anew_can_be_taken_back(page: Any, form: FilledIn) -> None:
    form.open(page.server.address, "psmdb/standard")
    form.set(NAME, "orders")
    form.browser.run(
        "[...document.querySelectorAll('.shape button')].find(one => one.textContent.includes('Start anew')).click()"
    )
    form.settled()
    assert value(form, NAME) == ""
    form.browser.run("[...document.querySelectorAll('.banner button')].find(one => one.textContent === 'Undo').click()")
    form.settled()
    assert value(form, NAME) == "orders"


def test_two_pages_with_one_form_follow_each_other(page: Any, form: FilledIn) -> None:
    form.open(page.server.address, "psmdb/standard")
    form.set(NAME, "orders")
    form.browser.until("localStorage.getItem('everest:draft:psmdb:new:standard')?.includes('orders')")
    with form.browser.another_page():
        form.browser.open(page.server.address)
        form.browser.until("!!document.querySelector('.card')")
        form.go("psmdb/standard")
        assert value(form, NAME) == "orders"
        form.set(NAME, "bills")
        form.browser.until("localStorage.getItem('everest:draft:psmdb:new:standard')?.includes('bills')")
    form.browser.until(f"{form.field(NAME)}.querySelector('input').value === 'bills'")
    form.settled()
    assert "name: bills" in form.text("YAML")


def test_a_server_that_goes_away_and_comes_back_loses_nothing(form: FilledIn, serve: Any) -> None:
    with serve() as page:
        port = page.port
        form.open(page.server.address, "psmdb/standard")
        form.set(NAME, "orders")
    form.browser.until("document.querySelector('.banner')?.innerText.includes('The server is gone')")
    form.browser.run(
        f"(() => {{ const input = {form.field(NAME)}.querySelector('input'); input.value = 'bills'; input.dispatchEvent(new Event('input', {{bubbles: true}})); }})()"
    )
    form.browser.until("document.querySelector('.top .chip').textContent === 'not checked: no server'")
    assert "kept" in banner(form)
    # Another token: the page says what to do, and goes on when the browser has the new one.
    with serve(token="n" * 43, port=port):
        form.browser.until("document.querySelector('.banner')?.innerText.includes('started anew')")
        form.browser.run(f"location.hash = {js('n' * 43)}")
        form.browser.until("!!document.querySelector('.card')")
        form.go("psmdb/standard")
        form.browser.until("!document.querySelector('.banner')")
        form.browser.until("document.querySelector('.top .chip').textContent === 'valid'")
        assert value(form, NAME) == "bills"
        assert "name: bills" in form.text("YAML")
    form.browser.open("about:blank")


# A plugin's author


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plugin that is being written."""
    folder = tmp_path / "cache"
    shutil.copytree(ROOT / "examples" / "plugin-cache" / "cache", folder)
    return folder


def test_edits_of_a_plugin_are_in_the_page_within_a_second(form: FilledIn, serve: Any, plugin: Path) -> None:
    with serve(Wanted(Options(plugins=[plugin]))) as page:
        [own] = [one for one in page.send("GET", "/api/start").data["plugins"] if one["own"]]
        topology = own["topologies"][0]["name"]
        form.open(page.server.address, f"{own['name']}/{topology}")
        form.set(NAME, "orders")
        first = form.text("Objects")

        template = plugin / "resources.yaml"
        text = template.read_text()
        began = time.monotonic()
        template.write_text(text.replace("objects:", "objects: [", 1))
        form.browser.until("document.querySelector('.banner')?.innerText.includes('resources.yaml:')")
        took = [time.monotonic() - began]
        assert value(form, NAME) == "orders"
        assert "- name: cluster" in banner(form)

        began = time.monotonic()
        template.write_text(text)
        form.browser.until("!document.querySelector('.banner')")
        took.append(time.monotonic() - began)
        form.settled()

        # What ui.yaml names must be there; what was typed is kept while it is not.
        began = time.monotonic()
        own_form = "cluster:\n  sections:\n    main:\n      components:\n        size: {uiType: text, path: spec.instances.engine.%s}\n"
        (plugin / "ui.yaml").write_text(own_form % "storage.sise")
        form.browser.until("document.querySelector('.banner')?.innerText.includes('ui.yaml:5')")
        took.append(time.monotonic() - began)
        assert value(form, NAME) == "orders"
        (plugin / "ui.yaml").write_text(own_form % "storage.size")
        form.browser.until("!document.querySelector('.banner')")
        form.browser.until("[...document.querySelectorAll('.step')].some(one => one.textContent.startsWith('Main'))")
        (plugin / "ui.yaml").unlink()
        form.browser.until("![...document.querySelectorAll('.step')].some(one => one.textContent.startsWith('Main'))")
        form.settled()

        definition = plugin / "plugin.yaml"
        began = time.monotonic()
        definition.write_text(
            definition.read_text().replace("title: ", "title: Mine, <img src=x onerror=alert(1)> ", 1)
        )
        form.browser.until("document.title.includes('orders')")
        form.browser.run("location.hash = '#/'")
        form.browser.until("document.body.innerText.includes('Mine, <img src=x onerror=alert(1)>')")
        assert form.browser.run("[...document.images].every(one => one.src.endsWith('/icon.svg'))")
        took.append(time.monotonic() - began)
        form.go(f"{own['name']}/{topology}")
        assert value(form, NAME) == "orders"
        assert form.text("Objects") == first
        assert min(took) < 1.0, took
    form.browser.open("about:blank")


def test_the_step_of_a_section_shows_as_long_as_its_condition_is_true(form: FilledIn, serve: Any, plugin: Path) -> None:
    (plugin / "ui.yaml").write_text(
        """\
cluster:
  sectionsOrder: [main, volume]
  sections:
    main:
      components:
        pods: {uiType: number, path: spec.instances.engine.replicas}
    volume:
      showIf: spec.instances.engine.replicas > 1
      components:
        size: {uiType: text, path: spec.instances.engine.storage.size}
"""
    )
    step = "[...document.querySelectorAll('.step')].find(one => one.textContent.startsWith('Volume'))"
    with serve(Wanted(Options(plugins=[plugin]))) as page:
        [own] = [one for one in page.send("GET", "/api/start").data["plugins"] if one["own"]]
        form.open(page.server.address, f"{own['name']}/cluster")
        pods = form.address("spec.instances.engine.replicas")
        for number, shown in ((1, False), (3, True), (1, False)):
            form.set(pods, str(number))
            form.settled()
            assert form.browser.run(f"{step}.offsetParent !== null") is shown, number
    form.browser.open("about:blank")


# Keyboard, screen readers, eyes


def test_the_keyboard_is_enough(page: Any, form: FilledIn) -> None:
    browser = form.browser
    form.open(page.server.address, "psmdb/standard")
    browser.run("document.querySelector('.top .mark').focus()")
    where = []
    for _ in range(40):
        browser.press("Tab")
        where.append(
            browser.run(
                "document.activeElement.closest('[data-address]')?.dataset.address ?? document.activeElement.textContent.trim().slice(0, 30)"
            )
        )
        if where[-1] == NAME:
            break
    assert where[-1] == NAME, where
    browser.type("orders")
    form.settled()
    assert form.chip == "valid"
    replicas = form.address("spec.instances.engine.replicas")
    browser.run(f"{form.field(replicas)}.querySelector('input').focus()")
    section = browser.run(f"{form.field(replicas)}.closest('.section').querySelector('h2').textContent")
    browser.run(
        f"[...document.querySelectorAll('.step')].find(one => one.textContent.startsWith({js(section)})).focus()"
    )
    browser.press("Enter")
    assert browser.run("document.activeElement.textContent") == section
    browser.run(f"{form.field(replicas)}.querySelector('input').focus()")
    browser.press("ArrowUp")
    form.settled()
    assert int(value(form, replicas)) > 3
    browser.run("document.querySelector('.tab').focus()")
    browser.press("ArrowRight")
    assert browser.run("document.activeElement.textContent + document.activeElement.ariaSelected") == "Pythontrue"
    # A finding leads to its field.
    form.set(replicas, "4")
    browser.run("document.querySelector('.problem').focus()")
    browser.press("Enter")
    assert browser.run("document.activeElement.closest('[data-address]').dataset.address") == replicas
    described = browser.run(
        "document.activeElement.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id).textContent).join(' ')"
    )
    assert "odd" in described
    assert "error" in browser.run("document.getElementById('said').textContent")


AXE = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
CHECK = """axe.run(document, {resultTypes: ['violations'], %s}).then(found => found.violations.map(
  one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.target + ' ' + (node.any[0]?.message ?? '')).join(' | ')}`))"""
CUT = """(() => {
  const room = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > room + 1) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const element of document.querySelectorAll('#page *')) {
    const box = element.getBoundingClientRect();
    if (box.width < 2 || element.closest('.sheet, .steps ol, .tabs, .unseen, svg')) continue;
    if (box.right > room + 1 || box.left < -1) found.push(`${element.tagName}.${element.className} ends at ${Math.round(box.right)} of ${room}: ${element.textContent.slice(0, 40)}`);
  }
  return found.slice(0, 5);
})()"""


@pytest.fixture
def looked_at(page: Any, form: FilledIn) -> Iterator[FilledIn]:
    """A form with an error, a list with an item, and objects."""
    form.open(page.server.address, "psmdb/sharded")
    form.set(NAME, "orders")
    yield form
    form.browser.run("document.documentElement.dataset.theme = 'light'")


def test_axe_finds_nothing_and_nothing_is_cut(looked_at: FilledIn) -> None:
    browser, found = looked_at.browser, {}
    storages = looked_at.address("spec.backup.storages")
    replicas = looked_at.address("spec.instances.engine.replicas")

    def look_for_cuts(what: str) -> None:
        for width in (1280, 390):
            browser.resize(width)
            if cut := browser.run(CUT):
                found[f"{what}, {width} wide"] = cut
        browser.resize(1280)

    def look(what: str) -> None:
        browser.run(AXE)
        for theme, rules in (("light", ""), ("dark", "runOnly: ['color-contrast']")):
            browser.run(f"document.documentElement.dataset.theme = '{theme}'")
            if wrong := browser.run(CHECK % rules):
                found[f"{what}, {theme}"] = wrong
        look_for_cuts(what)

    looked_at.tab("Objects")
    browser.until("!!document.querySelector('.object .from')")
    look("objects")
    looked_at.set(replicas, "4")
    looked_at.add(storages)
    look("a list with errors")
    for index in range(browser.run("document.querySelectorAll('.step').length")):
        browser.run(f"document.querySelectorAll('.step')[{index}].click()")
        look_for_cuts(f"section {index}")
    browser.run("location.hash = '#/'")
    browser.until("!!document.querySelector('.card')")
    look("the first page")
    assert found == {}
