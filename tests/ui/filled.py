"""A form in the browser, used as a person uses it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from browser import Browser


def js(value: Any) -> str:
    """A value in JavaScript."""
    return json.dumps(value)


@dataclass
class FilledIn:
    """The page of a form that is open in a browser."""

    browser: Browser

    def open(self, address: str, where: str) -> None:
        """Open the page at a form: ``psmdb/sharded``; what earlier tests have typed is forgotten."""
        origin = address.partition("#")[0]
        self.browser.open(f"{origin}icon.svg")
        self.browser.run("localStorage.clear()")
        self.browser.open(address)
        self.browser.until("!!document.querySelector('.card, .row')")
        self.go(where)

    def go(self, where: str) -> None:
        """Go to a form, and wait until its values are checked."""
        self.browser.run(f"location.hash = {js('#/' + where)}")
        self.browser.until("!!document.querySelector('.section')")
        self.settled()

    def settled(self) -> None:
        """Wait until the server has answered to all that was typed."""
        self.browser.until("!window.everest?.busy() && !!document.querySelector('.section')")

    def field(self, address: str) -> str:
        """The element of a part, in JavaScript."""
        return f"document.querySelector('[data-address={js(address)}]')"

    def address(self, path: str) -> str:
        """The address of the field for a path of the document, in the form that is open."""
        found = self.browser.run(f"window.everest.address({js(path)})")
        assert found, path
        return str(found)

    def set(self, address: str, value: Any) -> None:
        """Give a field a value, as its events say it to the page."""
        found = self.browser.run(
            f"""(() => {{
              const field = {self.field(address)}, value = {js(value)};
              const input = field.querySelector('input, select, textarea');
              input.focus();
              if (input.type === 'checkbox') {{ if (input.checked !== value) input.click(); return true; }}
              input.value = value;
              input.dispatchEvent(new Event(input.tagName === 'SELECT' ? 'change' : 'input', {{bubbles: true}}));
              return true;
            }})()"""
        )
        assert found
        self.settled()

    def add(self, address: str) -> None:
        """Add an item to a list."""
        self.browser.run(f"{self.field(address)}.querySelector(':scope > .add').click()")
        self.settled()

    def button(self, address: str, text: str) -> None:
        """Press the button of an item of a list whose name begins so."""
        self.browser.run(f"{self.field(address)}.querySelector('.head button[aria-label^={js(text)}]').click()")
        self.settled()

    def findings(self, address: str) -> str:
        """What is said below a field."""
        return str(
            self.browser.run(
                f"[...{self.field(address)}.querySelectorAll('.finding')].map(one => one.textContent).join('; ')"
            )
        )

    def invalid(self, address: str) -> bool:
        """Whether a field is marked as wrong."""
        return bool(self.browser.run(f"{self.field(address)}.querySelector('[aria-invalid=true]') !== null"))

    @property
    def chip(self) -> str:
        """What stands at the top: how many errors there are."""
        return str(self.browser.run("document.querySelector('.top .chip').textContent"))

    def tab(self, name: str) -> None:
        """Choose a tab."""
        self.browser.run(f"[...document.querySelectorAll('.tab')].find(one => one.textContent === {js(name)}).click()")

    def text(self, name: str) -> str:
        """The text of a tab."""
        self.tab(name)
        self.settled()
        return str(
            self.browser.run(
                "[...document.querySelectorAll('.sheet .lines > span')].map(one => one.textContent).join('\\n') + '\\n'"
            )
        )
