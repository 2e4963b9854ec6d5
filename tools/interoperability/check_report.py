#!/usr/bin/env python3
"""Look at a page of `cosmic-tagger report` or `show` in a real browser.

Usage:

    apt-get install chromium
    python3 -m venv venv
    venv/bin/pip install playwright
    cosmic-tagger report log -o report.html
    venv/bin/python tools/interoperability/check_report.py report.html [--screenshots FOLDER]
        [--curves N] [--pictures N]

The page is opened on a wide screen, on a phone and for print.  It must make no network request and
log no error, nothing may be wider than the screen, every curve must have a line inside its axes, and
every picture must have been decoded.  `--curves` and `--pictures` say how many there must be at
least (1 and 1; a page of `show` has no curves: `--curves 0`).  With `--screenshots` each view is left
in that folder as PNG, and the print as PDF.

Prints what it found, one line a view.  The exit code is 0 when all is well, 1 when something is
wrong, 2 when the arguments are.
"""

import argparse
import pathlib
import shutil
import sys

from playwright.sync_api import sync_playwright

VIEWS = {"wide": (1200, 1600), "phone": (390, 844)}

# Runs in the page: what a reader would miss.
INSPECTION = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const inside = (path) => {
    const line = path.getBBox(), box = path.ownerSVGElement.viewBox.baseVal;
    return line.width > 0 && line.x >= box.x - 1 && line.y >= box.y - 1
      && line.x + line.width <= box.x + box.width + 1 && line.y + line.height <= box.y + box.height + 1;
  };
  const charts = [...document.querySelectorAll("svg.chart")];
  const images = [...document.querySelectorAll("img")];
  return {
    charts: charts.length,
    emptyCharts: charts.filter((chart) => {
      const lines = [...chart.querySelectorAll("path.line")];
      return lines.length === 0 || !lines.every(inside);
    }).map((chart) => chart.getAttribute("aria-label")),
    images: images.length,
    brokenImages: images.filter((image) => !image.complete || image.naturalWidth === 0)
      .map((image) => image.alt),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    planes: document.querySelectorAll(".plane").length,
  };
}"""


def magnified_panels(page):
    """How many panels of the first plane of an event are magnified under the mouse."""
    page.locator(".plane .panel").first.hover()
    return page.evaluate(
        """() => [...document.querySelectorAll(".plane")[0].querySelectorAll(".cells")]
          .filter((cells) => getComputedStyle(cells).transform !== "none").length"""
    )


def check_view(browser, address, name, options):
    """Opens the page in one size; what is wrong with it, in words."""
    width, height = VIEWS[name]
    page = browser.new_page(viewport={"width": width, "height": height})
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on(
        "console",
        lambda message: errors.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    found = page.evaluate(INSPECTION)
    foreign = [url for url in requests if url != address and not url.startswith("data:")]
    wrong = [f"requests {url}" for url in foreign] + [f"logs: {error}" for error in errors]
    wrong += [f"has a curve outside its axes, or none, in {title}" for title in found["emptyCharts"]]
    wrong += [f"has a broken picture: {title}" for title in found["brokenImages"]]
    if found["charts"] < options.curves:
        wrong.append(f"has {found['charts']} curves, not {options.curves}")
    if found["images"] < options.pictures:
        wrong.append(f"has {found['images']} pictures, not {options.pictures}")
    if found["overflow"] > 0:
        wrong.append(f"is {found['overflow']} pixels wider than the screen")
    if found["planes"]:
        magnified = magnified_panels(page)
        if magnified < 1:
            wrong.append("magnifies no panel under the mouse")
    if options.screenshots:
        page.screenshot(path=options.screenshots / f"{name}.png", full_page=True)
        if name == "wide":
            page.pdf(path=options.screenshots / "print.pdf", format="A4")
    page.close()
    print(f"{name} ({width} pixels): {found['charts']} curves, {found['images']} pictures")
    return [f"{name}: the page {sentence}" for sentence in wrong]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--curves", type=int, default=1)
    parser.add_argument("--pictures", type=int, default=1)
    options = parser.parse_args()
    if not options.page.is_file():
        parser.error(f"{options.page} is not there")
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        wrong = []
        for name in VIEWS:
            wrong += check_view(browser, options.page.resolve().as_uri(), name, options)
        browser.close()
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
