// The style sheet of the status page: calm, in the reader's colour scheme, one column on a phone. Colour says one thing only:
// blue is what is there, amber what is near a limit or waits, red what needs somebody.

export const PAGE_STYLE = `
:root { color-scheme: light dark;
  --paper: #f7f8f9; --card: #fff; --ink: #1d2227; --quiet: #5d6873; --line: #e0e4e8; --track: #e8ebee;
  --blue: #2f6fb3; --blue-soft: #dbe8f5; --teal: #2c8a7d; --amber: #b26a00; --amber-soft: #fdf1dc; --red: #b3332b;
  --red-soft: #fbe5e3; --green: #2e7d4f; --green-soft: #e0f1e6; --grey: #9aa4ae; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14181c; --card: #1c2126; --ink: #e3e8ec; --quiet: #98a3ae; --line: #2c333a; --track: #2a3138;
  --blue: #6aa5e0; --blue-soft: #1f3245; --teal: #58b8a9; --amber: #e0a044; --amber-soft: #3a2d17; --red: #ec7b72;
  --red-soft: #40211f; --green: #6fc08f; --green-soft: #1d3527; --grey: #69747f; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1160px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 25px; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 34px 0 6px; }
p { margin: 0; overflow-wrap: anywhere; }
a { color: var(--blue); margin-right: 10px; }
small { display: block; color: var(--quiet); font-size: 12px; font-weight: 400; }
code { font-size: 13px; }
.quiet, .where, .clock, .noscript { color: var(--quiet); font-size: 13.5px; }
.noscript { padding: 8px 20px; }
.clock { margin-top: 4px; }
.dot { display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: var(--green); margin-right: 4px; }
.lost .dot { background: var(--red); }
.lost main { opacity: .65; }
.late { color: var(--red); font-weight: 600; }
.pill { display: inline-block; vertical-align: 3px; padding: 1px 10px; border-radius: 999px; font-size: 13px;
  font-weight: 600; }
.mode-dry-run { background: var(--amber-soft); color: var(--amber); }
.mode-apply { background: var(--green-soft); color: var(--green); }
.mode-shadow { background: var(--blue-soft); color: var(--blue); }
.alerts { list-style: none; margin: 18px 0 0; padding: 0; display: grid; gap: 8px; }
.alerts li { border-radius: 8px; padding: 8px 14px; font-size: 14px; border-left: 4px solid; overflow-wrap: anywhere; }
.alerts .bad { background: var(--red-soft); border-color: var(--red); }
.alerts .warn { background: var(--amber-soft); border-color: var(--amber); }
.alerts .note { background: var(--blue-soft); border-color: var(--blue); }
.alerts b { margin-right: 4px; }
.cards { list-style: none; margin: 18px 0 0; padding: 0; display: grid; gap: 14px;
  grid-template-columns: repeat(4, minmax(0, 1fr)); }
.cards li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px;
  display: flex; flex-direction: column; }
.cards h2 { margin: 0; color: var(--quiet); font-size: 13px; font-weight: 600; }
.figure { font-size: 29px; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; }
.figure small { display: inline; font-size: 13px; letter-spacing: 0; }
.more { color: var(--quiet); font-size: 13px; min-height: 40px; }
.spark { width: 100%; height: 44px; margin-top: 8px; display: block; }
.spark .area { fill: var(--blue-soft); }
.spark .line { fill: none; stroke: var(--blue); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.bar { display: block; width: 100%; height: 7px; border-radius: 4px; margin-top: 8px; }
.bar .track { fill: var(--track); }
.bar .within, .bar .registered { fill: var(--blue); }
.bar .near { fill: var(--amber); }
.bar .over { fill: var(--red); }
.bar .booting { fill: var(--teal); }
.bar .requested { fill: var(--grey); }
.bar .draining { fill: var(--amber); }
.bar .ending { fill: var(--red); }
.cap { color: var(--quiet); font-size: 12px; margin-top: 3px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin-top: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { padding: 8px 12px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--quiet); font-size: 12px; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 150px; }
td i, .key i { display: inline-block; width: 9px; height: 9px; border-radius: 2px; margin-right: 6px; }
i.registered { background: var(--blue); } i.booting { background: var(--teal); } i.requested { background: var(--grey); }
i.draining { background: var(--amber); } i.ending { background: var(--red); }
td.wide { min-width: 150px; width: 30%; }
.number { text-align: right; white-space: nowrap; }
.strong { font-weight: 650; }
.key { display: flex; flex-wrap: wrap; gap: 2px 14px; color: var(--quiet); font-size: 12.5px; }
.tag { display: inline-block; font-size: 11.5px; font-weight: 500; padding: 0 7px; border-radius: 999px;
  background: var(--track); color: var(--quiet); white-space: nowrap; }
.tag.spot { background: var(--blue-soft); color: var(--blue); }
.tag.bad { background: var(--red-soft); color: var(--red); }
.decisions { list-style: none; margin: 8px 0 0; padding: 0; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; font-size: 13.5px; }
.decisions.long { max-height: 560px; overflow-y: auto; }
.decisions li { display: grid; grid-template-columns: 66px 70px minmax(0, 1fr); gap: 10px; padding: 9px 14px;
  border-top: 1px solid var(--line); }
.decisions li:first-child { border-top: 0; }
.decisions time { color: var(--quiet); }
.decisions p { color: var(--quiet); }
.decisions .why { color: var(--ink); }
.kind { font-weight: 600; }
.kind.launch { color: var(--blue); } .kind.drain { color: var(--amber); } .kind.end { color: var(--red); }
.kind.undrain { color: var(--teal); }
.verdict { display: inline-block; margin-left: 6px; padding: 0 8px; border-radius: 999px; font-size: 12px; }
.verdict.sent { background: var(--green-soft); color: var(--green); }
.verdict.dry-run { background: var(--amber-soft); color: var(--amber); }
.verdict.denied, .verdict.failed { background: var(--red-soft); color: var(--red); }
.verdict.kept { background: var(--track); color: var(--quiet); }
[hidden], .decisions li[hidden] { display: none; }
.filters { display: flex; flex-wrap: wrap; gap: 8px; }
.filters input, .filters select { font: inherit; font-size: 14px; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px; }
.filters input { flex: 1 1 260px; min-width: 0; }
details { margin-top: 14px; }
summary { cursor: pointer; color: var(--blue); font-size: 14px; }
.details { display: grid; gap: 0 28px; grid-template-columns: repeat(3, minmax(0, 1fr)); }
.details ul { list-style: none; margin: 0; padding: 0; font-size: 13.5px; }
.details li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 10px; padding: 6px 0;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.details li:first-child { border-top: 0; }
.details li small { flex-basis: 100%; }
.details b { font-weight: 600; }
#foot { margin-top: 40px; color: var(--quiet); font-size: 12.5px; }
@media (max-width: 900px) { .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 620px) {
  main { padding: 16px 14px 36px; }
  h1 { font-size: 21px; }
  .cards { gap: 10px; }
  .cards li { padding: 11px 12px; }
  .figure { font-size: 23px; }
  .figure small { display: block; }
  .details { grid-template-columns: minmax(0, 1fr); }
  .decisions li { grid-template-columns: auto 1fr; gap: 0 10px; padding: 9px 12px; }
  .decisions li > div { grid-column: 1 / -1; }
  th, td { padding: 7px 9px; }
  tbody th { min-width: 118px; }
  td.wide { min-width: 56px; width: 18%; }
  .minor { display: none; }
}
@media (prefers-reduced-motion: no-preference) { .bar rect { transition: width .4s; } }
`;
