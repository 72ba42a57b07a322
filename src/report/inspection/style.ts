// What the page of an inspection adds to the style sheet of report.html: its pictures, and dark colours.

export const INSPECTION_STYLE = `
:root { color-scheme: light dark; --paper: #fff; --serious: #b3261e; --doubt: #8a5a00; --bar: #0072b2; }
body { background: var(--paper); }
.doubts { list-style: none; margin: 12px 0; padding: 0; }
.doubts li { border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 4px; padding: 8px 12px;
  margin: 8px 0; overflow-wrap: anywhere; }
.doubts li.serious { border-left-color: var(--serious); }
.doubts li.doubt { border-left-color: var(--doubt); }
.doubts b { margin-right: 6px; }
.serious b { color: var(--serious); }
.doubt b { color: var(--doubt); }
.doubts p { margin: 2px 0 0; color: var(--quiet); font-size: 13.5px; }
.plot { display: grid; grid-template-columns: 52px minmax(0, 1fr); column-gap: 6px; }
.plot svg { display: block; width: 100%; }
.scale { display: flex; flex-direction: column; justify-content: space-between; text-align: right; }
.scale span, .days span { color: var(--quiet); font-size: 11px; line-height: 1; font-variant-numeric: tabular-nums; }
.columns { height: 150px; border-bottom: 1px solid var(--quiet); }
.columns rect, .cells rect, .bar rect { fill: var(--bar); }
.columns rect { shape-rendering: crispEdges; }
.columns rect:hover, .cells rect:hover { fill: var(--doubt); fill-opacity: 1; }
.columns line { stroke: var(--line); }
.axis { grid-column: 2; height: 18px; }
.axis text { fill: var(--quiet); font-size: 11px; }
.days { display: flex; flex-direction: column; text-align: right; }
.days span { height: 24px; line-height: 22px; }
.cells { background: var(--soft); }
.bar { display: block; width: 100%; height: 12px; }
.bar-cell { width: 30%; min-width: 70px; vertical-align: middle; }
table.bars { width: 100%; }
table.bars thead td { background: var(--soft); border-bottom: 2px solid var(--line); }
table.bars tbody th { max-width: 260px; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e6e9ec; --quiet: #9aa5b1; --line: #333b44; --soft: #1d232a; --accent: #6cb8ea;
    --serious: #ff8a80; --doubt: #f2c94c; --bar: #4aa3df; }
}
@media (max-width: 600px) { .plot { grid-template-columns: 40px minmax(0, 1fr); } }
@media print { :root { color-scheme: light; } }
`;
