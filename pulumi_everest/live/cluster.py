"""LiveCluster: the objects of a running cluster as plain data, of any kind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any
from urllib.parse import quote, urlencode

from pulumi_everest.live.connection import JSON, Connection, connect
from pulumi_everest.live.errors import LiveError

Object = dict[str, Any]
Objects = list[Object]
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
TIMEOUT = 30.0
"""Seconds until a request is given up."""


class LiveCluster:
    """A cluster, as the kubeconfig names it: a file, or its text (the usual ones if left out), and a context of it.

    `timeout` is in seconds, for each request. Every method raises LiveError where the cluster cannot be reached or
    refuses.
    """

    def __init__(
        self,
        kubeconfig: str | PathLike[str] | None = None,
        context: str | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> None:
        self.kubeconfig, self.context, self.timeout = kubeconfig, context, timeout
        self._connection: Connection | None = None
        self._kinds: dict[str, dict[str, Mapping[str, Any]]] = {}

    # Reading

    def ready(self) -> bool:
        """Whether the API server says that it is ready."""
        return bool(self.request("GET", "/readyz", text=True) == "ok")

    def version(self) -> str:
        """The version of Kubernetes, such as ``v1.34.4``."""
        return str(self.request("GET", "/version")["gitVersion"])

    def serves(self, api_version: str, kind: str) -> bool:
        """Whether the cluster has the kind."""
        return kind in self._served(api_version)

    def has_namespaces(self, api_version: str, kind: str) -> bool:
        """Whether objects of a kind belong to namespaces; of a kind that the cluster does not have they may."""
        served = self._served(api_version).get(kind)
        return served is None or bool(served["namespaced"])

    def forget_kinds(self) -> None:
        """Ask anew which kinds there are, since definitions have come or gone."""
        self._kinds.clear()

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """An object, or None where there is none of that name, or not of that kind."""
        if not self.serves(api_version, kind):
            return None
        return self._found(self.path(api_version, kind, namespace, name))

    def metadata(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """The metadata of an object and nothing else of it, so that no Secret gives a value away."""
        if not self.serves(api_version, kind):
            return None
        return self._found(self.path(api_version, kind, namespace, name), METADATA)

    def list_metadata(self, api_version: str, kind: str, namespace: str, *, labels: str = "") -> Objects:
        """The same of all objects of a kind in a namespace, or of those that have these labels."""
        if not self.serves(api_version, kind):
            return []
        path = self.path(api_version, kind, namespace)
        query = {"labelSelector": labels} if labels else {}
        page = self.request("GET", path, query=query, accept=METADATA_LIST)
        return list(page.get("items") or [])

    def list(self, api_version: str, kind: str, namespace: str | None = None, *, labels: str = "") -> Objects:
        """The objects of a kind, of one namespace or of all; none where the cluster does not have the kind."""
        if not self.serves(api_version, kind):
            return []
        path = self.path(api_version, kind, namespace)
        items: Objects = []
        query = {"limit": "500", **({"labelSelector": labels} if labels else {})}
        while True:
            page = self.request("GET", path, query=query)
            # The items of a list do not say what they are.
            items += [{"apiVersion": api_version, "kind": kind, **item} for item in page.get("items") or []]
            more = (page.get("metadata") or {}).get("continue")
            if not more:
                return items
            query["continue"] = more

    def crds(self, names: Iterable[str] | None = None) -> Objects:
        """The CustomResourceDefinitions, all or those of these names that are there."""
        version, kind = "apiextensions.k8s.io/v1", "CustomResourceDefinition"
        if names is None:
            return self.list(version, kind)
        return [found for name in names if (found := self.get(version, kind, name)) is not None]

    # Writing

    def create(self, manifest: Mapping[str, Any], *, strict: bool = True, dry_run: bool = False) -> Object:
        """Create an object; gives it as stored. Strict: an unknown field is an error, not dropped."""
        return self._write("POST", manifest, query=_query(strict, dry_run))

    def apply(
        self,
        manifest: Mapping[str, Any],
        manager: str,
        *,
        force: bool = False,
        strict: bool = True,
        dry_run: bool = False,
    ) -> Object:
        """Apply an object on the server's side, in the name of a field manager."""
        query = {**_query(strict, dry_run), "fieldManager": manager, "force": str(force).lower()}
        return self._write("PATCH", manifest, query=query, content_type=APPLY_PATCH, named=True)

    def replace(self, manifest: Mapping[str, Any], *, manager: str | None = None, strict: bool = True) -> Object:
        """Put an object in the place of the one there is."""
        query = {**_query(strict, False), **({"fieldManager": manager} if manager else {})}
        return self._write("PUT", manifest, query=query, named=True)

    def merge(self, manifest: Mapping[str, Any], *, manager: str | None = None, status: bool = False) -> Object:
        """Merge fields into an object (JSON merge patch); into its status where that is asked for."""
        query = {"fieldManager": manager} if manager else {}
        return self._write(
            "PATCH", manifest, query=query, content_type=MERGE_PATCH, named=True, below="/status" if status else ""
        )

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> bool:
        """Ask for an object to be deleted. False if there is none."""
        try:
            self.request("DELETE", self.path(api_version, kind, namespace, name), {"propagationPolicy": "Background"})
        except LiveError as error:
            if error.code == 404:
                return False
            raise
        return True

    # How requests are made

    def path(self, api_version: str, kind: str, namespace: str | None = None, name: str | None = None) -> str:
        """The path of a kind's collection, or of one object. A namespaced kind without a namespace: of all of them."""
        served = self._served(api_version).get(kind)
        if served is None:
            kinds = ", ".join(sorted(self._served(api_version))) or "none"
            text = f"the cluster has no kind {kind} in {api_version}"
            raise LiveError.of("kind", text, hint=f"it has there: {kinds}", reason="NotFound", code=404)
        path = _prefix(api_version)
        if served["namespaced"] and (namespace or name):
            path += f"/namespaces/{quote(namespace or 'default', safe='')}"
        path += f"/{served['name']}"
        return f"{path}/{quote(name, safe='')}" if name else path

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = JSON,
        text: bool = False,
        accept: str = JSON,
    ) -> Any:
        """One request; gives the answer as plain data, or as text."""
        if self._connection is None:
            self._connection = connect(self.kubeconfig, self.context)
        full = f"{path}?{urlencode(query)}" if query else path
        data = None if body is None else json.dumps(body).encode()
        answer = self._connection.send(method, full, data, content_type, self.timeout, accept)
        return answer.decode() if text else json.loads(answer)

    def close(self) -> None:
        """End the connections; the next request makes another one."""
        if self._connection is not None:
            self._connection.close()

    def _found(self, path: str, accept: str = JSON) -> Object | None:
        try:
            found: Object = self.request("GET", path, accept=accept)
        except LiveError as error:
            if error.code == 404:
                return None
            raise
        return found

    def _served(self, api_version: str) -> dict[str, Mapping[str, Any]]:
        if not self._kinds.get(api_version):
            try:
                resources = self.request("GET", _prefix(api_version))["resources"]
            except LiveError as error:
                if error.code != 404:
                    raise
                resources = []
            self._kinds[api_version] = {entry["kind"]: entry for entry in resources if "/" not in entry["name"]}
        return self._kinds[api_version]

    def _write(
        self,
        method: str,
        manifest: Mapping[str, Any],
        *,
        query: Mapping[str, str],
        content_type: str = JSON,
        named: bool = False,
        below: str = "",
    ) -> Object:
        metadata = manifest["metadata"]
        name = metadata["name"] if named else None
        namespace = metadata.get("namespace") or "default"
        path = self.path(manifest["apiVersion"], manifest["kind"], namespace, name)
        stored: Object = self.request(method, path + below, manifest, query=query, content_type=content_type)
        return stored


def _prefix(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _query(strict: bool, dry_run: bool) -> dict[str, str]:
    return {"fieldValidation": "Strict" if strict else "Warn", **({"dryRun": "All"} if dry_run else {})}
