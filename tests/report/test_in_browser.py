"""Chromium shows the page without complaint, and never sideways on a phone."""

import html
import re
import subprocess

QUIET = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

HOST = """<!doctype html><body><iframe id="f" style="width:{width}px;height:900px;border:0"
srcdoc="{page}"></iframe><p id="out">waiting</p><script>
document.getElementById("f").onload = function () {{
  const root = this.contentDocument.documentElement;
  const sections = root.querySelectorAll("section").length;
  const letters = root.querySelectorAll(".logo use");
  const box = letters[0].getBoundingClientRect();
  document.getElementById("out").textContent =
    `scroll=${{root.scrollWidth}} client=${{root.clientWidth}}` +
    ` sections=${{sections}} letter=${{box.height}}`;
}};</script></body>"""


def shown(chromium: str, page: str, width: int, folder) -> tuple[dict[str, float], str]:
    """What the host page measured at ``width`` px, and what the console said."""
    host = folder / f"host{width}.html"
    host.write_text(HOST.format(width=width, page=html.escape(page)), encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [
        chromium,
        *QUIET,
        profile,
        "--enable-logging=stderr",
        "--dump-dom",
        f"file://{host}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    words = re.search(r'id="out">([^<]*)<', done.stdout).group(1)
    pairs = re.findall(r"(\w+)=([\d.]+)", words)
    return {name: float(value) for name, value in pairs}, done.stderr


def test_a_phone_never_scrolls_sideways(chromium, page, tmp_path):
    measured, console = shown(chromium, page, 390, tmp_path)
    assert measured["client"] <= 390
    assert measured["scroll"] == measured["client"]
    assert measured["sections"] == 12 and measured["letter"] > 0
    assert "CONSOLE" not in console


def test_the_measure_notices_a_page_that_is_too_wide(chromium, page, tmp_path):
    wide = page.replace("<main>", '<main><div style="width:700px">x</div>')
    measured, _ = shown(chromium, wide, 390, tmp_path)
    assert measured["scroll"] > measured["client"]
