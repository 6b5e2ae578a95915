"""The connection to a cluster: what a kubeconfig says, and errors in words that help."""

from __future__ import annotations

import json
import os
from os import PathLike
from typing import Any, Protocol

from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.findings import did_you_mean

EXTRA = "pulumi-everest[cluster]"


class Connection(Protocol):
    """Sends requests to one API server."""

    def send(self, method: str, path: str, body: bytes | None, content_type: str, timeout: float) -> bytes:
        """The body of the answer. Raises LiveError unless the server did what it was asked."""
        ...


def connect(kubeconfig: str | PathLike[str] | None, context: str | None) -> Connection:
    """A connection as a kubeconfig describes it. Raises LiveError where there is none, or the client is missing."""
    try:
        from kubernetes import client
        from kubernetes import config as untyped
        from kubernetes.config.config_exception import ConfigException
    except ImportError:
        text = "the package 'kubernetes' is needed to read a cluster"
        raise LiveError.of("client", text, hint=f"install {EXTRA}") from None
    config: Any = untyped
    settings = client.Configuration()
    file = os.fspath(kubeconfig) if kubeconfig is not None else None
    try:
        config.load_kube_config(config_file=file, context=context, client_configuration=settings)
    except (ConfigException, OSError, ValueError, KeyError, TypeError) as error:
        if context is None and file is None and _inside(config, settings):
            return _Requests(client.ApiClient(settings))
        raise _no_config(config, file, context, error) from None
    return _Requests(client.ApiClient(settings))


def _inside(config: Any, settings: Any) -> bool:
    """Whether this runs in a pod, whose service account then counts."""
    try:
        config.load_incluster_config(client_configuration=settings)
    except config.ConfigException:
        return False
    return True


def _no_config(config: Any, file: str | None, context: str | None, error: Exception) -> LiveError:
    where = f"the kubeconfig {file}" if file else "the kubeconfig"
    hint = "set KUBECONFIG, or name a file and a context"
    if context is not None:
        try:
            names = [entry["name"] for entry in config.list_kube_config_contexts(config_file=file)[0]]
        except Exception:  # noqa: BLE001 - the file itself is broken, which `error` says
            names = []
        if names and context not in names:
            text = f"{where} has no context '{context}'; it has {', '.join(sorted(names))}"
            return LiveError.of("config", text, hint=did_you_mean(context, names))
    reason = " ".join(str(error).split()) or type(error).__name__
    return LiveError.of("config", f"{where} cannot be used: {reason}", hint=hint)


class _Requests:
    """Requests through the client's connection pool, with its headers: TLS and login are its own."""

    def __init__(self, api: Any) -> None:
        self.api = api

    def send(self, method: str, path: str, body: bytes | None, content_type: str, timeout: float) -> bytes:
        from urllib3.exceptions import HTTPError

        headers = {"Accept": "application/json", "Content-Type": content_type, **self.api.default_headers}
        # The client's own method for this takes other arguments in each of its releases; it does no more with a header.
        headers |= {login["key"]: login["value"] for login in self.api.configuration.auth_settings().values()}
        url = f"{self.api.configuration.host}{path}"
        pool = self.api.rest_client.pool_manager
        try:
            answer = pool.request(method, url, body=body, headers=headers, timeout=timeout, retries=False)
        except (HTTPError, OSError) as error:
            text = f"the cluster at {self.api.configuration.host} cannot be reached: {_cause(error)}"
            raise LiveError.of("unreachable", text) from None
        data: bytes = answer.data
        if answer.status >= 400:
            raise _refused(answer.status, data)
        return data


def _cause(error: BaseException) -> str:
    inner = error.__cause__ or error.__context__ or error
    return " ".join(str(inner).split()) or type(inner).__name__


def _refused(code: int, data: bytes) -> LiveError:
    try:
        status = json.loads(data)
        message, reason = str(status["message"]), str(status.get("reason") or "")
    except (ValueError, KeyError, TypeError):
        message, reason = data.decode(errors="replace").strip() or f"HTTP {code}", ""
    return LiveError.of("refused", f"the cluster refuses: {message}", reason=reason, code=code)
