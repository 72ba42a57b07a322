// The script of the page: at every tick it fetches the rendered parts and puts in those that changed. What the reader has
// opened, typed, scrolled or selected stays.

export const PAGE_SCRIPT = `"use strict";
const byId = (id) => document.getElementById(id);
let heardMs = performance.now();
let isFetching = false;
let isAsked = false;

async function refresh() {
  if (isFetching) { isAsked = true; return; }
  isFetching = true;
  try {
    const answer = await fetch("/main");
    if (answer.ok) {
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      heardMs = performance.now();
    }
  } catch {
    connected(false);
  }
  isFetching = false;
  if (isAsked) { isAsked = false; refresh(); }
}

function take(next) {
  for (const part of next.querySelectorAll("section")) {
    const old = byId(part.id);
    if (old === null) { location.reload(); return; }
    if (isSelectedIn(old)) continue;
    for (const open of old.querySelectorAll("details[open]")) part.querySelector("#" + open.id)?.setAttribute("open", "");
    if (old.innerHTML === part.innerHTML) continue;
    const scrolled = [...old.querySelectorAll(".scroll, .long")].map((box) => [box.scrollLeft, box.scrollTop]);
    old.replaceChildren(...part.childNodes);
    [...old.querySelectorAll(".scroll, .long")].forEach((box, i) => {
      if (scrolled[i] !== undefined) [box.scrollLeft, box.scrollTop] = scrolled[i];
    });
  }
  filter();
  showAge();
  const titled = document.querySelector("[data-title]");
  if (titled !== null) document.title = titled.dataset.title;
}

function isSelectedIn(element) {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}

function filter() {
  const text = (byId("find")?.value ?? "").trim().toLowerCase();
  const verdict = byId("verdict")?.value ?? "";
  let shown = 0;
  for (const row of document.querySelectorAll("#decisions [data-row], #instances [data-row]")) {
    const matches = row.textContent.toLowerCase().includes(text);
    row.hidden = !matches || (verdict !== "" && row.dataset.verdict !== undefined && row.dataset.verdict !== verdict);
    if (!row.hidden && row.dataset.verdict !== undefined) shown++;
  }
  const none = document.querySelector("[data-none]");
  if (none !== null) none.hidden = shown > 0;
}

function showAge() {
  const age = document.querySelector("[data-age]");
  if (age === null) return;
  const ageMs = performance.now() - heardMs + Number(age.dataset.age);
  age.textContent = "(" + words(ageMs) + " ago)";
  age.classList.toggle("late", ageMs > Number(age.dataset.due));
}

function words(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return seconds + " s";
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? minutes + " min" : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
}

function connected(yes) {
  const dot = byId("connection");
  document.body.classList.toggle("lost", !yes);
  if (dot !== null) dot.title = yes ? "connected" : "connection lost: trying again";
}

const events = new EventSource("/events");
events.addEventListener("open", () => connected(true));
events.addEventListener("error", () => connected(false));
events.addEventListener("status", () => { connected(true); refresh(); });
document.addEventListener("input", filter);
document.addEventListener("submit", (event) => event.preventDefault());
setInterval(showAge, 1000);
showAge();
`;
