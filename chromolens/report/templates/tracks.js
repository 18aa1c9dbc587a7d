// Shows what the page holds; served with ranges (chromolens serve), the whole tracks.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const say = (text) => { document.getElementById("state").textContent = text; };
const around = 60;  // bases on either side of a place's middle

async function inflated() {
  const packed = Uint8Array.from(atob(document.getElementById("values").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Float32Array(await new Response(stream).arrayBuffer());
}

// Whether files beside this page can be read in parts.
async function served() {
  if (!location.protocol.startsWith("http")) return false;
  const stop = new AbortController();
  const answer = await fetch(data.genome.fastaURL, {headers: {Range: "bytes=0-9"}, signal: stop.signal});
  stop.abort();
  return answer.status === 206;
}

// Values of one signal as igv.js reads them; runs of equal ones in one, but for letters.
function features(signal, values) {
  const found = [];
  let at = signal.offset;
  for (const number of signal.stretches) {
    const [chr, start, sequence] = data.stretches[number];
    let last = null;
    for (let base = 0; base < sequence.length; base++, at++) {
      const value = values[at], place = start + base;
      if (Number.isNaN(value)) { last = null; continue; }
      if (last && signal.kind !== "contributions" && last.value === value) { last.end = place + 1; continue; }
      last = {chr, start: place, end: place + 1, value};
      found.push(last);
    }
  }
  return found;
}

function track(each, order, values) {
  const own = {name: each.title, color: each.color, order, removable: false};
  if (each.limits) {
    const [min, max] = each.limits;
    const letters = each.kind === "contributions";
    Object.assign(own, {type: "wig", min, max, autoscale: false, height: letters ? 130 : 60,
      graphType: letters ? "dynseq" : "bar"});
    return Object.assign(own, values ? {features: features(each, values)} : {url: each.url, format: "bigwig"});
  }
  Object.assign(own, {type: "annotation", displayMode: "EXPANDED", height: 45});
  return Object.assign(own, values ? {features: each.rows} : {url: each.url, format: "bigbed"});
}

function reference(whole) {
  const name = data.study;
  if (whole) return {id: name, name, ...data.genome};
  const text = data.stretches.map(([chr, start, sequence]) =>
    `>${chr}:${start + 1}-${start + sequence.length} @len=${data.sizes[chr]}\n${sequence}\n`).join("");
  return {id: name, name, fastaURL: "data:text/plain;base64," + btoa(text)};
}

// A place and its neighbourhood, as igv.js names it.
function locus([, chr, start, end]) {
  const middle = (start + end) >> 1, low = Math.max(0, Math.min(start, middle - around));
  return `${chr}:${low + 1}-${Math.min(data.sizes[chr], Math.max(end, middle + around))}`;
}

function show(browser, tracks, views) {
  document.querySelectorAll("#shown input").forEach((box) => { box.checked = views.has(Number(box.value)); });
  const wanted = tracks.filter((each) => each.views.some((view) => views.has(view)));
  for (const each of tracks) {
    if (each.loaded && !wanted.includes(each)) { browser.removeTrack(each.loaded); each.loaded = null; }
  }
  const missing = wanted.filter((each) => !each.loaded);
  return Promise.all(missing.map(async (each) => { each.loaded = await browser.loadTrack(each.config()); }));
}

async function start() {
  say("Opening the tracks ...");
  const whole = await served();
  if (!whole && !data.places.length) { say("There is no place to show."); return; }
  const values = whole ? null : await inflated();
  let offset = 0;
  for (const signal of data.signals) {
    signal.offset = offset;
    offset += signal.stretches.reduce((sum, number) => sum + data.stretches[number][2].length, 0);
  }
  const first = ["contributions", "hits", "subsets", "planted", "events", "observed", "prediction", "genes"];
  const tracks = [...data.signals, ...data.features];
  tracks.forEach((each, index) => {
    each.config = () => track(each, 10 + 1000 * first.indexOf(each.kind) + index, values);
  });
  const browser = await igv.createBrowser(document.getElementById("igv"), {
    reference: reference(whole), loadDefaultGenomes: false, search: false, showSVGButton: true,
    nucleotideColors: {A: "#008f68", C: "#0068ad", G: "#d18a00", T: "#c8480a", N: "#767d84"},
    locus: data.places.length ? locus(data.places[0]) : Object.keys(data.sizes)[0],
    tracks: [{type: "sequence", order: 0, removable: false}],
  });
  const views = new Set();
  async function open(number) {
    const [view, chr, start, end] = data.places[number];
    if (!views.has(view)) { views.clear(); views.add(view); await show(browser, tracks, views); }
    await browser.search(locus(data.places[number]));
    browser.clearROIs();
    await browser.loadROI([{name: "place", color: "rgba(11,95,165,0.07)", features: [{chr, start, end}]}]);
    document.querySelectorAll("#places button").forEach((button) => {
      if (Number(button.dataset.place) === number) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    say(whole ? "Whole tracks, read from the files." : "The tracks about the places that are listed.");
  }
  document.getElementById("places").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) open(Number(button.dataset.place));
  });
  document.getElementById("shown").addEventListener("change", (event) => {
    const view = Number(event.target.value);
    if (event.target.checked) views.add(view); else views.delete(view);
    show(browser, tracks, views);
  });
  // The place that the address names, as the report's links do; else the first.
  const name = decodeURIComponent(location.hash.slice(1)), list = document.getElementById("places");
  const named = name && list.querySelector(`[data-name="${CSS.escape(name)}"]`);
  if (data.places.length) await open(named ? Number(named.dataset.place) : 0);
  if (named) list.scrollTop = named.offsetTop - list.offsetTop;
  else if (name) say(`${name} is not among the places of this page.`);
}

start().catch((error) => say(`The tracks can't be shown: ${error.message}`));
