export { ClearsSiteData } from './clears-site-data.js';
export { FromClient, type Client } from './client.js';
export { HttpConfig } from './http.config.js';
