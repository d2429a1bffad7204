import { z } from 'zod';
import { Failure } from '../bootstrap/failure.mjs';
import { advisoriesSchema, type Advisory, type Component } from './remediation.ts';

/** https://google.github.io/osv.dev/post-v1-querybatch/ takes 1,000 queries at once. */
const BATCH = 1000;
const PATIENCE_MS = 30_000;

const answerSchema = z.object({
  results: z.array(
    z.object({ vulns: z.array(z.object({ id: z.string() })).default([]), next_page_token: z.string().optional() }),
  ),
});

/** Advisories on the components. Names and versions of packages leave the house, nothing else. */
export async function fetchAdvisories(source: URL, components: readonly Component[]): Promise<readonly Advisory[]> {
  const ids = new Set<string>();
  for (let start = 0; start < components.length; start += BATCH) {
    const queries = components.slice(start, start + BATCH).map(({ name, version }) => ({
      package: { ecosystem: 'npm', name },
      version,
    }));
    const { results } = answerSchema.parse(await call(new URL('/v1/querybatch', source), { queries }));
    // Half an answer must not pass for "no more holes".
    if (results.length !== queries.length || results.some((one) => one.next_page_token !== undefined))
      throw new Failure(`${source.host} has answered a part of what it was asked.`);
    results.flatMap(({ vulns }) => vulns).forEach(({ id }) => ids.add(id));
  }
  const advisories: unknown[] = [];
  for (const id of ids) advisories.push(await call(new URL(`/v1/vulns/${encodeURIComponent(id)}`, source)));
  return advisoriesSchema.parse(advisories);
}

async function call(url: URL, body?: unknown): Promise<unknown> {
  const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(url, { ...post, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Failure(`${url.host} answers ${answer.status}.`);
  return answer.json();
}
