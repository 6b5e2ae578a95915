"""Where this release's documentation is on the web, as far as the installed package knows it."""

from __future__ import annotations

import json
from functools import cache
from importlib import metadata

_PACKAGE = "pulumi-everest"


@cache
def page_of_code(code: str) -> str | None:
    """The address of what docs/findings.md says about a code; None where nobody has told this installation one.

    That is the site that a release names as its documentation, or the repository that pip installed this from.
    """
    try:
        package = metadata.distribution(_PACKAGE)
    except metadata.PackageNotFoundError:
        return None
    site = _project_url(package, "documentation")
    if site is not None:
        return f"{site.rstrip('/')}/findings.html#{code.replace('.', '-')}"
    repository = _repository(package)
    return f"{repository}/docs/findings.md#{code.replace('.', '')}" if repository is not None else None


def _project_url(package: metadata.Distribution, wanted: str) -> str | None:
    for entry in package.metadata.get_all("Project-URL") or ():
        label, _, url = entry.partition(",")
        if label.strip().lower() == wanted and url.strip().startswith(("https://", "http://")):
            return str(url.strip())
    return None


def _repository(package: metadata.Distribution) -> str | None:
    """The files of the commit that was installed from a repository, as its web pages have them (PEP 610)."""
    try:
        direct = json.loads(package.read_text("direct_url.json") or "{}")
        url, commit = str(direct["url"]), str(direct["vcs_info"]["commit_id"])
    except (ValueError, KeyError, TypeError):
        return None
    if not url.startswith(("https://", "http://")) or "@" in url:
        return None  # another machine knows no path of this one, and a name or token is nobody's business
    return f"{url.rstrip('/').removesuffix('.git')}/blob/{commit}"
