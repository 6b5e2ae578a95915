"""Who gets an answer from the server of the page, what it writes, and what it never says."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from pulumi_everest.review.options import Options
from pulumi_everest.ui.answers import POLICY
from pulumi_everest.ui.guard import MAX_CONTENT
from pulumi_everest.ui.session import Wanted

ORDERS = {"plugin": "psmdb", "topology": "standard", "mode": "new", "values": {"cluster.name": "orders"}}
BODY = json.dumps(ORDERS).encode()


def test_the_page_is_answered(page: Any) -> None:
    assert page.send("GET", "/").status == 200
    assert page.send("GET", "/", {"X-Everest-Token": None, "Sec-Fetch-Site": "cross-site"}).status == 200
    assert page.send("GET", "/api/start").data["plugins"]
    assert page.send("POST", "/api/check", content=BODY).data["findings"] == []


@pytest.mark.parametrize(
    ("method", "target", "headers", "status"),
    [
        ("GET", "/api/start", {"Host": "evil.example:8467"}, 421),
        ("GET", "/", {"Host": "evil.example"}, 421),
        ("GET", "/", {"Host": None}, 421),
        ("GET", "/", {"Host": "127.0.0.1"}, 421),
        ("GET", "/api/start", {"X-Everest-Token": None}, 401),
        ("GET", "/api/start", {"X-Everest-Token": "t" * 42}, 401),
        ("GET", "/api/start", {"X-Everest-Token": ""}, 401),
        ("GET", "/api/start?token=" + "t" * 43, {"X-Everest-Token": None}, 401),
        ("GET", "/api/events", {"X-Everest-Token": "x"}, 401),
        ("POST", "/api/check", {"X-Everest-Token": None}, 401),
        ("GET", "/api/start", {"Origin": "http://evil.example"}, 403),
        ("GET", "/api/start", {"Origin": "null"}, 403),
        ("POST", "/api/check", {"Origin": None}, 403),
        ("POST", "/api/check", {"Origin": "http://evil.example"}, 403),
        ("POST", "/api/check", {"Origin": "http://127.0.0.1:1"}, 403),
        ("GET", "/main.js", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", "/api/start", {"Sec-Fetch-Site": "same-site"}, 403),
        ("POST", "/api/check", {"Content-Type": "text/plain"}, 415),
        ("POST", "/api/check", {"Content-Length": None}, 411),
        ("POST", "/api/check", {"Content-Length": "-1"}, 411),
        ("POST", "/api/check", {"Content-Length": "9" * 30}, 413),
        ("POST", "/api/check", {"Content-Length": str(MAX_CONTENT + 1)}, 413),
        ("POST", "/api/check", {"Transfer-Encoding": "chunked"}, 411),
        ("PUT", "/api/save", {}, 405),
        ("OPTIONS", "/api/check", {"Origin": "http://evil.example"}, 405),
        ("GET", "/api/check", {}, 404),
        ("GET", "/../session.py", {}, 404),
        ("GET", "/%2e%2e/session.py", {}, 404),
        ("GET", "/page.css/../../session.py", {}, 404),
        ("GET", "/" + "a" * 3000, {}, 400),
        ("GET", "http://evil.example/", {}, 400),
    ],
)  # fmt: skip
def test_who_gets_no_answer(page: Any, method: str, target: str, headers: dict[str, str | None], status: int) -> None:
    answer = page.send(method, target, headers, BODY if method == "POST" else None)
    assert answer.status == status, answer.content
    assert set(answer.data) == {"error"}
    assert answer.headers["content-security-policy"] == POLICY
    assert "access-control-allow-origin" not in answer.headers


def test_every_answer_has_the_headers_that_keep_the_page_to_itself(page: Any) -> None:
    answers = [page.send("GET", path) for path in ("/", "/main.js", "/page.css", "/icon.svg", "/api/start", "/nothing")]
    answers.append(page.send("POST", "/api/check", content=BODY))
    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "'unsafe" not in POLICY
    assert "http" not in POLICY


def test_nothing_of_the_page_comes_from_elsewhere_or_from_texts() -> None:
    folder = Path(__file__).parents[2] / "pulumi_everest" / "ui" / "page"
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, file.name
        assert "https://" not in text, file.name
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "style=",
            "onclick=",
        ):
            assert word not in text, (file.name, word)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"values": []}', b'{"values": {"a": NaN}}', b'{"mode": "delete"}', b'{"allow": [1]}',
     b'{"plugin": 5}', b'{"over": "yes"}', b"\xff\xfe", b'{"values": ' + b'{"a": ' * 100 + b"1" + b"}" * 101,
     b"[" * 100000],
)  # fmt: skip
def test_requests_that_no_page_makes_are_refused(page: Any, content: bytes) -> None:
    answer = page.send("POST", "/api/check", content=content)
    assert answer.status == 400, answer.content
    assert set(answer.data) == {"error"}


def test_what_is_not_there_is_named_with_what_is(page: Any) -> None:
    answer = page.ask("/api/check", {**ORDERS, "plugin": "psmbd"})
    assert answer.status == 422
    assert "psmdb" in answer.data["findings"][0]["allowed"]
    assert page.ask("/api/check", {**ORDERS, "topology": "star"}).status == 400
    assert page.ask("/api/form", {**ORDERS, "cluster": "shop/orders"}).status == 422


def test_values_of_any_kind_are_findings_and_no_defect(page: Any) -> None:
    form = page.ask("/api/form", {**ORDERS, "topology": "sharded"}).data["form"]
    keys = [part["key"] for section in form["sections"] for part in section["parts"]]
    for value in (
        5,
        "x",
        True,
        [],
        {},
        [[]],
        [5],
        [{}],
        {"a": {"b": []}},
        1e300,
        -1,
        "\0",
        "a\nb",
        "\ud800",
        "<script>",
    ):
        answer = page.ask("/api/check", {**ORDERS, "topology": "sharded", "values": dict.fromkeys(keys, value)})
        assert answer.status == 200, (value, answer.content)
    assert not any("should not happen" in line for line in page.log)


def test_a_request_that_does_not_come_to_its_end_blocks_nobody(page: Any) -> None:
    with socket.create_connection(("127.0.0.1", page.port)) as slow:
        slow.sendall(b"POST /api/check HTTP/1.1\r\nHost: ")
        assert page.send("GET", "/api/start").status == 200


def test_the_server_listens_on_this_machine_alone(page: Any) -> None:
    assert page.server.socket.getsockname()[0] == "127.0.0.1"


# Files


def test_files_are_saved_in_the_folder_given_at_the_start_only(serve: Any, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "given"
    outside.mkdir()
    folder.mkdir()
    with serve(Wanted(Options(), folder=folder)) as page:
        answer = page.ask("/api/save", {**ORDERS, "what": "yaml"})
        assert answer.data["saved"] == [str(folder / "orders.yaml")]
        assert "name: orders" in (folder / "orders.yaml").read_text()
        page.ask("/api/save", {**ORDERS, "what": "python"})
        assert sorted(path.name for path in (folder / "orders").iterdir()) == [
            "Pulumi.yaml",
            "__main__.py",
            "requirements.txt",
        ]
        for name in ("../outside/x", "..", "/etc/x", "a/b", "\0", ".hidden", "x" * 400, "~"):
            page.ask("/api/save", {**ORDERS, "values": {"cluster.name": name}})
            page.ask("/api/save", {**ORDERS, "values": {"cluster.name": name}, "what": "python"})
    assert not list(outside.iterdir())
    assert all(path.parent in (folder, tmp_path) or path.parent.parent == folder for path in tmp_path.rglob("*"))
    assert not any(path.name.startswith(".") for path in folder.rglob("*"))


def test_a_file_with_another_content_is_written_over_only_when_asked(serve: Any, tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text("mine\n")
    with serve(Wanted(Options(), folder=tmp_path)) as page:
        answer = page.ask("/api/save", ORDERS)
        assert "saved" not in answer.data
        assert answer.data["there"] == [str(tmp_path / "orders.yaml")]
        assert (tmp_path / "orders.yaml").read_text() == "mine\n"
        assert page.ask("/api/save", {**ORDERS, "over": True}).status == 200
        assert page.ask("/api/save", ORDERS).status == 200  # the same again


def test_nothing_is_written_through_a_link(serve: Any, tmp_path: Path) -> None:
    folder, target = tmp_path / "given", tmp_path / "target"
    folder.mkdir()
    target.mkdir()
    (folder / "orders.yaml").symlink_to(target / "orders.yaml")
    (folder / "orders").symlink_to(target, target_is_directory=True)
    with serve(Wanted(Options(), folder=folder)) as page:
        assert page.ask("/api/save", {**ORDERS, "over": True}).status == 403
        assert page.ask("/api/save", {**ORDERS, "over": True, "what": "python"}).status == 403
    assert not list(target.iterdir())


def test_without_a_folder_nothing_is_written(page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert page.ask("/api/save", ORDERS).status == 403
    assert not os.listdir(tmp_path)


# Secrets

CANARY = "s3cr3t-c4n4ry"
PROGRAM = f"""
import pulumi
import pulumi_everest as everest

