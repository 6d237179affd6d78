"""A window of VS Code in a browser, used by keyboard as people use it."""

import json
import time
from pathlib import Path
from typing import Any

from tests.chromium import BrowserPage

PATIENCE = 60.0
"""Seconds within which the editor shows what it is asked for, on a machine that is busy with other things."""
SETTINGS = json.dumps(
    {
        "files.autoSave": "off",
        "telemetry.telemetryLevel": "off",
        "workbench.startupEditor": "none",
        "security.workspace.trust.enabled": False,
        "chat.disableAIFeatures": True,
        "git.enabled": False,
        "extensions.autoCheckUpdates": False,
        "editor.minimap.enabled": False,
    }
)
_INPUT = ".quick-input-widget input"
_KEYS = {"F1": 112, "F2": 113, "F12": 123, "Enter": 13, "Escape": 27, "End": 35}


class Workbench:
    """What one does in a window, and what is to be seen there."""

    def __init__(self, page: BrowserPage, address: str) -> None:
        self._page = page
        # A window that is not in front is painted late, or never.
        page.command("Page.bringToFront")
        page.command("Emulation.setFocusEmulationEnabled", enabled=True)
        self._address = address

    def open_folder(self, folder: Path) -> None:
        """Open a folder, or a workspace if it is a file."""
        kind = "workspace" if folder.is_file() else "folder"
        self._page.open(f"{self._address}/?{kind}={folder}")
        self.wait(".explorer-folders-view .monaco-list-row")

    def open_file(self, path: Path) -> None:
        """Open a file, and wait until its text is there."""
        self.press("p", "ctrl")
        self.wait(f"{_INPUT}:focus")
        self.insert(str(path))
        # Enter takes the row that has the focus, which comes after the row itself.
        self.wait_for(
            "document.querySelector('.quick-input-list .monaco-list-row.focused')"
            f"?.ariaLabel.includes({json.dumps(path.name)})"
        )
        self.press("Enter")
        self.wait_for(f"document.title.includes({json.dumps(path.name)})")
        self.wait(".editor-instance .view-line")

    def command(self, title: str) -> None:
        """Run a command of the palette."""
        self.press("F1")
        self.wait(f"{_INPUT}:focus")
        self.insert(title)
        self.wait_for(
            "document.querySelector('.quick-input-list .monaco-list-row.focused')"
            f"?.ariaLabel.startsWith({json.dumps(title)})"
        )
        self.press("Enter")

    def go_to(self, line: int, column: int) -> None:
        """Put the cursor at a place, both counted from 1."""
        self.press("g", "ctrl")
        self.wait(f"{_INPUT}:focus")
        self.insert(f"{line}:{column}")
        self.press("Enter")
        self.wait_for(
            "[...document.querySelectorAll('.statusbar-item')]"
            f".some(item => item.innerText.includes('Ln {line}, Col {column}'))"
        )

    def show_problems(self) -> None:
        """Show the list of diagnostics."""
        self.press("m", "ctrl", "shift")
        self.wait(".markers-panel")

    def insert(self, text: str) -> None:
        """Write a text at the cursor, all at once."""
        self._page.command("Input.insertText", text=text)

    def press(self, key: str, *modifiers: str) -> None:
        """Press a key together with others, and let it go."""
        bits = {"alt": 1, "ctrl": 2, "shift": 8}
        event: dict[str, Any] = {
            "key": key,
            "code": f"Key{key.upper()}" if key.isalpha() and len(key) == 1 else key,
            "windowsVirtualKeyCode": _KEYS.get(key)
            or {".": 190, " ": 32}.get(key)
            or ord(key.upper()),
            "modifiers": sum([bits[name] for name in modifiers]),
        }
        if key == ".":
            event["code"] = "Period"
        if key == " ":
            event["code"] = "Space"
        text = {"text": "\r"} if key == "Enter" else {}
        down = "keyDown" if text else "rawKeyDown"
        self._page.command("Input.dispatchKeyEvent", type=down, **text, **event)
        self._page.command("Input.dispatchKeyEvent", type="keyUp", **event)

    def click(self, selector: str, text: str) -> None:
        """Click on the element that has a text."""
        self._page.evaluate(
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            f".find(one => one.innerText.trim() === {json.dumps(text)}).click()"
        )

    def point_and_click(self, selector: str, text: str) -> None:
        """Click with the mouse, for what listens to that alone."""
        x, y = self._page.evaluate(
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            f".filter(one => one.innerText.trim() === {json.dumps(text)})"
            ".map(one => one.getBoundingClientRect())"
            ".map(place => [place.x + place.width / 2, place.y + place.height / 2])[0]"
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._page.command(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="none" if kind == "mouseMoved" else "left",
                clickCount=0 if kind == "mouseMoved" else 1,
            )

    def wait(self, selector: str) -> None:
        """Wait for an element."""
        self.wait_for(f"document.querySelector({json.dumps(selector)}) !== null")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression of JavaScript is true."""
        end = time.monotonic() + PATIENCE
        while not self._page.evaluate(f"!!({expression})"):
            assert time.monotonic() < end, f"{expression}: {self.everything()}"
            time.sleep(0.1)

    def wait_for_text(self, selector: str, text: str) -> str:
        """Wait until an element has a text in it, and return all of the element's text."""
        words = json.dumps("".join(text.split()))  # a long line is broken anywhere
        condition = (
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            ".map(one => one.innerText.replaceAll('\\u00a0', ' '))"
            f".find(shown => shown.replaceAll(/\\s/g, '').includes({words}))"
        )
        self.wait_for(condition)
        found: str = self._page.evaluate(condition)
        return found

    def texts(self, selector: str) -> list[str]:
        """Return the texts of elements."""
        texts: list[str] = self._page.evaluate(
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            ".map(one => one.innerText.replaceAll('\\u00a0', ' '))"
        )
        return texts

    @property
    def title(self) -> str:
        """Return the title of the window, which begins with the file's name."""
        text: str = self._page.evaluate("document.title")
        return text

    def everything(self) -> str:
        """Return all text of the window, for messages of tests."""
        text: str = self._page.evaluate("document.body.innerText")
        return text

    def close(self) -> None:
        """Close the window, whatever is not saved there."""
        self._page.command("Page.close")
