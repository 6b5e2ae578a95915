"""What pytest shows at its end of the conformance kit: the number of fields probed, for each plugin.

Pytest loads this by itself (entry point ``pytest11``), so it imports nothing of the package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

PROPERTY = "everest conformance"
"""The property of a test's report that holds its counts."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write one line for each plugin whose conformance tests ran."""
    totals: dict[str, dict[str, int]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) != "call":  # the reports of set-up and tear-down have it too
                continue
            for name, value in getattr(report, "user_properties", ()):
                if name == PROPERTY:
                    counts = json.loads(value)
                    total = totals.setdefault(counts.pop("plugin"), {"runs": 0})
                    for key, number in {**counts, "runs": 1}.items():
                        total[key] = total.get(key, 0) + number
    if totals:
        terminalreporter.section("everest conformance")
        for plugin, total in sorted(totals.items()):
            runs = "1 run" if total["runs"] == 1 else f"{total['runs']} runs"
            terminalreporter.line(f"{plugin}: {counts_text(total)}, in {runs} of operator version and topology")


def counts_text(counts: Mapping[str, int]) -> str:
    """The counts of a report in words."""
    return (
        f"{counts['probed']} fields probed: {counts['effect']} with an effect, {counts['refused']} refused, "
        f"{counts['only value']} with only one value, {counts['failed']} failed"
    )
