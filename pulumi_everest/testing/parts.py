"""Parts that tests need and a machine may lack: then they are skipped and counted, or fail where they are required."""

from __future__ import annotations

import os

from pulumi_everest.testing.extra import missing

try:
    import pytest
except ModuleNotFoundError as error:
    raise missing(error, "pulumi_everest.testing") from None


def required(part: str) -> bool:
    """Whether ``EVEREST_REQUIRE`` asks for a part: then its absence is a failure, not a skip."""
    return part in os.environ.get("EVEREST_REQUIRE", "").split(",")


def skip_or_fail(part: str, reason: str) -> None:
    """Skip the test for want of a part; fail it if ``EVEREST_REQUIRE`` has that part."""
    if required(part):
        pytest.fail(f"EVEREST_REQUIRE asks for {part}: {reason}")
    pytest.skip(reason)
