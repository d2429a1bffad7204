import { built, refuseMissingHooks, steps } from './steps.ts';

/**
 * The built application with switches around its steps: the same module through the same set-up as src/main.ts. The bench
 * sends the name of the step to switch off, or 'none', and gets it back when it is done.
 */
const { configureApp, createApp } = await built<typeof import('../../src/app.setup.js')>('app.setup.js');
const { configSlices } = await built<typeof import('../../src/config.js')>('config.js');
const { loadConfig } = await built<typeof import('../../src/platform/config/index.js')>('platform/config/index.js');
const { HttpConfig } = await built<typeof import('../../src/platform/http/index.js')>('platform/http/index.js');
const { closeOnStop } = await built<typeof import('../../src/platform/process/index.js')>('platform/process/index.js');

let switchedOff = 'none';
for (const { name, wrap } of steps) await wrap(() => switchedOff === name);

const config = loadConfig(configSlices);
const app = await createApp(config);
await configureApp(app);
refuseMissingHooks();
closeOnStop(app);
process.on('message', (name) => {
  switchedOff = String(name);
  process.send?.(name);
});
const { HOST, PORT } = config.get(HttpConfig).values;
await app.listen(PORT, HOST);
