"""Chromium shows the pages without complaint: never sideways on a phone, letters in the tracks."""

import html
import json
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
  const wider = [...root.querySelectorAll(".lexicon")].map(({{ parentNode: around }}) =>
    around.scrollWidth - around.clientWidth);
  document.getElementById("out").textContent =
    `scroll=${{root.scrollWidth}} client=${{root.clientWidth}}` +
    ` sections=${{sections}} letter=${{box.height}} lexicons=${{wider.length}}` +
    ` wider=${{Math.max(...wider)}}`;
}};</script></body>"""


# Clicks a place of the page of tracks and counts the coloured pixels of the contributions there.
CLICK = """<p id="out">waiting</p><script>
const wait = async (done) => { while (!done()) await new Promise((go) => setTimeout(go, 50)); };
const colours = {A: [0, 143, 104], C: [0, 104, 173], G: [209, 138, 0], T: [200, 72, 10]};
function measured(canvas) {
  const {width, height} = canvas;
  const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
  const heights = {};
  for (const [base, colour] of Object.entries(colours)) {
    heights[base] = Array(width).fill(0);
    for (let i = 0; i < data.length; i += 4) {
      if (colour.every((part, j) => data[i + j] === part)) heights[base][(i / 4) % width]++;
    }
  }
  return heights;
}
addEventListener("load", async () => {
  const state = document.getElementById("state");
  await wait(() => state.textContent.startsWith("The tracks about"));
  const button = document.querySelector('#places button[data-place="PLACE"]');
  button.click();
  await wait(() => button.hasAttribute("aria-current"));
  await new Promise((go) => setTimeout(go, 2000));
  const browser = document.getElementById("igv").shadowRoot;
  const tall = [...browser.querySelectorAll(".igv-viewport canvas")]
    .filter((canvas) => canvas.width && canvas.getBoundingClientRect().height >= 100);
  const asked = performance.getEntriesByType("resource").map((entry) => entry.name);
  const outside = asked.filter((name) => /^(http|file)/.test(name));
  const found = {heights: tall.map(measured), asked: outside};
  document.getElementById("out").textContent = JSON.stringify(found);
});</script></body>"""


# Clicks the button of a column and those of the cards, then draws what a figure is saved as.
SORT = """<p id="out">waiting</p><script>
const table = document.querySelector("table.test");
const read = () => [...table.tBodies[0].rows].map((row) => row.cells[1].textContent);
const sorter = table.tHead.rows[0].cells[1].firstChild;
const orders = [read(), ...[1, 2, 3].map(() => (sorter.click(), read()))];
const list = document.querySelector("ul.test");
const names = () => [...list.children].map((card) => card.dataset.name).join("");
const state = (button) => [names(), button.getAttribute("aria-pressed"), said.textContent];
const sorters = [...list.previousElementSibling.querySelectorAll("button")];
const cards = sorters.map((button) => [1, 2, 3].map(() => (button.click(), state(button))));
cards.push(sorters.map((button) => (button.click(), names())));
const text = inLight(() => standalone(document.querySelector(".logo use").closest("svg")));
const image = new Image();
image.onload = () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const brush = canvas.getContext("2d");
  brush.drawImage(image, 0, 0);
  const {data} = brush.getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) seen.add([...data.slice(i, i + 3)].join());
  const found = {orders, cards, text, seen: [...seen]};
  document.getElementById("out").textContent = JSON.stringify(found);
};
image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
</script></body>"""


def dumped(chromium: str, page: str, script: str, folder) -> tuple[dict, str]:
    """What ``script`` wrote of ``page``, and what the console said."""
    path = folder / "dumped.html"
    path.write_text(page.rpartition("</body>")[0] + script, encoding="utf-8")
    command = [chromium, *QUIET, f"--user-data-dir={folder / 'profile'}"]
    command += ["--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom"]
    done = subprocess.run(
        [*command, f"file://{path}"], capture_output=True, text=True, timeout=240
    )
    found = re.search(r'id="out">([^<]*)<', done.stdout)[1]
    return json.loads(html.unescape(found)), done.stderr


def test_columns_and_cards_sort_and_figures_stand_alone(chromium, page, tmp_path):
    ascending = ["−∞", "−0.5", "1.2×10⁻⁵", "0.02", "3%", "0:31", "1:02", "1,234", "9.9×10¹²", "∞"]
    mixed = ["–", *ascending[::3], *ascending[1::3], "", *ascending[2::3]]
    rows = "".join(f"<tr><th>a</th><td class='number'>{cell}</td></tr>" for cell in mixed)
    table = f"""<main><table class="sorts test"><thead><tr><th>a</th><th class="number">b</th></tr>
    </thead><tbody>{rows}</tbody></table>"""
    cards = "".join(
        f'<li data-name="{name}" data-seqlets="{seqlets}" data-contribution="{mean}"></li>'
        for name, seqlets, mean in [("b", "1,000", "−2"), ("C", "90", "0.5"), ("a", "–", "3")]
    )
    table += f'<ul class="test" data-sorts="name seqlets contribution">{cards}</ul>'
    found, console = dumped(chromium, page.replace("<main>", table), SORT, tmp_path)
    assert "CONSOLE" not in console
    start, down, up, again = found["orders"]
    assert start == again == mixed
    assert up == [*ascending, "–", ""] and down == [*ascending[::-1], "–", ""]
    assert found["cards"] == [
        [
            ["abC", "true", "sorted by name, ascending"],
            ["Cba", "true", "sorted by name, descending"],
            ["bCa", "false", "in the original order"],
        ],
        [
            ["bCa", "true", "sorted by seqlets, descending"],
            ["Cba", "true", "sorted by seqlets, ascending"],
            ["bCa", "false", "in the original order"],
        ],
        [
            ["aCb", "true", "sorted by contribution, descending"],
            ["bCa", "true", "sorted by contribution, ascending"],
            ["bCa", "false", "in the original order"],
        ],
        # each button begins anew
        ["abC", "bCa", "aCb"],
    ]
    # the figure has its letters' colours on its paper, and asks the page for nothing
    assert {"0,143,104", "253,253,251"} <= set(found["seen"])
    assert not re.search(r"class=|var\(|url\(", found["text"])


def clicked(chromium: str, page: str, place: int, folder) -> tuple[dict, str]:
    """What ``CLICK`` found, and what the console said."""
    path = folder / "clicked.html"
    whole = page.rpartition("</body>")[0]  # igv.js says </body> too
    path.write_text(whole + CLICK.replace("PLACE", str(place)), encoding="utf-8")
    command = [chromium, *QUIET, f"--user-data-dir={folder / 'profile'}"]
    command += ["--enable-logging=stderr", f"--log-net-log={folder / 'net.json'}"]
    command += ["--window-size=1440,1100", "--virtual-time-budget=60000", "--dump-dom"]
    done = subprocess.run(
        [*command, f"file://{path}"], capture_output=True, text=True, timeout=240
    )
    return json.loads(re.search(r'id="out">([^<]*)<', done.stdout)[1]), done.stderr


def test_a_click_on_a_place_shows_its_letters_and_asks_nobody(chromium, browsed, tmp_path):
    study, _ = browsed
    page = (study.folder / "report/tracks.html").read_text()
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])
    place = next(i for i, (_, _, a, b) in enumerate(data["places"]) if b - a == len("CGTTACCCGT"))
    found, console = clicked(chromium, page, place, tmp_path)
    assert found["asked"] == [] and "CONSOLE" not in console
    assert "igv.org" not in (tmp_path / "net.json").read_text()
    (heights,) = found["heights"]
    assert all(sum(heights[base]) > 100 for base in "ACGT")
    # a T is all arms and one stem: a bar would be as high everywhere
    letter_t = [height for height in heights["T"] if height]
    assert max(letter_t) > 3 * sorted(letter_t)[len(letter_t) // 4]


def test_the_count_notices_bars(chromium, browsed, tmp_path):
    page = (browsed[0].folder / "report/tracks.html").read_text()
    found, _ = clicked(
        chromium, page.replace('letters ? "dynseq"', 'letters ? "bar"'), 3, tmp_path
    )
    assert not any(sum(heights[base]) for heights in found["heights"] for base in "ACGT")


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
    assert measured["lexicons"] == 2 and measured["wider"] == 0
    assert "CONSOLE" not in console


def test_the_measure_notices_a_page_that_is_too_wide(chromium, page, tmp_path):
    wide = page.replace("<main>", '<main><div style="width:700px">x</div>')
    measured, _ = shown(chromium, wide, 390, tmp_path)
    assert measured["scroll"] > measured["client"]
