export { ContactConfig } from './contact.config.js';
export { SecurityTxt } from './security-txt.js';
export { WellKnownModule } from './well-known.module.js';
