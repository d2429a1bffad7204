export { includesAddress, networkOf, parseNetwork, type Network } from './network.js';
