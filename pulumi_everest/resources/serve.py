"""Deprecated: the provider process is `pulumi_everest.serving.serve`."""

from __future__ import annotations

import warnings

from pulumi_everest.serving.serve import main

__all__ = ["main"]

warnings.warn(
    "pulumi_everest.resources.serve is deprecated: it is pulumi_everest.serving.serve",
    DeprecationWarning,
    stacklevel=1 if __name__ == "__main__" else 2,  # Python shows by default what is said of __main__, not of runpy
)

if __name__ == "__main__":
    main()
