"""The folder that `everest migrate` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_everest.cli.output.write import cannot_write, write_file

if TYPE_CHECKING:
    from pulumi_everest.model.findings import Finding
    from pulumi_everest.upgrade.legacy.migrate import Migrated


def write_folder(folder: Path, results: Sequence[Migrated], found: Sequence[Finding], reach: str) -> str:
    """Clusters, program, report and runbook; gives the text of the runbook. Raises UsageError."""
    from pulumi_everest.adoption.write import documents, file_name, project
    from pulumi_everest.review.yaml_text import yaml_text
    from pulumi_everest.upgrade.legacy.report import report
    from pulumi_everest.upgrade.legacy.runbook import as_data, runbook, runbook_text

    done = [entry for entry in results if entry.adopted is not None]
    adopted = [entry.adopted for entry in done if entry.adopted is not None]
    books = {entry.name: runbook(entry, reach) for entry in done}
    text = runbook_text(books)
    files = {file_name(entry): yaml_text(documents([entry])[0]) for entry in adopted}
    files |= {f"program/{name}": content for name, content in project(adopted, "everest-migrated").items()}
    data = {name: as_data(steps) for name, steps in books.items()}
    files |= {"REPORT.md": report(results, found), "RUNBOOK.md": text + "\n"}
    files["runbook.json"] = json.dumps(data, indent=2) + "\n"
    for name, content in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, content)
        except OSError as error:
            raise cannot_write(path, error) from None
    return text
