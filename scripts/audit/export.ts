import { runBuiltCommand } from '../built-command.ts';

const usage = `npm run -s audit:export -- [--organization <id>]

Prints the audit trail, of all organizations or of one, the oldest event first: one object a line, in the classes of OCSF 1.3.
Changes nothing. Needs npm run build.`;

await runBuiltCommand('dist/src/audit.js', ['export'], usage);
