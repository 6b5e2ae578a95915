"""What the tests of adoption share."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
from adopted import Manifest

from pulumi_everest.adoption.adopt import Adopted, adopted
from pulumi_everest.plugins.find import Plugins
from pulumi_everest.workspace.workspace import Workspace


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    """The built-in plugins."""
    return Workspace(Plugins())


@pytest.fixture(scope="session")
def adopt(workspace: Workspace) -> Callable[[Manifest], Adopted]:
    """Finds the cluster of an object."""
    return lambda live: adopted(workspace, deepcopy(live))
