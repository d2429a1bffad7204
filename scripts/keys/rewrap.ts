import { runBuiltCommand } from '../built-command.ts';

const usage = `npm run keys:rewrap

Wraps every data key with the current key-encryption key, so that the ones before can be taken away. Values are not touched.
Every server must know the current key already. Needs npm run build.`;

await runBuiltCommand('dist/src/keys.js', ['rewrap'], usage);
