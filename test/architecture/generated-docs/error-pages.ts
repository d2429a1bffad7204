import { catalogue, isErrorCode, type ErrorCode } from '../../../src/platform/errors/index.js';
import { page, table } from './markdown.ts';

export const codes: readonly ErrorCode[] = Object.keys(catalogue).filter(isErrorCode);

const GENERATED = 'Generated from [catalogue.ts](../../src/platform/errors/catalogue.ts): `npm run docs:generate`.';

/** The page of one code. The server publishes the same under the `type` of the problem. */
export async function describeError(code: ErrorCode): Promise<string> {
  const { status, title, remedy } = catalogue[code];
  const example = { type: `https://api.example.com/errors/${code}`, title, status, code, instance: 'urn:uuid:…' };
  return page([
    `# ${code}`,
    `${status}: ${title}.`,
    `## What to do`,
    remedy,
    '## As it is sent',
    ['```json', JSON.stringify(example, undefined, 2), '```'].join('\n'),
    `\`type\` is a page of the server: \`GET /errors/${code}\`. All codes: [README.md](README.md). ${GENERATED}`,
  ]);
}

export async function listErrors(): Promise<string> {
  const rows = codes.map((code) => [
    `[\`${code}\`](${code}.md)`,
    String(catalogue[code].status),
    catalogue[code].title,
  ]);
  return page([
    '# Errors',
    `Everything that the API answers with when it does not succeed, as \`application/problem+json\` (RFC 9457): there is nothing else.
Programs go by \`code\`. ${GENERATED}`,
    table(['code', 'status', 'title'], rows),
  ]);
}
