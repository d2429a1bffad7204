import { configureApp, createApp } from './app.setup.js';
import { configSlices } from './config.js';
import { loadConfig } from './platform/config/index.js';
import { ManagementListener } from './platform/health/index.js';
import { HttpConfig } from './platform/http/index.js';
import { closeOnStop, failStart } from './platform/process/index.js';

try {
  const config = loadConfig(configSlices);
  const app = await createApp(config);
  await configureApp(app);
  closeOnStop(app);
  const { HOST, PORT } = config.get(HttpConfig).values;
  await app.get(ManagementListener).listen();
  await app.listen(PORT, HOST);
} catch (error) {
  failStart(error);
}
