export { HttpConfig } from './http.config.js';
