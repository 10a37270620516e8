/** How the page looks, in light and in dark. */
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
}
* { box-sizing: border-box }
body { margin: 0; padding: 1rem 1.5rem 3rem; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif }
h1 { font-size: 1.25rem; margin: 0 }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
h3 { position: sticky; left: 0; width: max-content; font-size: 1rem; margin: 1rem 0 .25rem }
small, header p, output { color: var(--soft); font-weight: normal; font-size: .85rem }
form { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin: .75rem 0 }
select, input { font: inherit; padding: .15rem .35rem }
pre { margin: .25rem 0; padding: .5rem .75rem; border-left: 3px solid var(--bad); overflow-x: auto; font-size: .85rem; max-height: 18em; overflow-y: auto }
.lanes { overflow-x: auto; padding-bottom: .5rem }
.axis, summary { display: flex; align-items: center; width: max-content; min-width: 100%; min-height: 26px; border-bottom: 1px solid var(--line) }
.axis { position: sticky; top: 0; z-index: 3; background: var(--paper); color: var(--soft); font-size: .75rem }
.name { position: sticky; left: 0; z-index: 2; flex: none; width: 13rem; padding-right: .75rem; background: var(--paper); overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.axis .name { align-self: stretch }
.track { position: relative; flex: none; height: 22px; margin: 0 5rem 0 .5rem }
.track > * { position: absolute }
.axis .track span { white-space: nowrap; padding-left: 3px; border-left: 1px solid var(--line) }
summary { cursor: pointer; list-style: none }
summary::-webkit-details-marker { display: none }
summary:hover, details[open] > summary { color: var(--strong) }
:focus-visible { outline: 2px solid var(--strong); outline-offset: -2px }
.bar, .wait { color: var(--ink); top: 3px; height: 16px; padding: 0 .4em; border-radius: 3px; background: var(--lease); font: 600 11px/16px system-ui, sans-serif; overflow: hidden; white-space: nowrap }
.bar.open { background: var(--open) }
.bar.fault, .wait.fault { background: var(--fault) }
.wait { background: none; border: 1px dashed var(--soft); line-height: 14px }
.mark { z-index: 1; top: 3px; width: 16px; height: 16px; border-radius: 50%; background: var(--paper); border: 1px solid var(--ink); font: 700 11px/14px system-ui, sans-serif; text-align: center }
.mark.fault { border-color: var(--bad); color: var(--bad) }
.legend { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center }
.legend .mark, .legend .bar { display: inline-block }
.said { position: sticky; left: 0; width: max-content; max-width: calc(100vw - 4rem); margin: .15rem 0; color: var(--bad) }
.said::before { content: '! ' }
details.lane > table, details.lane > p { position: sticky; left: 13.5rem; width: max-content; margin: .35rem 0 .75rem 13.5rem; border-collapse: collapse; font-size: .85rem }
td, th { padding: .1rem .9rem .1rem 0; text-align: left; font-variant-numeric: tabular-nums }
th { color: var(--soft); font-weight: normal }
[hidden] { display: none !important }
`
