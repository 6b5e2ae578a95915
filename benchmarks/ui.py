"""From a key that is pressed to findings and preview on the screen, measured in the browser: `make bench-ui`.

Two forms: that of a sharded MongoDB cluster with all that its largest example has, changed against what it was, and
one of a plugin with 300 fields of its own. Needs Chromium.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
KEYS = 60
BOUND = 100.0
"""Milliseconds that the median may take."""


def main() -> dict[str, float]:
    """Milliseconds from key to screen: the median and the slowest twentieth, for both forms."""
    sys.path.insert(0, str(ROOT / "tests"))
    from browser import Browser, installed

    program = installed()
    if program is None:
        raise SystemExit("needs Chromium (apt-get install chromium)")
    found: dict[str, float] = {}
    example = ROOT / "pulumi_everest" / "plugins" / "psmdb" / "examples" / "everything.yaml"
    with Browser(program) as browser, tempfile.TemporaryDirectory() as folder:
        with _page(str(example)) as address:
            found |= _timed(
                browser,
                address,
                "document.querySelector('.row').click()",
                "a large cluster, changed",
                "spec.usersSecret",
            )
        plugin = _wide(Path(folder))
        with _page("--plugin", str(plugin)) as address:
            found |= _timed(browser, address, "location.hash = '#/cache/cluster'", "300 fields", "metadata.name")
    return found


@contextmanager
def _page(*arguments: str) -> Iterator[str]:
    """The command at work, and the address that it prints."""
    command = [sys.executable, "-m", "pulumi_everest.cli", "ui", "--no-browser", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def _wide(folder: Path) -> Path:
    """A plugin whose clusters have 300 settings of their own."""
    plugin = folder / "cache"
    shutil.copytree(ROOT / "examples" / "plugin-cache" / "cache", plugin)
    file = plugin / "definition.yaml"
    data = yaml.safe_load(file.read_text())
    kinds: list[dict[str, Any]] = [
        {"type": "integer", "minimum": 0, "maximum": 1000},
        {"type": "string", "maxLength": 40},
        {"type": "boolean"},
        {"type": "string", "enum": ["one", "two", "three"]},
    ]
    schema = data["spec"].setdefault("configSchema", {"type": "object"})
    own = {
        f"setting{number}": {**kinds[number % len(kinds)], "description": f"Setting {number}."} for number in range(300)
    }
    schema["properties"] = {**schema.get("properties", {}), **own}
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    return plugin


def _timed(browser: Any, address: str, choose: str, what: str, path: str) -> dict[str, float]:
    browser.resize(1280)
    browser.open("about:blank")
    browser.open(address)
    browser.until("!!document.querySelector('.card, .row')")
    browser.run(f"performance.mark('everest:asked'), {choose}")
    browser.until("!!document.querySelector('.section') && !window.everest.busy()", 120)
    opened = browser.run("performance.now() - performance.getEntriesByName('everest:asked').at(-1).startTime")
    fields = browser.run("document.querySelectorAll('.field').length")
    browser.run(
        f"""(() => {{
          const field = document.querySelector(`[data-address="${{window.everest.address({path!r})}}"]`);
          const section = field.closest('.section').dataset.section;
          const sections = [...document.querySelectorAll('.section')];
          document.querySelectorAll('.step')[sections.findIndex(one => one.dataset.section === section)].click();
          const input = field.querySelector('input');
          input.focus();
          input.setSelectionRange(input.value.length, input.value.length);
        }})()"""
    )
    browser.run("performance.clearMeasures()")
    for number in range(KEYS):
        browser.type("abcdefghij"[number % 10])
        browser.until(f"performance.getEntriesByName('everest:update').length > {number}")
    times = sorted(browser.run("performance.getEntriesByName('everest:update').map(one => one.duration)"))
    return {
        f"{what}: fields": fields,
        f"{what}: open, ms": opened,
        f"{what}: key to screen, median, ms": statistics.median(times),
        f"{what}: key to screen, 95 of 100, ms": times[int(len(times) * 0.95)],
    }


if __name__ == "__main__":
    results = main()
    for name, value in results.items():
        print(f"  {name}: {value:.0f}")
    slow = [name for name, value in results.items() if "median" in name and value > BOUND]
    if slow:
        sys.exit(f"more than {BOUND:.0f} ms: {', '.join(slow)}")
