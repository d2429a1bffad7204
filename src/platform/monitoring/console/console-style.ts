/** Served as a file of its own, so that the policy of the page needs no exception. */
export const CONSOLE_STYLE = `
:root { color-scheme: light dark; --page: #f5f7f9; --card: #fff; --text: #14212b; --soft: #586874; --line: #dde4e9; --accent: #0b6e78;
  --good: #17713c; --warn: #8f5a00; --bad: #b3261e; --good-bg: #e2f4e8; --warn-bg: #fdf0d5; --bad-bg: #fce4e2; }
@media (prefers-color-scheme: dark) { :root { --page: #0f171d; --card: #18232b; --text: #e8eef2; --soft: #9db0bc; --line: #2a3943; --accent: #5cc4cf;
  --good: #79d39b; --warn: #f0bf66; --bad: #ff9d94; --good-bg: #15321f; --warn-bg: #3a2b0c; --bad-bg: #431a17; } }
* { box-sizing: border-box; margin: 0; }
body { background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 1120px; margin: 0 auto; padding: 16px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding-top: 24px; }
h1 { font-size: 22px; letter-spacing: -.01em; } h2 { font-size: 15px; margin-bottom: 12px; }
header p { color: var(--soft); } header .end { margin-left: auto; display: flex; gap: 16px; align-items: center; }
main { display: grid; grid-template-columns: repeat(12, 1fr); gap: 16px; padding-bottom: 48px; }
section { grid-column: span 6; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; min-width: 0; }
section.third { grid-column: span 4; } section.rest { grid-column: span 8; } .stack { grid-column: span 6; display: grid; gap: 16px; align-content: start; min-width: 0; }
.stack section { grid-column: auto; } section.wide { grid-column: 1 / -1; }
.tiles { grid-column: 1 / -1; display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 16px; }
.tile dt { color: var(--soft); font-size: 13px; } .tile dd { margin: 0; font-size: 24px; font-weight: 650; font-variant-numeric: tabular-nums; }
.pill { display: inline-block; border-radius: 99px; padding: 1px 10px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.good { color: var(--good); background: var(--good-bg); } .warn { color: var(--warn); background: var(--warn-bg); } .bad { color: var(--bad); background: var(--bad-bg); }
.scroll { overflow-x: auto; } table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-size: 13px; font-weight: 500; } th, td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); } th:last-child, td:last-child { padding-right: 0; }
tr:last-child td { border-bottom: 0; } td.n, th.n { text-align: right; white-space: nowrap; } td code { white-space: nowrap; } code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
ul { list-style: none; padding: 0; display: grid; gap: 8px; } li { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; }
.tile.alarm { border-color: var(--bad); background: var(--bad-bg); } .tile.alarm dd { color: var(--bad); }
.none { color: var(--soft); } .axis { font-size: 12px; line-height: 1; margin-bottom: 4px; font-variant-numeric: tabular-nums; } .below { margin-top: 10px; }
svg { width: 100%; height: 136px; display: block; border-block: 1px solid var(--line); border-top-style: dashed; } .area { fill: var(--accent); opacity: .18; }
.stroke { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; } .stroke.fail { stroke: var(--bad); }
label, input, button { font: inherit; } form { display: grid; gap: 12px; max-width: 420px; }
input[type=password] { padding: 8px 12px; border: 1px solid var(--soft); border-radius: 8px; background: var(--page); color: inherit; }
button { padding: 8px 16px; border: 0; border-radius: 8px; background: var(--accent); color: var(--card); font-weight: 600; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 760px) { section, section.third, section.rest, .stack { grid-column: 1 / -1; } header .end { margin-left: 0; }
  header, main { padding-inline: 12px; } section { padding: 14px; } .tiles { gap: 12px; } main { gap: 12px; }
  td code { white-space: normal; overflow-wrap: normal; } th, td { padding-right: 8px; } th:last-child, td:last-child { padding-right: 0; } td, td code { font-size: 13px; } }
`;

/** Replaces what has changed every ten seconds, unless somebody reads: no reload, no lost place. Without it the page stays as it is. */
export const CONSOLE_SCRIPT = `
setInterval(async () => {
  if (document.querySelector('#pause')?.checked || document.hidden) return;
  const state = document.querySelector('#state');
  try {
    const response = await fetch(location.href);
    if (response.status === 401) return location.reload();
    const next = new DOMParser().parseFromString(await response.text(), 'text/html');
    for (const part of ['main', '#state']) document.querySelector(part).replaceWith(next.querySelector(part));
  } catch { state.textContent = 'no answer from the server'; }
}, 10000);
`;
