"""A DatabaseCluster of the first API in one form, whatever generation it is of, with Everest's defaults."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

from pulumi_everest.model.values.scalars import quantity_value
from pulumi_everest.upgrade.legacy.reading import said

_EXPOSE: Final = {"internal": "ClusterIP", "external": "LoadBalancer"}
_MEDIUM, _LARGE = quantity_value("8G"), quantity_value("32G")
REPLICAS: Final = 3


def normal_form(document: Mapping[str, Any]) -> dict[str, Any]:
    """What templates see as `spec`. Values that nobody said are not there; limits and requests always are."""
    spec = document.get("spec") or {}
    replicas = said(spec, "engine.replicas") or REPLICAS
    engine = {
        "version": said(spec, "engine.version"),
        "replicas": replicas,
        "config": said(spec, "engine.config"),
        "parameters": parameters(said(spec, "engine.config") or ""),
        "userSecretsName": said(spec, "engine.userSecretsName") or f"everest-secrets-{document['metadata']['name']}",
        "storage": _storage(said(spec, "engine.storage")),
        **resources(said(spec, "engine.resources")),
    }
    proxy = {
        "type": said(spec, "proxy.type"),
        "replicas": said(spec, "proxy.replicas"),
        "config": said(spec, "proxy.config"),
        "storage": _storage(said(spec, "proxy.storage")) or None,
        "expose": _expose(said(spec, "proxy.expose") or {}),
        **resources(said(spec, "proxy.resources")),
    }
    return {
        "engine": _said_of(engine),
        "proxy": _said_of(proxy),
        "sharding": {
            "enabled": said(spec, "sharding.enabled") is True,
            "shards": said(spec, "sharding.shards") or 1,
            "configServers": said(spec, "sharding.configServer.replicas") or replicas,
        },
        "paused": said(spec, "paused") is True,
        "unsafe": said(spec, "allowUnsafeConfiguration") is True,
    }


def _said_of(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def resources(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """Limits and requests of either generation; `explicit` is the newer one, in which nothing is mirrored.

    CPU and memory beside limits do nothing.
    """
    data = data or {}
    plain = {key: str(data[key]) for key in ("cpu", "memory") if _counts(data.get(key))}
    limits, requests = (
        {key: str(value) for key, value in (data.get(part) or {}).items() if _counts(value)}
        for part in ("limits", "requests")
    )
    return {"limits": limits or plain, "requests": requests, "explicit": bool(limits or requests)}


def _counts(quantity: Any) -> bool:
    return quantity is not None and quantity_value(str(quantity)) > 0


def _storage(data: Mapping[str, Any] | None) -> dict[str, Any]:
    data = data or {}
    size = {"size": str(data["size"])} if data.get("size") is not None else {}
    return {**size, **({"class": data["class"]} if data.get("class") else {})}


def _expose(data: Mapping[str, Any]) -> dict[str, Any]:
    kind = data.get("type") or "internal"
    kind = _EXPOSE.get(kind, kind)
    ranges = data.get("ipSourceRanges") or [] if kind == "LoadBalancer" else []
    return {"type": kind, "sourceRanges": [with_mask(entry) for entry in ranges]}


def with_mask(address: str) -> str:
    """A bare address as a block of one: a Service takes nothing else."""
    try:
        return f"{address}/{ipaddress.ip_address(address).max_prefixlen}"
    except ValueError:
        return address


def size_class(spec: Mapping[str, Any]) -> str:
    """Small, medium or large, by the memory that each member may have."""
    memory = quantity_value(spec["engine"]["limits"].get("memory", "0"))
    return "large" if memory >= _LARGE else "medium" if memory >= _MEDIUM else "small"


def parameters(text: str) -> dict[str, str]:
    """The lines ``name = value`` or ``name value`` of a configuration; comments are left out."""
    result = {}
    for line in text.splitlines():
        line = line.strip()  # noqa: PLW2901
        if not line or line[0] in "#;[":
            continue
        name, equals, value = line.partition("=")
        if not equals or " " in name.strip():
            name, _, value = line.partition(" ")
        result[name.strip()] = _unquoted(value.strip())
    return result


def _unquoted(value: str) -> str:
    for mark in (" #", " ;"):
        value = value.partition(mark)[0].rstrip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"`":
        return value[1:-1]
    return value
