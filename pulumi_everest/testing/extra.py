"""What to say where a package is missing that only tests need: the extra that brings it."""

from __future__ import annotations

EXTRA = "testing"


def missing(error: ModuleNotFoundError, module: str) -> ModuleNotFoundError:
    """The error of an import that failed, with the way to mend it, for a module of this package that needs it."""
    if error.name is None or "." in error.name:
        return error
    text = (
        f"{module} needs the package {error.name}, which is not installed: pip install {error.name} "
        f"(the extra '{EXTRA}' of pulumi-everest brings all that its helpers for tests need)"
    )
    return ModuleNotFoundError(text, name=error.name)
