export { FromClient, type Client } from './client.js';
export { HttpConfig } from './http.config.js';
