"""A test of changes that is the same for every plugin: a plugin's module imports it, and has the table `CHANGES`.

`BASE` is the cluster of `compared` that the rows change.
"""

from __future__ import annotations

from typing import Any

import pytest
from compared import change


@pytest.mark.table("CHANGES", "about, old, new, impacts")
def test_what_a_change_does(
    about: str, old: dict[str, Any], new: dict[str, Any], impacts: list[str], request: pytest.FixtureRequest
) -> None:
    changes = change(request.module.BASE, old, new).changes

    assert [" ".join(filter(None, [c.where, c.impact, c.guard])) for c in changes] == impacts, about
    assert all(c.why and c.hint for c in changes if c.is_refused)
