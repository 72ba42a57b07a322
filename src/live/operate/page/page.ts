// The status page: one HTML document without anything from elsewhere. The parts are rendered here, once for all readers; the
// script only puts them in place. Its policy allows exactly its own script and style sheet, by their hashes.

import { createHash } from "node:crypto";
import type { HistoryPoint } from "../history.js";
import type { LiveStatus } from "../status.js";
import { decisionList, filters } from "./decisions.js";
import { html, Markup } from "./markup.js";
import { alerts, cards, foot, head, now } from "./overview.js";
import { PAGE_SCRIPT } from "./script.js";
import { PAGE_STYLE } from "./style.js";
import { details, fleet, instances, queues } from "./tables.js";

/** The page's Content-Security-Policy. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  `script-src '${hashOf(PAGE_SCRIPT)}'`,
  `style-src '${hashOf(PAGE_STYLE)}'`,
  "connect-src 'self'",
  // The empty icon of the page: without it the browser would ask for one.
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** The whole document. */
export function renderPage(status: LiveStatus | undefined, history: readonly HistoryPoint[]): string {
  const title = status === undefined ? "Stowage live" : `${status.identity.computeEnvironment} – Stowage live`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<noscript><p class="noscript">Without JavaScript this page stands still: reload it for the latest tick.</p></noscript>
<main>${new Markup(renderMain(status, history))}</main>
<script>${new Markup(PAGE_SCRIPT)}</script>
</body>
</html>
`.text;
}

/** What is inside `main`; every `section` is replaced by itself when it changes. */
export function renderMain(status: LiveStatus | undefined, history: readonly HistoryPoint[]): string {
  if (status === undefined) {
    return html`<section id="begin"><h1>Stowage live</h1><p class="quiet">The first look at the account is under way.</p></section>`
      .text;
  }
  return html`<section id="head">${head(status)}</section>
<section id="alerts">${alerts(status)}</section>
<section id="cards">${cards(status, history)}</section>
<section id="now">${now(status)}</section>
<section id="queues">${queues(status)}</section>
<section id="fleet">${fleet(status)}</section>
${filters()}
<section id="decisions">${decisionList(status)}</section>
<section id="instances">${instances(status)}</section>
<section id="details">${details(status)}</section>
<section id="foot">${foot(status)}</section>`.text;
}
