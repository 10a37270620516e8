/** The style of the page, light and dark. Lanes that are out of sight are not laid out, so that large pages open fast. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1b1f24, #e6e8eb);
  --soft: light-dark(#57606a, #9aa4af);
  --paper: light-dark(#ffffff, #14171b);
  --line: light-dark(#d8dee4, #30363d);
  --lease: light-dark(#bcd7ff, #1f4b86);
  --open: light-dark(#ffe3a3, #6b4e00);
  --fault: light-dark(#ffc9c2, #7d241c);
  --strong: light-dark(#0a4fb3, #8ab8ff);
  --bad: light-dark(#a5140c, #ff9d94);
  --good: light-dark(#116329, #7ee08f);
  --edge: clamp(.75rem, 3vw, 1.5rem);
  --name: clamp(7rem, 30vw, 13rem);
  --column: calc(100vw - 2 * var(--edge) - 1rem);
  --mono: 11px/16px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace;
}
* { box-sizing: border-box }
body { width: max-content; min-width: 100%; margin: 0; padding: 1rem var(--edge) 3rem; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; overflow-wrap: anywhere }
html { scroll-padding: 30px 0 0 var(--name) }
header, .test, .error, .note, h3, .said, .rest, .more { position: sticky; left: var(--edge); width: max-content; max-width: var(--column) }
h1 { font-size: 1.25rem; margin: 0 }
h2 { display: inline; font-size: 1.1rem; margin: 0 }
h3 { font-size: 1rem; margin: 1rem 0 .25rem }
small, header p, output, .note, .rest { color: var(--soft); font-weight: normal; font-size: .85rem }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .75rem 0 }
form label { max-width: 100% }
select, input { font: inherit; padding: .15rem .35rem; max-width: 100% }
.test { margin: 2rem 0 .5rem }
.verdict { white-space: nowrap; font-weight: 600; color: var(--bad) }
.verdict::before { content: '✗ ' }
.passed .verdict { color: var(--good) }
.passed .verdict::before { content: '✓ ' }
.note { margin: .75rem 0 .25rem }
.rest { margin: .35rem 0 }
.error, .payload { margin: .25rem 0; padding: .5rem .75rem; border-left: 3px solid var(--bad) }
.payload { border-color: var(--line) }
pre { max-width: 75rem; margin: 0; font-size: .85rem; white-space: pre-wrap }
.folded:has(> details:not([open])) > pre { max-height: 18em; overflow: hidden; mask-image: linear-gradient(#000 70%, transparent) }
.folded summary { width: max-content; padding-top: .25rem; color: var(--strong); font-size: .85rem; text-decoration: underline }
.folded details[open] span:first-child, .folded details:not([open]) span:last-child { display: none }
.lanes { width: calc(var(--name) + var(--track) + 2rem); min-width: 100% }
.axis, .lane > summary { display: flex; align-items: center; min-height: 26px; border-bottom: 1px solid var(--line) }
.axis { position: sticky; top: 0; z-index: 3; background: var(--paper); color: var(--soft); font: var(--mono) }
.name { position: sticky; left: 0; z-index: 2; flex: none; width: var(--name); padding-right: .75rem; background: var(--paper); overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.axis .name { align-self: stretch; line-height: 26px }
.track { position: relative; flex: 1; height: 22px; margin-left: .5rem }
.track > * { position: absolute }
.axis .track span { top: 3px; white-space: nowrap; padding-left: 3px; border-left: 1px solid var(--line) }
.group { content-visibility: auto; contain-intrinsic-height: auto calc(var(--lanes) * 26px) }
summary { cursor: pointer; list-style: none }
summary::-webkit-details-marker { display: none }
.lane > summary:hover, .lane[open] > summary { color: var(--strong) }
:focus-visible { outline: 2px solid var(--strong); outline-offset: -2px }
.bar, .wait { color: var(--ink); top: 3px; height: 16px; padding: 0 2px; border-radius: 3px; background: var(--lease); font: var(--mono); font-weight: 600; overflow: hidden; white-space: nowrap }
.bar.open { background: var(--open) }
.bar.fault, .wait.fault { background: var(--fault) }
.wait { padding: 0 1px; background: none; border: 1px dashed var(--soft); line-height: 14px }
.mark { z-index: 1; top: 3px; width: 16px; height: 16px; border-radius: 50%; background: var(--paper); border: 1px solid var(--ink); font: 700 11px/14px system-ui, sans-serif; text-align: center }
.mark.fault { border-color: var(--bad); color: var(--bad) }
.legend { display: flex; flex-wrap: wrap; gap: .35rem .5rem; align-items: center }
.legend .mark, .legend b { display: inline-block; flex: none }
.said { margin: .15rem 0; color: var(--bad) }
.said::before { content: '! ' }
.more { padding: .35rem 0 .75rem calc(var(--name) + .5rem) }
.more > p { margin: .5rem 0 .25rem }
.more a { color: var(--strong) }
.lane:target > summary .name { text-decoration: underline }
table { border-collapse: collapse; font-size: .85rem }
td, th { padding: .1rem .9rem .1rem 0; text-align: left; vertical-align: top; font-variant-numeric: tabular-nums }
td:first-child { white-space: nowrap }
th { color: var(--soft); font-weight: normal }
@media (max-width: 45rem) {
  .more { padding-left: .75rem }
  thead, td:empty { display: none }
  tr { display: block; padding-left: 1rem; text-indent: -1rem }
  td { display: inline; padding-right: .5rem }
}
[hidden] { display: none !important }
`
