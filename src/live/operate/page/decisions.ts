// Decisions as a list: when, what, about what, why, and what became of it.

import type { DecisionStatus, LiveStatus } from "../status.js";
import { clockTime } from "../words.js";
import { html, type Markup, NOTHING } from "./markup.js";

const VERDICTS = {
  sent: "sent",
  "dry-run": "would be sent",
  denied: "denied",
  failed: "failed",
  kept: "undone",
} as const;

export function decisionItem({ atMs, tick, kind, subject, reason, verdict, rule, why }: DecisionStatus): Markup {
  const word = rule !== null && verdict === "denied" ? `denied: ${rule}` : VERDICTS[verdict];
  return html`<li data-row data-verdict="${verdict}"><time title="tick ${tick}">${clockTime(atMs)}</time>
<span class="kind ${kind}">${kind}</span>
<div><b>${subject}</b> <span class="verdict ${verdict}">${word}</span><p>${reason}</p>${why === "" ? NOTHING : html`<p class="why">${why}</p>`}</div></li>`;
}

/** All that are kept, behind the filter of the page. */
export function decisionList({ decisions }: LiveStatus): Markup {
  if (decisions.length === 0) return html`<p class="quiet">None yet.</p>`;
  return html`<ol class="decisions long">${decisions.map(decisionItem)}</ol>
<p class="quiet" data-none hidden>No decision matches the filter.</p>`;
}

/** Stands outside what is replaced at every tick, so that what is typed stays. */
export function filters(): Markup {
  const options = Object.entries(VERDICTS).map(([value, word]) => html`<option value="${value}">${word}</option>`);
  return html`<h2>Decisions</h2>
<form class="filters" role="search"><input id="find" type="search" placeholder="Filter: type, zone, instance, reason" aria-label="Filter decisions and instances">
<select id="verdict" aria-label="What became of it"><option value="">all</option>${options}</select></form>`;
}
