// A click on a column's head sorts its table; a drawing under the pointer can be saved.
// The page is whole without this script.
"use strict";

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The number that a cell begins with (1,234; −0.5; 1.2×10⁻⁵; ∞; 0:31 as seconds); NaN without one. */
function number(cell) {
  const words = cell.textContent.trim().replaceAll(",", "").replaceAll("−", "-");
  const [clock, minutes, seconds] = words.match(/^(\d+):(\d\d)$/) ?? [];
  if (clock) return 60 * minutes + Number(seconds);
  const power = (_, digits) => "e" + [...digits].map((one) => (one === "⁻" ? "-" : DIGITS.indexOf(one))).join("");
  return parseFloat(words.replace(/×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, power).replace("∞", "Infinity"));
}

/** Rows by one column: numbers by size, words by alphabet; cells without a number stay last. */
function sorted(rows, column, numeric, sign) {
  const cells = rows.map((row) => row.cells[column]);
  const keys = cells.map((cell) => (numeric ? number(cell) : cell.textContent.trim()));
  const compare = (a, b) => (numeric ? a - b : a.localeCompare(b, "en", { numeric: true }));
  const order = [...rows.keys()].sort((i, j) => {
    const [left, right] = [Number.isNaN(keys[i]), Number.isNaN(keys[j])];
    if (left || right) return left - right || i - j;
    return (keys[i] === keys[j] ? 0 : sign * compare(keys[i], keys[j])) || i - j;
  });
  return order.map((place) => rows[place]);
}

/** The first click shows the best numbers (or A to Z), the second turns the order, the third is as it was. */
function sortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const original = [...body.rows];
  heads.forEach((head, column) => {
    const numeric = head.classList.contains("number");
    const ways = numeric ? ["descending", "ascending", ""] : ["ascending", "descending", ""];
    const turn = () => {
      const way = ways[(ways.indexOf(head.getAttribute("aria-sort") ?? "") + 1) % ways.length];
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      if (way) head.setAttribute("aria-sort", way);
      body.append(...(way ? sorted(original, column, numeric, way === "ascending" ? 1 : -1) : original));
    };
    head.tabIndex = 0;
    head.title = "sort";
    head.addEventListener("click", turn);
    head.addEventListener("keydown", (event) => event.key === "Enter" && turn());
  });
}

document.querySelectorAll("table.sorts").forEach((table) => table.tBodies[0].rows.length > 1 && sortable(table));

const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity",
  "font-size", "font-family", "font-weight", "text-anchor", "vector-effect"];

/** Run `action` with the light colours, whatever the reader's screen has: figures go into papers. */
function inLight(action) {
  const dark = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof CSSMediaRule && rule.media.mediaText.includes("dark"));
  const texts = dark.map((rule) => rule.media.mediaText);
  dark.forEach((rule) => (rule.media.mediaText = "not all"));
  try {
    return action();
  } finally {
    dark.forEach((rule, place) => (rule.media.mediaText = texts[place]));
  }
}

/** A copy of a drawing that needs nothing of the page: its styles as attributes, its letters with it. */
function standalone(drawing) {
  const copy = drawing.cloneNode(true);
  const defs = document.createElementNS(drawing.namespaceURI, "defs");
  const pairs = [[drawing, copy]];
  for (const link of new Set([...copy.querySelectorAll("use")].map((use) => use.getAttribute("href")))) {
    const letter = document.querySelector(link);
    defs.append(letter.cloneNode(true));
    pairs.push([letter, defs.lastChild]);
  }
  const inside = [...drawing.querySelectorAll("*")];
  copy.querySelectorAll("*").forEach((element, place) => pairs.push([inside[place], element]));
  for (const [shown, element] of pairs) {
    element.removeAttribute("class");
    const style = getComputedStyle(shown);
    // A letter has the colour of its path.
    const names = element.tagName === "use" ? ["opacity"] : DRAWN;
    names.forEach((name) => element.setAttribute(name, style.getPropertyValue(name)));
  }
  const paper = document.createElementNS(drawing.namespaceURI, "rect");
  const attributes = { width: "100%", height: "100%", fill: getComputedStyle(document.body).backgroundColor };
  Object.entries(attributes).forEach(([name, value]) => paper.setAttribute(name, value));
  copy.prepend(defs, paper);
  return new XMLSerializer().serializeToString(copy);
}

function download(url, name) {
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
}

/** Save a drawing as SVG, or as PNG of three dots a pixel. */
function save(drawing, kind) {
  const text = inLight(() => standalone(drawing));
  const url = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  const label = `${document.title} ${drawing.getAttribute("aria-label")}`;
  const name = `${label.replace(/[^\w.-]+/g, "_").slice(0, 80)}.${kind}`;
  if (kind === "svg") return download(url, name);
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [3 * image.width, 3 * image.height];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    download(canvas.toDataURL("image/png"), name);
  };
  image.src = url;
}

/** Two buttons that stand at the drawing which is pointed at or focused. */
const buttons = document.createElement("div");
buttons.id = "save";
buttons.hidden = true;
["svg", "png"].forEach((kind) => {
  const button = document.createElement("button");
  button.textContent = kind.toUpperCase();
  button.title = `save this figure as ${kind.toUpperCase()}`;
  button.addEventListener("click", () => save(buttons.drawing, kind));
  buttons.append(button);
});
document.body.append(buttons);

function offer(drawing) {
  const box = drawing.getBoundingClientRect();
  const right = Math.min(box.right, document.documentElement.clientWidth - 8);
  buttons.drawing = drawing;
  buttons.hidden = false;
  buttons.style.top = `${box.top + scrollY}px`;
  buttons.style.left = `${Math.max(right + scrollX - buttons.offsetWidth, 0)}px`;
}

document.querySelectorAll("svg[role=img]").forEach((drawing) => {
  drawing.tabIndex = 0;
  drawing.addEventListener("pointerenter", () => offer(drawing));
  drawing.addEventListener("focus", () => offer(drawing));
});
document.addEventListener("pointerover", (event) => {
  buttons.hidden ||= !(event.target.closest("svg[role=img]") || buttons.contains(event.target));
});
