import { runBuiltCommand } from '../built-command.ts';

const usage = `npm run keys:rotate-data -- --organization <id> | none [--force]

Gives an organization a new data key and re-encrypts its columns and blind indexes with it, in batches, while the servers
serve. Run it again when it was interrupted: it goes on. Prints progress and what is left. Needs npm run build.
  --organization   the id of it; none stands for what belongs to no organization: second factors, tokens, jobs
  --force          a new key even when rows of an earlier rotation are left`;

await runBuiltCommand('dist/src/keys.js', ['rotate-data'], usage);
