"""Requests to a running cluster: what a kubeconfig says goes with each, as kubectl would send it."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from patience import PATIENCE

from pulumi_everest.live import connection as connections
from pulumi_everest.live import kubeconfig as kubeconfigs
from pulumi_everest.live.connection import connect
from pulumi_everest.live.errors import LiveError

Got = list[tuple[str, dict[str, str]]]


@contextmanager
def server(
    tls: ssl.SSLContext | None = None, refuse: tuple[str, ...] = (), keeps: float | None = None
) -> Iterator[tuple[str, Got]]:
    """The URL of something that answers as an API server does, and what it was asked for, with the headers.

    It answers 401 to the logins that are to be refused, and ends connections that nobody uses for `keeps` seconds.
    """
    got: Got = []

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = keeps

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            got.append((self.path, {**headers, "from": str(self.client_address[1])}))
            body = self.rfile.read(int(headers.get("content-length", 0))) or b"{}"
            self.send_response(401 if headers.get("authorization") in refuse else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PATCH = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    listening.daemon_threads = True
    if tls is not None:
        listening.socket = tls.wrap_socket(listening.socket, server_side=True)
    Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{listening.server_port}", got
    finally:
        listening.shutdown()
        listening.server_close()


def config(url: str, user: dict[str, Any] | None = None, **cluster: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "here", "cluster": {"server": url, **cluster}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
        "users": [{"name": "admin", "user": user or {}}],
        "current-context": "here",
    }


def ask(kubeconfig: Any, context: str | None = None, path: str = "/x", times: int = 1) -> list[bytes]:
    there = connect(kubeconfig if isinstance(kubeconfig, Path) else json.dumps(kubeconfig), context)
    try:
        return [there.send("GET", path, None, "application/json", PATIENCE) for _ in range(times)]
    finally:
        there.close()


@pytest.mark.parametrize(
    ("user", "sent"),
    [
        ({"token": "abc"}, {"authorization": "Bearer abc"}),
        ({"username": "ann", "password": "x"}, {"authorization": "Basic YW5uOng="}),
        ({"auth-provider": {"name": "oidc", "config": {"id-token": "abc"}}}, {"authorization": "Bearer abc"}),
        (
            {"token": "abc", "as": "bob", "as-groups": ["dba"], "as-user-extra": {"why": ["test"]}},
            {"impersonate-user": "bob", "impersonate-group": "dba", "impersonate-extra-why": "test"},
        ),
        ({}, {"authorization": None}),
    ],
    ids=["token", "password", "former provider of logins", "somebody else", "nothing"],
)
def test_the_login_of_the_kubeconfig_goes_with_a_request(
    user: dict[str, Any], sent: dict[str, str | None], tmp_path: Path
) -> None:
    with server() as (url, got):
        (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config(url, user)))
        body = b'{"spec": {}}'
        there = connect(tmp_path / "kubeconfig", None)
        answer = there.send("PATCH", "/x", body, "application/merge-patch+json", 5)
        there.close()

    assert answer == body
    [(path, headers)] = got
    assert {name: headers.get(name) for name in sent} == sent
    assert (path, headers["content-type"]) == ("/x", "application/merge-patch+json")
    assert headers["accept"] == "application/json"


def test_a_token_of_a_file_is_read_anew_and_paths_are_relative_to_the_kubeconfig(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    with server(refuse=("Bearer first",)) as (url, got):
        (folder / "kubeconfig").write_text(yaml.safe_dump(config(url, {"tokenFile": "token"})))
        (folder / "token").write_text("zero\n")
        monkeypatch.chdir(tmp_path)
        there = connect(folder / "kubeconfig", None)
        for token in ("zero", "second"):
            (folder / "token").write_text(token)
            there.send("GET", "/x", None, "application/json", PATIENCE)
        there.close()
    assert [headers["authorization"] for _, headers in got] == ["Bearer zero", "Bearer second"]


def command(folder: Path, says: str, **more: Any) -> dict[str, Any]:
    """The user of an exec plugin that counts how often it is run."""
    script = folder / "login.py"
    script.write_text(f"import json, os, pathlib, sys\nfile = pathlib.Path(__file__).with_suffix('.runs')\n{says}\n")
    given = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable, "args": [str(script)], **more}
    return {"exec": given}


RUNS = """
runs = int(file.read_text()) + 1 if file.exists() else 1
file.write_text(str(runs))
asked = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
token = f"{os.environ.get('PREFIX', 't')}-{runs}-{asked['spec'].get('cluster', {}).get('tls-server-name')}"
status = {"token": token, "expirationTimestamp": os.environ.get("UNTIL") or None}
print(json.dumps({"apiVersion": asked["apiVersion"], "kind": "ExecCredential", "status": status}))
"""


def test_a_command_signs_in_once_and_again_when_its_credential_ends_or_is_refused(tmp_path: Path) -> None:
    env = [{"name": "PREFIX", "value": "aws"}]
    with server(refuse=("Bearer aws-1-None",)) as (url, got):
        ask(config(url, command(tmp_path, RUNS, env=env)), times=3)
    assert [headers["authorization"] for _, headers in got] == ["Bearer aws-1-None", *["Bearer aws-2-None"] * 3]

    env = [{"name": "UNTIL", "value": "2020-01-01T00:00:00Z"}]
    with server() as (url, got):
        user = command(tmp_path, RUNS, env=env, provideClusterInfo=True)
        ask(config(url, user, **{"tls-server-name": "db"}), times=2)
    assert [headers["authorization"] for _, headers in got] == ["Bearer t-3-db", "Bearer t-4-db"]


@pytest.mark.parametrize(
    ("says", "more", "told"),
    [
        ("sys.exit('no session')", {}, "ended with 1: no session"),
        ("print('{}')", {}, "gave no credential"),
        ("print('hello')", {}, "gave no credential"),
        ("", {"command": "no-such-login", "installHint": "get it"}, "there is no command no-such-login; get it"),
        ("", {"interactiveMode": "Always"}, "asks somebody at a terminal"),
    ],
)
def test_a_command_that_gives_no_login_says_why(says: str, more: dict[str, Any], told: str, tmp_path: Path) -> None:
    with server() as (url, got), pytest.raises(LiveError) as raised:
        ask(config(url, command(tmp_path, says, **more)))
    assert raised.value.findings[0].code == "live.login"
    assert told in f"{raised.value.findings[0].message}; {raised.value.findings[0].hint}"
    assert got == []


def test_several_kubeconfigs_are_one_and_the_first_word_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with server() as (url, got):
        first, second = tmp_path / "first", tmp_path / "second"
        first.write_text(yaml.safe_dump({"users": [{"name": "admin", "user": {"token": "first"}}]}))
        second.write_text(yaml.safe_dump(config(url, {"token": "second"})))
        monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path / 'missing'}:{second}")
        connect(None, None).send("GET", "/x", None, "application/json", PATIENCE)
    assert got[0][1]["authorization"] == "Bearer first"


def test_in_a_pod_its_service_account_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "missing"))
    with pytest.raises(LiveError, match="cannot be used"):
        connect(None, None)
    monkeypatch.setattr(kubeconfigs, "ACCOUNT", tmp_path)
    (tmp_path / "token").write_text("of the pod")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    found = kubeconfigs.target(None, None)
    assert (found.server, found.user) == ("https://[fd00::1]:443", {"tokenFile": str(tmp_path / "token")})
    with pytest.raises(LiveError):
        connect(None, "somewhere")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be used"),
        ("[]\n[]\n", "cannot be used"),
        ("- a\n- b\n", "is no mapping"),
        ("{}", "it has no context"),
        (json.dumps({"contexts": [{"name": "a", "context": {}}]}), "it names no current context"),
        (json.dumps({**config("http://x"), "clusters": []}), "names cluster 'here', of which it says no server"),
        (json.dumps({**config("http://x"), "users": []}), "names user 'admin', which it does not have"),
        (json.dumps(config("ftp://x")), "names no server that can be asked"),
        (json.dumps(config("https://x", **{"proxy-url": "socks5://y"})), "the proxy socks5://y cannot be used"),
        (json.dumps({**config("http://x"), "current-context": "heer"}), "has no context 'heer'; it has here"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_says_why(text: str, told: str) -> None:
    with pytest.raises(LiveError) as raised:
        connect(text, None)
    assert raised.value.findings[0].code == "live.config"
    assert told in raised.value.findings[0].message


@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_connections_are_kept_and_made_anew_where_the_server_has_ended_them(
    scheme: str, method: str, request: pytest.FixtureRequest
) -> None:
    tls, trusts = None, {}
    if scheme == "https":
        folder = request.getfixturevalue("certificates")
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(folder / "crt", folder / "key")
        trusts = {"insecure-skip-tls-verify": True}
    with server(tls, keeps=1.0) as (url, got):
        there = connect(json.dumps(config(url, **trusts)), None)
        for _ in range(2):
            there.send(method, "/x", b"{}", "application/json", PATIENCE)
        time.sleep(2.0)
        there.send(method, "/x", b"{}", "application/json", PATIENCE)
        there.close()
    first, second, third = (headers["from"] for _, headers in got)
    assert first == second != third
    with pytest.raises(LiveError, match=r"cannot be reached: .*refused"):
        there.send(method, "/x", None, "application/json", PATIENCE)


def test_a_connection_that_ends_while_it_is_asked_is_asked_again_only_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections._Kept, "usable", lambda _: True)
    with server(keeps=1.0) as (url, got):
        there = connect(json.dumps(config(url)), None)
        there.send("GET", "/x", None, "application/json", PATIENCE)
        time.sleep(2.0)
        there.send("GET", "/x", None, "application/json", PATIENCE)
        time.sleep(2.0)
        with pytest.raises(LiveError, match="cannot be reached"):
            there.send("PATCH", "/x", b"{}", "application/json", PATIENCE)
    assert len(got) == 2


def test_a_connection_that_nobody_used_for_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FRESH", -1.0)
    with server() as (url, got):
        ask(config(url), times=2)
    first, second = (headers["from"] for _, headers in got)
    assert first != second


def test_a_proxy_of_the_kubeconfig_or_the_environment_is_asked_but_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with server() as (url, got), server() as (proxy, through):
        there = proxy.replace("//", "//ann:x@")
        ask(config("http://db.example", **{"proxy-url": there}))
        monkeypatch.setenv("http_proxy", there)
        ask(config("http://db.example"))
        ask(config(url))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert [path for path, _ in through] == ["http://db.example/x"] * 2
    assert through[0][1]["proxy-authorization"] == "Basic YW5uOng="
    assert [path for path, _ in got] == ["/x"]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of `db`, signed by itself, and its key: for the server, and for whoever asks."""
    found = shutil.which("openssl")
    if found is None:
        pytest.skip("needs openssl, which makes certificates")
    folder = tmp_path_factory.mktemp("certificates")
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=db -addext"
    command = [
        found,
        *words.split(),
        "subjectAltName=DNS:db",
        "-keyout",
        str(folder / "key"),
        "-out",
        str(folder / "crt"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def test_certificates_are_shown_and_asked_for_by_the_name_that_the_kubeconfig_says(certificates: Path) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificates / "crt"))
    tls.load_cert_chain(certificates / "crt", certificates / "key")
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    data = {name: b64encode((certificates / name).read_bytes()).decode() for name in ("crt", "key")}
    shows = {"client-certificate-data": data["crt"], "client-key-data": data["key"]}
    named = {"client-certificate": str(certificates / "crt"), "client-key": str(certificates / "key")}
    trusts = {"certificate-authority-data": data["crt"], "tls-server-name": "db"}
    with server(tls) as (url, got):
        for user in (shows, named):
            ask(config(url, user, **trusts))
        ask(config(url, shows, **{"insecure-skip-tls-verify": True}))
        assert len(got) == 3
        wrong = [({}, trusts), (shows, {}), (shows, {**trusts, "tls-server-name": "other"})]
        for user, cluster in wrong:
            with pytest.raises(LiveError, match="cannot be reached"):
                ask(config(url, user, **cluster))
        with pytest.raises(LiveError, match="a certificate of the kubeconfig cannot be used"):
            ask(config(url, {**shows, "client-key-data": "bm8="}, **trusts))
        with pytest.raises(LiveError, match="certificate-authority of the kubeconfig cannot be read"):
            ask(config(url, shows, **{"certificate-authority": "/missing"}))
        assert len(got) == 3
