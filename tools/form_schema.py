"""Write schemas/FormTree.json, the shape of a form as pages get it, of its models: `python -m tools.form_schema`."""

from __future__ import annotations

import json
from pathlib import Path

from pulumi_everest.form.tree import FormTree
from pulumi_everest.model.schemas.json_schema import model_schema

FILE = Path(__file__).parents[1] / "schemas" / "FormTree.json"


def text() -> str:
    """The schema as the file has it."""
    return json.dumps(model_schema(FormTree), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
