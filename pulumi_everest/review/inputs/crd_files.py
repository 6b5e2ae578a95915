"""What `--crds` names: files, folders, and the word ``cluster`` for the definitions that a running cluster has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_everest.model.findings import EverestError, Finding, finding
from pulumi_everest.review.options import nearest_file

if TYPE_CHECKING:
    from pulumi_everest.emit.crds import Crds

CLUSTER = "cluster"


@contextmanager
def crd_files(named: Sequence[str | Path], found: list[Finding]) -> Iterator[list[str | Path]]:
    """The files and folders, while this lasts; those of the cluster are one of them. What is not there is a finding.

    Programs name files too, so the definitions of the cluster are written to one.
    """
    files: list[str | Path] = []
    with ExitStack() as held:
        for text in named:
            if text == CLUSTER:
                definitions = _of_cluster(found)
                if definitions is not None:
                    files.append(held.enter_context(_written(definitions)))
            elif Path(text).exists():
                files.append(text)
            else:
                message = f"there is no file or folder '{text}', which --crds names{nearest_file(Path(text))}"
                found.append(finding("source.unreadable", (), message))
        yield files


@contextmanager
def _written(definitions: list[dict[str, Any]]) -> Iterator[Path]:
    import json
    import tempfile

    with tempfile.TemporaryDirectory(prefix="everest-crds-") as folder:
        path = Path(folder) / "cluster.json"
        path.write_text(json.dumps({"kind": "List", "items": definitions}), encoding="utf-8")
        yield path


def _of_cluster(found: list[Finding]) -> list[dict[str, Any]] | None:
    from pulumi_everest.live.cluster import LiveCluster
    from pulumi_everest.live.errors import LiveError

    try:
        return LiveCluster().crds()
    except LiveError as error:
        found += error.findings
        return None


def schemas(files: Sequence[str | Path], found: list[Finding]) -> Crds | None:
    """The schemas in files and folders, or None where there are none to read. What cannot be read is a finding."""
    if not files:
        return None
    from pulumi_everest.emit.crds import Crds

    try:
        return Crds.load(files)
    except EverestError as error:
        found += error.findings
        return None
