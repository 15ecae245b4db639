import { WORDS } from "./languages.js";  // [page] of messages.toml of each language

let tongue = "en";

export function speak(wanted) {
  tongue = wanted in WORDS ? wanted : "en";
  document.documentElement.lang = tongue;
  for (const e of document.querySelectorAll("[data-say]")) e.textContent = say(e.dataset.say);
  for (const e of document.querySelectorAll("[data-title]")) {
    e.title = say(e.dataset.title);
    e.setAttribute("aria-label", e.title);
  }
  document.getElementById("question").placeholder = say("placeholder");
}

export function say(key, values = {}) {
  return WORDS[tongue][key].replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

export const tongues = Object.keys(WORDS);

// How each language calls itself, in the order of `tongues`.
export const own_names = Object.values(WORDS).map((words) => words.name);

// Control and format characters do nothing here: they are shown as symbols. One character stays one in what is counted,
// since spans are applied before this.
export function shown(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => {
    if (c === "\n" || c === "\t") return c;
    const code = c.codePointAt(0);
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? "\u2421" : `\u2039U+${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
  });
}

// Spans count characters as Python does, code points; JavaScript counts halves of pairs.
export function cut(points, start, end) {
  return shown(points.slice(Math.max(0, start), Math.max(0, end)).join(""));
}

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}
