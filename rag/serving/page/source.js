// The page of a quote: a picture with boxes, or text with a mark.
import { cut, element, say, shown } from "./speaking.js";

let current = null; // { library, document, sha256, page, pages, start, end, highlight }
let asked = 0;
let address = null; // of the picture that is shown

const part = (id) => document.getElementById(id);

export const opened = () => current;

export function close() {
  current = null;
  part("right").hidden = true;
  document.body.classList.remove("reading");
  forget();
}

export async function open(place, call) {
  current = { ...place };
  const turn = ++asked;
  part("right").hidden = false;
  document.body.classList.add("reading");
  part("sheet").replaceChildren(); // no page stands under the name of another, not even for a moment
  part("source-name").textContent = shown(place.document);
  part("source-note").textContent = say("asking");
  part("page-number").textContent = say("page_short", { n: place.page });
  try {
    const page = await call(where(place, `pages/${place.page}`, true));
    if (turn !== asked) return;
    current.pages = page.pages;
    part("page-number").textContent = say("page", { n: place.page, all: page.pages });
    part("before").disabled = place.page <= 1;
    part("after").disabled = place.page >= page.pages;
    const picture = page.picture ? await call(where(place, `pages/${place.page}.png`, false), true) : null;
    if (turn !== asked) return;
    forget();
    const sheet = part("sheet");
    sheet.replaceChildren(picture ? pictured(page, picture, place) : texted(page, place));
    part("source-note").textContent = remark(page);
    reveal(sheet);
  } catch (error) {
    if (turn !== asked) return;
    part("sheet").replaceChildren();
    part("source-note").textContent = say("failed", { why: error.message });
  }
}

export function turn(by, call) {
  if (!current || !current.pages) return;
  const page = current.page + by;
  if (page >= 1 && page <= current.pages) open({ ...current, page }, call);
}

function where(place, rest, span) {
  const path = place.document.split("/").map(encodeURIComponent).join("/");
  const asked = new URLSearchParams();
  if (place.library) asked.set("library", place.library);
  if (place.sha256) asked.set("sha256", place.sha256);
  if (span && place.end > place.start) {
    asked.set("start", place.start);
    asked.set("end", place.end);
  }
  return `/v1/documents/${path}/${rest}?${asked}`;
}

function remark(page) {
  const said = [];
  if (page.source === "ocr") said.push(say("ocr"));
  if (page.why) said.push(say("no_picture", { why: page.why }));
  if (page.reason && page.source === "unread") said.push(shown(page.reason));
  if (page.cut) said.push(say("cut"));
  if (!page.picture && !page.text.trim()) said.push(say("blank"));
  return said.join(" ");
}

function pictured(page, picture) {
  const frame = element("div", undefined, "frame");
  const image = element("img");
  address = URL.createObjectURL(picture);
  image.src = address;
  image.alt = shown(page.text);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${page.size[0]} ${page.size[1]}`);
  svg.setAttribute("preserveAspectRatio", "none");
  for (const box of page.boxes) {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
    drawn.setAttribute("points", box.corners.map((corner) => corner.join(",")).join(" "));
    drawn.setAttribute("class", "box");
    svg.append(drawn);
  }
  frame.append(image, svg);
  return frame;
}

function texted(page, place) {
  const text = element("pre", undefined, "text");
  text.lang = page.language;
  text.append(...marked(page.text, page.start, place));
  return text;
}

// Pieces of a text with a span in a mark, and within it what answers in a stronger one.
export function marked(text, offset, place) {
  const points = Array.from(text);
  const start = Math.max(0, place.start - offset), end = Math.min(points.length, place.end - offset);
  if (!(start < end)) return [cut(points, 0, points.length)];
  const mark = element("mark");
  const [from, to] = (place.highlight ?? [0, 0]).map((at) => Math.min(end, Math.max(start, at - offset)));
  if (from < to) {
    mark.append(cut(points, start, from), element("strong", cut(points, from, to)), cut(points, to, end));
  } else {
    mark.append(cut(points, start, end));
  }
  return [cut(points, 0, start), mark, cut(points, end, points.length)];
}

function reveal(sheet) {
  // the sheet scrolls beside the answer; on a phone the whole panel does
  const panel = getComputedStyle(part("right")).position === "fixed" ? part("right") : sheet;
  const found = sheet.querySelector(".box, mark");
  const image = sheet.querySelector("img");
  const show = () => {
    const above = found ? found.getBoundingClientRect().top - panel.getBoundingClientRect().top : 0;
    panel.scrollTop = found ? panel.scrollTop + above - panel.clientHeight / 3 : 0;
  };
  if (image && !image.complete) image.addEventListener("load", show, { once: true });
  else show();
}

function forget() {
  if (address) URL.revokeObjectURL(address);
  address = null;
}
