// The style sheet of report.html: dark text on white, tables that scroll sideways on a phone, pages that print.

export const HTML_STYLE = `
:root { --ink: #1b1f24; --quiet: #57606a; --line: #d8dee4; --soft: #f6f8fa; --accent: #0072b2; }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
main, header, footer { max-width: 1100px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 6px; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 40px 0 8px; padding-top: 12px; border-top: 1px solid var(--line); }
h3 { font-size: 16px; margin: 24px 0 4px; overflow-wrap: anywhere; }
p { margin: 4px 0 10px; overflow-wrap: anywhere; }
.question { font-size: 17px; }
.quiet, figcaption p, .caption { color: var(--quiet); font-size: 13.5px; }
nav { margin: 14px 0; display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 14px; }
a { color: var(--accent); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 18px 0; padding: 0;
  list-style: none; }
.cards li { border: 1px solid var(--line); border-top: 3px solid var(--accent); border-radius: 6px; padding: 12px 14px; }
.cards b { display: block; font-size: 25px; line-height: 1.3; font-weight: 650; font-variant-numeric: tabular-nums; }
.cards span { display: block; color: var(--quiet); font-size: 13px; overflow-wrap: anywhere; }
.cards span:first-child { color: var(--ink); font-weight: 600; }
.notes { background: #fff8e5; border: 1px solid #ead9a7; border-radius: 6px; padding: 10px 14px 10px 32px; margin: 12px 0; }
.notes li { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 8px 0 16px; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; min-width: 60%; }
th, td { padding: 5px 9px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { background: var(--soft); border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
tbody tr:hover { background: var(--soft); }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; }
td.text { max-width: 460px; overflow-wrap: break-word; }
td.text:last-child { min-width: 220px; }
tbody th { min-width: 90px; max-width: 320px; overflow-wrap: break-word; }
figure { margin: 26px 0 8px; }
figcaption h3 { margin: 0 0 2px; }
figcaption p { margin: 0 0 8px; }
.chart { width: 100%; min-height: 80px; }
.chart svg { display: block; max-width: 100%; }
details { margin: 8px 0; }
summary { cursor: pointer; color: var(--accent); font-size: 14px; }
footer { margin-top: 40px; padding-bottom: 32px; color: var(--quiet); font-size: 13px; }
#vg-tooltip-element { position: fixed; z-index: 10; visibility: hidden; pointer-events: none; padding: 8px 10px;
  max-width: 360px; background: #fff; border: 1px solid #c8ced4; border-radius: 4px; font-size: 12.5px; line-height: 1.35;
  box-shadow: 0 2px 8px rgb(0 0 0 / 15%); overflow-wrap: anywhere; }
#vg-tooltip-element.visible { visibility: visible; }
#vg-tooltip-element table { font-size: inherit; min-width: 0; }
#vg-tooltip-element tr:hover { background: none; }
#vg-tooltip-element td { border: 0; padding: 1px 4px; }
#vg-tooltip-element td.key { color: var(--quiet); text-align: right; white-space: nowrap; }
@media (max-width: 600px) {
  main, header, footer { padding-left: 14px; padding-right: 14px; }
  .cards { grid-template-columns: 1fr 1fr; }
  .cards b { font-size: 20px; }
  th, td { padding: 4px 7px; }
}
@media print {
  body { font-size: 11px; }
  main, header, footer { max-width: none; }
  nav { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 9.5px; }
  td.text:last-child { min-width: 0; }
  th, td { padding: 2px 5px; }
  figure, tr, .cards { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`;
