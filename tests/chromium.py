"""Debian's Chromium without a window, driven by the DevTools protocol over a pipe.

https://chromedevtools.github.io/devtools-protocol/; `--remote-debugging-pipe`: messages are JSON that NUL ends, read
from descriptor 3 and written to 4. So no driver, no port and no library is needed.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 30.0
"""Seconds within which the browser answers, on a machine that is busy with other tests."""
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
KEYS = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    "ArrowDown": 40,
    "ArrowUp": 38,
}


class Browser:
    """A running browser; `command` asks it, `events` are what it has told unasked."""

    def __init__(self, process: "subprocess.Popen[bytes]", to: int, from_: int) -> None:
        self._process, self._to, self._from = process, to, from_
        self._buffer = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def command(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Return the result of a command; raise `AssertionError` if it fails."""
        self._number += 1
        message: dict[str, Any] = {
            "id": self._number,
            "method": method,
            "params": params,
        }
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        number = self._number
        while True:
            answer = self._read()
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer)
                result: dict[str, Any] = answer["result"]
                return result

    def wait_for(
        self, method: str, session: str, is_it: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """Return the parameters of the first event of that name that *is_it*, told already or not yet."""
        while True:
            for event in self.events:
                is_here = (event["method"], event.get("sessionId")) == (method, session)
                if is_here and is_it(event["params"]):
                    self.events.remove(event)
                    params: dict[str, Any] = event["params"]
                    return params
            self._read()

    def _read(self) -> dict[str, Any]:
        """Return the next message; keep it if it is an event."""
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], end - time.monotonic())
            assert ready, "the browser does not answer"
            piece = os.read(self._from, 1 << 20)
            assert piece, f"the browser has ended: {self._process.poll()}"
            self._buffer += piece
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message


class BrowserPage:
    """A page of the browser; `errors` are what its console has shown since it was opened."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        target = browser.command("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.command(
            "Target.attachToTarget", targetId=target, flatten=True
        )
        self._session: str = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")
        # What has been loaded by now is the empty page; its events may still come.
        tree = self.command("Page.getFrameTree")["frameTree"]
        self._loaders = {tree["frame"]["loaderId"]}
        self.command("Page.setLifecycleEventsEnabled", enabled=True)

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the result of a command about this page."""
        return self._browser.command(method, self._session, **params)

    def open(self, address: str | Path) -> None:
        """Load a page or file, and wait until its scripts have run."""
        url = address.as_uri() if isinstance(address, Path) else address
        self.command("Page.navigate", url=url)
        self.wait_until_loaded()

    def wait_until_loaded(self) -> None:
        """Wait until another page than the one before has loaded."""
        loaded = self._browser.wait_for(
            "Page.lifecycleEvent",
            self._session,
            lambda event: event["name"] == "load"
            and event["loaderId"] not in self._loaders,
        )
        self._loaders.add(loaded["loaderId"])

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, and wait for it if it is a promise."""
        answer = self.command(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def size(self, width: int, height: int) -> None:
        """Give the page this size in pixels."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def prefer(self, *, scheme: str = "light", media: str = "") -> None:
        """Show the page as somebody sees it who prefers a colour scheme, or who prints it."""
        self.command(
            "Emulation.setEmulatedMedia",
            media=media,
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key and let it go."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        event = {
            "key": key,
            "code": key if len(key) > 1 else "",
            "windowsVirtualKeyCode": KEYS.get(key, 0),
            "modifiers": 8 if shift else 0,
        }
        self.command("Input.dispatchKeyEvent", type="keyDown", text=text, **event)
        self.command("Input.dispatchKeyEvent", type="keyUp", **event)

    def write(self, text: str) -> None:
        """Type a text into what has the focus."""
        for letter in text:
            self.press(letter)

    def point(self, x: float, y: float) -> None:
        """Move the mouse to a place."""
        self.command("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    @property
    def errors(self) -> list[str]:
        """Return the errors and warnings of the console, exceptions, and files that could not be loaded."""
        self.evaluate("0")  # what was told before has been read by then
        texts: list[str] = []
        for event in self._browser.events:
            if event.get("sessionId") != self._session:
                continue
            params = event["params"]
            match event["method"]:
                case "Runtime.exceptionThrown" | "Network.loadingFailed":
                    texts.append(json.dumps(params))
                case "Runtime.consoleAPICalled" if params["type"] in (
                    "error",
                    "warning",
                    "assert",
                ):
                    texts.append(json.dumps(params["args"]))
                case "Log.entryAdded" if params["entry"]["level"] in (
                    "error",
                    "warning",
                ):
                    texts.append(params["entry"]["text"])
        return texts


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Lend a browser that keeps its files in *folder*."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "no Chromium is installed: `make test-system` installs it"
    to_browser, from_browser = os.pipe(), os.pipe()
    read, write = to_browser[0], from_browser[1]
    process = subprocess.Popen(
        [
            "bash",
            "-c",
            f'exec "$@" 3<&{read} 4>&{write}',
            "chromium",
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            f"--user-data-dir={folder}",
            "--remote-debugging-pipe",
            "about:blank",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(read, write),
        start_new_session=True,
    )
    os.close(read)
    os.close(write)
    try:
        yield Browser(process, to_browser[1], from_browser[0])
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(to_browser[1])
        os.close(from_browser[0])
