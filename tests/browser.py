"""A headless Chromium of the machine, driven by its own protocol over a pipe."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from patience import PATIENCE

NAMES = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "chrome")
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
    "--disable-extensions", "--disable-background-networking", "--remote-debugging-pipe",
)  # fmt: skip
_CONNECTED = """
import os, sys
reader, writer = (os.dup(int(number)) for number in sys.argv[1:3])
while min(reader, writer) < 5:
    reader, writer = os.dup(reader), os.dup(writer)
os.dup2(reader, 3)
os.dup2(writer, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""It reads from 3 and writes to 4."""


def installed() -> str | None:
    """The program of a browser on this machine, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name)) is not None), None)


class LeftError(Exception):
    """The page was left for another, as by a reload, before it answered."""


class Browser:
    """A browser with one page. Use it in a ``with``; it ends with it."""

    def __init__(self, program: str) -> None:
        self._folder = tempfile.mkdtemp(prefix="everest-browser-")
        to_browser, from_browser = os.pipe(), os.pipe()
        ends = to_browser[0], from_browser[1]
        command = [program, *_FLAGS, f"--user-data-dir={self._folder}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CONNECTED, *map(str, ends), *command],
            pass_fds=ends, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser[0])
        os.close(from_browser[1])
        self._writer = os.fdopen(to_browser[1], "wb", buffering=0)
        self._reader, self._received = from_browser[0], b""
        self._numbers = itertools.count(1)
        self._events: list[dict[str, Any]] = []
        self._session: str | None = None

    def __enter__(self) -> Browser:
        self._new_page()
        return self

    def _new_page(self) -> str:
        """Make a page, in which all is done from now on; its target."""
        self._session = None
        target = str(self.call("Target.createTarget", url="about:blank")["targetId"])
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        return target

    @contextmanager
    def another_page(self) -> Iterator[None]:
        """A second page of the browser, beside the first; inside the ``with`` all is done in it."""
        first = self._session
        target = self._new_page()
        try:
            yield
        finally:
            self.call("Target.closeTarget", targetId=target)
            self._session = first

    def __exit__(self, *_: object) -> None:
        self._writer.close()
        os.close(self._reader)
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for something, and give the answer."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        self._writer.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == number:
                if "navigated" in str(answer.get("error")):
                    raise LeftError(answer["error"]["message"])
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result
            self._events.append(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._received:
            part = os.read(self._reader, 1 << 20)
            assert part, "the browser has ended"
            self._received += part
        message, _, self._received = self._received.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def resize(self, width: int, height: int = 900) -> None:
        """Have a screen of this size, in the pixels of style sheets."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def open(self, page: Path | str) -> None:
        """Load a page from a file or an address, and wait until it is there."""
        self._events.clear()
        self.call("Page.navigate", url=page if isinstance(page, str) else page.resolve().as_uri())
        while not any(self._is_loaded(event) for event in self._events):
            self._events.append(self._read())

    def _is_loaded(self, event: dict[str, Any]) -> bool:
        return event.get("method") == "Page.loadEventFired" and event.get("sessionId") == self._session

    def run(self, script: str) -> Any:
        """What an expression of JavaScript gives in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, script: str, seconds: float = PATIENCE) -> Any:
        """What an expression gives, as soon as that is something."""
        end = time.monotonic() + seconds
        while True:
            with suppress(LeftError):
                if found := self.run(script):
                    return found
            assert time.monotonic() < end, f"never: {script}; {self.complaints()}"
            time.sleep(0.01)

    def press(self, key: str, *, shift: bool = False, code: int = 0) -> None:
        """Press a key that is no character: Tab, Enter, ArrowDown, Space."""
        text = {"Enter": "\r", "Space": " "}.get(key)
        name = " " if key == "Space" else key
        code = (
            code
            or {"Tab": 9, "Enter": 13, "Space": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}[
                key
            ]
        )
        more = {"key": name, "code": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", **more, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **more)

    def type(self, text: str) -> None:
        """Type a text into what has the focus, character by character."""
        for character in text:
            self.call("Input.dispatchKeyEvent", type="keyDown", key=character, text=character)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=character)

    def complaints(self) -> list[str]:
        """What pages have complained of since the last one was opened: errors of scripts, broken policies."""
        self.run("1")
        found = []
        for event in self._events:
            of, parameters = event.get("method"), event.get("params", {})
            if of == "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                found.append(str(details.get("exception", {}).get("description", details.get("text"))))
            elif of == "Log.entryAdded" and parameters["entry"]["level"] == "error":
                found.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
            elif of == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
                found.append(str(parameters["args"]))
        return found

    def screenshot(self, file: Path, *, whole: bool = True, kind: str = "png", quality: int | None = None) -> None:
        """Write the page as a picture, or with `whole` false what of it is on the screen."""
        more = {} if quality is None else {"quality": quality}
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=whole, format=kind, **more)
        file.write_bytes(base64.b64decode(answer["data"]))
