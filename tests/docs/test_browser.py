"""The site in a real browser: on a laptop and on a phone nothing is cut, and code can be copied.

It needs a browser, and the site that `make docs` has built (part ``browser``). EVEREST_SCREENS=DIR writes pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, installed

from pulumi_everest.testing.parts import skip_or_fail

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "docs"
SOURCES = sorted(
    [*ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/_static/*"), *ROOT.glob("docs/_ext/*.py"), ROOT / "docs/conf.py"]
)
PAGES = [source.relative_to(ROOT / "docs").with_suffix("").as_posix() for source in SOURCES if source.suffix == ".md"]
WIDTHS = {"laptop": 1280, "phone": 375}

CUT = """(() => {
  const room = document.documentElement.clientWidth, found = [];
  const said = (element, why) => found.push(`${element.tagName}.${element.className} ${why}: ${element.textContent.trim().slice(0, 60)}`);
  if (document.documentElement.scrollWidth > room + 1) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const element of document.querySelectorAll('article *')) {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (box.width < 2 || style.visibility === 'hidden' || element.closest('button, .headerlink, input, svg')) continue;
    if (box.right > room + 1 || box.left < -1) said(element, `ends at ${Math.round(box.right)} of ${room}`);
    else if (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
      said(element, `shows ${element.clientWidth} of ${element.scrollWidth}`);
  }
  return found.slice(0, 5);
})()"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = installed()
    if program is None:
        skip_or_fail("browser", "needs Chromium (apt-get install chromium)")
    built = SITE / "index.html"
    if not built.is_file() or built.stat().st_mtime < max(source.stat().st_mtime for source in SOURCES):
        skip_or_fail("browser", "needs the site as the pages are now: make docs")
    assert program is not None
    with Browser(program) as found:
        yield found


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_a_page_is_cut(browser: Browser, page: str) -> None:
    browser.resize(WIDTHS["laptop"])
    browser.open(SITE / f"{page}.html")
    cut = {}
    for screen, width in WIDTHS.items():
        browser.resize(width)
        cut[screen] = browser.run(CUT)
        if folder := os.environ.get("EVEREST_SCREENS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            browser.screenshot(Path(folder) / f"{page.replace('/', '-')}-{screen}.png")
    assert not any(cut.values()), cut


def test_a_line_that_is_too_long_is_noticed(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        f"<article><div style='overflow-x: auto'><pre>{'word ' * 100}</pre></div><p>{'x' * 300}</p></article>"
    )
    browser.open(page)
    for width in WIDTHS.values():
        browser.resize(width)
        assert len(browser.run(CUT)) >= 2


def test_blocks_of_code_have_a_button_that_copies_them(browser: Browser) -> None:
    browser.open(SITE / "quickstart.html")
    assert browser.run("document.querySelectorAll('.highlight').length") > 5
    assert browser.run(
        "document.querySelectorAll('.highlight').length === document.querySelectorAll('.highlight button.copybtn').length"
    )


def test_pictures_are_drawn_and_readable_on_a_phone(browser: Browser) -> None:
    browser.resize(WIDTHS["phone"])
    for page in ("concepts", "changes"):
        browser.open(SITE / f"{page}.html")
        assert browser.run("document.querySelectorAll('.picture svg rect').length") >= 5
        assert browser.run(
            "[...document.querySelectorAll('.picture text')].every(text => text.getBoundingClientRect().height >= 9)"
        )
        # Each text is inside its picture.
        assert browser.run(
            "[...document.querySelectorAll('.picture text')].every(text => {"
            " const box = text.getBoundingClientRect(), all = text.closest('svg').getBoundingClientRect();"
            " return box.left >= all.left - 1 && box.right <= all.right + 1 })"
        )
