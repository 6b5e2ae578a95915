"""Signing in to a cluster: the headers that go with each request, and the certificate that shows who asks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pulumi_everest.live.errors import LiveError
from pulumi_everest.live.kubeconfig import Target

PATIENCE: Final = 60
"""Seconds that a command may take to sign in."""
EARLY: Final = timedelta(seconds=30)
"""How long before its end a credential counts as ended."""


class Login:
    """How a user of a kubeconfig signs in. Credentials of a command are kept until they end."""

    def __init__(self, target: Target) -> None:
        self._target, self._user = target, target.user
        self._given: Mapping[str, Any] = {}
        self._until: datetime | None = None

    @property
    def renews(self) -> bool:
        """Whether asking again may give other credentials: those of a command, or of a file that is written anew."""
        return bool(self._user.get("exec") or self._user.get("tokenFile"))

    def forget(self) -> None:
        """Ask anew: the server does not take what there was."""
        self._given, self._until = {}, None

    def headers(self) -> dict[str, str]:
        """What goes with each request. Raises LiveError where nobody can sign in."""
        headers = {f"Impersonate-{name}": str(self._user[key]) for key, name in _AS.items() if self._user.get(key)}
        token = self._token()
        if token:
            headers["Authorization"] = f"Bearer {token}"
        elif self._user.get("username"):
            pair = f"{self._user['username']}:{self._user.get('password') or ''}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return headers

    def groups(self) -> list[tuple[str, str]]:
        """Headers that may be there more than once: what somebody who is impersonated belongs to, and more of them."""
        found = [("Impersonate-Group", str(group)) for group in self._user.get("as-groups") or []]
        for key, values in (self._user.get("as-user-extra") or {}).items():
            found += [(f"Impersonate-Extra-{key}", str(value)) for value in values]
        return found

    def certificate(self) -> tuple[bytes, bytes] | None:
        """Certificate and key as PEM, or None. Raises LiveError where they cannot be read."""
        given = self._credential()
        if given.get("clientCertificateData"):
            return given["clientCertificateData"].encode(), str(given.get("clientKeyData") or "").encode()
        pair = [content(self._user, name) for name in ("client-certificate", "client-key")]
        return (pair[0], pair[1]) if pair[0] is not None and pair[1] is not None else None

    def _token(self) -> str | None:
        given = self._credential().get("token")
        if given:
            return str(given)
        file = self._user.get("tokenFile")
        if file:
            try:
                return Path(file).read_text(encoding="utf-8").strip()  # a pod's is written anew every hour
            except OSError as error:
                raise _refused(f"the token cannot be read: {error}") from None
        former = (self._user.get("auth-provider") or {}).get("config") or {}
        token = self._user.get("token") or former.get("id-token") or former.get("access-token")
        return str(token) if token else None

    def _credential(self) -> Mapping[str, Any]:
        """What the command gives that the kubeconfig names for it; nothing where it names none."""
        command = self._user.get("exec")
        if not command:
            return {}
        if not self._given or (self._until is not None and datetime.now(UTC) > self._until - EARLY):
            self._given = _run(command, self._target)
            self._until = _time(self._given.get("expirationTimestamp"))
        return self._given


_AS: Final = {"as": "User", "as-uid": "Uid"}


def content(part: Mapping[str, Any], name: str) -> bytes | None:
    """What a part of a kubeconfig holds as data, or names as a file. Raises LiveError where it cannot be read."""
    try:
        if part.get(f"{name}-data"):
            return b64decode(part[f"{name}-data"], validate=False)
        return Path(part[name]).read_bytes() if part.get(name) else None
    except (OSError, ValueError) as error:
        raise LiveError.of("config", f"{name} of the kubeconfig cannot be read: {error}") from None


def _run(given: Mapping[str, Any], target: Target) -> Mapping[str, Any]:
    """Run the command of an exec plugin. Raises LiveError where that gives no credential."""
    name = str(given.get("command"))
    if given.get("interactiveMode") == "Always":
        raise _refused(f"{name} asks somebody at a terminal, and there is none", given.get("installHint"))
    found = str(target.folder / name) if os.sep in name and not Path(name).is_absolute() else shutil.which(name)
    if found is None:
        raise _refused(f"there is no command {name}", given.get("installHint"))
    spec: dict[str, Any] = {"interactive": False}
    if given.get("provideClusterInfo"):
        own = {key: value for key, value in target.cluster.items() if key and key in _TOLD}
        spec["cluster"] = {_TOLD[key]: value for key, value in own.items()}
    asked = {"apiVersion": given.get("apiVersion"), "kind": "ExecCredential", "spec": spec}
    named = {str(entry["name"]): str(entry["value"]) for entry in given.get("env") or []}
    environment = {**os.environ, **named, "KUBERNETES_EXEC_INFO": json.dumps(asked)}
    command = [found, *map(str, given.get("args") or [])]
    try:
        done = subprocess.run(  # noqa: S603 - the user's own kubeconfig names it, as for kubectl
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _refused(f"{name} cannot be run: {error}", given.get("installHint")) from None
    if done.returncode != 0:
        said = " ".join(done.stderr.decode(errors="replace").split())[-300:]
        raise _refused(f"{name} ended with {done.returncode}: {said or 'it said nothing'}")
    try:
        status = json.loads(done.stdout)["status"]
        if not (status.get("token") or status.get("clientCertificateData")):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _refused(f"{name} gave no credential") from None
    return status  # type: ignore[no-any-return]


_TOLD: Final = {
    "server": "server",
    "tls-server-name": "tls-server-name",
    "insecure-skip-tls-verify": "insecure-skip-tls-verify",
    "certificate-authority-data": "certificate-authority-data",
    "proxy-url": "proxy-url",
}
"""What a command is told of a cluster, if it asks for that."""


def _time(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")) if text else None
    except ValueError:
        return None


def _refused(reason: str, hint: Any = None) -> LiveError:
    text = " ".join(str(hint).split()) if hint else None
    return LiveError.of("login", f"nobody can sign in to the cluster: {reason}", hint=text)
