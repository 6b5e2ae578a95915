"""Deprecated: `raise_findings` is `pulumi_everest.raise_findings`."""

from __future__ import annotations

import warnings

from pulumi_everest.resources.candidates.run import raise_findings

__all__ = ["raise_findings"]

warnings.warn(
    "pulumi_everest.resources.run is deprecated: raise_findings is pulumi_everest.raise_findings",
    DeprecationWarning,
    stacklevel=2,
)
