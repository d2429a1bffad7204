import { runBuiltCommand } from '../built-command.ts';

const usage = `npm run -s audit:verify -- [--anchors] [--against <file>]

Compares every event of the audit trail with what was sealed, names the first that is missing or altered, and ends with 1 when
there is one. Changes nothing. Needs npm run build.
  --anchors          print where each chain ends, as JSON: keep it where the database cannot be written from
  --against <file>   anchors of an earlier run: a chain that ends before, or is another, is found`;

await runBuiltCommand('dist/src/audit.js', ['verify'], usage);
