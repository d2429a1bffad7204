export { FromClient, type Client } from './client.js';
export { HttpConfig } from './http.config.js';
export { networkOf } from './network.js';
