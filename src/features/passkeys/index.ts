export { PasskeyAssertions, PROVED_BY_PASSKEY } from './passkey-assertions.service.js';
export { AssertionCredential, PasskeyAssertionBody } from './passkeys.bodies.js';
export { PasskeysConfig } from './passkeys.config.js';
export { PasskeyRefused } from './passkeys.errors.js';
export { PasskeysModule } from './passkeys.module.js';
export { PasskeyRequestOptionsView } from './passkeys.views.js';
