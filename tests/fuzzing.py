"""How many random examples a test takes, and by which seed: few in `make test`, many in `make fuzz`.

Tests of properties (Hypothesis) say how many they usually take with `examples`. A test that makes its examples by other
means has the mark `fuzz` and asks the fixture `fuzzing` for both.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass

import pytest
from hypothesis import settings

PROFILE = "fuzz"


def examples(usual: int) -> int:
    """How many examples to take where it is usually so many: more by the profile's part of Hypothesis' usual 100."""
    return max(1, usual * settings().max_examples // 100)


@dataclass(frozen=True)
class Fuzzing:
    """The seed of this run, and how many examples to take."""

    seed: int

    def examples(self, usual: int) -> int:
        """As the function `examples`."""
        return examples(usual)


def asked(config: pytest.Config) -> Fuzzing:
    """By the seed on the command line; without one always the same in CI, by hand another one in each run."""
    given = config.getoption("hypothesis_seed", None)
    if given not in (None, "random"):
        return Fuzzing(int(given))
    return Fuzzing(0 if os.environ.get("CI") else secrets.randbelow(2**31))


def header(config: pytest.Config) -> str | None:
    """What to type to repeat this run, if it is a run of `make fuzz`."""
    if config.getoption("hypothesis_profile", None) != PROFILE:
        return None
    return f"fuzz: again by make fuzz SEED={config.getoption('hypothesis_seed')} EXAMPLES={settings().max_examples}"
