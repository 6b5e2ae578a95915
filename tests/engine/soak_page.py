"""The part of docs/engine-test.md about kills at random moments, from the rows of the last `make engine-soak`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
PAGE, ROWS = DOCS / "engine-test.md", DOCS / "engine-soak.json"
TITLE = "## Kills at random moments"


def section(data: dict[str, Any]) -> str:
    """The table of a run."""
    rows = data["kills"]
    seeds = ", ".join(str(seed) for seed in dict.fromkeys(row["seed"] for row in rows))
    finished = sum(row["outcome"] == "finished" and not row["state_broken"] for row in rows)
    mended = sum(row["outcome"] == "finished" and row["state_broken"] for row in rows)
    lines = [
        TITLE,
        "",
        f"Written by `make engine-soak`, last run on {data['date']}, seeds {seeds}: {len(rows)} kills that landed, in "
        "stacks with a cluster",
        "of each technology, with users, a backup storage with credentials, Secrets for clients and a backup. After",
        "`pulumi cancel` one more run of the same command finished with every object once, the same UIDs, the same Secrets,",
        f"and nothing left to do, in {finished} of them; in {mended} more after Pulumi's own state file, which the kill had",
        'broken, was mended as "Recover" in [operations](operations.md) says. `engine-soak.json` has each kill.',
        "",
        "| what was killed | while it | kills | finished | after mending the state file | failed |",
        "|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        kind = "failed" if row["outcome"] != "finished" else "mended" if row["state_broken"] else "finished"
        groups.setdefault((row["victim"], row["phase"]), Counter())[kind] += 1
    for (victim, phase), counts in sorted(groups.items()):
        total, doing = counts.total(), {"create": "created", "update": "updated", "destroy": "destroyed"}[phase]
        lines.append(
            f"| {victim} | {doing} | {total} | {counts['finished']} | {counts['mended']} | {counts['failed']} |"
        )
    return "\n".join([*lines, ""])


def saved_section() -> str:
    """The part as it was last measured; empty where it never was."""
    return section(json.loads(ROWS.read_text("utf-8"))) if ROWS.exists() else ""


def write_section() -> None:
    """Write the part anew at the end of the page."""
    text = PAGE.read_text("utf-8").partition(f"\n{TITLE}\n")[0].rstrip("\n")
    PAGE.write_text(f"{text}\n\n{saved_section()}", encoding="utf-8")
