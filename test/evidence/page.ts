import type { Evidence } from './evidence.ts';
import type { AsvsResult, PracticeResult, RequirementResult } from './states.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6472; --paper: #fff; --line: #d9dee6; --stripe: #f5f7fa;
  --proved: #1a7f43; --partly: #9a6200; --failed: #b42318; --none: #5b6472; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa4b2; --paper: #14171c; --line: #313842;
  --stripe: #1b2027; --proved: #58c983; --partly: #e2b04a; --failed: #ff8a80; --none: #9aa4b2; } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1180px; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem } h2 { margin: 2.5rem 0 .5rem; font-size: 1.25rem }
h3 { margin: 1.75rem 0 .4rem; font-size: 1.02rem }
p { margin: .3rem 0; max-width: 48rem } .soft { color: var(--soft) }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: 2px }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .9rem }
th { text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap }
th, td { padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
td ul { margin: 0; padding: 0; list-style: none } td li { overflow-wrap: anywhere }
code { font: .92em ui-monospace, monospace }
.state { white-space: nowrap; font-weight: 600 } .proved, .documented { color: var(--proved) }
.partly, .deployer { color: var(--partly) } .failed { color: var(--failed) } .not-yet { color: var(--none) }
.alarm { border-left: 4px solid var(--failed); padding: .5rem 1rem; background: var(--stripe) }
nav { margin: 1rem 0 } nav a { margin-right: 1rem }
@media print { body { max-width: none; padding: 0; font-size: 10pt } nav { display: none } .wide { overflow: visible }
  tr { break-inside: avoid } h2, h3 { break-after: avoid } }`;

/** evidence/index.html: needs nothing but itself, and leads to code and tests by relative links. */
export function evidencePage(evidence: Evidence): string {
  const { totals, practices, lost, madeAt, node } = evidence;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Rampart: evidence</title><style>${STYLE}</style></head>
<body>
<h1>Evidence</h1>
<p>Made by the test run of <time datetime="${madeAt}">${madeAt.replace('T', ' ').replace(/\..*/, ' UTC')}</time> on Node ${esc(node)}:
<strong id="passed">${totals.passed}</strong> tests passed, <strong id="failed">${totals.failed}</strong> failed,
<strong id="skipped">${totals.skipped}</strong> skipped.</p>
<p class="soft">A requirement is proved when a symbol carries it as a control and every test that carries it passed. It is partly
proved when something of its text is still missing. Whatever lacks one of the two is not yet there.</p>
<nav><a href="#practices">Practices</a><a href="#owasp">OWASP API Top 10</a><a href="#asvs">ASVS 5.0</a><a href="../docs/practices.md">How to read and change them</a></nav>
${lost.length === 0 ? '' : `<p class="alarm">Proved before, and not by this run: ${lost.map(esc).join(', ')}.</p>`}
<h2 id="practices">Practices</h2>
<div class="wide"><table><thead><tr><th></th><th>practice</th><th>result</th><th class="number">proved</th><th class="number">tests</th><th>code</th></tr></thead>
<tbody>${practices.map(practiceRow).join('\n')}</tbody></table></div>
<h2 id="owasp">OWASP API Security Top 10 (2023)</h2>
<div class="wide"><table><thead><tr><th></th><th>risk</th><th>result</th><th class="number">tests</th><th>answered by</th></tr></thead><tbody>${evidence.owaspApi
    .map(
      ({ id, title, covers, state, passed }) =>
        `<tr data-risk="${id}"><td>${id}</td><td>${esc(title)}</td>${stateCell(state)}<td class="number">${passed}</td><td>${covers.map((row) => `<a href="#${row}">${row}</a>`).join(', ')}</td></tr>`,
    )
    .join('\n')}</tbody></table></div>
<h2>Requirement by requirement</h2>
${practices.map(practiceSection).join('\n')}
${asvsSection(evidence.asvs)}
</body></html>
`;
}

function practiceRow({ id, title, state, passed, requirements }: PracticeResult): string {
  const files = unique(requirements.flatMap(({ controls }) => controls.map(({ file }) => file)));
  const proved = requirements.filter((one) => one.state === 'proved').length;
  const shown = files.slice(0, 3).map((file) => link(file, nameOf(file)));
  const more = files.length > 3 ? [`<a href="#${id}">and ${files.length - 3} more</a>`] : [];
  return `<tr data-practice="${id}" data-tests="${passed}"><td><a href="#${id}">${id}</a></td><td>${link(`docs/practices/${id}.md`, title)}</td>${stateCell(state)}<td class="number">${proved}/${requirements.length}</td><td class="number">${passed}</td><td>${[...shown, ...more].join(', ')}</td></tr>`;
}

function practiceSection({ id, title, requirements }: PracticeResult): string {
  return `<h3 id="${id}">${id} ${esc(title)}</h3>
<div class="wide"><table><thead><tr><th></th><th>requirement</th><th>result</th><th class="number">tests</th><th>tested in</th><th>code</th></tr></thead><tbody>${requirements.map(requirementRow).join('\n')}</tbody></table></div>`;
}

function requirementRow({ id, text, gap, state, passed, skipped, files, controls }: RequirementResult): string {
  const missing = gap === undefined ? '' : `<br><span class="soft">Missing: ${esc(gap)}</span>`;
  const asides = skipped === 0 ? '' : ` <span class="soft">(${skipped} skipped)</span>`;
  const code = controls.map(({ file, symbol }) => link(file, symbol ?? nameOf(file)));
  return `<tr id="${id}" data-requirement="${id}"><td>${id}</td><td>${esc(text)}${missing}</td>${stateCell(state)}<td class="number">${passed}${asides}</td><td>${list(files.map((file) => link(file, nameOf(file))))}</td><td>${list(unique(code))}</td></tr>`;
}

function asvsSection(items: readonly AsvsResult[]): string {
  const states = ['proved', 'documented', 'deployer', 'not yet', 'failed'] as const;
  const figures = states
    .map((state) => `${items.filter((item) => item.state === state).length} ${state}`)
    .filter((text) => !text.startsWith('0 '));
  const rows = items.map(
    ({ id, level, text, state, why, evidence }) =>
      `<tr data-asvs="${id}"><td>${id}</td><td class="number">${level}</td><td>${esc(text)}</td>${stateCell(state)}<td>${esc(why)}</td><td>${list(unique(evidence).map((file) => link(file, nameOf(file))))}</td></tr>`,
  );
  return `<h2 id="asvs">OWASP ASVS 5.0</h2>
<p>${items.length} requirements apply to this service: ${figures.join(', ')}. Which do not, and why:
${link('docs/practices/asvs.json', 'asvs.json')}.</p>
<div class="wide"><table><thead><tr><th></th><th class="number">level</th><th>requirement</th><th>state</th><th>why</th><th>where</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function stateCell(state: string): string {
  return `<td class="state ${state.replace(' ', '-')}">${state}</td>`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

const unique = (items: readonly string[]): string[] => [...new Set(items)];
const nameOf = (file: string): string => file.split('/').at(-1) ?? file;
const link = (file: string, text: string): string => `<a href="../${encodeURI(file)}">${esc(text)}</a>`;

function esc(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
