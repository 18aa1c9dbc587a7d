// Columns sort their table, buttons sort cards; a drawing under the pointer can be saved.
// The page is whole without this script.
"use strict";

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The number that words begin with (1,234; −0.5; 1.2×10⁻⁵; ∞; 0:31 as seconds); NaN without one. */
function number(text) {
  const words = text.replaceAll(",", "").replaceAll("−", "-");
  const [clock, minutes, seconds] = words.match(/^(\d+):(\d\d)$/) ?? [];
  if (clock) return 60 * minutes + Number(seconds);
  const power = (_, digits) => "e" + [...digits].map((one) => (one === "⁻" ? "-" : DIGITS.indexOf(one))).join("");
  return parseFloat(words.replace(/×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, power).replace("∞", "Infinity"));
}

/** Items by their words: numbers by size, words by alphabet; those without a number stay last. */
function sorted(items, read, numeric, sign) {
  const keys = items.map((item) => (numeric ? number(read(item).trim()) : read(item).trim()));
  const compare = (a, b) => (numeric ? a - b : a.localeCompare(b, "en", { numeric: true }));
  const order = [...items.keys()].sort((i, j) => {
    const [left, right] = [Number.isNaN(keys[i]), Number.isNaN(keys[j])];
    if (left || right) return left - right || i - j;
    return (keys[i] === keys[j] ? 0 : sign * compare(keys[i], keys[j])) || i - j;
  });
  return order.map((place) => items[place]);
}

/** What the last sorting did, for screen readers. */
const said = document.createElement("p");
said.className = "hidden";
said.setAttribute("role", "status");

/**
 * Buttons that sort the children of `list`; each has its `button`, whether its key is `numeric`, how to `read`
 * the key of an item, and `mark`, which shows the way. The first click shows the largest numbers (or A to Z), the
 * second turns the order, the third is as it was.
 */
function sorts(list, controls) {
  const original = [...list.children];
  let now = [null, ""];
  for (const control of controls) {
    const ways = control.numeric ? ["descending", "ascending", ""] : ["ascending", "descending", ""];
    control.button.type = "button";
    control.button.addEventListener("click", () => {
      const way = ways[(now[0] === control ? ways.indexOf(now[1]) + 1 : 0) % ways.length];
      now[0]?.mark("");
      now = [control, way];
      control.mark(way);
      const items = way ? sorted(original, control.read, control.numeric, way === "ascending" ? 1 : -1) : original;
      list.append(...items);
      said.textContent = way ? `sorted by ${control.button.textContent}, ${way}` : "in the original order";
    });
  }
}

function sortTable(table) {
  const heads = [...[...table.tHead.rows].at(-1).cells].filter((head) => !head.classList.contains("unsorted"));
  sorts(table.tBodies[0], heads.map((head) => {
    const [button, column] = [document.createElement("button"), head.cellIndex];
    button.append(...head.childNodes);
    head.append(button);
    const mark = (way) => (way ? head.setAttribute("aria-sort", way) : head.removeAttribute("aria-sort"));
    const read = ({ cells }) => cells[column].dataset.key ?? cells[column].textContent;
    return { button, mark, read, numeric: head.classList.contains("number") };
  }));
}

function sortCards(list) {
  const group = document.createElement("p");
  group.className = "order small";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Sort the motifs");
  group.append("Sort by");
  sorts(list, list.dataset.sorts.split(" ").map((key) => {
    const button = document.createElement("button");
    button.textContent = key;
    group.append(" ", button);
    const mark = (way) => {
      button.setAttribute("aria-pressed", String(Boolean(way)));
      button.dataset.way = way;
    };
    mark("");
    return { button, mark, numeric: key !== "name", read: (card) => card.dataset[key] };
  }));
  list.before(group);
}

document.body.append(said);
document.querySelectorAll("table.sorts").forEach((table) => table.tBodies[0].rows.length > 1 && sortTable(table));
document.querySelectorAll("[data-sorts]").forEach((list) => list.children.length > 1 && sortCards(list));

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
