/** Calm colours, told apart by more than colour; the system's own fonts. */
export const pageStyle = `
:root { color-scheme: light dark; --ground: #f6f7f8; --card: #fff; --edge: #e3e6e9; --ink: #1b2126; --soft: #5b6670; --line: #4a7ca8; --fill: #4a7ca81f; --well: #1f7a4d; --wrong: #b3261e; --wrong-ground: #fdf0ee; --hint: #7a5900; --link: #1a5f9e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #12161a; --card: #1a2026; --edge: #2a323a; --ink: #e4e8ec; --soft: #98a4af; --line: #7fb0da; --fill: #7fb0da24; --well: #6fcf9b; --wrong: #ff8f85; --wrong-ground: #2f1c1b; --hint: #e0bd5c; --link: #8fc1ee; }
}
* { box-sizing: border-box; margin: 0; padding: 0; }
html { scroll-padding: 1rem; overflow-wrap: anywhere; }
body { background: var(--ground); color: var(--ink); font: 1rem/1.45 system-ui, sans-serif; max-width: 90rem; margin: auto; padding: 1.25rem clamp(.75rem, 3vw, 2.5rem) 2.5rem; }
a { color: var(--link); text-underline-offset: .2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 4px; }
[tabindex]:target { outline: 2px solid var(--line); outline-offset: 3px; }
header, .head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1rem; }
h1 { font-size: 1.5rem; font-weight: 650; letter-spacing: -.01em; }
h1 small { font-size: 1rem; font-weight: 400; color: var(--soft); margin-left: .5rem; }
#live::before { content: ""; display: inline-block; width: .5rem; height: .5rem; border-radius: 50%; margin-right: .375rem; background: var(--edge); }
.live #live::before { background: var(--well); }
.silent #live { color: var(--wrong); }
.silent main { opacity: .6; }
h2 { font-size: 1.125rem; font-weight: 650; }
h3 { font-size: 1.0625rem; font-weight: 600; }
h4 { font-size: .9375rem; font-weight: 600; }
h3, h4, dd, li, .trouble, .hint { unicode-bidi: isolate; }
header p, .head p, .about, dt, footer, i, .more { color: var(--soft); font-size: .875rem; font-style: normal; }
section { margin-top: 1.75rem; }
.head { margin-bottom: .625rem; }
#summary { margin-top: 1rem; padding: 1rem 1.25rem; border-radius: 12px; background: var(--card); border: 1px solid var(--edge); border-left: 5px solid var(--well); }
#summary.wrong { border-left-color: var(--wrong); background: var(--wrong-ground); }
#summary ul { list-style: none; margin: .375rem 0 .875rem; }
#summary li { padding: .1875rem 0; }
#summary li a { font-weight: 600; color: inherit; margin-right: .375rem; }
#summary .facts { margin-top: .5rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: .875rem; align-items: start; }
.card { background: var(--card); border: 1px solid var(--edge); border-radius: 12px; padding: 1rem 1.25rem 1.125rem; }
.wide { grid-column: 1 / -1; }
.wrong.card, .lost.card { border-color: var(--wrong); }
.lost b, .lost dd { color: var(--soft); font-weight: 400; }
.lost svg { opacity: .6; }
.trouble { color: var(--wrong); margin-top: .25rem; }
.hint { color: var(--hint); font-size: .875rem; margin-top: .25rem; }
.trouble::before { content: "▲ " / ""; font-size: .75em; vertical-align: .1em; }
.numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.25rem, 1fr)); gap: .75rem 1rem; margin-top: .75rem; }
dd { white-space: nowrap; }
.facts dd { white-space: normal; }
.numbers div { display: grid; grid-template-rows: subgrid; grid-row: span 2; gap: 0; }
.numbers dt { align-self: end; }
.numbers dd { font-variant-numeric: tabular-nums; color: var(--soft); }
.numbers b { font-size: 1.25rem; font-weight: 600; color: var(--ink); }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: .75rem; }
.facts div { display: flex; flex-wrap: wrap; gap: 0 .375rem; align-items: baseline; }
.facts dd { font-size: .875rem; }
.facts b { font-weight: inherit; }
.parts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20.75rem), 1fr)); gap: 1rem 2rem; margin-top: 1.125rem; padding-top: 1rem; border-top: 1px solid var(--edge); }
.card:not(.wide) .parts { grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr)); }
.parts .numbers, .parts .facts { margin-top: .25rem; }
.parts .numbers { grid-template-columns: repeat(auto-fill, minmax(6.25rem, 1fr)); gap: .5rem 1rem; }
.parts .numbers b { font-size: 1rem; }
.parts svg { height: 1.375rem; }
svg { display: block; width: 100%; height: 1.75rem; margin-top: .25rem; overflow: visible; }
path { fill: none; stroke: var(--line); stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
path.area { fill: var(--fill); stroke: none; }
em { font-style: normal; color: var(--hint); }
.aside { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
footer { margin-top: 2.5rem; }
@media print { body { background: none; } .card { break-inside: avoid; } }
`;
