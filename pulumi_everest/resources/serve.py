"""Deprecated: the provider process is `pulumi_everest.serving.serve`."""

from __future__ import annotations

import warnings

from pulumi_everest.serving.serve import main

__all__ = ["main"]

warnings.warn(
    "pulumi_everest.resources.serve is deprecated: it is pulumi_everest.serving.serve", DeprecationWarning, stacklevel=2
)

if __name__ == "__main__":
    main()
