// One question and its answer as it stands on the page.
import { cut, element, say, shown } from "./speaking.js";
import { marked } from "./source.js";

export class Answer {
  constructor(question, library, open) {
    this.library = library;
    this.open = open;
    this.places = [];
    this.box = element("article");
    this.heading = element("h2", shown(question));
    this.text = element("p", "", "answer");
    this.box.append(this.heading, this.text);
  }

  add(piece) {
    this.text.textContent += shown(piece);
  }

  fail(why) {
    this.box.append(element("p", why, "fault"));
  }

  finish(told) {
    const status = element("p", say(told.status), `status ${told.status}`);
    this.heading.after(status);
    this.write(told);
    if (told.asked) this.box.append(element("p", say("asked", { q: shown(told.asked) }), "quiet"));
    if (told.citations.length) this.box.append(this.quotes(told.citations));
    if (told.nearest.length) this.box.append(element("h3", say("nearest")), this.passages(told.nearest));
    for (const note of told.notes) this.box.append(element("p", shown(note), "note"));
    if (told.unread.length) this.box.append(this.unread(told.unread));
  }

  // The text, its claims marked; [1] opens the first quote.
  write(told) {
    const points = Array.from(told.text);
    const pieces = [];
    let at = 0;
    const claims = told.claims.filter((c) => c.citations.length).sort((a, b) => a.start - b.start);
    for (const claim of claims) {
      if (claim.start < at) continue;
      pieces.push(...this.numbered(cut(points, at, claim.start)));
      const mark = element("mark", cut(points, claim.start, claim.end));
      mark.title = shown(claim.citations[0].document);
      const number = told.citations.findIndex((c) => same(c, claim.citations[0]));
      if (number >= 0) mark.addEventListener("click", () => this.show(number));
      pieces.push(mark);
      at = claim.end;
    }
    pieces.push(...this.numbered(cut(points, at, points.length)));
    this.text.replaceChildren(...pieces);
    this.text.dir = "auto";
  }

  numbered(text) {
    return text.split(/(\[\d{1,3}\])/).filter(Boolean).map((piece) => {
      const number = /^\[(\d+)\]$/.exec(piece);
      if (!number) return piece;
      const button = element("button", piece, "number");
      button.type = "button";
      button.addEventListener("click", () => this.show(Number(number[1]) - 1));
      return button;
    });
  }

  quotes(citations) {
    const list = element("ol", undefined, "quotes");
    citations.forEach((c) => list.append(this.quote(c, c.quote)));
    return list;
  }

  passages(nearest) {
    const list = element("ol", undefined, "quotes nearest");
    nearest.forEach((hit) => list.append(this.quote(hit, hit.text)));
    return list;
  }

  quote(place, text) {
    const number = this.places.push({ ...place, library: this.library }) - 1;
    const item = element("li");
    const button = element("button", undefined, "quote");
    button.type = "button";
    const words = element("q");
    words.dir = "auto";
    words.append(...(place.highlight ? marked(text, place.start, { start: place.start, end: place.end, highlight: place.highlight })
      : [cut(Array.from(text), 0, 600)]));
    const where = element("cite", `${shown(place.document)}, ${say("page_short", { n: place.page })}`);
    button.append(words, where);
    button.addEventListener("click", () => this.show(number));
    item.append(button);
    return item;
  }

  unread(list) {
    const details = element("details", undefined, "unread");
    details.append(element("summary", `${say("unread_list")}: ${list.length}`));
    const items = element("ul");
    for (const entry of list) {
      const pages = entry.pages.length ? say("page_short", { n: entry.pages.join(", ") }) : say("whole_file");
      items.append(element("li", `${shown(entry.document)}, ${pages}: ${shown(entry.reason)}`));
    }
    details.append(items);
    return details;
  }

  show(number) {
    const place = this.places[number];
    if (!place) return;
    for (const e of document.querySelectorAll(".quote[aria-current]")) e.removeAttribute("aria-current");
    this.box.querySelectorAll(".quote")[number]?.setAttribute("aria-current", "true");
    this.open(place);
  }
}

function same(a, b) {
  return a.document === b.document && a.start === b.start && a.end === b.end;
}
