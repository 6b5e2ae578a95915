from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

Write = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Writes a Pulumi project: the program, and other files by name."""

    def write(program: str, files: Mapping[str, str] | None = None, *, pulumi_yaml: str | None = None) -> Path:
        folder = tmp_path / "infra"
        folder.mkdir(exist_ok=True)
        (folder / "Pulumi.yaml").write_text(pulumi_yaml or "name: orders\nruntime: python\n")
        (folder / "__main__.py").write_text(dedent(program))
        for name, text in (files or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(dedent(text))
        return folder

    return write
