"""How a report's page fares in a browser: opening time, requests, console errors, and axe-core's findings.

In Korean and English, light and dark, 360 and 1280 px wide, from disk, in a browser of its own each time; the opening
time is the best of three. Ends with 1 where a request was made, the console shows an error, axe-core finds something
serious or critical, or the page is wider than its window.

``python -m benchmarks.report_page [PAGE] AXE`` with the path of axe-core's ``axe.min.js`` (``make check-report``);
without a page a report of made-up results is written first.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Any

from benchmarks import browser, machine
from benchmarks.report_speed import write_sample

WIDTHS, LANGUAGES, THEMES = (360, 1280), ("ko", "en"), ("light", "dark")
GRAVE = ("serious", "critical")
TIMES = 3
AXE = """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map((one) => ({
  id: one.id, impact: one.impact, help: one.help, count: one.nodes.length,
  at: one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message || ""}`),
})))"""
TIMING = """new Promise((done) => {
  const look = () => {
    const { loadEventEnd, startTime } = performance.getEntriesByType("navigation")[0];
    if (loadEventEnd) done(loadEventEnd - startTime);
    else setTimeout(look, 5);
  };
  look();
})"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def main(arguments: list[str]) -> int:
    """Print what was found; returns the exit code."""
    axe = Path(arguments[-1]).read_text(encoding="utf-8")
    page = Path(arguments[0]) if len(arguments) > 1 else write_sample(Path("build/report"))
    print(machine.described("jinja2"))
    print(f"{page}, {page.stat().st_size / 1e6:.2f} MB")
    bad = 0
    for language, theme, width in itertools.product(LANGUAGES, THEMES, WIDTHS):
        found = look(page.resolve(), axe, language, theme, width)
        grave = [one for one in found["axe"] if one["impact"] in GRAVE]
        bad += len(found["requests"]) + len(found["errors"]) + len(grave) + (found["wider"] > 0)
        print(
            f"{language} {theme:5} {width:4} px: opens in {found['ms']:.0f} ms, {len(found['requests'])} requests, "
            f"{len(found['errors'])} console errors, axe-core {len(grave)} serious or critical, "
            f"{len(found['axe']) - len(grave)} others, {found['wider']} px too wide"
        )
        for line in [*found["requests"], *found["errors"]]:
            print("    ", line)
        for one in found["axe"]:
            print("    ", one["impact"], one["id"], one["count"], one["help"], *one["at"], sep="  ")
    return min(bad, 1)


def look(page: Path, axe: str, language: str, theme: str, width: int) -> dict[str, Any]:
    """Open the page afresh: milliseconds to its load event, addresses asked for, errors told, axe-core's findings."""
    with browser.tab() as tab:
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        tab.call("Emulation.setDeviceMetricsOverride", **screen)
        times = [_open(tab, f"{page.as_uri()}#lang={language}&theme={theme}") for _ in range(TIMES)]
        wider = tab.evaluate(WIDER)
        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        tab.evaluate(axe)
        found = tab.evaluate(AXE)
    return {
        "ms": min(times),
        "wider": wider,
        "requests": [address for address in map(_address, tab.events) if address and address != page.as_uri()],
        "errors": [error for error in map(_error, tab.events) if error],
        "axe": found,
    }


def _open(tab: browser.Tab, address: str) -> float:
    """Milliseconds to the load event of the page, opened anew."""
    for place in ("about:blank", address):
        before = len(tab.events)
        tab.call("Page.navigate", url=place)
        tab.until("Page.loadEventFired", before)
    return float(tab.evaluate(TIMING))


def _address(event: dict[str, Any]) -> str:
    """The address of a request that leaves the page; ``data:`` is in it."""
    address = event["params"]["request"]["url"] if event["method"] == "Network.requestWillBeSent" else ""
    return "" if address.startswith(("data:", "about:")) else str(address).partition("#")[0]


def _error(event: dict[str, Any]) -> str:
    """What the console shows as an error."""
    parameters = event["params"]
    if event["method"] == "Runtime.exceptionThrown":
        return str(parameters["exceptionDetails"].get("exception", {}).get("description", "exception"))
    if event["method"] == "Log.entryAdded" and parameters["entry"]["level"] == "error":
        return str(parameters["entry"]["text"])
    if event["method"] == "Runtime.consoleAPICalled" and parameters["type"] == "error":
        return str(parameters["args"])
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
