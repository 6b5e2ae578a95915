"""What the conformance kit proves of a plugin that is not built in, asked from the page."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from filled import FilledIn
from patience import PATIENCE, until

from pulumi_everest.review.options import Options
from pulumi_everest.ui.proving import Proofs
from pulumi_everest.ui.saving import RefusedError
from pulumi_everest.ui.session import Wanted

CACHE = Path(__file__).parents[2] / "examples" / "plugin-cache" / "cache"


def script(text: str, seconds: float = PATIENCE) -> Proofs:
    """A kit that is a Python text."""
    return Proofs((sys.executable, "-c", text), seconds)


def test_the_card_of_a_plugin_of_ones_own_shows_what_its_kit_proves(form: FilledIn, serve: Any) -> None:
    with serve(Wanted(Options(plugins=[CACHE]))) as page:
        form.browser.open(page.server.address)
        card = "document.querySelector('[data-plugin=cache]')"
        form.browser.until(f"!!{card}")
        form.browser.run(f"{card}.querySelector('.proving button').click()")
        assert form.browser.run(f"{card}.querySelector('.proving button').disabled") is True
        form.browser.until(f"{card}.innerText.includes('Proved: ')", seconds=PATIENCE)
        assert form.browser.run(f"{card}.querySelectorAll('.proved .yes').length") > 3
        # Built-in plugins have no button: what is proved of them comes with the package.
        assert form.browser.run("document.querySelectorAll('[data-plugin=psmdb] .proving').length") == 0


def test_other_requests_are_answered_meanwhile(serve: Any) -> None:
    with serve(Wanted(Options(plugins=[CACHE]))) as page:
        answers: list[Any] = []
        asking = threading.Thread(target=lambda: answers.append(page.ask("/api/prove", {"plugin": "cache"})))
        asking.start()
        until(lambda: page.session._kit._process)
        assert page.send("GET", "/api/start").status == 200
        assert not answers
        again = page.ask("/api/prove", {"plugin": "cache"})
        assert (again.status, "at work" in again.data["error"]) == (403, True)
        asking.join(PATIENCE)
    [answer] = answers
    assert (answer.status, answer.data["errors"]) == (200, 0)
    assert {row["name"] for row in answer.data["proved"]} >= {"versions", "scaling", "backup"}


def test_errors_of_a_plugin_are_said_in_place_of_a_proof(serve: Any, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CACHE, tmp_path / "cache"))
    expected = next((folder / "examples").glob("*.expected.yaml"))
    expected.write_text(expected.read_text().replace("replicas: ", "replicas: 1", 1))
    with serve(Wanted(Options(plugins=[folder]))) as page:
        found = page.ask("/api/prove", {"plugin": "cache"}).data
    assert found["errors"] >= 1
    assert found["first"]["message"]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        json.dumps({"findings": [], "plugins": [{}]}),
        json.dumps({"findings": 1, "plugins": []}),
    ],
)
def test_a_kit_that_says_something_else_is_no_proof(said: str) -> None:
    with pytest.raises(RefusedError, match="did not come to its end: run everest plugin test"):
        script(f"print({said!r})").of(CACHE)


def test_a_kit_that_does_not_end_is_given_up() -> None:
    with pytest.raises(RefusedError, match="given up after 1 s"):
        script("import time; time.sleep(6_000)", seconds=1).of(CACHE)


def test_the_kit_ends_with_the_server() -> None:
    proofs = script("import time; time.sleep(6_000)")
    refused: list[str] = []

    def ask() -> None:
        try:
            proofs.of(CACHE)
        except RefusedError as error:
            refused.append(str(error))

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: proofs._process)
    proofs.end()
    asking.join(PATIENCE)
    assert refused == ["the kit did not come to its end: run everest plugin test"]


def test_a_plugin_that_is_not_there_is_named_with_those_that_are(page: Any) -> None:
    answer = page.ask("/api/prove", {"plugin": "psmbd"})
    assert (answer.status, "no plugin 'psmbd'" in answer.data["error"]) == (422, True)
    assert page.send("GET", "/api/prove").status == 404