password = pulumi.Output.secret("{CANARY}")
everest.DatabaseCluster(
    "orders", provider="psmdb-operator", topology={{"type": "standard"}},
    users={{"MONGODB_DATABASE_ADMIN_PASSWORD": password}},
    labels={{"note": password}},
    instances={{"engine": {{"engineConfig": pulumi.Output.concat("a: ", password)}}}},
    backup={{"storages": [{{"name": "main", "type": "s3", "bucket": "b", "credentials": {{
        "AWS_ACCESS_KEY_ID": "{CANARY}", "AWS_SECRET_ACCESS_KEY": pulumi.Output.secret("{CANARY}")}}}}]}},
)
"""


def test_no_secret_value_goes_to_the_page_or_the_log(serve: Any, tmp_path: Path) -> None:
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "program" / "__main__.py").write_text(PROGRAM)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "cluster.yaml").write_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n" f"stringData: {{password: {CANARY}}}\n---\n"
        "apiVersion: everest.percona.com/v2alpha1\nkind: DatabaseCluster\nmetadata: {name: bills}\n"
        f"spec: {{provider: psmdb-operator, users: {{a: {CANARY}}}, backup: {{storages: [{{name: m, type: s3, bucket: b, credentials: {{a: {CANARY}}}}}]}}}}\n"
    )  # fmt: skip
    said = []
    with serve(Wanted(Options(), (str(tmp_path / "program"), str(tmp_path / "files")))) as page:
        start = page.send("GET", "/api/start")
        said.append(start.content)
        clusters = start.data["clusters"]
        assert {one["name"] for one in clusters} == {"orders", "bills"}, start.data["clusterFindings"]
        for one in clusters:
            asked = {"plugin": "psmdb", "mode": "edit", "cluster": one["id"]}
            form = page.ask("/api/form", asked)
            assert form.status == 200, form.content
            if one["name"] == "orders":
                [note] = form.data["notes"]
                assert "keeps it secret" in note
                assert "metadata.labels.note" in note
            asked |= {"values": form.data["values"], "topology": form.data["form"]["topology"]}
            said += [form.content, page.ask("/api/check", asked).content, page.ask("/api/explain", asked).content]
    assert CANARY.encode() not in b"".join(said)
    assert CANARY not in "".join(page.log)
    assert "t" * 43 not in "".join(page.log)
