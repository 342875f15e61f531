/** Variable sizes are SVG attributes, because the page allows no inline styles. */
export const STYLE = `:root {
  color-scheme: light dark;
  --back: #f4f6f8; --card: #fff; --text: #17202a; --muted: #566272; --rule: #dde3e9;
  --accent: #1f66b1; --track: #e3e8ee; --good: #17683f; --warn: #b26a00; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0e1318; --card: #161d24; --text: #e3e9ef; --muted: #9aa7b5; --rule: #27313b;
    --accent: #62aaf5; --track: #27313b; --good: #5fd09a; --warn: #e0a13c; --bad: #ff8a80;
  }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 84rem; padding: 0 1.25rem 2rem; background: var(--back); color: var(--text);
  font: .875rem/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem; padding: .75rem 0; border-bottom: 1px solid var(--rule); color: var(--muted) }
header p { margin: 0 } header strong { color: var(--text) }
nav { display: flex; gap: 1rem; margin-left: auto }
a { color: var(--accent) }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--rule); border-radius: .375rem; padding: .125rem .625rem; cursor: pointer }
button[aria-pressed=true] { border-color: var(--accent); color: var(--accent) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
#connection:not(:empty) { margin: 1rem 0 0; padding: .625rem .875rem; border: 1px solid var(--bad); border-radius: .5rem; color: var(--bad); background: var(--card) }
#connection:empty { margin: 0 }
.sample { float: right; margin: 1.5rem 0 0; color: var(--muted) }
h1 { margin: 1.25rem 0 .125rem; font-size: 1.5rem; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere }
h1 .badge { font-size: .75rem; vertical-align: .25em; letter-spacing: 0 }
h2, caption { font-size: .875rem; font-weight: 600; text-align: left; margin: 0; padding: 0 0 .5rem }
small { font-size: .75rem; color: var(--muted) } caption small { font-weight: 400 }
b { font-weight: 600 }
.facts { display: flex; flex-wrap: wrap; gap: 0 .875rem; margin: 0; padding: 0; list-style: none; color: var(--muted); font-size: .8125rem; overflow-wrap: anywhere }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .75rem; margin: 1rem 0 1.5rem }
.tile { display: flex; flex-direction: column; background: var(--card); border: 1px solid var(--rule); border-radius: .625rem; padding: .75rem .875rem }
.tile h2 { color: var(--muted); font-weight: 500; padding-bottom: .25rem }
.tile .figures > b { font-size: 1.25rem; line-height: 1.3 }
.tile .flow { grid-template-columns: 2.5rem 6rem auto } .tile .flow b { font-size: 1rem }
.tile .cell { flex: 1; display: flex; flex-direction: column }
.tile .line { order: 1; height: 2.5rem; margin-top: auto } .tile .bar { margin-bottom: .625rem } .tile .figures { margin-bottom: .125rem }
.wide { overflow-x: auto; margin: 0 0 1.5rem }
table { width: 100%; border-collapse: collapse }
thead th { font-size: .75rem; font-weight: 500; color: var(--muted); text-align: left; padding: .375rem .75rem; border-bottom: 1px solid var(--rule) }
tbody th, tbody td { text-align: left; vertical-align: top; font-weight: 400; padding: .625rem .75rem; border-bottom: 1px solid var(--rule); background: var(--card) }
.containers { table-layout: fixed; min-width: 64rem }
.containers thead th { width: 17% } .containers thead th:first-child { width: 15% } .containers thead th:nth-child(2) { width: 11% }
.containers thead th:last-child { width: 23% }
tbody th { font-weight: 600 } .name { display: block; overflow-wrap: anywhere }
.image, .label { display: block; font-weight: 400; overflow-wrap: anywhere }
.label { display: inline-block; max-width: 100%; margin: .125rem .25rem 0 0; padding: 0 .375rem; border: 1px solid var(--rule); border-radius: .25rem }
.cell { display: grid; grid-template-columns: minmax(max-content, 1fr) minmax(0, 5rem); column-gap: .75rem }
.figures { display: grid; white-space: nowrap; align-content: start }
.flow { display: grid; grid-template-columns: 2.125rem 5rem auto; align-items: baseline; column-gap: .25rem }
.note, .bar, .storage { grid-column: 1 / -1 }
.bar { display: block; width: 100%; height: .25rem; margin-top: .375rem; border-radius: .125rem }
.storage { display: block; margin-top: .25rem }
.track { fill: var(--track) } .fill { fill: var(--accent) } .fill.warn { fill: var(--warn) } .fill.bad { fill: var(--bad) }
.line { display: block; width: 100%; height: 2.25rem; border-bottom: 1px solid var(--rule) }
.area { fill: var(--accent); opacity: .14 }
.stroke { fill: none; stroke: var(--accent); stroke-width: 1.25; stroke-linejoin: round; vector-effect: non-scaling-stroke }
.badge { display: inline-block; font-size: .6875rem; font-weight: 600; letter-spacing: .02em; white-space: nowrap; overflow-wrap: anywhere; color: var(--muted) }
.badge::before { content: ""; display: inline-block; width: .5rem; height: .5rem; margin-right: .3125rem; border-radius: 50%; background: currentColor }
.badges { display: flex; flex-wrap: wrap; gap: 0 .625rem }
.containers .facts { gap: 0 .625rem } .containers .facts li { white-space: nowrap }
.good { color: var(--good) } .bad { color: var(--bad) }
section[aria-labelledby=polls] { margin: 0 0 1.5rem }
section[aria-labelledby=polls] h2 { padding-bottom: .125rem } h2 .badge { margin-left: .375rem }
details, .hint { border-top: 1px solid var(--rule); padding: .625rem 0 } summary { cursor: pointer; font-weight: 600 }
.log { margin: .5rem 0 0; padding: 0; list-style: none; font: .75rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere }
.log time { color: var(--muted) } .warn b { color: var(--warn) } .log .error b { color: var(--bad) }
pre { margin: .5rem 0 0; font: .75rem/1.5 ui-monospace, monospace }
.hint { margin: 0; color: var(--muted); font-size: .8125rem }
@media (prefers-color-scheme: light) { .log .warn b { color: #855000 } }
@media (max-width: 60rem) {
  body { padding: 0 .875rem 1.5rem } .sample { float: none; margin: 1rem 0 0 }
  .wide { overflow: visible }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  table, caption, tbody, tr, tbody th, tbody td { display: block }
  tbody tr { background: var(--card); border: 1px solid var(--rule); border-radius: .625rem; padding: .5rem .875rem; margin-bottom: .75rem }
  .containers { min-width: 0 }
  tbody th, tbody td { border: 0; padding: .25rem 0 }
  tbody td { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr); column-gap: .5rem }
  tbody td > * { grid-column: 2 }
  tbody td::before { content: attr(data-label); color: var(--muted); font-size: .75rem; padding-top: .125rem; grid-row: 1 }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)) } .tile { padding: .625rem .75rem }
  .tile .flow { grid-template-columns: 2.25rem auto } .tile .total { display: none } .tile .bar { margin-bottom: .25rem }
  .cell { grid-template-columns: minmax(max-content, 1fr) minmax(0, 8rem) }
  .exporters tbody td { grid-template-columns: 7rem 1fr; padding: .125rem 0 }
  details .wide { overflow-x: auto }
}
@media (prefers-reduced-motion: no-preference) { .fill { transition: width .3s } }
`;
