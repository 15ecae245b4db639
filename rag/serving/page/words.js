// What the page says, in each language that it is offered in, whose `name` is its own. Text of documents is never among it.
const WORDS = {
  en: {
    name: "English",
    question: "Question", placeholder: "What do you want to know?", ask: "Ask", stop: "Stop", filters: "Where to look", scope: "Path or pattern",
    kind: "Kind", since: "From", until: "To", any: "any", library: "Library", ledger: "Files", tongue: "Language",
    keys: "Enter asks · Shift+Enter new line · 1–9 opens a quote · ← → turns pages · Esc closes · / to the question",
    before: "Page before", after: "Next page", close: "Close", page: "page {n} of {all}", asking: "Looking …",
    supported: "Answered", abstained: "Not in what was read", unread: "Not in what was read; some could not be read",
    nearest: "The nearest passages", unread_list: "Could not be read", asked: "Asked as: {q}", failed: "It did not work: {why}",
    stopped: "Stopped.", gone: "The service does not answer.", document: "File", date: "Date", pages: "Pages", read: "Read",
    ledger_sum: "{n} files, {unread} unread, {partly} read in part", locked: "This service asks for a token", token: "Token", open: "Open",
    yes: "yes", partly: "in part", no: "no", ocr: "Read by OCR; its letters may be wrong.", no_picture: "The page cannot be shown as a picture: {why}",
    cut: "Only a part of this long page is shown.", again: "Ask again", whole_file: "whole file", page_short: "p. {n}",
    blank: "Nothing stands on this page.", hidden_marks: "control and format characters are shown as symbols",
  },
  de: {
    name: "Deutsch",
    question: "Frage", placeholder: "Was möchten Sie wissen?", ask: "Fragen", stop: "Anhalten", filters: "Wo gesucht wird", scope: "Pfad oder Muster",
    kind: "Art", since: "Von", until: "Bis", any: "alle", library: "Bibliothek", ledger: "Dateien", tongue: "Sprache",
    keys: "Enter fragt · Umschalt+Enter neue Zeile · 1–9 öffnet ein Zitat · ← → blättert · Esc schließt · / zur Frage",
    before: "Seite zurück", after: "Nächste Seite", close: "Schließen", page: "Seite {n} von {all}", asking: "Suche …",
    supported: "Beantwortet", abstained: "Steht nicht im Gelesenen", unread: "Steht nicht im Gelesenen; manches war nicht lesbar",
    nearest: "Die nächsten Stellen", unread_list: "Nicht lesbar", asked: "Gefragt als: {q}", failed: "Das ging nicht: {why}",
    stopped: "Angehalten.", gone: "Der Dienst antwortet nicht.", document: "Datei", date: "Datum", pages: "Seiten", read: "Gelesen",
    ledger_sum: "{n} Dateien, {unread} nicht lesbar, {partly} teilweise gelesen", locked: "Dieser Dienst verlangt ein Token", token: "Token", open: "Öffnen",
    yes: "ja", partly: "teilweise", no: "nein", ocr: "Durch OCR gelesen; Buchstaben können falsch sein.", no_picture: "Die Seite kann nicht als Bild gezeigt werden: {why}",
    cut: "Von dieser langen Seite ist nur ein Teil gezeigt.", again: "Noch einmal fragen", whole_file: "ganze Datei", page_short: "S. {n}",
    blank: "Auf dieser Seite steht nichts.", hidden_marks: "Steuer- und Formatzeichen sind als Symbole gezeigt",
  },
  ko: {
    name: "한국어",
    question: "질문", placeholder: "무엇을 알고 싶으신가요?", ask: "질문하기", stop: "중지", filters: "찾을 곳", scope: "경로 또는 패턴",
    kind: "종류", since: "시작일", until: "종료일", any: "전체", library: "라이브러리", ledger: "파일", tongue: "언어",
    keys: "Enter 질문 · Shift+Enter 줄바꿈 · 1–9 인용 열기 · ← → 쪽 넘기기 · Esc 닫기 · / 질문란으로",
    before: "이전 쪽", after: "다음 쪽", close: "닫기", page: "{all}쪽 중 {n}쪽", asking: "찾는 중 …",
    supported: "답변", abstained: "읽은 내용에 없습니다", unread: "읽은 내용에 없으며, 읽지 못한 부분이 있습니다",
    nearest: "가장 가까운 구절", unread_list: "읽지 못함", asked: "이렇게 질문함: {q}", failed: "실패했습니다: {why}",
    stopped: "중지했습니다.", gone: "서비스가 응답하지 않습니다.", document: "파일", date: "날짜", pages: "쪽수", read: "읽음",
    ledger_sum: "파일 {n}개, 읽지 못함 {unread}개, 일부만 읽음 {partly}개", locked: "이 서비스에는 토큰이 필요합니다", token: "토큰", open: "열기",
    yes: "예", partly: "일부", no: "아니요", ocr: "OCR로 읽은 쪽이므로 글자가 틀릴 수 있습니다.", no_picture: "이 쪽을 그림으로 보여 줄 수 없습니다: {why}",
    cut: "이 긴 쪽의 일부만 표시합니다.", again: "다시 질문하기", whole_file: "파일 전체", page_short: "{n}쪽",
    blank: "이 쪽에는 아무것도 없습니다.", hidden_marks: "제어·서식 문자는 기호로 표시됩니다",
  },
};

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
