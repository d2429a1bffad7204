export { ContactConfig } from './contact.config.js';
export { WellKnownModule } from './well-known.module.js';
