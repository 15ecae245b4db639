// The page: asks the service that it comes from and no other, and builds what it shows from text alone.
import { Answer } from "./answer.js";
import * as source from "./source.js";
import { element, own_names, say, shown, speak, tongues } from "./speaking.js";

const part = (id) => document.getElementById(id);
const history = []; // of this visit; it is kept nowhere
let token = sessionStorage.getItem("token") ?? "";
let running = null;
let latest = null;

function headers() {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

class Refused extends Error {}

async function checked(response) {
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  if (response.status === 401) part("locked").showModal();
  throw new Refused(told?.error?.message ?? `${response.status}`);
}

async function call(path, binary = false) {
  const response = await checked(await fetch(path, { headers: headers() }));
  return binary ? response.blob() : response.json();
}

const open = (place) => source.open(place, call);

async function ask() {
  const question = part("question").value.trim();
  if (!question || running) return;
  const library = part("library").value;
  const answer = latest = new Answer(question, library, open);
  part("answers").prepend(answer.box);
  part("question").value = "";
  running = new AbortController();
  busy(true);
  try {
    const response = await checked(await fetch("/v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers() },
      body: JSON.stringify(asked(question, library)),
      signal: running.signal,
    }));
    await read(response.body, answer, question);
    part("status").textContent = "";
  } catch (error) {
    const why = error.name === "AbortError" ? say("stopped")
      : error instanceof Refused ? say("failed", { why: error.message }) : say("gone");
    answer.fail(why);
    part("question").value ||= question;
  } finally {
    running = null;
    busy(false);
  }
}

function asked(question, library) {
  const messages = history.filter((h) => h.library === library).slice(-6)
    .flatMap((h) => [{ role: "user", content: h.question }, { role: "assistant", content: h.text }]);
  const narrow = Object.fromEntries(["scope", "kind", "since", "until"].map((id) => [id, part(id).value.trim()]).filter((p) => p[1]));
  return { model: `casefolio/${library}`, stream: true, messages: [...messages, { role: "user", content: question }], ...narrow };
}

async function read(body, answer, question) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "", finished = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    waiting += value;
    const events = waiting.split("\n\n");
    waiting = events.pop();
    for (const event of events) {
      const data = event.replace(/^data: /, "");
      if (data === "[DONE]") continue;
      const piece = JSON.parse(data);
      if (piece.error) throw new Refused(piece.error.message);
      answer.add(piece.choices?.[0]?.delta?.content ?? "");
      if (piece.casefolio) {
        finished = true;
        answer.finish(piece.casefolio);
        history.push({ question, text: piece.casefolio.text, library: part("library").value });
        if (piece.casefolio.citations.length && !narrowScreen()) answer.show(0);
      }
    }
  }
  if (!finished) throw new Error("broken off");
}

const narrowScreen = () => matchMedia("(max-width: 60rem)").matches;

function busy(yes) {
  part("go").hidden = yes;
  part("stop").hidden = !yes;
  part("status").textContent = yes ? say("asking") : "";
}

async function fill() {
  const known = part("library").value;
  const ledger = await call(`/v1/documents${known ? `?library=${encodeURIComponent(known)}` : ""}`);
  part("library").replaceChildren(...ledger.libraries.map((name) => new Option(shown(name), name, false, name === ledger.library)));
  part("library").parentElement.hidden = ledger.libraries.length < 2;
  const kinds = [...new Set(ledger.documents.map((d) => d.kind).filter(Boolean))].sort();
  const chosen = part("kind").value;
  part("kind").replaceChildren(new Option(say("any"), ""), ...kinds.map((k) => new Option(shown(k.replaceAll("_", " ")), k, false, k === chosen)));
  const folders = new Set(ledger.documents.map((d) => d.path.split("/")).filter((p) => p.length > 1).map((p) => `${p[0]}/**`));
  part("paths").replaceChildren(...[...folders].slice(0, 500).map((f) => new Option(f)));
  rows(ledger.documents);
}

function rows(documents) {
  const count = (status) => documents.filter((d) => d.status === status).length;
  part("ledger-sum").textContent = say("ledger_sum", { n: documents.length, unread: count("unread"), partly: count("partly") });
  part("ledger-rows").replaceChildren(...documents.map(row));
}

function row(entry) {
  const line = element("tr", undefined, entry.status);
  const name = element("td");
  if (entry.pages) {
    const button = element("button", shown(entry.path), "plain");
    button.type = "button";
    button.addEventListener("click", () => {
      part("ledger").close();
      open({ library: part("library").value, document: entry.path, sha256: entry.sha256, page: 1, start: 0, end: 0 });
    });
    name.append(button);
  } else {
    name.textContent = shown(entry.path);
  }
  const read = entry.status === "read" ? say("yes") : entry.status === "partly" ? say("partly") : `${say("no")}: ${shown(entry.reason)}`;
  line.append(name, element("td", shown((entry.kind ?? "").replaceAll("_", " "))), element("td", shown(entry.date ?? "")),
    element("td", String(entry.pages || "")), element("td", read));
  return line;
}

function keys(event) {
  const typing = event.target.closest?.("input, textarea, select, dialog");
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (running) running.abort();
    else source.close();
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[1-9]$/.test(event.key)) latest?.show(Number(event.key) - 1);
  else if (event.key === "ArrowLeft") source.turn(-1, call);
  else if (event.key === "ArrowRight") source.turn(1, call);
  else if (event.key === "/") part("question").focus();
  else return;
  event.preventDefault();
}

function begin() {
  const own = navigator.languages.map((l) => l.slice(0, 2)).find((l) => tongues.includes(l)) ?? "en";
  part("tongue").replaceChildren(...tongues.map((code, i) => new Option(own_names[i], code)));
  part("tongue").value = localStorage.getItem("tongue") ?? own;
  speak(part("tongue").value);
  part("tongue").addEventListener("change", () => {
    localStorage.setItem("tongue", part("tongue").value);
    speak(part("tongue").value);
    fill().catch(told);
  });
  part("ask").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  part("question").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); part("ask").requestSubmit(); }
  });
  part("stop").addEventListener("click", () => running?.abort());
  part("library").addEventListener("change", () => fill().catch(told));
  part("close").addEventListener("click", source.close);
  part("before").addEventListener("click", () => source.turn(-1, call));
  part("after").addEventListener("click", () => source.turn(1, call));
  part("ledger-open").addEventListener("click", () => { fill().then(() => part("ledger").showModal()).catch(told); });
  part("ledger-close").addEventListener("click", () => part("ledger").close());
  part("unlock").addEventListener("submit", () => {
    token = part("token").value.trim();
    sessionStorage.setItem("token", token);
    part("token").value = "";
    fill().catch(told);
  });
  document.addEventListener("keydown", keys);
  fill().catch(told);
}

function told(error) {
  part("status").textContent = error instanceof Refused ? say("failed", { why: error.message }) : say("gone");
}

begin();
