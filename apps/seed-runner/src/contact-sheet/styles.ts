const BASE = `
:root {
  --paper: #f6f5f2; --card: #fff; --ink: #1d1c1a; --soft: #6a6761; --line: #e2dfd8;
  --accent: #3556c8; --good: #1d7a46; --warn: #9a5b00; --bad: #b3261e;
  --check-a: #fff; --check-b: #dcdad4; --sound-a: #e7ebfb; --sound-b: #f7e9f0;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141416; --card: #1e1e21; --ink: #ecebe8; --soft: #a09d97; --line: #323236;
    --accent: #9db1ff; --good: #6fd39b; --warn: #f0b45a; --bad: #ff8a80;
    --check-a: #3a3a3f; --check-b: #2a2a2e; --sound-a: #23294a; --sound-b: #3b2335;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); }
header, main { max-width: 84rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
header { padding-top: clamp(1.5rem, 5vw, 3rem); }
h1 { margin: 0; font-size: clamp(1.75rem, 5vw, 2.5rem); line-height: 1.1; letter-spacing: -.02em; }
h2 { margin: 0 0 1rem; font-size: 1.25rem; }
.card h2, h3 { margin: 0; font-size: .95rem; font-weight: 600; line-height: 1.35; overflow-wrap: anywhere; }
ul { list-style: none; margin: 0; padding: 0; }
dl, dd { margin: 0; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.when { margin: .4rem 0 1.5rem; color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(6rem, 1fr)); gap: 1px;
  background: var(--line); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.figures div { display: flex; flex-direction: column-reverse; padding: .75rem 1rem; background: var(--card); }
.figures dt { color: var(--soft); font-size: .8rem; }
.figures dd { font-size: 1.25rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.filters { display: flex; flex-wrap: wrap; gap: .75rem 2rem; margin: 1.5rem 0; }
fieldset { display: flex; flex-wrap: wrap; gap: .4rem; min-width: 0; margin: 0; padding: 0; border: 0; }
legend { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.filters input { position: absolute; opacity: 0; }
.filters span { display: block; padding: .3rem .8rem; border: 1px solid var(--line); border-radius: 99px;
  background: var(--card); font-size: .875rem; cursor: pointer; overflow-wrap: anywhere; }
.filters input:checked + span { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.filters input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 1.25rem; }
.card { display: flex; flex-direction: column; gap: .6rem; min-width: 0; padding-bottom: 1rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 14px; overflow: hidden;
  content-visibility: auto; contain-intrinsic-size: auto 30rem; }
.card > :not(.media) { margin-inline: 1rem; }
.media { display: grid; place-items: center; height: 13rem; background: var(--line); }
.media img { max-width: 100%; max-height: 13rem; width: auto; height: auto; object-fit: contain; }
.checkered { background: repeating-conic-gradient(var(--check-a) 0 25%, var(--check-b) 0 50%) 0 0 / 20px 20px; }
.sound { height: 13rem; display: flex; flex-direction: column; align-items: stretch; gap: .5rem; padding: 1rem;
  background: linear-gradient(135deg, var(--sound-a), var(--sound-b)); }
.sound p { display: grid; gap: .2rem; margin: 0; overflow: hidden; overflow-wrap: anywhere; }
.sound strong { font-size: 1.1rem; line-height: 1.3; display: -webkit-box; -webkit-box-orient: vertical;
  -webkit-line-clamp: 2; overflow: hidden; }
.sound p span { color: var(--soft); font-size: .875rem; }
.sound-picture { flex: 1; min-height: 2rem; width: 100%; color: var(--accent); }
.sound-picture path { fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round;
  vector-effect: non-scaling-stroke; }
.sound-picture.data-rate { color: var(--soft); }
.sound .caption { color: var(--soft); font-size: .75rem; }
.sound audio { width: 100%; height: 2.5rem; flex: none; margin-top: auto; }
.omitted p { margin: 0; padding: 1rem; color: var(--soft); text-align: center; }
.badges { display: flex; flex-wrap: wrap; gap: .35rem; margin-block: 0; }
.badge { padding: .05rem .55rem; border: 1px solid var(--line); border-radius: 99px; color: var(--soft);
  font-size: .75rem; overflow-wrap: anywhere; }
.badge.stored { border-color: currentcolor; color: var(--good); }
.card dl { display: grid; gap: .2rem; font-size: .85rem; }
.card dl div { display: flex; justify-content: space-between; gap: 1rem; }
.card dt { color: var(--soft); }
.card dd { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.card details { font-size: .85rem; }
.card summary { color: var(--soft); cursor: pointer; }
.card .code { font: .75rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
.original { font-size: .875rem; }
.empty { color: var(--soft); }
.refused { margin-top: 2.5rem; }
.refused .count { color: var(--soft); font-weight: 400; }
.refused ul { border: 1px solid var(--line); border-radius: 14px; background: var(--card); overflow: hidden; }
.refused li { padding: .8rem 1rem; }
.refused li + li { border-top: 1px solid var(--line); }
.refused p { margin: .15rem 0 0; color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
.refused code { color: var(--bad); font: .8rem ui-monospace, Menlo, Consolas, monospace; }
main { padding-bottom: 4rem; }
@media print { .filters { display: none; } .card { break-inside: avoid; content-visibility: visible; } }
`;

/** The style sheet; the filters work by selectors alone, one for each choice. */
export function styles(ownerCount: number): string {
  const owners = Array.from({ length: ownerCount }, (_, at) => String(at));
  const rules = [
    ...["image", "audio"].map((kind) => hideOthers("kind", kind)),
    ...owners.map((owner) => hideOthers("owner", owner)),
  ];
  return `${BASE}${rules.join("\n")}\n`;
}

function hideOthers(name: string, value: string): string {
  return `body:has(#${name}-${value}:checked) .card:not([data-${name}="${value}"]) { display: none; }`;
}
