import type { ConsoleFacts } from './console-facts.js';
import { html, type Html } from './html.js';
import type { RouteTraffic } from './traffic.js';

const ROUTES_SHOWN = 12;
const DAY_S = 86_400;

export function signInPage(isWrong: boolean): string {
  const hint = isWrong ? html`<p role="alert"><span class="pill bad">That is not the token.</span></p>` : html``;
  return page(
    html`<header><h1>Rampart console</h1></header>
      <main>
        <section class="wide">
          <form method="post" action="/console">
            ${hint}
            <label for="token">Token, as <code>npm run up</code> prints it or <code>CONSOLE_TOKEN</code> sets it</label>
            <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
            <button>Open</button>
          </form>
        </section>
      </main>`,
  );
}

export function consolePage(facts: ConsoleFacts): string {
  const { now, tiles } = facts;
  return page(
    html`<header>
        <h1>Rampart console</h1>
        <p id="state">This instance, at <time>${now.toISOString().slice(0, 19).replace('T', ' ')}</time> UTC</p>
        <div class="end">
          <label><input type="checkbox" id="pause" /> Pause</label>
        </div>
      </header>
      <main>
        <dl class="tiles">
          ${tiles.map(
            ([title, value]) =>
              html`<div class="tile ${value === 'not-ready' ? 'alarm' : ''}">
                <dt>${title}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>
        ${alertsOf(facts)}${section('Health', checksOf(facts), 'third')}${section('Answers per second, last half hour', chartOf(facts), 'rest')}
        ${section('Signing in and refusals since the start', outcomesOf(facts))}
        <div class="stack">
          ${section('Keys, certificates, audit trail', keysOf(facts))}${section('Blocked addresses', blockedOf(facts))}
        </div>
        ${section('Routes since the start', routesOf(facts.routes), 'wide')}
      </main>`,
  );
}

function page(body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Rampart console</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="stylesheet" href="/console/style.css" />
        <script src="/console/refresh.js" defer></script>
      </head>
      <body>
        ${body}
      </body>
    </html>`.text;
}

function section(title: string, content: Html, width = ''): Html {
  return html`<section class="${width}">
    <h2>${title}</h2>
    ${content}
  </section>`;
}

function listOr(nothing: string, items: readonly Html[]): Html {
  return items.length === 0
    ? html`<p class="none">${nothing}</p>`
    : html`<ul>
        ${items}
      </ul>`;
}

function alertsOf({ alerts }: ConsoleFacts): Html {
  const items = alerts.map(
    ({ severity, summary, runbook, since }) =>
      html`<li>
        <span class="pill ${severity === 'page' ? 'bad' : 'warn'}">${severity}</span> <span>${summary}</span
        ><code>docs/runbooks/${runbook}.md</code><span class="none">${since?.toISOString()}</span>
      </li>`,
  );
  return section('Live alerts', listOr('Nothing to do.', items), 'wide');
}

function checksOf({ readiness }: ConsoleFacts): Html {
  const items = Object.entries(readiness.checks).map(
    ([name, result]) => html`<li><span class="pill ${result === 'ok' ? 'good' : 'bad'}">${result}</span>${name}</li>`,
  );
  return listOr('No checks.', items);
}

/** One point for each step, so a quiet server is a flat line and not an empty chart. */
function chartOf({ history }: ConsoleFacts): Html {
  const top = Math.max(1, ...history.map(({ answers }) => answers));
  const path = (values: readonly number[]) =>
    values
      .map((value, index) => `${(index / Math.max(1, values.length - 1)) * 100},${100 - (value / top) * 96}`)
      .join(' ');
  const drawn = history.length === 1 ? [...history, ...history] : history;
  const answers = path(drawn.map((moment) => moment.answers));
  const hasFailed = history.some(({ failed }) => failed > 0);
  const now = (history.at(-1)?.answers ?? 0).toFixed(1);
  const words = `Now ${now} answers per second, ${hasFailed ? 'server errors in red' : 'no server errors'}.`;
  return html`<p class="none axis">${top.toFixed(1)}</p>
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${words}">
      <polygon class="area" points="0,100 ${answers} 100,100" />
      <polyline class="stroke" points="${answers}" />
      ${hasFailed ? html`<polyline class="stroke fail" points="${path(drawn.map((moment) => moment.failed))}" />` : undefined}
    </svg>
    <p class="none below">${words}</p>`;
}

function outcomesOf({ events }: ConsoleFacts): Html {
  const rows = events.map(
    ([name, count]) =>
      html`<tr>
        <td><code>${name}</code></td>
        <td class="n">${count}</td>
      </tr>`,
  );
  return rows.length === 0
    ? html`<p class="none">No security event yet.</p>`
    : html`<div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Event</th>
              <th scope="col" class="n">Times</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>`;
}

function blockedOf({ blocked }: ConsoleFacts): Html {
  if (blocked === undefined) return html`<p class="none">There is no detection.</p>`;
  const items = blocked.map(
    ({ address, reason, until }) =>
      html`<li>
        <code>${address}</code><span>${reason}</span><span class="none">until ${until.toISOString()}</span>
      </li>`,
  );
  return listOr('Nobody is blocked.', items);
}

function keysOf({ ends, states, waitingEvents, lostEvents }: ConsoleFacts): Html {
  const live = states.map(({ tone, pill, what }) => html`<li><span class="pill ${tone}">${pill}</span>${what}</li>`);
  const items = ends.map(({ what, seconds }) => {
    const days = Math.floor(seconds / DAY_S);
    const tone = days < 7 ? 'bad' : days < 21 ? 'warn' : 'good';
    return html`<li><span class="pill ${tone}">${days} days left</span>${what}</li>`;
  });
  const trail = html`<li>
    <span class="pill ${lostEvents > 0 ? 'bad' : 'good'}">${lostEvents} lost</span>${waitingEvents} events wait for the
    audit trail
  </li>`;
  return html`<ul>
    ${items}${live}${trail}
  </ul>`;
}

/** A narrow screen breaks a route between its parts and not within a word. */
function breakable(route: string): readonly Html[] {
  return route.split(/(?<=\/)/).map((part) => html`${part}<wbr />`);
}

function routesOf(routes: readonly RouteTraffic[]): Html {
  const percent = (share: number) => `${(share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 0)} %`;
  const rows = routes.slice(0, ROUTES_SHOWN).map(
    ({ route, answers, refused, failed, p95Ms }) =>
      html`<tr>
        <td><code>${breakable(route)}</code></td>
        <td class="n">${answers}</td>
        <td class="n">${percent(refused)}</td>
        <td class="n">${percent(failed)}</td>
        <td class="n">${Number.isFinite(p95Ms) ? `${Math.round(p95Ms)} ms` : 'over 10 s'}</td>
      </tr>`,
  );
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Route</th>
          <th scope="col" class="n">Answers</th>
          <th scope="col" class="n">4xx</th>
          <th scope="col" class="n">5xx</th>
          <th scope="col" class="n">p95</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
