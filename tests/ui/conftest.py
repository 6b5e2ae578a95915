"""A server of the page, and a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browser import Browser, installed
from filled import FilledIn
from served import Page, serving

from pulumi_everest.testing.parts import skip_or_fail


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """A server with the built-in plugins."""
    with serving() as found:
        yield found


@pytest.fixture
def serve() -> Callable[..., Any]:
    """Makes servers of their own."""
    return serving


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser."""
    program = installed()
    if program is None:
        skip_or_fail("browser", "needs Chromium (apt-get install chromium)")
    assert program is not None
    with Browser(program) as found:
        yield found


@pytest.fixture
def form(chromium: Browser) -> Iterator[FilledIn]:
    """A form in the browser; the page must not have complained of anything."""
    chromium.resize(1280)
    yield FilledIn(chromium)
    assert chromium.complaints() == []
