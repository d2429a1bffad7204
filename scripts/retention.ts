import { runBuiltCommand } from './built-command.ts';

const usage = `npm run retention -- --dry-run

Counts what is over, by model: the rows that the server deletes with its next run, which is every hour. Deletes nothing.
Needs npm run build, and DATABASE_URL as the server has it.`;

await runBuiltCommand('dist/src/retention.js', [], usage);
