import { format, resolveConfig } from 'prettier';

/** A page as `npm run format` would leave it. */
export async function page(parts: readonly string[]): Promise<string> {
  return format(parts.join('\n\n'), { ...(await resolveConfig('docs/page.md')), parser: 'markdown' });
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
