"""The API version of a kind, over the versions of its operator."""

from __future__ import annotations

from pulumi_everest.scaffold.definitions.crd_files import Kind, Source


def api_version(kind: Kind, source: Source) -> str:
    """The API version; where it is not the same for all versions of the operator, as an expression."""
    known = [(version, kind.by_operator[version][0]) for version in source.versions if version in kind.by_operator]
    names = list(dict.fromkeys(name for _, name in known))
    if len(names) < 2:
        return kind.api_version
    text = f"'{names[0]}'"
    for name in names[1:]:
        since = next(version for version, api in known if api == name)
        text = f"versionAtLeast(operator, '{since}') ? '{name}' : {text}"
    return f"${{{text}}}"
