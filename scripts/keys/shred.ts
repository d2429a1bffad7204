import { runBuiltCommand } from '../built-command.ts';

const usage = `npm run keys:shred -- --organization <id> --yes "<name of the organization>"

Destroys the data keys of an organization: nothing that they have encrypted can be read again, and nothing new can be written.
There is no way back, but for backups of the table DataKey. Needs npm run build.`;

await runBuiltCommand('dist/src/keys.js', ['shred'], usage);
